// This file decides what changed in the round since the morning. What it compares with holds ids and times, no words.
// @ts-check

const MINUTES_WORTH_SAYING = 10;

/**
 * @typedef {{position: number, at: string}} Mark
 * @typedef {Record<string, Mark>} Morning  by place: a new plan gives the stops new ids at the same places
 */

/** Return what is kept of a round in the morning. @param {import("./read.js").StopView[]} stops @returns {Morning} */
export function morningOf(stops) {
  return Object.fromEntries(
    stops.map((one) => [one.place_id, { position: one.values.position, at: String(one.values.arrival_planned_at ?? "") }]),
  );
}

/**
 * Return which stops were added, which are planned at another time, and which places were taken out.
 * @param {Morning} before
 * @param {import("./read.js").StopView[]} stops
 */
export function changedSince(before, stops) {
  const now = new Set(stops.map((one) => one.place_id));
  return {
    added: stops.filter((one) => !before[one.place_id]),
    moved: stops.filter((one) => before[one.place_id] && isMoved(before[one.place_id].at, String(one.values.arrival_planned_at ?? ""))),
    removed: Object.entries(before).filter(([place]) => !now.has(place)).map(([place_id, was]) => ({ place_id, position: was.position })),
  };
}

/** @param {string} was @param {string} is */
function isMoved(was, is) {
  const minutes = Math.abs(Date.parse(is) - Date.parse(was)) / 60_000;
  return Number.isNaN(minutes) ? was !== is : minutes >= MINUTES_WORTH_SAYING;
}
