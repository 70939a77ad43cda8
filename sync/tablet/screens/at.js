// This file says what every screen is given: the tablet, the words, the time, and the few things it may do besides.
// @ts-check

/**
 * @typedef {import("../interface.js").Tablet} Tablet
 * @typedef {import("../interface.js").Act} Act
 *
 * @typedef {object} Door  What the server says of the questions at the door (door.json).
 * @property {import("./questions.js").Questionnaire} questionnaire
 * @property {Record<string, {fr: string, en: string, next: string}>} not_given
 * @property {Record<string, Record<string, string[]>>} event  the words of adverse events, by field and code
 *
 * @typedef {object} At
 * @property {Tablet} tablet
 * @property {import("../texts/speak.js").Say} say
 * @property {string} language
 * @property {Door} door
 * @property {() => number} now  milliseconds
 * @property {() => string} instant  now, as records hold it
 * @property {() => string} today  the day of now on this tablet
 * @property {(day: string) => string} dayWords
 * @property {(instant: string) => string} timeWords
 * @property {(when: string) => string} whenWords  the day of an instant or of a day
 * @property {(hash: string) => void} go  show another screen
 * @property {() => void} again  show this screen again
 * @property {(work: () => unknown) => void} later  after this screen is shown
 * @property {(kind: "good" | "note" | "late", words: string) => void} tell  say something for a few seconds, aloud too
 * @property {(act: Act) => Promise<string | null>} save  record an act; its record's id, or null after saying why not
 */

export {};

/** Return a fresh id of a record, so that a capture that is saved again after a crash writes the same record. @param {number} now */
export function freshId(now) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let at = 0; at < 6; at += 1) bytes[at] = Math.floor(now / 256 ** (5 - at)) % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/**
 * Open the draft of a capture, or begin one; `keep` saves it after each change, so that a dead tablet loses no word.
 * @template {object} T
 * @param {At} at
 * @param {string} name
 * @param {() => T} begin
 * @returns {{entry: T, keep: () => void}}
 */
export function capture(at, name, begin) {
  const entry = /** @type {T} */ (at.tablet.draft(name) ?? begin());
  return { entry, keep: () => void at.tablet.keepDraft(name, entry) };
}

/**
 * Record the acts of one capture one after the other; the last one takes the draft away. What a crash already wrote is
 * not written again, since each act names its record. Returns whether all are saved.
 * @param {At} at
 * @param {string} draft
 * @param {Act[]} acts
 */
export async function saveAll(at, draft, acts) {
  for (const [place, act] of acts.entries()) {
    const last = place === acts.length - 1;
    if (act.record_id && !last && at.tablet.ops(act.record_id).length) continue;
    if ((await at.save(last ? { ...act, draft } : act)) === null) return false;
  }
  return true;
}
