// This file holds what the ops of one record have left standing, and its bytes: the counterpart of sync/state.py.
//
// A record is {kind, seen, entries, sums, ahead}: `seen` and each counter's sums are Maps from actor to n, `entries` a Map
// from the dot's text "actor.n" to {actor, n, at, values}, `ahead` a Map from the text of a part to a Map. Nothing is changed
// in place.

import { byCodePoint, canonical, sum64 } from "./canonical.js";

/**
 * @typedef {import("../interface.js").Scalar} Scalar
 * @typedef {Scalar | string[]} Value
 * @typedef {Map<number, number>} Vector
 * @typedef {{actor: number, n: number, at: number, values: Map<string, Value>}} Entry
 * @typedef {{kind: string, seen: Vector, entries: Map<string, Entry>, sums: Map<string, Vector>, ahead: Map<string, Vector>}} RecordState
 */

/** @param {number} actor @param {number} n */
export const dotText = (actor, n) => `${actor}.${n}`;

/** @param {string} field @param {string | null} element */
export const partText = (field, element) => JSON.stringify([field, element]);

/** @param {{actor: number, n: number}} one @param {{actor: number, n: number}} other */
export const byDot = (one, other) => one.actor - other.actor || one.n - other.n;

/** @param {string} kind @returns {RecordState} */
export const empty = (kind) => ({ kind, seen: new Map(), entries: new Map(), sums: new Map(), ahead: new Map() });

/**
 * Return the canonical text of a record.
 * @param {string} record
 * @param {RecordState} state
 */
export function encode(record, state) {
  const entries = [...state.entries.values()].sort(byDot);
  const newest = new Map(entries.map((entry) => [entry.actor, entry.n]));
  const row = [
    record,
    state.kind,
    entries.map(({ actor, n, at, values }) => [actor, n, at, Object.fromEntries(values)]),
    pairs(state.seen).filter(([actor, n]) => newest.get(actor) !== n),
    Object.fromEntries([...state.sums].map(([field, by]) => [field, pairs(by)])),
    ahead(state),
  ];
  while (row.length > 3 && isEmpty(row[row.length - 1])) row.pop();
  return canonical(row);
}

/**
 * Return the record that `encode` wrote; throws TypeError if the text is no such record.
 * @param {string} content
 * @returns {[string, RecordState]}
 */
export function decode(content) {
  const [record, kind, rows, seen = [], sums = {}, ahead = []] = JSON.parse(content);
  if (typeof record !== "string" || typeof kind !== "string" || !Array.isArray(rows)) throw new TypeError("no record");
  const state = empty(kind);
  for (const [actor, n, at, values] of rows) {
    state.entries.set(dotText(actor, n), { actor, n, at, values: new Map(Object.entries(values)) });
  }
  for (const { actor, n } of [...state.entries.values()].sort(byDot)) state.seen.set(actor, n);
  for (const [actor, n] of seen) state.seen.set(actor, n);
  for (const [field, by] of Object.entries(sums)) state.sums.set(field, new Map(by));
  for (const [field, element, vector] of ahead) state.ahead.set(partText(field, element), new Map(vector));
  return [record, state];
}

/**
 * Return the 64-bit sum of a record's merged content, dots included: equal sums, equal records.
 * @param {string} record
 * @param {RecordState} state
 */
export const contentSum = (record, state) => sum64(encode(record, state));

/** @param {Vector} vector */
const pairs = (vector) => [...vector].sort(([one], [other]) => one - other);

/** @param {RecordState} state */
function ahead(state) {
  return [...state.ahead]
    .map(([part, vector]) => [...JSON.parse(part), pairs(vector)])
    .sort((one, other) => byCodePoint(one[0], other[0]) || byCodePoint(one[1] ?? "", other[1] ?? ""));
}

/** @param {unknown} part */
const isEmpty = (part) => (Array.isArray(part) ? part : Object.keys(/** @type {object} */ (part))).length === 0;
