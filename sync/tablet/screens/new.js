// This file shows somebody nobody knew: an alias and an estimated age in two taps, and who it may be already.
// @ts-check
import { make } from "../look/build.js";
import { button, card, choices, field, link } from "../look/parts.js";
import { wordOf } from "../texts/speak.js";
import { capture, freshId, saveAll } from "./at.js";
import { personLine } from "./people.js";
import { monthsWords, value } from "./read.js";

/** @typedef {import("./at.js").At} At @typedef {{id: string, alias: string, given_name: string, family_name: string, born_on: string, age: string, sex: string, language: string, room: string}} Entry */

const AGES = [1, 5, 10, 15, 20, 30, 40, 50, 60, 70, 80, 90];
const LANGUAGES = ["fr", "en", "ar", "zh", "es", "pt", "ro", "ru", "uk", "ps", "fa", "bn", "ta", "so"];
/** @type {Record<string, string>} */
const GROUP_OF_PLACE = { hotel: "homeless_hotel", shelter: "homeless_hotel", street_spot: "homeless_hotel", nursing_home: "nursing_home" };

/** @param {At} at @param {string} placeId @param {string} [stopId] */
export function show(at, placeId, stopId = "") {
  const { say } = at;
  const draft = `new/${placeId}/${stopId}`;
  const number = at.tablet.outbox().filter((one) => one.kind === "person" && one.set.identity_status === "provisional").length + 1;
  const { entry, keep } = capture(at, draft, () => /** @type {Entry} */ ({
    id: freshId(at.now()), alias: say("new.alias", { number }), given_name: "", family_name: "", born_on: "", age: "", sex: "", language: "", room: "",
  }));
  const maybe = make("div", { id: "maybe", role: "status" });
  const look = () => {
    const typed = [entry.given_name, entry.family_name].join(" ").trim() || (entry.alias === say("new.alias", { number }) ? "" : entry.alias);
    const found = typed.length > 2 ? at.tablet.search(typed).slice(0, 5) : [];
    maybe.replaceChildren(...(found.length ? [card(say("new.maybe"), make("ul", { class: "lines" }, found.map(({ person }) => personLine(at, person, `#/person/${person.id}/${stopId}`))))] : []));
  };
  const typed = (/** @type {keyof Entry} */ name, /** @type {Record<string, any>} */ more = {}) =>
    field(say(`person.${name}`), { name, maxlength: name === "room" ? 40 : 200, value: entry[name], ...more, oninput: (/** @type {any} */ event) => {
      entry[name] = event.target.value.normalize("NFC");
      keep();
      look();
    } });
  const tapped = (/** @type {keyof Entry} */ name, /** @type {string} */ legend, /** @type {[string, string][]} */ words) =>
    choices({ name, legend, words, chosen: [entry[name]], change: ([one]) => {
      entry[name] = one;
      keep();
    } });
  look();
  return [
    make("h1", { tabindex: -1 }, say("new.title")),
    card(
      null,
      typed("alias"),
      tapped("age", say("person.born_about"), AGES.map((one) => [String(one), monthsWords(one * 12, say)])),
      maybe,
    ),
    button(say("new.save"), () => save(at, placeId, stopId, entry, draft), { class: "save", "data-act": "save" }),
    card(
      null,
      typed("given_name"),
      typed("family_name"),
      typed("born_on", { type: "date", max: at.today() }),
      typed("room"),
      tapped("sex", say("person.sex"), ["female", "male", "unknown"].map((one) => [one, wordOf(say, "person.sex", one)])),
      tapped("language", say("person.language"), LANGUAGES.map((one) => [one, wordOf(say, "person.language", one)])),
    ),
    link(say("back"), stopId ? `#/stop/${stopId}` : "#/people", { class: "button quiet wide" }),
  ];
}

/** @param {At} at @param {string} placeId @param {string} stopId @param {Entry} entry @param {string} draft */
async function save(at, placeId, stopId, entry, draft) {
  const named = entry.alias || entry.given_name || entry.family_name;
  if (!named || (!entry.age && !entry.born_on)) {
    at.tell("note", at.say("missing", { what: at.say("new.missing") }));
    return;
  }
  const year = Number(at.today().slice(0, 4)) - Number(entry.age);
  const birth = entry.born_on ? { born_on: entry.born_on, born_precision: "day" } : { born_on: `${year}-01-01`, born_precision: "estimated" };
  const group = GROUP_OF_PLACE[value(at.tablet.view(placeId), "kind")] ?? "other";
  const texts = ["alias", "given_name", "family_name", "sex", "language", "room"].map((name) => [name, entry[/** @type {keyof Entry} */ (name)]]);
  const set = {
    ...Object.fromEntries(texts.filter(([, text]) => text)),
    ...birth,
    place_id: placeId,
    population_group: group,
    identity_status: "provisional",
  };
  if (!(await saveAll(at, draft, [{ record_id: entry.id, kind: "person", set }]))) return;
  at.tell("good", at.say("saved"));
  at.go(`#/person/${entry.id}/${stopId}`);
}
