// This file decides what is shown of a record while its values agree, differ, or are disputed, as sync/view.py does.

import { KINDS } from "../made/kinds.js";
import { byCodePoint, canonical } from "./canonical.js";
import { byDot } from "./state.js";

/**
 * @typedef {import("./state.js").RecordState} RecordState
 * @typedef {import("./state.js").Entry} Entry
 * @typedef {import("./state.js").Value} Value
 * @typedef {{actor: number, n: number, at: number, value: Value}} Sibling
 * @typedef {{values: Record<string, Value>, disputed: Record<string, Value[]>, others: Record<string, Value[]>}} View
 */

export const DISPUTABLE = ["clinical", "fact"];

/** @param {string} kind @param {string} field */
export const fieldOf = (kind, field) => {
  const fields = Object.hasOwn(KINDS, kind) ? KINDS[kind].fields : {};
  return Object.hasOwn(fields, field) ? fields[field] : null;
};

/** @param {RecordState} state @returns {View} */
export function view(state) {
  /** @type {View} */
  const shown = { values: {}, disputed: {}, others: {} };
  const names = new Set([...state.entries.values()].flatMap((entry) => [...entry.values.keys()]));
  for (const name of names) show(name, fieldOf(state.kind, name), siblings(state.entries, name), shown);
  for (const [name, byActor] of state.sums) put(shown.values, name, [...byActor.values()].reduce((sum, by) => sum + by, 0));
  return shown;
}

/**
 * Return the live values of a field in the order of their dots.
 * @param {Map<string, Entry>} entries
 * @param {string} field
 * @returns {Sibling[]}
 */
export function siblings(entries, field) {
  return [...entries.values()]
    .filter((entry) => entry.values.has(field))
    .sort(byDot)
    .map(({ actor, n, at, values }) => ({ actor, n, at, value: /** @type {Value} */ (values.get(field)) }));
}

/** @param {Sibling[]} found @returns {Value[]} */
export function distinct(found) {
  /** @type {Value[]} */
  const values = [];
  for (const { value } of found) if (!values.some((one) => same(one, value))) values.push(value);
  return values;
}

/** @param {Value} one @param {Value} other */
export const same = (one, other) => one === other || canonical(one) === canonical(other);

/** @param {{words: string[]}} field @param {Value} value */
export const step = (field, value) => field.words.indexOf(/** @type {string} */ (value));

/**
 * Return the sibling that is shown when one may stand for all: the furthest step, else the latest, ties by dot.
 * @param {{policy: string, words: string[]} | null} field
 * @param {Sibling[]} found
 */
export function winner(field, found) {
  const further =
    field?.policy === "furthest"
      ? (/** @type {Sibling} */ one, /** @type {Sibling} */ other) => step(field, one.value) - step(field, other.value) || byDot(other, one)
      : (/** @type {Sibling} */ one, /** @type {Sibling} */ other) => one.at - other.at || byDot(one, other);
  return found.reduce((best, one) => (further(one, best) > 0 ? one : best));
}

/** @param {string} name @param {any} field @param {Sibling[]} found @param {View} shown */
function show(name, field, found, shown) {
  if (found.every((one) => Array.isArray(one.value))) {
    const elements = new Set(found.flatMap((one) => /** @type {string[]} */ (one.value)));
    put(shown.values, name, [...elements].sort(byCodePoint));
    return;
  }
  const values = distinct(found);
  if (values.length > 1 && field && DISPUTABLE.includes(field.policy)) {
    put(shown.disputed, name, values);
    return;
  }
  const won = winner(field, found);
  put(shown.values, name, won.value);
  if (values.length > 1 && field?.policy !== "latest") {
    put(shown.others, name, values.filter((value) => !same(value, won.value)));
  }
}

/** Give an object a property of its own, whatever a newer app named its field. @param {any} object @param {string} name @param {unknown} value */
function put(object, name, value) {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}
