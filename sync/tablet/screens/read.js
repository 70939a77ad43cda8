// This file decides what of the pack a screen shows: which round, which stops, who is at a place, how a person is called.
// @ts-check
import { wordOf } from "../texts/speak.js";

const MONTHS_UNTIL = 24;

/**
 * @typedef {import("../interface.js").Tablet} Tablet
 * @typedef {import("../interface.js").Shown} Shown
 * @typedef {import("../texts/speak.js").Say} Say
 *
 * @typedef {object} Person  A person as a line shows them.
 * @property {string} id
 * @property {Record<string, any>} values
 * @property {Shown} shown
 *
 * @typedef {object} StopView
 * @property {string} id
 * @property {Record<string, any>} values
 * @property {string} place_id
 * @property {Record<string, any>} place
 * @property {Shown[]} visits
 * @property {string[]} acts
 * @property {string[]} windows
 * @property {string[]} languages
 * @property {boolean} interpreter
 * @property {number} people
 * @property {Person[]} wanted  whom the visits name
 */

/** Return the day of an instant on this tablet, as text. @param {number} at */
export function dayOf(at) {
  const day = new Date(at);
  return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((one) => String(one).padStart(2, "0")).join("-");
}

/** Return a day some days later. @param {string} day @param {number} days */
export function dayLater(day, days) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1, date + days)).toISOString().slice(0, 10);
}

/** Return the value of a field, or null while it is disputed or unknown. @param {Shown | null} shown @param {string} field @returns {any} */
export function value(shown, field) {
  return shown?.values[field] ?? null;
}

/** Return the rounds on this tablet that are in force, by day. @param {Tablet} tablet */
export function rounds(tablet) {
  return tablet
    .all("round")
    .filter((one) => !["withdrawn", "closed"].includes(value(one, "state")))
    .sort((one, other) => String(value(one, "day_on")).localeCompare(String(value(other, "day_on"))) || one.id.localeCompare(other.id));
}

/** Return the stops of a round in their order. @param {Tablet} tablet @param {string} roundId */
export function stopsOf(tablet, roundId) {
  return tablet
    .all("stop")
    .filter((one) => value(one, "round_id") === roundId && value(one, "state") !== "withdrawn")
    .sort((one, other) => (value(one, "position") ?? 0) - (value(other, "position") ?? 0))
    .map((one) => stopView(tablet, one));
}

/** Return everything that a line of a stop says. @param {Tablet} tablet @param {Shown} stop @returns {StopView} */
export function stopView(tablet, stop) {
  const place_id = String(value(stop, "place_id"));
  const visits = (value(stop, "visit_ids") ?? []).map((/** @type {string} */ id) => tablet.view(id)).filter(Boolean);
  const wanted = wantedBy(tablet, visits);
  const languages = [...visits.map((/** @type {Shown} */ one) => value(one, "language")), ...wanted.map((one) => one.values.language)];
  return {
    id: stop.id,
    values: stop.values,
    place_id,
    place: tablet.view(place_id)?.values ?? {},
    visits,
    acts: unique(visits.flatMap((/** @type {Shown} */ one) => value(one, "acts") ?? [])),
    windows: unique(visits.flatMap((/** @type {Shown} */ one) => value(one, "windows") ?? [])),
    languages: unique(languages.filter((one) => one && one !== "fr")),
    interpreter: wanted.some((one) => one.values.interpreter_needed === true),
    people: wanted.length || expected(visits) || peopleAt(tablet, place_id).length,
    wanted,
  };
}

/** Return the people whom visits name, themselves or by their household. @param {Tablet} tablet @param {Shown[]} visits @returns {Person[]} */
function wantedBy(tablet, visits) {
  const ids = visits.map((one) => value(one, "person_id")).filter(Boolean);
  const households = visits.filter((one) => !value(one, "person_id")).map((one) => value(one, "household_id")).filter(Boolean);
  const people = ids.map((id) => tablet.view(id)).filter((one) => one !== null);
  const family = households.length ? tablet.all("person").filter((one) => households.includes(value(one, "household_id"))) : [];
  return [...new Map([...people, ...family].map((one) => [one.id, asPerson(one)])).values()];
}

/** Return how many people visits without a name say to expect. @param {Shown[]} visits */
function expected(visits) {
  return visits.reduce((sum, one) => sum + (value(one, "people_count") ?? 0), 0);
}

/** Return who lives at a place, by room, family and name. @param {Tablet} tablet @param {string} placeId @returns {Person[]} */
export function peopleAt(tablet, placeId) {
  return tablet
    .bucket(placeId)
    .filter((one) => one.kind === "person" && value(one, "place_id") === placeId)
    .map(asPerson)
    .sort((one, other) => orderOf(one).localeCompare(orderOf(other), "fr", { numeric: true }));
}

/** @param {Person} one */
function orderOf({ id, values }) {
  return [values.room ?? "\uffff", values.household_id ?? "", values.family_name ?? values.alias ?? "", values.born_on ?? "", id].join("\u0001");
}

/** @param {Shown} shown @returns {Person} */
export function asPerson(shown) {
  return { id: shown.id, values: shown.values, shown };
}

/** Return a person's name as it is said aloud; an alias in its own signs. @param {Record<string, any>} values @param {Say} say */
export function nameOf(values, say) {
  const name = [values.given_name, values.family_name].filter(Boolean).join(" ");
  if (!name) return values.alias ? `« ${values.alias} »` : say("unnamed");
  return values.alias ? `${name} « ${values.alias} »` : name;
}

/** Return whole years between a birth and a day. @param {string | null | undefined} bornOn @param {string} today */
export function ageOf(bornOn, today) {
  if (!bornOn) return null;
  return Number(today.slice(0, 4)) - Number(bornOn.slice(0, 4)) - (today.slice(5) < bornOn.slice(5) ? 1 : 0);
}

/** Return whole months between a birth and a day. @param {string} bornOn @param {string} today */
export function monthsOf(bornOn, today) {
  const months = (/** @type {string} */ day) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7));
  return months(today) - months(bornOn) - (today.slice(8) < bornOn.slice(8) ? 1 : 0);
}

/** Say an age: below two years in months, since vaccines of the first years are counted so. @param {number} months @param {Say} say */
export function monthsWords(months, say) {
  return months < MONTHS_UNTIL ? say("months", { count: months }) : say("years", { count: Math.floor(months / 12) });
}

/** Return age, or the year for an estimated birth, or the disputed values. @param {Shown} shown @param {Say} say @param {string} today */
export function ageWords(shown, say, today) {
  const disputed = shown.disputed.born_on;
  if (disputed) return say("disputed", { values: disputed.join(", ") });
  const { born_on, born_precision } = /** @type {Record<string, any>} */ (shown.values);
  if (!born_on) return "";
  if (born_precision === "estimated") return say("born_about", { year: born_on.slice(0, 4) });
  return born_precision === "year" ? say("years", { count: ageOf(born_on, today) ?? "" }) : monthsWords(monthsOf(born_on, today), say);
}

/** Return where a place is, in words. @param {Record<string, any>} place @param {Say} say */
export function placeWords(place, say) {
  return place.name || place.address || wordOf(say, "place.kind", place.kind);
}

/** Return what was recorded about a person, the latest first. @param {Tablet} tablet @param {string} personId */
export function historyOf(tablet, personId) {
  return ["dose", "screening", "consent", "exposure", "adverse_event"]
    .flatMap((kind) => tablet.all(kind))
    .filter((one) => [value(one, "person_id"), value(one, "index_person_id"), value(one, "contact_person_id")].includes(personId))
    .sort((one, other) => dateOf(other).localeCompare(dateOf(one)) || other.id.localeCompare(one.id));
}

/** Return when a record of a history happened. @param {Shown} one @returns {string} */
export function dateOf(one) {
  return String(value(one, "given_at") ?? value(one, "given_on") ?? value(one, "collected_at") ?? value(one, "decided_at") ?? value(one, "reported_at") ?? value(one, "last_on") ?? "");
}

/** Return whether a fact stands. @param {Shown} one */
export function stands(one) {
  return value(one, "state") !== "entered_in_error";
}

/** Return this tablet's record of the last dose that it recorded as given: the next is likely of the same box. @param {Tablet} tablet */
export function lastOwnDose(tablet) {
  const op = tablet.outbox().find((one) => one.kind === "dose" && one.set.status === "given");
  return op ? tablet.view(op.record_id) : null;
}

/** @param {any[]} all @returns {any[]} */
function unique(all) {
  return [...new Set(all)];
}
