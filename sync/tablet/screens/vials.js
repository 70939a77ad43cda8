// This file decides where a vial stands: doses left, use-by, how it ends, as backend/doses/vials.py does (shared vectors).
// @ts-check

const ENDED = ["empty", "discarded"];
const STATES = ["sealed", "opened", ...ENDED];
const HOUR = 3_600_000;

/**
 * @typedef {object} Balance
 * @property {number} nominal
 * @property {number} used
 * @property {number} wasted
 * @property {number} left
 * @property {number} over_extracted
 * @property {number} unaccounted
 * @property {number} wasted_twice
 */

/**
 * Return the balance of a vial from its record and the doses that name it. Doses come before waste.
 * @param {number} nominal
 * @param {number} given
 * @param {number} wastedRecorded
 * @param {string} state
 * @returns {Balance}
 */
export function balance(nominal, given, wastedRecorded, state) {
  const rest = Math.max(0, nominal - given);
  const wasted = Math.min(Math.max(0, wastedRecorded), rest);
  const ended = ENDED.includes(state);
  return {
    nominal,
    used: given,
    wasted,
    left: ended ? 0 : rest - wasted,
    over_extracted: Math.max(0, given - nominal),
    unaccounted: ended ? rest - wasted : 0,
    wasted_twice: Math.max(0, wastedRecorded) - wasted,
  };
}

/**
 * Return the instant (milliseconds) from which an opened vial may not be used; null where no clock is known, which is no
 * permission. `openings` are all that were recorded: while two tablets disagree, the earlier one is the cautious one.
 * @param {number[]} openings
 * @param {number | null} hoursAfterOpening
 * @param {number | null} lotEndsAt
 */
export function useBy(openings, hoursAfterOpening, lotEndsAt) {
  const ends = lotEndsAt === null ? [] : [lotEndsAt];
  if (openings.length && hoursAfterOpening !== null) ends.push(Math.min(...openings) + hoursAfterOpening * HOUR);
  return ends.length ? Math.min(...ends) : null;
}

/**
 * Return what may be done with a vial now: `sealed`, `open`, `out_of_time`, `unknown_use_by` or `ended`.
 * @param {string} state
 * @param {Balance} doses
 * @param {{openings: number[], hours_after_opening: number | null, lot_ends_at: number | null}} clocks
 * @param {number} now
 */
export function standing(state, doses, clocks, now) {
  if (ENDED.includes(state) || !STATES.includes(state) || (doses.left === 0 && doses.used > 0)) return "ended";
  const ends = useBy(clocks.openings, clocks.hours_after_opening, clocks.lot_ends_at);
  if (ends !== null && now >= ends) return "out_of_time";
  if (state !== "opened" && doses.used === 0 && !clocks.openings.length) return "sealed";
  const hasClock = clocks.openings.length > 0 && clocks.hours_after_opening !== null;
  return hasClock || doses.nominal === 1 ? "open" : "unknown_use_by";
}

/** Return what is written when a vial is put away. @param {Balance} doses */
export function endVial(doses) {
  return { state: doses.left ? "discarded" : "empty", wasted_more: doses.left };
}
