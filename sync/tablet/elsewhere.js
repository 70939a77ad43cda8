// This file is the tablet in a window that does not hold it: it says so, and takes and shows nothing.

import { UNKNOWN } from "./store/room.js";

/**
 * @typedef {import("./interface.js").Tablet} Tablet
 * @typedef {import("./interface.js").State} State
 */

const REASON = "elsewhere";

/** @type {State} */
const STATE = {
  enrolled: false, locked: true, deposit_only: false, elsewhere: true, author: null, authors: [], label: "", rescue_numbers: [],
  clock_warning: "", storage: UNKNOWN, waiting: 0, sealed: 0, syncing: false, last_sync: null, update_waiting: false,
};
const notDone = async () => ({ done: false, reason: REASON });
const notSaved = (/** @type {string | undefined} */ record_id) => ({ saved: false, record_id: record_id ?? "", reason: REASON, field: "" });
const nothing = () => [];

/** @type {Tablet} */
export const ELSEWHERE = {
  state: STATE,
  enrol: notDone, signIn: notDone, unlock: notDone, unlockByCode: notDone,
  lock: async () => {},
  record: async (act) => notSaved(act.record_id),
  attach: async (_file, record_id) => notSaved(record_id),
  keepDraft: async () => {},
  draft: () => null, drafts: nothing,
  view: () => null, all: nothing, bucket: nothing, ops: nothing, outbox: nothing, search: nothing, forecast: () => null,
  sync: async () => ({ complete: false, reason: REASON, requests: 0 }),
  watch: () => () => {},
  lights: () => ({ ready_for_field: false, safe_to_hand_in: false, reasons: [REASON] }),
  update: async () => {},
};
