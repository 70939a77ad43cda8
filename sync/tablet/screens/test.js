// This file shows a screening: kind of test, what it looks for, result now or pending; a positive one leads on.
// @ts-check
import { make } from "../look/build.js";
import { button, card, choices, field, link, note } from "../look/parts.js";
import { wordOf } from "../texts/speak.js";
import { capture, freshId, saveAll } from "./at.js";
import { visitOf } from "./dose.js";
import { nameOf, stopView, value } from "./read.js";

/** @typedef {import("./at.js").At} At @typedef {{id: string, test_type: string, pathogen: string, kit_lot: string, result: string, told: boolean, note: string}} Entry */

const PATHOGENS = ["sars-cov-2", "influenza", "rsv", "tuberculosis"];
const RESULTS = ["not_detected", "detected", "pending", "inconclusive", "unsatisfactory", "not_done"];

/** @param {At} at @param {string} personId @param {string} [stopId] */
export function show(at, personId, stopId = "") {
  const person = at.tablet.view(personId);
  if (!person) return [make("h1", { tabindex: -1 }, at.say("gone"))];
  const { say } = at;
  const draft = `test/${personId}/${stopId}`;
  const last = at.tablet.outbox().find((one) => one.kind === "screening");
  const { entry, keep } = capture(at, draft, () => /** @type {Entry} */ ({
    id: freshId(at.now()),
    test_type: String(last?.set.test_type ?? ""),
    pathogen: String(last?.set.pathogen ?? ""),
    kit_lot: String(last?.set.kit_lot ?? ""),
    result: "",
    told: false,
    note: "",
  }));
  const asked = (/** @type {"test_type" | "pathogen" | "result"} */ name, /** @type {string} */ legend, /** @type {[string, string][]} */ words) =>
    choices({
      name,
      legend,
      words,
      chosen: [entry[name]],
      change: ([one]) => {
        entry[name] = one;
        keep();
        positive.replaceChildren(...(entry.result === "detected" ? [note("late", say("test.positive"))] : []));
      },
    });
  const positive = make("div", { role: "status" });
  const typed = (/** @type {"kit_lot" | "note"} */ name, /** @type {string} */ label, /** @type {number} */ maxlength) =>
    field(label, { name, maxlength, value: entry[name], oninput: (/** @type {any} */ event) => {
      entry[name] = event.target.value.normalize("NFC");
      keep();
    } });
  return [
    make("h1", { tabindex: -1 }, say("test.title", { name: nameOf(person.values, say) })),
    card(
      null,
      asked("test_type", say("test.type"), ["antigen", "pcr", "other"].map((one) => [one, wordOf(say, "screening.test_type", one)])),
      asked("pathogen", say("test.pathogen"), PATHOGENS.map((one) => [one, wordOf(say, "pathogen", one)])),
      typed("kit_lot", say("test.kit"), 40),
      asked("result", say("test.result"), RESULTS.map((one) => [one, wordOf(say, "screening.result", one)])),
      positive,
      choices({ name: "told", legend: say("test.told"), words: [["yes", say("yes")]], chosen: entry.told ? ["yes"] : [], several: true, change: (chosen) => {
        entry.told = chosen.length > 0;
        keep();
      } }),
      typed("note", say("stop.note"), 2000),
    ),
    button(say("save"), () => save(at, personId, stopId, entry, draft), { class: "save", "data-act": "save" }),
    link(say("back"), stopId ? `#/stop/${stopId}` : `#/person/${personId}`, { class: "button quiet wide" }),
  ];
}

/** @param {At} at @param {string} personId @param {string} stopId @param {Entry} entry @param {string} draft */
async function save(at, personId, stopId, entry, draft) {
  if (!entry.test_type || !entry.pathogen || !entry.result) {
    at.tell("note", at.say("missing", { what: at.say("test.missing") }));
    return;
  }
  const stop = stopId ? at.tablet.view(stopId) : null;
  const visit_id = stop ? visitOf(stopView(at.tablet, stop).visits, personId, value(at.tablet.view(personId), "household_id"), "screen") : null;
  const resulted = entry.result !== "pending" && entry.result !== "not_done";
  const set = {
    person_id: personId,
    test_type: entry.test_type,
    pathogen: entry.pathogen,
    result: entry.result,
    collected_at: at.instant(),
    ...(visit_id ? { visit_id } : {}),
    ...(entry.kit_lot ? { kit_lot: entry.kit_lot } : {}),
    ...(entry.note ? { note: entry.note } : {}),
    ...(resulted ? { resulted_at: at.instant() } : {}),
    ...(resulted && entry.told ? { told_at: at.instant() } : {}),
  };
  if (!(await saveAll(at, draft, [{ record_id: entry.id, kind: "screening", set }]))) return;
  at.tell("good", at.say("saved"));
  at.go(entry.result === "detected" ? `#/contact/${personId}/${stopId}` : stopId ? `#/stop/${stopId}` : `#/person/${personId}`);
}
