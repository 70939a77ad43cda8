// This file opens what the disk holds for whoever was let in, and makes ops of what was recorded while the tablet was locked.

import * as client from "../engine/client.js";
import { Store } from "../store/memory.js";
import { openCapture, privateKeyOf } from "./capture.js";

/** Return the store over what the disk holds. @param {import("../store/disk.js").Disk} disk @param {import("./vault.js").DataKey} data */
export async function openStore(disk, data) {
  return new Store(await disk.load(data), (change) => disk.save(change, data));
}

/**
 * Make ops of what was captured; an op and the end of its capture are one change, so this may stop anywhere and go on (S9).
 * @param {Store} store
 * @param {import("../store/disk.js").Disk} disk
 * @param {import("./vault.js").DataKey} data
 * @param {import("./vault.js").Sealed} sealPrivate
 */
export async function takeCaptured(store, disk, data, sealPrivate) {
  const privateKey = await privateKeyOf(data, sealPrivate);
  const seen = new Map(); // whoever captured saw nothing of the record but what was captured before
  for (const [key, captured] of await disk.captured()) {
    const { act, op_id, clocks } = JSON.parse(await openCapture(privateKey, captured));
    const before = seen.get(act.record_id);
    const beside = { seen: before ? new Map([before]) : new Map(), more: { opened: [key] } };
    const op = await client.record(store, act, op_id, act.author, clocks, beside);
    if ("n" in op) seen.set(act.record_id, [op.actor, op.n]);
  }
}
