// This file says before anything is saved why the server would refuse an act, in the words of sync/fields.py and sync/decode.py.

import { KINDS, OP_BYTES_MOST } from "../made/kinds.js";
import { bytesOf, refusal } from "./canonical.js";
import { isUuid } from "./ids.js";

const DAY = /^(?:19\d\d|20\d\d|2100)-\d\d-\d\d$/;
const INSTANT = /^(?:19\d\d|20\d\d|2100)-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const WRITTEN_ONCE = ["fact", "furthest"];
const NO_REGISTER = ["set", "counter", "derived"];

/** @typedef {{reason: string, field: string}} Reason */

/**
 * Return why an act may not be recorded, or null if it may.
 * @param {import("../interface.js").Act} act
 * @returns {Reason | null}
 */
export function actRefusal(act) {
  if (!Object.hasOwn(KINDS, act.kind)) return { reason: "kind_unknown", field: "" };
  const { set = {}, add = {}, remove = {}, inc = {} } = act;
  const parts = [set, add, remove, inc];
  if (parts.every((part) => !Object.keys(part).length)) return { reason: "empty", field: "" };
  const unsound = refusal(parts);
  if (unsound) return { reason: unsound, field: "" };
  const fields = KINDS[act.kind].fields;
  for (const [name, value] of Object.entries(set)) {
    const reason = Object.hasOwn(fields, name) ? registerRefusal(fields[name], value) : "field_unknown";
    if (reason) return { reason, field: name };
  }
  for (const [name, by] of Object.entries(inc)) {
    const reason = !Object.hasOwn(fields, name) ? "field_unknown" : counterRefusal(fields[name], by);
    if (reason) return { reason, field: name };
  }
  for (const [name, elements] of [...Object.entries(add), ...Object.entries(remove)]) {
    const reason = !Object.hasOwn(fields, name) ? "field_unknown" : elementsRefusal(fields[name], elements);
    if (reason) return { reason, field: name };
  }
  return null;
}

/** Return the name of a required field that a new record lacks, or null. @param {import("../interface.js").Act} act */
export function missing(act) {
  const fields = Object.entries(KINDS[act.kind].fields);
  return fields.find(([name, field]) => field.required && (act.set ?? {})[name] === undefined)?.[0] ?? null;
}

/** @param {string} content */
export const isTooLarge = (content) => bytesOf(content).length > OP_BYTES_MOST;

/** @param {any} field @param {unknown} value */
function registerRefusal(field, value) {
  if (NO_REGISTER.includes(field.policy)) return field.policy === "derived" ? "field_derived" : "operation";
  if (value === null) return field.required || WRITTEN_ONCE.includes(field.policy) ? "empty" : null;
  return CHECKS[field.shape](value, field);
}

/** @param {any} field @param {number} by */
function counterRefusal(field, by) {
  if (field.policy !== "counter") return "operation";
  return Math.abs(by) > field.most ? "range" : null;
}

/** @param {any} field @param {string[]} elements */
function elementsRefusal(field, elements) {
  if (field.policy !== "set") return field.policy === "derived" ? "field_derived" : "operation";
  for (const element of elements) {
    const reason = CHECKS[field.shape](element, field);
    if (reason) return reason;
  }
  return null;
}

/** @type {Record<string, (value: any, field: any) => string | null>} */
const CHECKS = {
  text: (value, field) => (typeof value !== "string" ? "shape" : [...value].length > field.characters_max ? "text_long" : null),
  word: (value, field) => (typeof value !== "string" ? "shape" : field.words.includes(value) ? null : "word_unknown"),
  day: (value) => (typeof value === "string" && DAY.test(value) && isDay(value) ? null : "day"),
  instant: (value) => (typeof value === "string" && INSTANT.test(value) && isDay(value.slice(0, 10)) && !Number.isNaN(Date.parse(value)) ? null : "instant"),
  whole: (value, field) => (!Number.isInteger(value) ? "shape" : value < field.least || value > field.most ? "range" : null),
  flag: (value) => (typeof value === "boolean" ? null : "shape"),
  ref: (value) => (isUuid(value) ? null : "ref"),
};

/** Tell whether a day is in the calendar. @param {string} day */
function isDay(day) {
  const at = new Date(`${day}T00:00:00.000Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}
