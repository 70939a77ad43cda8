// This file decides the two lights: "ready for the field" and "safe to hand in".
//
// They come from sums that agreed and a receipt of the server, never from "no error so far".

/**
 * @typedef {object} Facts
 * @property {boolean} enrolled
 * @property {boolean} locked
 * @property {boolean} deposit_only
 * @property {number} waiting
 * @property {number} sealed
 * @property {number} files
 * @property {boolean} has_round  a round of today is on the tablet
 * @property {boolean} agreed_today  the sums of both sides agreed at a sync of today
 * @property {string} storage_level
 * @property {{n: number, hash: string} | null} receipt  the server's last word on our chain
 * @property {{n: number, hash: string}} chain  the end of our chain
 */

/** @param {Facts} facts @returns {import("../interface.js").Lights} */
export function lightsOf(facts) {
  const field = [
    !facts.enrolled && "not_enrolled",
    facts.locked && "locked",
    facts.deposit_only && "deposit_only",
    !facts.agreed_today && "not_synced",
    !facts.has_round && "round_missing",
    facts.storage_level === "full" && "storage_full",
  ].filter((reason) => reason !== false);
  const isHeld = facts.receipt !== null && facts.receipt.n === facts.chain.n && facts.receipt.hash === facts.chain.hash;
  const handIn = [
    facts.locked && "locked",
    facts.waiting > 0 && "waiting",
    facts.sealed > 0 && "sealed",
    facts.files > 0 && "files",
    !facts.locked && !isHeld && "no_receipt",
  ].filter((reason) => reason !== false);
  return { ready_for_field: !field.length, safe_to_hand_in: !handIn.length, reasons: [...new Set([...field, ...handIn])] };
}
