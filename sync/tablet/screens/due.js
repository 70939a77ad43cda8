// This file says what is due to a person and why: the server's answer of the pack with what was recorded here laid over it
// (doses/forecast.js); the tablet has no rule of its own. What must not be given, or is a physician's to decide, comes first.
// @ts-check
import { make } from "../look/build.js";
import { card, note, tag } from "../look/parts.js";
import { wordOf } from "../texts/speak.js";
import { value } from "./read.js";

/**
 * @typedef {Omit<import("../doses/forecast.js").Line, "lines" | "guidance"> & {lines: string[], guidance: string[]}} Told
 */

const SHOWN = ["must_not", "ask_doctor", "may_be_given", "not_validated", "not_yet"];

/** @param {import("./at.js").At} at @param {string} personId @returns {Told[]} */
function told(at, personId) {
  return /** @type {Told[]} */ (at.tablet.forecast(personId)?.lines ?? []);
}

/** Return what there is to know before a dose: warnings, what is due, what comes later. @param {import("./at.js").At} at @param {string} personId @returns {Told[]} */
export function shownDues(at, personId) {
  const start = (/** @type {Told} */ one) => one.recommended_on ?? one.earliest_on ?? "9";
  return told(at, personId)
    .filter((one) => SHOWN.includes(one.advice))
    .sort((one, other) => Number(warns(other)) - Number(warns(one)) || start(one).localeCompare(start(other)) || one.antigen.localeCompare(other.antigen));
}

/** @param {Told} one */
const warns = (one) => one.advice === "must_not" || one.advice === "ask_doctor";

/**
 * Return whether a product is for something that is due today; null where the forecast says nothing of it.
 * @param {import("./at.js").At} at @param {string} personId @param {import("../interface.js").Shown} product
 */
export function isDue(at, personId, product) {
  const about = toldOf(at, personId, product);
  return about.length ? about.some((one) => isDueNow(at, one)) : null;
}

/**
 * Return how a product stands to a person today: what warns comes before what is due.
 * @param {import("./at.js").At} at @param {string} personId @param {import("../interface.js").Shown} product
 * @returns {"unknown" | "must_not" | "ask_doctor" | "due" | "not_yet" | "not_due"}
 */
export function standingOf(at, personId, product) {
  const about = toldOf(at, personId, product);
  if (!about.length) return "unknown";
  for (const warning of /** @type {const} */ (["must_not", "ask_doctor"])) if (about.some((one) => one.advice === warning)) return warning;
  if (about.some((one) => isDueNow(at, one))) return "due";
  return about.every((one) => one.advice === "not_yet") ? "not_yet" : "not_due";
}

/** Return the lines that are about what a product protects from. @param {import("./at.js").At} at @param {string} personId @param {import("../interface.js").Shown} product */
function toldOf(at, personId, product) {
  const antigens = value(product, "antigens") ?? [];
  return told(at, personId).filter((one) => (one.vaccines ?? []).includes(value(product, "nuva_code")) || antigens.includes(one.antigen));
}

/** @param {import("./at.js").At} at @param {Told} one */
const isDueNow = (at, one) => one.status === "not-complete" && one.advice !== "must_not" && (one.recommended_on ?? "9") <= at.today();

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
  const forecast = at.tablet.forecast(personId);
  if (!forecast) return card(say("due.title"), make("p", { class: "quiet" }, say("due.none")));
  return card(
    say("due.title"),
    forecast.refused_on ? note("note", say("due.refused", { day: at.whenWords(forecast.refused_on) })) : null,
    forecast.kept_back.length ? note("note", say("due.kept_back", { antigens: forecast.kept_back.map((one) => wordOf(say, "antigen", one)).join(", ") })) : null,
    make("ul", { class: "lines" }, shownDues(at, personId).map((one) => line(at, one))),
    make("p", { class: "quiet" }, say("due.computed", { day: at.whenWords(forecast.on) }), ` ${forecast.version.slice(0, 12)}`),
  );
}

/** @param {import("./at.js").At} at @param {Told} one */
function line(at, one) {
  const { say } = at;
  const isDueNow = (one.recommended_on ?? "9") <= at.today();
  const when = isDueNow ? say("due.since", { day: at.whenWords(one.recommended_on ?? "") }) : say("due.from", { day: at.whenWords(one.earliest_on ?? "") });
  return make(
    "li",
    {},
    make("p", {}, make("span", { class: "strong" }, wordOf(say, "antigen", one.antigen)), ` · ${say("dose.number")} ${one.dose_number} `, one.earliest_on ? tag("note", when) : null),
    one.advice === "must_not" ? make("p", {}, tag("late", say("due.must_not"))) : null,
    one.advice === "ask_doctor" ? make("p", {}, tag("note", say(one.stale ? "due.since_then" : "due.ask_doctor"))) : null,
    one.validated ? null : make("p", {}, tag("note", say("due.unsigned"))),
    make(
      "details",
      {},
      make("summary", {}, say("due.why")),
      make("ul", {}, [...one.lines, ...one.guidance, ...(one.notices ?? [])].map((words) => make("li", {}, words))),
    ),
  );
}
