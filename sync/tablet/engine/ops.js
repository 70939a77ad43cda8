// This file writes an op's canonical payload and the line that carries it, as sync/ops.py and sync/decode.py do.

import { canonical, sha256 } from "./canonical.js";

/**
 * @typedef {import("../interface.js").Scalar} Scalar
 * @typedef {object} Op
 * @property {string} id @property {number} actor @property {number} n @property {string} prev @property {string} record
 * @property {string} kind @property {number} schema @property {string} author @property {string} wall_at
 * @property {number} mono_ms @property {string} boot
 * @property {Record<string, Scalar>} [set] @property {Record<string, string[]>} [add]
 * @property {Record<string, string[]>} [remove] @property {Record<string, number>} [inc] @property {Record<string, number>} [seen]
 */

export const NO_PREVIOUS = "0".repeat(64);
const PLACE_IN_CHAIN = ["actor", "n", "prev", "seen"];
const PARTS = ["set", "add", "remove", "inc", "seen"];

/** Return the canonical payload of an op: empty parts are left out. @param {Op} op */
export function payload(op) {
  const parts = Object.entries(op).filter(([key, value]) => !PARTS.includes(key) || Object.keys(value ?? {}).length);
  return canonical(Object.fromEntries(parts));
}

/** Return the hash of a payload; the next op of the installation names it. @param {string} content */
export const hashOf = (content) => sha256(content);

/** Return the act alone, without its place in a chain. @param {string} content */
export function actOf(content) {
  const fields = Object.entries(JSON.parse(content)).filter(([key]) => !PLACE_IN_CHAIN.includes(key));
  return canonical(Object.fromEntries(fields));
}

/** Return the line of one op, as it is sent. @param {string} id @param {number} n @param {string} hash @param {string} content */
export const envelope = (id, n, hash, content) => `{"id":"${id}","n":${n},"hash":"${hash}","op":${content}}`;
