// This file decides what becomes of one act: refused with its reason, written as an op, or, while nobody may read, sealed.

import { sha256 } from "./engine/canonical.js";
import * as client from "./engine/client.js";
import { actRefusal, missing } from "./engine/fields.js";
import { newOpId, newRecordId } from "./engine/ids.js";
import { sealCapture } from "./keys/capture.js";

/**
 * @typedef {import("./tablet.js").TabletHere} TabletHere
 * @typedef {import("./interface.js").Act} Act
 * @typedef {import("./interface.js").Recorded} Recorded
 */

/** Record an act: it is on disk once this says saved. @param {TabletHere} tablet @param {Act} act @returns {Promise<Recorded>} */
export async function recordAct(tablet, act) {
  const whole = { ...act, record_id: act.record_id ?? newRecordId(Date.now()) };
  const said = { saved: false, record_id: whole.record_id, reason: "", field: "" };
  const refused = refusal(tablet, whole);
  if (refused) return { ...said, ...refused };
  const kept = await tablet.reserve.spend(() => (tablet.store ? write(tablet, whole) : capture(tablet, whole)));
  return "reason" in kept ? { ...said, ...kept } : { ...said, saved: true };
}

/** Keep a file until the server has it. @param {TabletHere} tablet @param {Blob} file @param {string} record_id @returns {Promise<Recorded>} */
export async function keepFile(tablet, file, record_id) {
  const said = { saved: false, record_id, reason: "", field: "" };
  if (!tablet.data) return { ...said, reason: "locked" };
  if (tablet.storage.level === "full") return { ...said, reason: "storage_full" };
  const content = new Uint8Array(await file.arrayBuffer());
  const waiting = { sha256: await sha256(content), size_bytes: content.length, media_type: file.type, record_id, content };
  const kept = await tablet.reserve.spend(async () => (await tablet.disk.keepFile(waiting, tablet.data), {}));
  if (kept.reason) return { ...said, ...kept };
  tablet.filesWaiting = await tablet.disk.fileCount();
  return { ...said, saved: true };
}

/** @param {TabletHere} tablet @param {Act & {record_id: string}} act */
function refusal(tablet, act) {
  if (!tablet.disk || !tablet.vault) return { reason: tablet.disk ? "not_enrolled" : "elsewhere", field: "" };
  if (tablet.storage.level === "full") return { reason: "storage_full", field: "" };
  const refused = actRefusal(act);
  if (refused) return refused;
  const isNew = tablet.store ? client.state(tablet.store, act.record_id) === null : false;
  const lacking = isNew ? missing(act) : null;
  return lacking && { reason: "required", field: lacking };
}

/** @param {TabletHere} tablet @param {Act & {record_id: string}} act */
function write(tablet, act) {
  const more = act.draft ? { drafts: [[act.draft, null]] } : {};
  return client.record(tablet.store, act, newOpId(), tablet.author.id, tablet.clocks(), { more });
}

/** @param {TabletHere} tablet @param {Act & {record_id: string}} act */
async function capture(tablet, act) {
  const known = tablet.vault.people.some((one) => one.id === act.author);
  if (!known) return { reason: "author_unknown", field: "" };
  await tablet.disk.capture(await sealCapture(tablet.vault.seal_public, JSON.stringify({ act, op_id: newOpId(), clocks: tablet.clocks() })));
  tablet.sealed = await tablet.disk.captures();
  return {};
}
