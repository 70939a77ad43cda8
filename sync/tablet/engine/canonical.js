// This file says which bytes stand for a value, as sync/canonical.py does: the same hash on every machine.

const WHOLE_MOST = Number.MAX_SAFE_INTEGER;
const DEPTH_MOST = 32;
const ASCII = /^[\x00-\x7f]*$/; // eslint-disable-line no-control-regex
const encoder = new TextEncoder();

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/** @param {string} text */
export const bytesOf = (text) => encoder.encode(text);

/**
 * Return the canonical text of a value that `refusal` accepts: keys sorted, nothing between the signs.
 * @param {unknown} value
 * @returns {string}
 */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const object = /** @type {Record<string, unknown>} */ (value);
    const items = Object.keys(object).sort().map((key) => `${JSON.stringify(key)}:${canonical(object[key])}`);
    return `{${items.join(",")}}`;
  }
  return JSON.stringify(Object.is(value, -0) ? 0 : value);
}

/**
 * Return the SHA-256 of bytes or text as 64 hexadecimal digits.
 * @param {string | Bytes} content
 */
export async function sha256(content) {
  return hex(await digest(content));
}

/**
 * Return the first 8 bytes of the SHA-256 of a text as an unsigned big-endian number.
 * @param {string} content
 * @returns {Promise<bigint>}
 */
export async function sum64(content) {
  return new DataView((await digest(content)).buffer).getBigUint64(0);
}

/** @param {bigint} sum */
export const sumText = (sum) => sum.toString(16).padStart(16, "0");

/** @param {Bytes} bytes */
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * Return the word for why a value may not travel, or null if it may.
 * @param {unknown} value
 * @returns {string | null}
 */
export function refusal(value, depth = 0) {
  if (typeof value === "string") return textRefusal(value);
  if (value === null || typeof value === "boolean") return null;
  if (typeof value === "number") return Number.isInteger(value) && Math.abs(value) <= WHOLE_MOST ? null : "number";
  if (depth >= DEPTH_MOST) return "too_deep";
  if (Array.isArray(value)) return firstWord(value, (element) => refusal(element, depth + 1));
  return firstWord(Object.entries(/** @type {object} */ (value)), ([key, item]) =>
    !ASCII.test(key) || key.includes("\0") ? "key" : refusal(item, depth + 1),
  );
}

/** @param {string} text */
export function textRefusal(text) {
  if (text.includes("\0")) return "nul";
  return text.normalize("NFC") === text ? null : "not_nfc";
}

/**
 * Order texts by code point, as Python does: by UTF-16 units, an emoji would come before U+FFFD.
 * @param {string} one
 * @param {string} other
 */
export function byCodePoint(one, other) {
  const mine = [...one];
  const theirs = [...other];
  for (let at = 0; at < Math.min(mine.length, theirs.length); at += 1) {
    const difference = /** @type {number} */ (mine[at].codePointAt(0)) - /** @type {number} */ (theirs[at].codePointAt(0));
    if (difference) return difference;
  }
  return mine.length - theirs.length;
}

/** @param {string | Bytes} content */
async function digest(content) {
  const bytes = typeof content === "string" ? bytesOf(content) : content;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/**
 * @template T
 * @param {T[]} items
 * @param {(item: T) => string | null} ask
 */
function firstWord(items, ask) {
  for (const item of items) {
    const word = ask(item);
    if (word) return word;
  }
  return null;
}
