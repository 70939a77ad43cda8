// This file reads a page of the feed: whole or not at all, as sync/pull.py writes it (S9).

import { bytesOf, sha256 } from "./canonical.js";
import { decode } from "./state.js";

const DEPARTURE_BYTES = 40; // `["<uuid>"]`; a record is longer

/**
 * @typedef {import("./state.js").RecordState} RecordState
 * @typedef {{epoch: number, scope_version: number, server_at: number, evict: string[], sections?: [string, number][], claim?: string, held_wanted?: boolean}} PageHeader
 * @typedef {{rows: number, digest: string, cursors: Record<string, number[]>, more: boolean, since?: number[]}} PageEnd
 * @typedef {{header: PageHeader, end: PageEnd, rows: [string, string, RecordState | null][]}} Page
 */

/**
 * Return what a page holds, or null if it did not arrive whole; a portal's sign-in page is null too.
 * @param {string} body
 * @returns {Promise<Page | null>}
 */
export async function readPage(body) {
  const text = body.endsWith("\n") ? body.slice(0, -1) : body;
  const cut = text.lastIndexOf("\n");
  if (cut < 0) return null;
  const opened = text.slice(0, cut);
  const [first, ...lines] = opened.split("\n");
  try {
    /** @type {PageEnd} */
    const end = JSON.parse(text.slice(cut + 1));
    /** @type {PageHeader} */
    const header = JSON.parse(first);
    if (end.rows !== lines.length || end.digest !== (await sha256(bytesOf(opened)))) return null;
    const buckets = (header.sections ?? []).flatMap(([bucket, count]) => /** @type {string[]} */ (Array(count).fill(bucket)));
    if (buckets.length !== lines.length) return null;
    return { header, end, rows: lines.map((line, at) => rowOf(buckets[at], line)) };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

/** @param {string} bucket @param {string} content @returns {[string, string, RecordState | null]} */
function rowOf(bucket, content) {
  if (content.length === DEPARTURE_BYTES) return [bucket, content.slice(2, -2), null];
  return [bucket, ...decode(content)];
}
