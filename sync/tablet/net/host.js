// This file says what one sync may ask of the tablet and when it stops, and decides what becomes of the server's orders.

import { rescueOf } from "./people.js";
import { askOrders, syncOnce } from "./sync.js";
import { Locked } from "../store/memory.js";
import { isFull } from "../store/room.js";

/** @typedef {import("../tablet.js").TabletHere} TabletHere */

/** Sync, as far as the tablet is open: return why it is not complete, or an empty text. @param {TabletHere} tablet @returns {Promise<string>} */
export async function syncOrStop(tablet) {
  const host = hostOf(tablet);
  if (!host.store) return (await askOrders({ ...host, store: undefined, installation: tablet.identity.installation })) || "locked";
  try {
    return await syncOnce(host);
  } catch (error) {
    if (error instanceof Locked) return "locked";
    if (isFull(error)) return "storage_full";
    throw error;
  }
}

/** @param {TabletHere} tablet */
function hostOf(tablet) {
  return {
    store: tablet.store, link: tablet.link, territory: tablet.place.territory, clocks: tablet.clocks, today: tablet.today,
    exclusive: (step) => tablet.exclusive(async () => tablet.after(await step())),
    sampled: ({ wall, server }) => tablet.keep({ skew: wall - server }),
    ordered: (orders) => obey(tablet, orders),
    isPackFresh: () => tablet.store?.pack?.on === tablet.today() && tablet.store.pulls === 0,
    wantsOrders: () => tablet.ordered_on !== tablet.today() || !tablet.vault?.rescues.length || tablet.hasJoined,
    files: () => tablet.disk.files(tablet.data),
    fileDone: async (sum) => {
      await tablet.disk.dropFile(sum);
      tablet.filesWaiting = await tablet.disk.fileCount();
    },
    get roundTrip() { return tablet.roundTrip; },
    set roundTrip(milliseconds) { tablet.roundTrip = milliseconds; },
  };
}

/** Do what the server orders: all was handed in before, as far as the tablet is open. @param {TabletHere} tablet */
async function obey(tablet, { order, label, rescue }) {
  if (order === "wipe") {
    await tablet.wipe();
    return "wiped";
  }
  await tablet.keep({ ordered_on: tablet.today() });
  tablet.hasJoined = false;
  if (label && label !== tablet.place.label) await tablet.keep({ place: { ...tablet.place, label } });
  if (rescue && tablet.vault) await tablet.keep({ vault: { ...tablet.vault, rescues: [rescueOf(rescue)] } });
  return "";
}
