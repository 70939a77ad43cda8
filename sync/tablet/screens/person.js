// This file shows a person: who they are, what is due and why, what was done before, and what may be corrected.
// @ts-check
import { make } from "../look/build.js";
import { button, card, field, link, list, note, tag, texts } from "../look/parts.js";
import { wordOf } from "../texts/speak.js";
import { dueCard } from "./due.js";
import { ageWords, dateOf, historyOf, nameOf, placeWords, stands, value } from "./read.js";

/** @typedef {import("./at.js").At} At @typedef {import("../interface.js").Shown} Shown */

const TEXT_FIELDS = ["given_name", "family_name", "alias", "phone", "room"];
const LANGUAGES = ["fr", "en", "ar", "zh", "es", "pt", "ro", "ru", "uk", "ps", "fa", "bn", "ta", "so"];

/** @param {At} at @param {string} personId @param {string} [stopId] */
export function show(at, personId, stopId = "") {
  const person = at.tablet.view(personId);
  if (!person) return [make("h1", { tabindex: -1 }, at.say("gone"))];
  const { say } = at;
  const place = at.tablet.view(String(value(person, "place_id")));
  return [
    make("h1", { tabindex: -1 }, nameOf(person.values, say)),
    card(
      null,
      make("p", { class: "strong" }, ageWords(person, say, at.today())),
      make("p", {}, place ? placeWords(place.values, say) : "", value(person, "room") ? ` · ${say("stop.room", { room: value(person, "room") })}` : ""),
      make(
        "p",
        {},
        ...["sex", "language", "mobility", "identity_status"].filter((name) => value(person, name)).map((name) => tag("", wordOf(say, `person.${name}`, value(person, name)))),
      ),
      ...["allergies", "contraindications"].filter((name) => value(person, name)?.length).map((name) => note("late", `${say(`person.${name}`)} : ${value(person, name).join(", ")}`)),
      ...Object.keys(person.disputed).map((name) => note("note", `${say("disputed", { values: person.disputed[name].join(" / ") })}`)),
      ...TEXT_FIELDS.filter((name) => name !== "phone" && person.others[name]?.length).map((name) => note("note", say("person.also", { what: say(`person.${name}`), values: person.others[name].join(" / ") }))),
      value(person, "phone") ? call(say("stop.call"), value(person, "phone")) : null,
      ...(person.others.phone ?? []).map((number) => call(say("person.call_also", { number: String(number) }), number)),
    ),
    make(
      "div",
      { class: "row" },
      link(say("act.vaccinate"), `#/dose/${personId}/${stopId}`),
      link(say("act.screen"), `#/test/${personId}/${stopId}`, { class: "button quiet" }),
      link(say("act.exposure"), `#/contact/${personId}/${stopId}`, { class: "button quiet" }),
      link(say("act.event"), `#/event/${personId}/${stopId}`, { class: "button quiet" }),
      link(say("photo.title"), `#/photo/${personId}`, { class: "button quiet" }),
    ),
    dueCard(at, personId),
    history(at, personId),
    correction(at, person),
    stopId ? link(say("back"), `#/stop/${stopId}`, { class: "button quiet wide" }) : null,
  ];
}

/** @param {string} words @param {unknown} number */
const call = (words, number) => link(words, `tel:${String(number).replace(/[^+\d]/g, "")}`, { class: "button quiet" });

/** @param {At} at @param {string} personId */
function history(at, personId) {
  const all = historyOf(at.tablet, personId);
  if (!all.length) return card(at.say("person.history"), make("p", { class: "quiet" }, at.say("person.no_history")));
  return card(at.say("person.history"), make("ul", { class: "lines" }, all.map((one) => entry(at, one))));
}

/** One fact of the history; what was wrong stays visible. @param {At} at @param {Shown} one */
function entry(at, one) {
  const { say } = at;
  const wrong = !stands(one);
  const reason = field(say("person.error_why"), { name: "why", maxlength: 500 });
  const correct = make(
    "details",
    {},
    make("summary", {}, say("person.error")),
    reason,
    button(say("save"), () => {
      const { why } = texts(reason);
      if (!why) return at.tell("note", say("missing", { what: say("dose.missing_reason") }));
      return at.save({ record_id: one.id, kind: one.kind, set: { state: "entered_in_error", error_reason: why } });
    }, { class: "late" }),
  );
  return make(
    "li",
    {},
    make("p", {}, make("span", { class: "strong" }, at.whenWords(dateOf(one))), " ", factWords(at, one)),
    wrong ? tag("late", say("person.errored", { why: value(one, "error_reason") ?? "" })) : null,
    one.own ? tag(one.status === "refused" ? "late" : one.status === "arrived" ? "good" : "note", say(`sync.${one.status}`)) : null,
    !wrong ? correct : null,
  );
}

/** Return what a record says, in one line. @param {At} at @param {Shown} one */
export function factWords(at, one) {
  const { say } = at;
  const said = (/** @type {string} */ name) => (one.disputed[name] ? say("disputed", { values: one.disputed[name].join(" / ") }) : value(one, name));
  if (one.kind === "dose") {
    const antigens = (value(one, "antigens") ?? []).map((/** @type {string} */ code) => wordOf(say, "antigen", code)).join(", ");
    const reason = value(one, "not_given_reason");
    const words = reason ? (at.language === "en" ? at.door.not_given[reason]?.en : at.door.not_given[reason]?.fr) : null;
    return [wordOf(say, "dose.status", said("status")), antigens, said("product_code"), said("lot_number"), words ?? reason].filter(Boolean).join(" · ");
  }
  if (one.kind === "screening") {
    return [wordOf(say, "screening.test_type", said("test_type")), wordOf(say, "pathogen", said("pathogen")), one.disputed.result ? said("result") : wordOf(say, "screening.result", said("result"))].join(" · ");
  }
  if (one.kind === "consent") return [say("kind.consent"), wordOf(say, "acts", said("act")), wordOf(say, "consent.decision", said("decision"))].join(" · ");
  if (one.kind === "adverse_event") {
    const signs = (value(one, "signs") ?? []).map((/** @type {string} */ code) => at.door.event.signs[code]?.[at.language === "en" ? 1 : 0] ?? code);
    return [say("kind.adverse_event"), signs.join(", ")].join(" · ");
  }
  if (one.kind === "exposure") return [say("kind.exposure"), wordOf(say, "exposure.setting", said("setting"))].join(" · ");
  return wordOf(say, "kind", one.kind);
}

/** @param {At} at @param {Shown} person */
function correction(at, person) {
  const { say } = at;
  const form = make(
    "div",
    {},
    TEXT_FIELDS.map((name) => field(say(`person.${name}`), { name, maxlength: name === "phone" || name === "room" ? 40 : 200, value: value(person, name) ?? "" })),
    field(say("person.born_on"), { name: "born_on", type: "date", max: at.today(), value: value(person, "born_on") ?? "" }),
    list(say("person.language"), "language", [["", "—"], ...LANGUAGES.map((one) => /** @type {[string, string]} */ ([one, wordOf(say, "person.language", one)]))], value(person, "language") ?? ""),
    field(say("person.allergy_more"), { name: "allergy", maxlength: 200 }),
    button(say("save"), () => correct(at, person, texts(form)), { class: "wide", "data-act": "correct" }),
  );
  return make("details", {}, make("summary", {}, say("person.correct")), form);
}

/** Write only what differs: a field that was not touched is nobody's word. @param {At} at @param {Shown} person @param {Record<string, string>} typed */
async function correct(at, person, typed) {
  const { allergy, ...fields } = typed;
  const changed = Object.entries(fields).filter(([name, text]) => text !== String(value(person, name) ?? ""));
  const set = Object.fromEntries(changed.map(([name, text]) => [name, text || null]));
  if (set.born_on && value(person, "born_precision") !== "day") set.born_precision = "day";
  /** @type {Record<string, string[]>} */
  const add = allergy ? { allergies: [allergy] } : {};
  if (!changed.length && !allergy) return;
  if (await at.save({ record_id: person.id, kind: "person", set, add })) {
    at.tell("good", at.say("saved"));
    at.again();
  }
}
