// This file says what is due to a person and why, as the server computed it for the pack; the tablet computes no forecast.
// A dose recorded since then on this tablet is told beside it, and what follows from it comes with the next sync.
// @ts-check
import { make } from "../look/build.js";
import { card, note, tag } from "../look/parts.js";
import { wordOf } from "../texts/speak.js";
import { value } from "./read.js";

/**
 * @typedef {object} Due
 * @property {string} antigen
 * @property {string} status
 * @property {number} dose_number
 * @property {boolean} validated
 * @property {string} rules_version
 * @property {string} [earliest_on]
 * @property {string} [recommended_on]
 * @property {string[]} [vaccines]  by their NUVA codes
 * @property {{rule: string, line: string}[]} [lines]
 * @property {string[]} [notices]
 *
 * @typedef {{state: string, computed_for_on?: string, refused_on?: string, due?: Due[]}} Forecast
 */

const OPEN = "not-complete";

/** Return what is open for a person: first what is due, then what comes later. @param {import("./at.js").At} at @param {string} personId @returns {Due[]} */
export function openDues(at, personId) {
  const forecast = /** @type {Forecast | null} */ (at.tablet.forecast(personId));
  const start = (/** @type {Due} */ one) => one.recommended_on ?? one.earliest_on ?? "9";
  return (forecast?.due ?? []).filter((one) => one.status === OPEN).sort((one, other) => start(one).localeCompare(start(other)) || one.antigen.localeCompare(other.antigen));
}

/**
 * Return whether a product is for something that is due today; null where the forecast says nothing of it.
 * @param {import("./at.js").At} at @param {string} personId @param {import("../interface.js").Shown} product
 */
export function isDue(at, personId, product) {
  const forecast = /** @type {Forecast | null} */ (at.tablet.forecast(personId));
  const antigens = value(product, "antigens") ?? [];
  const about = (forecast?.due ?? []).filter((one) => (one.vaccines ?? []).includes(value(product, "nuva_code")) || antigens.includes(one.antigen));
  if (!about.length) return null;
  return about.some((one) => one.status === OPEN && (one.recommended_on ?? "9") <= at.today());
}

/** Return the antigens of running campaigns. @param {import("./at.js").At} at @returns {string[]} */
export function campaignAntigens(at) {
  return at.tablet
    .all("campaign")
    .filter((one) => value(one, "state") === "running")
    .map((one) => String(value(one, "antigen")))
    .sort();
}

/** Show what is due to a person, each with the rules that say so. @param {import("./at.js").At} at @param {string} personId */
export function dueCard(at, personId) {
  const { say } = at;
  const forecast = /** @type {Forecast | null} */ (at.tablet.forecast(personId));
  if (!forecast) return card(say("due.title"), make("p", { class: "quiet" }, say("due.none")));
  const since = at.tablet.outbox().some((one) => one.kind === "dose" && one.set.person_id === personId && one.status !== "arrived");
  return card(
    say("due.title"),
    forecast.refused_on ? note("note", say("due.refused", { day: at.whenWords(forecast.refused_on) })) : null,
    since ? note("note", say("due.since_then")) : null,
    make("ul", { class: "lines" }, openDues(at, personId).map((one) => line(at, one))),
    forecast.computed_for_on ? make("p", { class: "quiet" }, say("due.computed", { day: at.whenWords(forecast.computed_for_on) })) : null,
  );
}

/** @param {import("./at.js").At} at @param {Due} one */
function line(at, one) {
  const { say } = at;
  const isDue = (one.recommended_on ?? "9") <= at.today();
  const when = isDue ? say("due.since", { day: at.whenWords(one.recommended_on ?? "") }) : say("due.from", { day: at.whenWords(one.earliest_on ?? "") });
  return make(
    "li",
    {},
    make("p", {}, make("span", { class: "strong" }, wordOf(say, "antigen", one.antigen)), ` · ${say("dose.number")} ${one.dose_number} `, tag("note", when)),
    one.validated ? null : make("p", {}, tag("note", say("due.unsigned"))),
    make(
      "details",
      {},
      make("summary", {}, say("due.why")),
      make("ul", {}, (one.lines ?? []).map((rule) => make("li", {}, `${rule.rule} : ${rule.line}`)), (one.notices ?? []).map((words) => make("li", {}, words))),
      make("p", { class: "quiet" }, one.rules_version),
    ),
  );
}
