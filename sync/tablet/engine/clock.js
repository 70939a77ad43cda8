// This file decides the corrected time of an op from what is known of the tablet's clock, as sync/clock.py does (S10).

const WARN_MS = 5 * 60_000;
const BLOCK_MS = 12 * 3_600_000;
const DRIFT_PER_MILLION = 100;

/**
 * @typedef {{wall: number, mono: number, boot: string, server: number, round_trip: number}} Sample
 * @typedef {{at: number, bound: number | null, flag: string}} Corrected
 */

/**
 * @param {number} wall @param {number} mono @param {string} boot @param {Sample[]} samples @param {number} now
 * @returns {Corrected}
 */
export function corrected(wall, mono, boot, samples, now) {
  const near = least(samples.filter((one) => one.boot === boot), (one) => Math.abs(one.mono - mono));
  if (near) {
    const at = near.server + mono - near.mono;
    const bound = Math.floor(near.round_trip / 2) + Math.ceil((Math.abs(mono - near.mono) * DRIFT_PER_MILLION) / 1_000_000);
    return { at: Math.min(at, now), bound, flag: flagOf(wall - at) };
  }
  const closest = least(samples, (one) => Math.abs(one.wall - wall));
  if (!closest) return { at: Math.min(wall, now), bound: null, flag: "unproved" };
  const skew = closest.wall - closest.server;
  return { at: Math.min(wall - skew, now), bound: null, flag: flagOf(skew) };
}

/** Return how far off a clock is, in a word. @param {number} skew milliseconds */
export function flagOf(skew) {
  if (Math.abs(skew) > BLOCK_MS) return "block";
  return Math.abs(skew) > WARN_MS ? "warn" : "good";
}

/** @param {number} millis */
export const instantOf = (millis) => new Date(millis).toISOString();

/** @param {Sample[]} samples @param {(one: Sample) => number} distance */
function least(samples, distance) {
  return [...samples].sort((one, other) => distance(one) - distance(other) || one.server - other.server)[0] ?? null;
}
