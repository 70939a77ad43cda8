// This file says what one sync may ask of the tablet and when it stops, and decides what becomes of the server's orders.

import { rescueOf } from "./people.js";
import { askOrders, syncOnce } from "./sync.js";
import { Locked } from "../store/memory.js";
import { isFull } from "../store/room.js";

/** @typedef {import("../tablet.js").TabletHere} TabletHere */

/** Sync, as far as the tablet is open: return why it is not complete, or an empty text. @param {TabletHere} tablet @param {string} territory @returns {Promise<string>} */
export async function syncOrStop(tablet, territory) {
  const { link, open } = tablet;
  if (!open) return (await askOrders({ link, ordered: (orders) => obey(tablet, orders) }, tablet.who)) || "locked";
  try {
    return await syncOnce(hostOf(tablet, open, territory));
  } catch (error) {
    if (error instanceof Locked) return "locked";
    if (isFull(error)) return "storage_full";
    throw error;
  }
}

/** @param {TabletHere} tablet @param {import("../tablet.js").Open} open @param {string} territory @returns {import("./sync.js").Host} */
function hostOf(tablet, { store, data }, territory) {
  return {
    store, link: tablet.link, territory, clocks: tablet.clocks, today: tablet.today,
    exclusive: (step) => tablet.exclusive(async () => tablet.after(await step())),
    sampled: ({ wall, server }) => tablet.keep({ skew: wall - server }),
    ordered: (orders) => obey(tablet, orders),
    isPackFresh: () => store.pack?.on === tablet.today() && store.pulls === 0,
    wantsOrders: () => tablet.clear.ordered_on !== tablet.today() || !tablet.vault?.rescues.length || tablet.hasJoined,
    files: async () => {
      if (store.isClosed) throw new Locked();
      return tablet.disk.files(data);
    },
    fileDone: async (sum) => {
      await tablet.disk.dropFile(sum);
      tablet.filesWaiting = await tablet.disk.fileCount();
    },
    get roundTrip() { return tablet.roundTrip; },
    set roundTrip(milliseconds) { tablet.roundTrip = milliseconds; },
  };
}

/** Do what the server orders: all was handed in before, as far as the tablet is open. @param {TabletHere} tablet @param {import("./sync.js").Orders} orders @returns {Promise<string>} */
async function obey(tablet, { order, label, rescue }) {
  if (order === "wipe") {
    await tablet.wipe();
    return "wiped";
  }
  await tablet.keep({ ordered_on: tablet.today() });
  tablet.hasJoined = false;
  const { place } = tablet;
  if (label && place && label !== place.label) await tablet.keep({ place: { ...place, label } });
  if (rescue && tablet.vault) await tablet.keep({ vault: { ...tablet.vault, rescues: [rescueOf(rescue)] } });
  return "";
}
