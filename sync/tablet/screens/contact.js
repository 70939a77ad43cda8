// This file shows exposures: who was in contact with a person, where, when last.
// @ts-check
import { make } from "../look/build.js";
import { button, card, choices, field, link } from "../look/parts.js";
import { wordOf } from "../texts/speak.js";
import { capture, freshId, saveAll } from "./at.js";
import { nameOf, peopleAt, value } from "./read.js";

/** @typedef {import("./at.js").At} At @typedef {{ids: Record<string, string>, people: string[], setting: string, last_on: string}} Entry */

/** @param {At} at @param {string} personId @param {string} [stopId] */
export function show(at, personId, stopId = "") {
  const person = at.tablet.view(personId);
  if (!person) return [make("h1", { tabindex: -1 }, at.say("gone"))];
  const { say } = at;
  const draft = `contact/${personId}/${stopId}`;
  const others = peopleAt(at.tablet, String(value(person, "place_id"))).filter((one) => one.id !== personId);
  const family = others.filter((one) => value(person, "household_id") && one.values.household_id === value(person, "household_id"));
  const { entry, keep } = capture(at, draft, () => /** @type {Entry} */ ({
    ids: Object.fromEntries(others.map((one) => [one.id, freshId(at.now())])),
    people: family.map((one) => one.id),
    setting: family.length ? "household" : "",
    last_on: at.today(),
  }));
  return [
    make("h1", { tabindex: -1 }, say("contact.title", { name: nameOf(person.values, say) })),
    card(
      null,
      choices({ name: "people", legend: say("contact.who"), words: others.map((one) => [one.id, nameOf(one.values, say)]), chosen: entry.people, several: true, change: (chosen) => {
        entry.people = chosen;
        keep();
      } }),
      link(say("stop.add_person"), `#/new/${value(person, "place_id")}/${stopId}`, { class: "button quiet" }),
      choices({
        name: "setting",
        legend: say("contact.setting"),
        words: ["household", "site", "event", "other"].map((one) => [one, wordOf(say, "exposure.setting", one)]),
        chosen: [entry.setting],
        change: ([one]) => {
          entry.setting = one;
          keep();
        },
      }),
      field(say("contact.last"), { name: "last_on", type: "date", max: at.today(), value: entry.last_on, onchange: (/** @type {any} */ event) => {
        entry.last_on = event.target.value;
        keep();
      } }),
    ),
    button(say("save"), () => save(at, personId, stopId, entry, draft), { class: "save", "data-act": "save" }),
    link(say("back"), stopId ? `#/stop/${stopId}` : `#/person/${personId}`, { class: "button quiet wide" }),
  ];
}

/** @param {At} at @param {string} personId @param {string} stopId @param {Entry} entry @param {string} draft */
async function save(at, personId, stopId, entry, draft) {
  if (!entry.people.length || !entry.setting || !entry.last_on) {
    at.tell("note", at.say("missing", { what: at.say("contact.missing") }));
    return;
  }
  const acts = entry.people.map((id) => ({
    record_id: (entry.ids[id] ??= freshId(at.now())),
    kind: "exposure",
    set: { index_person_id: personId, contact_person_id: id, setting: entry.setting, last_on: entry.last_on, follow_up: "listed" },
  }));
  if (!(await saveAll(at, draft, acts))) return;
  at.tell("good", at.say("saved"));
  at.go(stopId ? `#/stop/${stopId}` : `#/person/${personId}`);
}
