// This file shows an education session: topics, languages, who was present, what was said back.
// @ts-check
import { make } from "../look/build.js";
import { button, card, choices, field, link } from "../look/parts.js";
import { wordOf } from "../texts/speak.js";
import { capture, freshId, saveAll } from "./at.js";
import { nameOf, peopleAt, placeWords, stopView } from "./read.js";

/** @typedef {import("./at.js").At} At @typedef {{ids: Record<string, string>, topics: string[], languages: string[], present: string[], count: number, teach_back: string, note: string}} Entry */

const TOPICS = ["isolation", "hygiene", "vaccination", "warning_signs", "rights"];
const LANGUAGES = ["fr", "en", "ar", "zh", "es", "pt", "ro", "ru", "uk", "ps", "fa", "bn", "ta", "so"];

/** @param {At} at @param {string} stopId */
export function show(at, stopId) {
  const shown = at.tablet.view(stopId);
  if (!shown) return [make("h1", { tabindex: -1 }, at.say("gone"))];
  const { say } = at;
  const stop = stopView(at.tablet, shown);
  const people = [...new Map([...stop.wanted, ...peopleAt(at.tablet, stop.place_id)].map((one) => [one.id, one])).values()];
  const draft = `talk/${stopId}`;
  const { entry, keep } = capture(at, draft, () => /** @type {Entry} */ ({
    ids: Object.fromEntries(LANGUAGES.map((one) => [one, freshId(at.now())])),
    topics: [],
    languages: [],
    present: stop.wanted.length === 1 ? stop.wanted.map((one) => one.id) : [],
    count: stop.wanted.length === 1 ? 1 : 0,
    teach_back: "",
    note: "",
  }));
  const count = field(say("talk.count"), { name: "count", type: "number", inputmode: "numeric", min: 0, max: 500, value: entry.count || "", oninput: (/** @type {any} */ event) => {
    entry.count = Number(event.target.value);
    keep();
  } });
  const asked = (/** @type {"topics" | "languages" | "present"} */ name, /** @type {string} */ legend, /** @type {[string, string][]} */ words) =>
    choices({
      name,
      legend,
      words,
      chosen: entry[name],
      several: true,
      change: (chosen) => {
        entry[name] = chosen;
        if (name === "present" && chosen.length > entry.count) {
          entry.count = chosen.length;
          /** @type {HTMLInputElement} */ (count.querySelector("input")).value = String(chosen.length);
        }
        keep();
      },
    });
  const wanted = ["fr", ...stop.languages];
  return [
    make("h1", { tabindex: -1 }, `${say("talk.title")} · ${placeWords(stop.place, say)}`),
    card(
      null,
      asked("topics", say("talk.topics"), TOPICS.map((one) => [one, wordOf(say, "topic", one)])),
      asked("languages", say("talk.languages"), [...new Set([...wanted, ...LANGUAGES])].map((one) => [one, wordOf(say, "person.language", one)])),
      make("details", {}, make("summary", {}, say("talk.present")), asked("present", say("talk.present"), people.map((one) => [one.id, nameOf(one.values, say)]))),
      count,
      choices({
        name: "teach_back",
        legend: say("talk.teach_back"),
        words: ["good", "partial", "none"].map((one) => [one, wordOf(say, "education_session.teach_back", one)]),
        chosen: [entry.teach_back],
        change: ([one]) => {
          entry.teach_back = one;
          keep();
        },
      }),
      field(say("stop.note"), { name: "note", maxlength: 2000, value: entry.note, oninput: (/** @type {any} */ event) => {
        entry.note = event.target.value.normalize("NFC");
        keep();
      } }),
    ),
    button(say("save"), () => save(at, stop, entry, draft), { class: "save", "data-act": "save" }),
    link(say("back"), `#/stop/${stopId}`, { class: "button quiet wide" }),
  ];
}

/** One record a language: a talk in two languages was held twice. @param {At} at @param {import("./read.js").StopView} stop @param {Entry} entry @param {string} draft */
async function save(at, stop, entry, draft) {
  if (!entry.topics.length || !entry.languages.length || !entry.count) {
    at.tell("note", at.say("missing", { what: at.say("talk.missing") }));
    return;
  }
  const visit = stop.visits.find((one) => /** @type {any} */ (one.values.acts ?? []).includes("educate")) ?? stop.visits[0];
  const acts = entry.languages.map((language) => ({
    record_id: entry.ids[language],
    kind: "education_session",
    set: {
      place_id: stop.place_id,
      language,
      people_present: entry.count,
      held_at: at.instant(),
      ...(visit ? { visit_id: visit.id } : {}),
      ...(entry.teach_back ? { teach_back: entry.teach_back } : {}),
      ...(entry.note ? { note: entry.note } : {}),
    },
    add: { topics: entry.topics, ...(entry.present.length ? { person_ids: entry.present } : {}) },
  }));
  if (!(await saveAll(at, draft, acts))) return;
  at.tell("good", at.say("saved"));
  at.go(`#/stop/${stop.id}`);
}
