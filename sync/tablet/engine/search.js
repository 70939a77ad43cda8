// This file finds people while somebody types: by what is written, and by how it sounds.

import { alikeSounds, sounds, wordsOf } from "./names.js";

const FOUND_MOST = 50;
const NAMES = ["given_name", "family_name", "alias"];
const FRENCH = new Intl.Collator("fr");
const ORDER = { same: 0, begins: 1, close: 2 };

/**
 * @typedef {import("../interface.js").Shown} Shown
 * @typedef {import("../interface.js").Found} Found
 */

/** Return the people whose names fit the text, the nearest first. @param {Iterable<Shown>} people @param {string} text @returns {Found[]} */
export function search(people, text) {
  const typed = wordsOf(text);
  const heard = sounds(text);
  if (!typed.length) return [];
  /** @type {(Found & {name: string})[]} */
  const found = [];
  for (const person of people) {
    const name = nameOf(person);
    const how = fit(name, typed, heard);
    if (how) found.push({ person, how, name });
  }
  found.sort((one, other) => ORDER[one.how] - ORDER[other.how] || FRENCH.compare(one.name, other.name));
  return found.slice(0, FOUND_MOST).map(({ person, how }) => ({ person, how }));
}

/** Return all names of a person, those that are disputed or did not win among them. @param {Shown} person */
export function nameOf(person) {
  const parts = NAMES.flatMap((name) => [person.values[name], ...(person.others[name] ?? []), ...(person.disputed[name] ?? [])]);
  return parts.filter((part) => typeof part === "string").join(" ");
}

/** @param {string} name @param {string[]} typed @param {string[]} heard @returns {Found["how"] | null} */
function fit(name, typed, heard) {
  const nameSounds = sounds(name);
  const alike = alikeSounds(heard, nameSounds);
  if (alike === "same") return "same";
  const written = wordsOf(name);
  const begins = (/** @type {string} */ word) =>
    written.some((one) => one.startsWith(word)) || (word.length > 2 && sounds(word).every((sound) => sound.length > 1 && nameSounds.some((one) => one.startsWith(sound))));
  if (typed.every(begins)) return "begins";
  return alike === "close" ? "close" : null;
}
