// This file gives what is due to one person: the server's answer of the pack, with what was recorded here laid over it.

import { forecastNow } from "../doses/forecast.js";

/**
 * @param {any} pack  what POST /sync/forecasts gave, all pages together
 * @param {string} id
 * @param {import("../interface.js").Shown[]} doses  the dose records of the person
 * @param {string} day
 * @returns {import("../interface.js").Forecast | null}
 */
export function forecastOf(pack, id, doses, day) {
  const person = pack?.persons[id];
  if (!person) return null;
  const shown = doses.map((one) => ({ id: one.id, ...one.values }));
  const told = (/** @type {number[] | undefined} */ places) => (places ?? []).map((place) => pack.texts[person.first + place]);
  const lines = forecastNow(person, shown, pack.on, day, pack.words);
  return {
    state: person.state, on: pack.on, version: pack.version, refused_on: person.refused_on ?? null,
    unread: person.unread ?? [], notices: person.notices ?? [], kept_back: person.kept_back ?? [],
    lines: lines.map((line) => ({ ...line, lines: told(line.lines), guidance: told(line.guidance) })),
  };
}
