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
 * @typedef {import("./engine/fields.js").Reason} Reason
 * @typedef {Act & {record_id: string}} WholeAct
 */

/** Record an act: it is on disk once this says saved. @param {TabletHere} tablet @param {Act} act @returns {Promise<Recorded>} */
export async function recordAct(tablet, act) {
  const whole = { ...act, record_id: act.record_id ?? newRecordId(Date.now()) };
  const said = { saved: false, record_id: whole.record_id, reason: "", field: "" };
  const { open, vault } = tablet;
  if (!vault) return { ...said, reason: "not_enrolled" };
  const refused = refusal(tablet, whole);
  if (refused) return { ...said, ...refused };
  const failed = await tablet.reserve.spend(() => (open ? write(tablet, open, whole) : capture(tablet, vault, whole)));
  return failed ? { ...said, ...failed } : { ...said, saved: true };
}

/** Keep a file until the server has it. @param {TabletHere} tablet @param {Blob} file @param {string} record_id @returns {Promise<Recorded>} */
export async function keepFile(tablet, file, record_id) {
  const said = { saved: false, record_id, reason: "", field: "" };
  const { open } = tablet;
  if (!open) return { ...said, reason: "locked" };
  if (tablet.storage.level === "full") return { ...said, reason: "storage_full" };
  const content = new Uint8Array(await file.arrayBuffer());
  const waiting = { sha256: await sha256(content), size_bytes: content.length, media_type: file.type, record_id, content };
  const failed = await tablet.reserve.spend(() => tablet.disk.keepFile(waiting, open.data));
  if (failed) return { ...said, ...failed };
  tablet.filesWaiting = await tablet.disk.fileCount();
  return { ...said, saved: true };
}

/** @param {TabletHere} tablet @param {WholeAct} act @returns {Reason | null} */
function refusal(tablet, act) {
  if (tablet.storage.level === "full") return { reason: "storage_full", field: "" };
  const refused = actRefusal(act);
  if (refused) return refused;
  const isNew = tablet.store ? client.state(tablet.store, act.record_id) === null : false;
  const lacking = isNew ? missing(act) : null;
  return lacking === null ? null : { reason: "required", field: lacking };
}

/** @param {TabletHere} tablet @param {import("./tablet.js").Open} open @param {WholeAct} act @returns {Promise<Reason | null>} */
async function write(tablet, { store, author }, act) {
  /** @type {import("./store/memory.js").Change} */
  const more = act.draft ? { drafts: [[act.draft, null]] } : {};
  const said = await client.record(store, act, newOpId(), author.id, tablet.clocks(), { more });
  return "reason" in said ? said : null;
}

/** @param {TabletHere} tablet @param {import("./keys/vault.js").VaultRow} vault @param {WholeAct} act @returns {Promise<Reason | null>} */
async function capture(tablet, vault, act) {
  const known = vault.people.some((one) => one.id === act.author);
  if (!known) return { reason: "author_unknown", field: "" };
  await tablet.disk.capture(await sealCapture(vault.seal_public, JSON.stringify({ act, op_id: newOpId(), clocks: tablet.clocks() })));
  tablet.sealed = await tablet.disk.captures();
  return null;
}
