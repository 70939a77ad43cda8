// This file says of the tablet what its screens are told: where it stands, and its two lights.

import { waiting } from "./engine/client.js";
import { flagOf } from "./engine/clock.js";
import { lightsOf } from "./engine/lights.js";
import { isReady } from "./net/people.js";

/** @typedef {import("./tablet.js").TabletHere} TabletHere */

/** @param {TabletHere} tablet @returns {import("./interface.js").State} */
export function stateOf(tablet) {
  const { clear, open } = tablet;
  const flag = clear.skew ? flagOf(clear.skew) : "good";
  return {
    enrolled: clear.place !== null,
    locked: open === null,
    deposit_only: Boolean(clear.deposit_only),
    elsewhere: false,
    author: open && { id: open.author.id, name: open.author.name, ready: true },
    authors: (clear.vault?.people ?? []).map(({ id, name }) => ({ id, name, ready: isReady(tablet, id) })),
    label: clear.place?.label ?? "",
    rescue_numbers: (clear.vault?.rescues ?? []).map((one) => one.number),
    clock_warning: flag === "good" ? "" : flag,
    storage: { ...tablet.storage, lost: clear.lost },
    waiting: open ? waiting(open.store).length : 0,
    sealed: tablet.sealed,
    syncing: tablet.running !== null,
    last_sync: clear.last_sync,
    update_waiting: tablet.updateWaiting,
  };
}

/** @param {TabletHere} tablet @returns {import("./interface.js").Lights} */
export function lightsNow(tablet) {
  const today = tablet.today();
  const me = tablet.store?.identity;
  return lightsOf({
    enrolled: tablet.place !== null, locked: tablet.store === null, deposit_only: Boolean(tablet.clear.deposit_only),
    waiting: tablet.state.waiting, sealed: tablet.sealed, files: tablet.filesWaiting, storage_level: tablet.storage.level,
    has_round: tablet.all("round").some((one) => one.values.day_on === today && one.values.state !== "withdrawn"),
    agreed_today: tablet.clear.agreed_on === today, receipt: tablet.store?.receipt ?? null,
    chain: { n: (me?.next_n ?? 1) - 1, hash: me?.head ?? "" },
  });
}
