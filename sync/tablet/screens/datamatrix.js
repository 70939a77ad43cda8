// This file decides what a GS1 DataMatrix of a vaccine box says, as backend/doses/datamatrix.py does (shared vectors).
// @ts-check

const CHARACTERS_MAX = 400;
const GS = "\x1d";
// Application identifiers of fixed length, by their first two digits; the others end at a separator.
/** @type {Record<string, number>} */
const FIXED = {
  "00": 18, "01": 14, "02": 14, "03": 14, "04": 16, 11: 6, 12: 6, 13: 6, 15: 6, 16: 6, 17: 6, 18: 6, 19: 6, 20: 2, 41: 13,
};
/** @type {Record<string, number>} */
const VARIABLE_MAX = { 10: 20, 21: 20 };
const THREE_DIGITS = ["24", "25", "40", "42", "71"];
const CIP_START = "03400";
const TEXT = /^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+$/;
const PRINTED = /\((\d{2,4})\)([^()]*)/g;

/** @typedef {{gtin: string, cip_code: string | null, expires_on: string | null, lot_number: string | null, serial: string | null}} Box */

class Bad extends Error {}

/**
 * Return what a scanned code says, or why it is not believed; `year` is the present one, which tells the century.
 * @param {string} scanned
 * @param {number} year
 * @returns {Box | {why: string}}
 */
export function readDatamatrix(scanned, year) {
  try {
    return box(elements(scanned), year);
  } catch (bad) {
    if (bad instanceof Bad) return { why: bad.message };
    throw bad;
  }
}

/** @param {string} scanned @returns {Map<string, string>} */
function elements(scanned) {
  if ([...scanned].length > CHARACTERS_MAX) throw new Bad("too_long");
  const text = trimmed(
    trimmed(scanned, " \r\n\t")
      .replace(/^\]d2/, "")
      .replace(/^\]D2/, "")
      .replaceAll("<GS>", GS)
      .replaceAll("\u241d", GS),
    GS,
  );
  if (!text) throw new Bad("empty");
  if (!/^[\x20-\x7e]*$/.test(text.replaceAll(GS, ""))) throw new Bad("not_text");
  const found = new Map();
  for (const [identifier, value] of text.startsWith("(") ? printed(text) : encoded(text)) {
    if ((found.get(identifier) ?? value) !== value) throw new Bad("contradicts_itself");
    found.set(identifier, value);
  }
  return found;
}

/** @param {string} text @param {string} signs */
function trimmed(text, signs) {
  let start = 0;
  let end = text.length;
  while (start < end && signs.includes(text[start])) start += 1;
  while (end > start && signs.includes(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

/** @param {string} text @returns {Generator<[string, string]>} */
function* printed(text) {
  if (text.replace(PRINTED, "").trim()) throw new Bad("not_gs1");
  for (const [, identifier, value] of text.matchAll(PRINTED)) yield [identifier, value.trim()];
}

/** @param {string} text @returns {Generator<[string, string]>} */
function* encoded(text) {
  let at = 0;
  while (at < text.length) {
    if (text[at] === GS) {
      at += 1;
      continue;
    }
    const start = text.slice(at, at + 2);
    if (!/^\d\d$/.test(start)) throw new Bad("not_gs1");
    const begin = at + (THREE_DIGITS.includes(start) ? 3 : 2);
    const separator = text.indexOf(GS, begin);
    let end = separator < 0 ? text.length : separator;
    const length = FIXED[start];
    if (length !== undefined) {
      if (end - begin < length) throw new Bad("cut_short");
      end = begin + length;
    }
    yield [text.slice(at, begin), text.slice(begin, end)];
    at = end;
  }
}

/** @param {Map<string, string>} said @param {number} year @returns {Box} */
function box(said, year) {
  const gtin = said.get("01");
  if (gtin === undefined) throw new Bad("no_product");
  if (!/^\d{14}$/.test(gtin) || !checks(gtin)) throw new Bad("check_digit");
  for (const identifier of ["10", "21"]) {
    const value = said.get(identifier);
    if (value !== undefined && (value.length > VARIABLE_MAX[identifier] || !TEXT.test(value))) throw new Bad("bad_lot");
  }
  const expiry = said.get("17");
  return {
    gtin,
    cip_code: gtin.startsWith(CIP_START) ? gtin.slice(1) : null,
    expires_on: expiry === undefined ? null : expiryOf(expiry, year),
    lot_number: said.get("10") ?? null,
    serial: said.get("21") ?? null,
  };
}

/** @param {string} gtin */
function checks(gtin) {
  return [...gtin].reduce((total, digit, place) => total + Number(digit) * (place % 2 === 0 ? 3 : 1), 0) % 10 === 0;
}

/** Read YYMMDD: day 00 is the last of the month; the century is the one nearest to the present year. @param {string} digits @param {number} year */
function expiryOf(digits, year) {
  if (!/^\d{6}$/.test(digits)) throw new Bad("bad_date");
  const [two, month, day] = [0, 2, 4].map((start) => Number(digits.slice(start, start + 2)));
  const ahead = two - (year % 100);
  const full = year - (year % 100) + two + (ahead >= 51 ? -100 : ahead <= -50 ? 100 : 0);
  const last = month >= 1 && month <= 12 ? new Date(Date.UTC(full, month, 0)).getUTCDate() : 0;
  const on = day || last;
  if (!last || on > last) throw new Bad("bad_date");
  return `${full}-${String(month).padStart(2, "0")}-${String(on).padStart(2, "0")}`;
}
