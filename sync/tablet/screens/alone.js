// This file shows the locked tablet: only capture, nothing is shown; what is written is sealed until somebody opens it.
// @ts-check
import { make } from "../look/build.js";
import { button, card, choices, chosenOf, field, link, note, texts } from "../look/parts.js";
import { wordOf } from "../texts/speak.js";
import { freshId } from "./at.js";
import { monthsWords } from "./read.js";

/** @typedef {import("./at.js").At} At */

const AGES = [1, 5, 10, 15, 20, 30, 40, 50, 60, 70, 80, 90];
const RESULTS = ["not_detected", "detected", "pending", "inconclusive"];

/** @param {At} at */
export function show(at) {
  const { say } = at;
  const { authors } = at.tablet.state;
  const who = choices({ name: "author", legend: say("locked.who"), words: authors.map((one) => [one.id, one.name]), chosen: authors.length === 1 ? [authors[0].id] : [] });
  const person = field(say("locked.person"), { name: "person", maxlength: 200 });
  const age = choices({ name: "age", legend: say("person.born_about"), words: AGES.map((one) => [String(one), monthsWords(one * 12, say)]) });
  const what = choices({
    name: "what",
    legend: say("locked.what"),
    words: [["vaccinate", say("act.vaccinate")], ["screen", say("act.screen")]],
    change: ([one]) => {
      dose.hidden = one !== "vaccinate";
      test.hidden = one !== "screen";
    },
  });
  const dose = make("div", { hidden: true }, field(say("dose.product"), { name: "product", maxlength: 40 }), field(say("dose.lot"), { name: "lot", maxlength: 40 }));
  const result = choices({ name: "result", legend: say("test.result"), words: RESULTS.map((one) => [one, wordOf(say, "screening.result", one)]) });
  const test = make("div", { hidden: true }, result);
  const words = field(say("stop.note"), { name: "note", maxlength: 1500, rows: 3 });
  const told = make("div", { role: "status" });
  const save = async () => {
    const [author] = chosenOf(who);
    const entry = { author, person: texts(person).person, age: chosenOf(age)[0], what: chosenOf(what)[0], result: chosenOf(result)[0], note: texts(words).note, ...texts(dose) };
    const acts = author ? actsOf(at, entry) : [];
    if (!acts.length) return at.tell("note", say("missing", { what: say("locked.missing") }));
    for (const act of acts) if (!(await at.save(act))) return;
    at.again();
    at.tell("good", say("locked.saved", { count: at.tablet.state.sealed }));
  };
  return [
    make("h1", { tabindex: -1 }, say("locked.title")),
    note("note", say("locked.hint")),
    card(null, who, person, age, what, dose, test, words),
    told,
    button(say("save"), save, { class: "save", "data-act": "save" }),
    link(say("sign_in.title"), "#/sign-in", { class: "button quiet wide" }),
  ];
}

/**
 * Return the acts of one capture: somebody new with what was done. Whether they are known already is seen when it is open.
 * @param {At} at
 * @param {{author: string, person: string, age?: string, what?: string, result?: string, note: string, product?: string, lot?: string}} entry
 * @returns {import("../interface.js").Act[]}
 */
function actsOf(at, entry) {
  if (!entry.person || !entry.age || !entry.what || (entry.what === "screen" && !entry.result)) return [];
  const id = freshId(at.now());
  const { author } = entry;
  const year = Number(at.today().slice(0, 4)) - Number(entry.age);
  /** @type {Record<string, string>} */
  const more = entry.note ? { note: entry.note } : {};
  const person = { alias: entry.person, born_on: `${year}-01-01`, born_precision: "estimated", identity_status: "provisional" };
  /** @type {{kind: string, set: Record<string, string>}} */
  const fact =
    entry.what === "vaccinate"
      ? {
          kind: "dose",
          set: {
            status: "given",
            given_on: at.today(),
            given_at: at.instant(),
            source: "own",
            ...(entry.product ? { product_code: entry.product } : {}),
            ...(entry.lot ? { lot_number: entry.lot } : {}),
          },
        }
      : { kind: "screening", set: { test_type: "antigen", pathogen: "sars-cov-2", result: entry.result ?? "", collected_at: at.instant() } };
  return [
    { record_id: id, kind: "person", set: person, author },
    { kind: fact.kind, set: { person_id: id, ...fact.set, ...more }, author },
  ];
}
