// This file makes and compares the ids that travel, as sync/ids.py names them.

import { byCodePoint, hex, sha256 } from "./canonical.js";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** @param {unknown} text */
export const isUuid = (text) => typeof text === "string" && UUID.test(text);

/** @param {string} digits 32 hexadecimal digits */
const dashed = (digits) => digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

/**
 * Return a new record's id: a UUIDv7, whose time nobody reads.
 * @param {number} wall milliseconds since 1970
 */
export function newRecordId(wall) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let at = 0; at < 6; at += 1) bytes[at] = Math.floor(wall / 2 ** (8 * (5 - at))) & 0xff;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return dashed(hex(bytes));
}

/** Return a new op's id: 128 random bits. */
export const newOpId = () => hex(crypto.getRandomValues(new Uint8Array(16)));

/**
 * Return the uuid that a rule gives to these parts, in whatever order they are named.
 * @param {string} rule
 * @param {string[]} parts
 */
export async function derivedId(rule, ...parts) {
  const digits = (await sha256([rule, ...parts.sort(byCodePoint)].join("\x1f"))).slice(0, 32);
  const marked = (/** @type {number} */ at, /** @type {number} */ mask, /** @type {number} */ mark) => ((parseInt(digits.slice(at, at + 2), 16) & mask) | mark).toString(16).padStart(2, "0");
  return dashed(digits.slice(0, 12) + marked(12, 0x0f, 0x80) + digits.slice(14, 16) + marked(16, 0x3f, 0x80) + digits.slice(18));
}

/**
 * Return the record's digits for drill-down, last digit first, since uuids made in one hour begin alike.
 * @param {string} record
 */
export const shard = (record) => [...record.replaceAll("-", "")].reverse().join("");
