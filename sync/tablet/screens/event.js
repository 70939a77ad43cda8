// This file shows an adverse event after a dose: signs, onset, how serious, how it goes; the desk makes the declaration of it.
// @ts-check
import { make } from "../look/build.js";
import { button, card, choices, field, link, list, note } from "../look/parts.js";
import { capture, freshId, saveAll } from "./at.js";
import { factWords } from "./person.js";
import { dateOf, historyOf, nameOf, stands, value } from "./read.js";

/** @typedef {import("./at.js").At} At @typedef {{id: string, dose_id: string, signs: string[], serious: string[], outcome: string, reporter: string, onset: string, treatment: string, note: string}} Entry */

/** @param {At} at @param {string} personId @param {string} [stopId] */
export function show(at, personId, stopId = "") {
  const person = at.tablet.view(personId);
  if (!person) return [make("h1", { tabindex: -1 }, at.say("gone"))];
  const { say } = at;
  const draft = `event/${personId}/${stopId}`;
  const doses = historyOf(at.tablet, personId).filter((one) => one.kind === "dose" && stands(one) && value(one, "status") === "given");
  const { entry, keep } = capture(at, draft, () => /** @type {Entry} */ ({
    id: freshId(at.now()), dose_id: doses[0]?.id ?? "", signs: [], serious: [], outcome: "", reporter: "nurse", onset: localTime(at.now()), treatment: "", note: "",
  }));
  const many = (/** @type {"signs" | "serious"} */ name) =>
    choices({ name, legend: say(`event.${name}`), words: eventWords(at, name), chosen: entry[name], several: true, change: (chosen) => {
      entry[name] = chosen;
      keep();
    } });
  const single = (/** @type {"outcome" | "reporter"} */ name) =>
    choices({ name, legend: say(`event.${name}`), words: eventWords(at, name), chosen: [entry[name]], change: ([chosen]) => {
      entry[name] = chosen;
      keep();
    } });
  const typed = (/** @type {"onset" | "treatment" | "note"} */ name, /** @type {string} */ label, /** @type {Record<string, any>} */ more) =>
    field(label, { name, value: entry[name], ...more, oninput: (/** @type {any} */ event) => {
      entry[name] = event.target.value.normalize("NFC");
      keep();
    } });
  return [
    make("h1", { tabindex: -1 }, say("event.title", { name: nameOf(person.values, say) })),
    note("late", say("event.urgent")),
    card(
      null,
      list(say("event.dose"), "dose_id", [["", "—"], ...doses.map((one) => /** @type {[string, string]} */ ([one.id, `${at.whenWords(dateOf(one))} · ${factWords(at, one)}`]))], entry.dose_id, (id) => {
        entry.dose_id = id;
        keep();
      }),
      many("signs"),
      typed("onset", say("event.onset"), { type: "datetime-local", max: localTime(at.now()) }),
      many("serious"),
      single("outcome"),
      typed("treatment", say("event.treatment"), { maxlength: 500 }),
      single("reporter"),
      typed("note", say("stop.note"), { maxlength: 2000 }),
    ),
    button(say("save"), () => save(at, personId, stopId, entry, draft), { class: "save", "data-act": "save" }),
    link(say("back"), `#/person/${personId}/${stopId}`, { class: "button quiet wide" }),
  ];
}

/** Return the codes of a field with their words, as the server gave them. @param {At} at @param {string} name @returns {[string, string][]} */
export function eventWords(at, name) {
  return Object.entries(at.door.event[name]).map(([code, pair]) => [code, pair[at.language === "en" ? 1 : 0]]);
}

/** Return an instant as the field of a date and time holds it: of this tablet, to the minute. @param {number} at */
function localTime(at) {
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** @param {At} at @param {string} personId @param {string} stopId @param {Entry} entry @param {string} draft */
async function save(at, personId, stopId, entry, draft) {
  if (!entry.signs.length) {
    at.tell("note", at.say("missing", { what: at.say("event.signs") }));
    return;
  }
  /** @type {Record<string, string>} */
  const set = { person_id: personId, reported_at: at.instant(), reporter: entry.reporter };
  for (const name of /** @type {const} */ (["dose_id", "outcome", "treatment", "note"])) if (entry[name]) set[name] = entry[name];
  if (entry.onset) set.onset_at = new Date(entry.onset).toISOString();
  const add = { signs: entry.signs, ...(entry.serious.length ? { serious: entry.serious } : {}) };
  if (!(await saveAll(at, draft, [{ record_id: entry.id, kind: "adverse_event", set, add }]))) return;
  at.tell("good", at.say("saved"));
  at.go(`#/person/${personId}/${stopId}`);
}
