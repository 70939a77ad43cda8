// This file decides whether both sides hold the same and which few records differ, as sync/integrity.py does.

import { canonical, sha256, sumText } from "./canonical.js";
import { shard } from "./ids.js";

const MODULUS = 1n << 64n;
const SHORT_DIGITS = 10;

/** @typedef {{count: number, total: bigint}} BucketSum */

/** @param {Iterable<bigint>} sums @returns {BucketSum} */
export function bucketSum(sums) {
  let count = 0;
  let total = 0n;
  for (const sum of sums) {
    count += 1;
    total = (total + sum) % MODULUS;
  }
  return { count, total };
}

/** Return the 32 digits that stand for all that a tablet holds. @param {number} scopeVersion @param {Map<string, BucketSum>} sums */
export async function head(scopeVersion, sums) {
  const held = Object.fromEntries([...sums].map(([bucket, one]) => [bucket, pair(one)]));
  return (await sha256(canonical([scopeVersion, held]))).slice(0, 32);
}

/** Return the last ten digits of the sum of each bucket, in order of their names. @param {Map<string, BucketSum>} sums */
export const shortSums = (sums) => [...sums].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, one]) => sumText(one.total).slice(-SHORT_DIGITS)).join("");

/** Return which of my buckets have another sum at the server, which holds the same buckets. @param {Map<string, BucketSum>} mine @param {string} theirs */
export function differing(mine, theirs) {
  const ours = shortSums(mine);
  const digits = (/** @type {string} */ of, /** @type {number} */ at) => of.slice(at * SHORT_DIGITS, (at + 1) * SHORT_DIGITS);
  return [...mine.keys()].sort().filter((_, at) => digits(ours, at) !== digits(theirs, at));
}

/**
 * Return where my records below a prefix differ from the server's answer about that prefix.
 * @param {Map<string, bigint>} mine
 * @param {{children?: Record<string, [number, string]>, records?: Record<string, string>}} theirs
 * @param {string} prefix
 */
export function difference(mine, theirs, prefix = "") {
  const below = [...mine].filter(([record]) => shard(record).startsWith(prefix));
  const children = theirs.children ?? {};
  if (!Object.keys(children).length) {
    const held = new Map(below.map(([record, sum]) => [record, sumText(sum)]));
    const records = theirs.records ?? {};
    const fetch = Object.keys(records).sort().filter((record) => held.get(record) !== records[record]);
    const drop = [...held.keys()].filter((record) => !Object.hasOwn(records, record)).sort();
    return { prefixes: [], fetch, drop };
  }
  /** @type {Map<string, bigint[]>} */
  const ours = new Map();
  for (const [record, sum] of below) {
    const child = shard(record).slice(0, prefix.length + 1);
    ours.set(child, [...(ours.get(child) ?? []), sum]);
  }
  const both = [...new Set([...ours.keys(), ...Object.keys(children)])].sort();
  const nothing = canonical(pair({ count: 0, total: 0n }));
  const differs = (/** @type {string} */ digits) =>
    canonical(pair(bucketSum(ours.get(digits) ?? []))) !== (children[digits] ? canonical(children[digits]) : nothing);
  return { prefixes: both.filter(differs), fetch: [], drop: [] };
}

/**
 * Return `confirmed` if the receipt names an op of mine, `behind` if it ends before mine, else `differs`.
 * @param {{n: number, hash: string}} given
 * @param {Map<number, string>} kept
 */
export function confirms(given, kept) {
  if (kept.has(given.n)) return kept.get(given.n) === given.hash ? "confirmed" : "differs";
  return !kept.size || given.n < Math.min(...kept.keys()) ? "behind" : "differs";
}

/** @param {BucketSum} one */
const pair = (one) => [one.count, sumText(one.total)];
