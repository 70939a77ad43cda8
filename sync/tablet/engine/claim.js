// This file decides in few bytes what a pull says the tablet holds, and what the tablet notes after a page, as sync/claim.py does.

import { PROTOCOL_VERSION } from "../made/kinds.js";
import { canonical, sha256 } from "./canonical.js";

const START = [0, 0];
const COVERED = [0, 0, 0]; // the bucket stands at the tablet's `since`; no server has epoch 0
const MARK_DIGITS = 12;

/**
 * @typedef {import("../store/memory.js").Identity} Identity
 * @typedef {Map<string, number[]>} Cursors
 */

/** Return the number that stands for these buckets: the same buckets, the same number, on tablet and server. @param {Iterable<string>} buckets */
export const versionOf = async (buckets) => parseInt((await sha256([...buckets].sort().join("\n"))).slice(0, 12), 16);

/** Return the digits that stand for a bucket where its name would cost too much. @param {string} bucket */
const mark = async (bucket) => (await sha256(bucket)).slice(0, MARK_DIGITS);

/** @param {number[]} at */
const isCovered = (at) => at.every((part, place) => part === COVERED[place]);

/**
 * Return the request for the next page: one place for all buckets held, and those that stand elsewhere by name.
 * @param {Identity} me @param {Cursors} held @param {string[]} [repair]
 */
export async function ask(me, held, repair = []) {
  const staying = [...held.keys()].filter((bucket) => !me.leaving.includes(bucket));
  const version = await versionOf(staying);
  let apart = [...held].filter(([, at]) => !isCovered(at));
  /** @type {string[] | undefined} */
  let covered;
  if (version !== me.scope_version) {
    const marked = staying.filter((bucket) => isCovered(held.get(bucket) ?? COVERED));
    covered = (await Promise.all(marked.map(mark))).sort();
  } else if (!me.since) {
    // A bucket of which nothing was given yet begins at its start anyhow.
    apart = apart.filter(([bucket, [, xid, seq]]) => xid !== START[0] || seq !== START[1] || me.leaving.includes(bucket));
  }
  const sorted = [...apart].sort(([one], [other]) => (one < other ? -1 : 1));
  const claim = (await sha256(canonical([version, me.since ?? null, sorted]))).slice(0, 16);
  return {
    protocol: PROTOCOL_VERSION, cursors: Object.fromEntries(apart), evicted: me.evicted, repair, scope_version: version,
    since: me.since ?? undefined, held: covered, claim,
  };
}

/**
 * Return who the tablet is after a page, and the cursors that change: after the last page all stand at `since`.
 * @param {Identity} me @param {Cursors} held
 * @param {import("./pull.js").PageHeader} header @param {import("./pull.js").PageEnd} end
 * @returns {Promise<{identity: Identity, cursors: [string, number[]][]}>}
 */
export async function noted(me, held, header, end) {
  const byMark = new Map(header.evict.length ? await Promise.all([...held.keys()].map(async (one) => /** @type {const} */ ([await mark(one), one]))) : []);
  const leaving = header.evict.flatMap((one) => byMark.get(one) ?? []).sort();
  const beginning = [header.epoch, ...START];
  /** @type {Cursors} */
  const cursors = new Map();
  for (const [bucket] of header.sections ?? []) if (!held.has(bucket)) cursors.set(bucket, beginning);
  for (const bucket of leaving) if (isCovered(held.get(bucket) ?? COVERED)) cursors.set(bucket, me.since ?? beginning);
  for (const [bucket, at] of Object.entries(end.cursors)) cursors.set(bucket, at);
  if (end.since) {
    const apart = [...new Set([...held.keys(), ...cursors.keys()])].filter((bucket) => !leaving.includes(bucket)).sort();
    for (const bucket of apart) if (!isCovered(held.get(bucket) ?? beginning)) cursors.set(bucket, COVERED);
  }
  const identity = { ...me, scope_version: header.scope_version, leaving, evicted: [], since: end.since ?? me.since ?? null };
  return { identity, cursors: [...cursors] };
}
