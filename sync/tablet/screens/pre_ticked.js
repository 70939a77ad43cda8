// This file decides for whom a dose is ticked beforehand when a whole family is done in one pass, and what is said of the others.
//
// One box is chosen for all, and it is rarely for all: a newborn is no old man. Whoever it is not due to, or whom a physician
// has to decide on, is ticked by hand or not at all, unless a running campaign means them and nobody says that it is too
// early. Where the pack says nothing of somebody, such as a person met today, the nurse knows better.
// @ts-check
import { standingOf } from "./due.js";
import { ageOf, value } from "./read.js";

/** @typedef {import("../interface.js").Shown} Shown */

/** @type {Record<string, string>} */
const WORDS = { not_due: "due.not_due", not_yet: "due.not_due", must_not: "due.must_not", ask_doctor: "due.ask_doctor" };

/**
 * Return what is ticked before anybody touched the line, and the key of the words beside it.
 * @param {import("./at.js").At} at @param {string} personId @param {Shown | null} product
 * @returns {{result: "done" | "none", words: string | null}}
 */
export function preTicked(at, personId, product) {
  if (!product) return { result: "none", words: null };
  const standing = standingOf(at, personId, product);
  const isDone = standing === "due" || standing === "unknown" || (standing === "not_due" && isMeant(at, personId, product));
  return isDone ? { result: "done", words: null } : { result: "none", words: WORDS[standing] };
}

/** Tell whether a running campaign for what a product protects from means somebody. @param {import("./at.js").At} at @param {string} personId @param {Shown} product */
function isMeant(at, personId, product) {
  const person = at.tablet.view(personId);
  const antigens = value(product, "antigens") ?? [];
  return at.tablet.all("campaign").some((one) => value(one, "state") === "running" && antigens.includes(value(one, "antigen")) && isAimedAt(one, person));
}

/** Tell whether a campaign means a person by group and by age at its start, as coverage counts them (backend/coverage/count.py). @param {Shown} campaign @param {Shown | null} person */
function isAimedAt(campaign, person) {
  const groups = value(campaign, "population_groups") ?? [];
  if (groups.length && !groups.includes(value(person, "population_group"))) return false;
  const least = value(campaign, "age_least_years") ?? 0;
  const age = value(campaign, "starts_on") ? ageOf(value(person, "born_on"), value(campaign, "starts_on")) : null;
  return least === 0 || (age !== null && age >= least);
}
