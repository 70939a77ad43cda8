// This file decides which words a screen says: French or English, by key; a key without words is a fault of ours.
// @ts-check
import { CARE } from "./care.js";
import { FRAME } from "./frame.js";
import { REASONS } from "./reasons.js";
import { ROUND } from "./round.js";
import { WORDS } from "./words.js";

/** @type {Record<string, string[]>} */
export const TEXTS = { ...FRAME, ...ROUND, ...CARE, ...REASONS, ...WORDS };
export const LANGUAGES = ["fr", "en"];

/** @typedef {(key: string, values?: Record<string, string | number>) => string} Say */

/**
 * Return what says a key's words in a language, with values in the place of {names}.
 * @param {string} language
 * @returns {Say}
 */
export function speaker(language) {
  const at = Math.max(0, LANGUAGES.indexOf(language));
  return (key, values = {}) => {
    const pair = TEXTS[key];
    if (!pair) throw new Error(`no words for ${key}`);
    return pair[at].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
  };
}

/**
 * Return the words of a code of a record; a code that only a newer app knows is shown as it is.
 * @param {Say} say
 * @param {string} group
 * @param {unknown} code
 */
export function wordOf(say, group, code) {
  const key = `${group}.${code}`;
  return key in TEXTS ? say(key) : String(code ?? "");
}
