// This file decides what one op does to one record, as sync/merge.py does: the same record on both sides, byte for byte.
//
// A value is superseded only by an op whose author had seen it (S8), so the order of arrival changes nothing (S3). The
// reasons stand in sync/merge.py; tests/vectors/merge.json holds both to the same answers.

import { byCodePoint } from "./canonical.js";
import { dotText, empty, partText } from "./state.js";
import { fieldOf, same, siblings, step } from "./view.js";

/**
 * @typedef {import("./state.js").RecordState} RecordState
 * @typedef {import("./state.js").Entry} Entry
 * @typedef {import("./state.js").Value} Value
 * @typedef {import("./state.js").Vector} Vector
 * @typedef {import("./ops.js").Op} Op
 */

const KNOWLEDGE_DOES_NOT_SUPERSEDE = ["fact", "furthest"];

/**
 * Return the record after an op; an op already in it changes nothing (S2).
 * @param {RecordState | null} before
 * @param {Op} op
 * @param {number} at
 * @returns {RecordState}
 */
export function apply(before, op, at) {
  const state = before ?? empty(op.kind);
  if (op.n <= (state.seen.get(op.actor) ?? 0)) return state;
  const opSeen = vectorOf(op.seen);
  const parts = partsOf(op);
  const entries = withoutSeen(state.entries, parts, opSeen);
  const mine = notSupersededMeanwhile(op, state.ahead);
  keepGrowOnly(entries, mine, op);
  if (mine.size) entries.set(dotText(op.actor, op.n), { actor: op.actor, n: op.n, at, values: mine });
  const seen = new Map(state.seen).set(op.actor, op.n);
  return { kind: op.kind, seen, entries, sums: added(state.sums, op), ahead: aheadAfter(state.ahead, parts, op, opSeen, seen) };
}

/** @param {Record<string, number> | undefined} seen @returns {Vector} */
export const vectorOf = (seen) => new Map(Object.entries(seen ?? {}).map(([actor, n]) => [Number(actor), n]));

/** @param {Op} op @returns {Map<string, Value>} */
function valuesOf(op) {
  /** @type {Map<string, Value>} */
  const values = new Map(Object.entries(op.set ?? {}));
  for (const [field, elements] of Object.entries(op.add ?? {})) values.set(field, [...new Set(elements)].sort(byCodePoint));
  return values;
}

/** What the op supersedes, as far as its author had seen it: whole fields, or single elements of sets. @param {Op} op */
function partsOf(op) {
  const parts = new Set();
  for (const field of Object.keys(op.set ?? {})) {
    if (!KNOWLEDGE_DOES_NOT_SUPERSEDE.includes(fieldOf(op.kind, field)?.policy ?? "")) parts.add(partText(field, null));
  }
  for (const changed of [op.add ?? {}, op.remove ?? {}]) {
    for (const [field, elements] of Object.entries(changed)) for (const element of elements) parts.add(partText(field, element));
  }
  return parts;
}

/** @param {Map<string, Entry>} entries @param {Set<string>} parts @param {Vector} seen */
function withoutSeen(entries, parts, seen) {
  const kept = new Map();
  for (const [dot, entry] of entries) {
    if (entry.n > (seen.get(entry.actor) ?? 0)) {
      kept.set(dot, entry);
      continue;
    }
    const values = outside(entry.values, parts);
    if (values.size) kept.set(dot, { ...entry, values });
  }
  return kept;
}

/** The values that the parts do not name; a set field keeps its other elements. @param {Map<string, Value>} values @param {Set<string>} parts */
function outside(values, parts) {
  const left = new Map();
  for (const [field, value] of values) {
    if (Array.isArray(value)) {
      const elements = value.filter((element) => !parts.has(partText(field, element)));
      if (elements.length) left.set(field, elements);
    } else if (!parts.has(partText(field, null))) {
      left.set(field, value);
    }
  }
  return left;
}

/** The op's values, without those that an op known earlier had already seen and replaced. @param {Op} op @param {Map<string, Vector>} ahead */
function notSupersededMeanwhile(op, ahead) {
  const passed = new Set([...ahead].filter(([, vector]) => op.n <= (vector.get(op.actor) ?? 0)).map(([part]) => part));
  return outside(valuesOf(op), passed);
}

/** Settle the fields where knowledge does not supersede. @param {Map<string, Entry>} entries @param {Map<string, Value>} mine @param {Op} op */
function keepGrowOnly(entries, mine, op) {
  for (const name of [...mine.keys()]) {
    const field = fieldOf(op.kind, name);
    if (!field || !KNOWLEDGE_DOES_NOT_SUPERSEDE.includes(field.policy)) continue;
    for (const other of siblings(entries, name)) {
      const value = /** @type {Value} */ (mine.get(name));
      const kept = standing(field, { value, actor: op.actor, n: op.n }, other);
      if (kept === "other") {
        mine.delete(name);
        break;
      }
      if (kept === "mine") drop(entries, dotText(other.actor, other.n), name);
    }
  }
}

/**
 * Return which of two values stands, `mine`, `other` or `both`; of equal values the smaller dot does.
 * @param {{policy: string, words: string[]}} field
 * @param {{value: Value, actor: number, n: number}} mine
 * @param {{value: Value, actor: number, n: number}} other
 */
function standing(field, mine, other) {
  if (same(mine.value, other.value)) return (mine.actor - other.actor || mine.n - other.n) < 0 ? "mine" : "other";
  if (field.policy === "fact") return "both";
  const myStep = step(field, mine.value);
  const otherStep = step(field, other.value);
  if (myStep < 0 || otherStep < 0) return "both";
  return myStep > otherStep ? "mine" : "other";
}

/** @param {Map<string, Entry>} entries @param {string} dot @param {string} field */
function drop(entries, dot, field) {
  const entry = /** @type {Entry} */ (entries.get(dot));
  const values = new Map(entry.values);
  values.delete(field);
  if (values.size) entries.set(dot, { ...entry, values });
  else entries.delete(dot);
}

/** @param {Map<string, Vector>} sums @param {Op} op */
function added(sums, op) {
  const after = new Map(sums);
  for (const [field, by] of Object.entries(op.inc ?? {})) {
    const mine = new Map(after.get(field) ?? []);
    after.set(field, mine.set(op.actor, (mine.get(op.actor) ?? 0) + by));
  }
  return after;
}

/**
 * Return what authors had seen and this record does not hold yet, so that its late arrival supersedes nothing.
 * @param {Map<string, Vector>} ahead @param {Set<string>} parts @param {Op} op @param {Vector} opSeen @param {Vector} seen
 */
function aheadAfter(ahead, parts, op, opSeen, seen) {
  const unknown = [...opSeen].filter(([actor, n]) => n > (seen.get(actor) ?? 0) && actor !== op.actor);
  if (!unknown.length && !ahead.size) return ahead;
  const gathered = new Map([...ahead].map(([part, vector]) => [part, new Map(vector)]));
  for (const part of unknown.length ? parts : []) {
    const vector = gathered.get(part) ?? new Map();
    for (const [actor, n] of unknown) vector.set(actor, Math.max(n, vector.get(actor) ?? 0));
    gathered.set(part, vector);
  }
  const left = new Map();
  for (const [part, vector] of gathered) {
    const still = new Map([...vector].filter(([actor, n]) => n > (seen.get(actor) ?? 0)));
    if (still.size) left.set(part, still);
  }
  return left;
}
