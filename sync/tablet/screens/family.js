// This file shows one pass for a whole family: one box, one decision, and for each whether it was done, refused, absent.
// @ts-check
import { make } from "../look/build.js";
import { button, card, choices, link, list, note } from "../look/parts.js";
import { wordOf } from "../texts/speak.js";
import { capture, freshId, saveAll } from "./at.js";
import { nextNumber, productOf, products, proposed } from "./boxes.js";
import { factsOf } from "./dose.js";
import { givenActs, missing, notGivenActs } from "./dose_acts.js";
import { lotBox, vialBox } from "./lot.js";
import { observe } from "./observe.js";
import { preTicked } from "./pre_ticked.js";
import { askedBefore, decide } from "./questions.js";
import { ageOf, ageWords, nameOf, peopleAt, stopView, value } from "./read.js";

/**
 * @typedef {import("./at.js").At} At
 * @typedef {import("./dose_acts.js").Entry & {each: Record<string, {result: string, touched: boolean, ids: {consent: string, dose: string, questions: string}}>, asked: boolean}} Entry
 */

const ADULT_YEARS = 18;
const RESULTS = ["done", "refused", "absent", "later", "none"];
/** @type {Record<string, string>} */
const NOT_GIVEN = { refused: "refused", absent: "absent", later: "deferred" };

/** @param {At} at @param {string} householdId @param {string} stopId */
export function show(at, householdId, stopId) {
  const shown = at.tablet.view(stopId);
  if (!shown) return [make("h1", { tabindex: -1 }, at.say("gone"))];
  const { say } = at;
  const members = membersOf(at, householdId, stopId);
  const draft = `family/${householdId}/${stopId}`;
  const { entry, keep } = capture(at, draft, () => begin(at, members));
  const box = make("div");
  const vial = make("div");
  const each = make("div");
  const repaint = () => {
    box.replaceChildren(lotBox(at, entry, changed));
    each.replaceChildren(...members.map((one) => row(at, entry, one, keep)));
    vial.replaceChildren(...vialBox(at, entry, keep));
  };
  const changed = () => {
    entry.vial = "";
    keep();
    repaint();
  };
  repaint();
  return [
    make("h1", { tabindex: -1 }, say("family.title", { name: familyName(at, householdId, members) })),
    make("p", {}, say("family.hint")),
    card(
      say("dose.product"),
      list(say("dose.product"), "product", [["", "—"], ...products(at).map((one) => /** @type {[string, string]} */ ([String(value(one, "code")), String(value(one, "name"))]))], entry.product_code, (code) => {
        Object.assign(entry, { product_code: code, lot_number: "", expires_on: "" });
        changed();
      }),
      box,
      vial,
    ),
    card(say("dose.questions"), at.door.questionnaire.signed_by === null ? note("note", say("dose.unsigned")) : null, questions(at, entry, keep)),
    card(
      null,
      choices({
        name: "site",
        legend: say("dose.site"),
        words: ["left_arm", "right_arm", "left_thigh", "right_thigh", "other"].map((one) => [one, wordOf(say, "dose.body_site", one)]),
        chosen: [entry.body_site],
        change: ([one]) => {
          entry.body_site = one;
          keep();
        },
      }),
    ),
    card(say("family.each"), each),
    button(say("family.save"), () => save(at, members, stopId, entry, draft), { class: "save", "data-act": "save" }),
    link(say("back"), `#/stop/${stopId}`, { class: "button quiet wide" }),
  ];
}

/** @param {At} at @param {import("./read.js").Person[]} members @returns {Entry} */
function begin(at, members) {
  return {
    ids: { consent: "", dose: "", questions: "", vial: freshId(at.now()) },
    answers: {},
    doctor: false,
    decision: "given",
    by: "person",
    ...proposed(at, members.map((one) => one.id)),
    vial: "",
    body_site: "",
    dose_number: 1,
    despite: false,
    note: "",
    each: Object.fromEntries(members.map((one) => [one.id, untouched(at)])),
    asked: false,
  };
}

/** @param {At} at */
const untouched = (at) => ({ result: "none", touched: false, ids: idsOf(at) });

/** @param {At} at */
function idsOf(at) {
  return { consent: freshId(at.now()), dose: freshId(at.now()), questions: freshId(at.now()) };
}

/** @param {At} at @param {string} householdId @param {string} stopId */
function membersOf(at, householdId, stopId) {
  const shown = at.tablet.view(stopId);
  const stop = shown ? stopView(at.tablet, shown) : null;
  const here = stop ? [...stop.wanted, ...peopleAt(at.tablet, stop.place_id)] : [];
  return [...new Map(here.filter((one) => one.values.household_id === householdId).map((one) => [one.id, one])).values()];
}

/** @param {At} at @param {string} householdId @param {import("./read.js").Person[]} members */
function familyName(at, householdId, members) {
  return value(at.tablet.view(householdId), "name") ?? members.map((one) => one.values.family_name).find(Boolean) ?? at.say("unnamed");
}

/** The questions are read out to all; who said yes to one is vaccinated alone. @param {At} at @param {Entry} entry @param {() => void} keep */
function questions(at, entry, keep) {
  const asked = askedBefore(at.door.questionnaire, value(productOf(at, entry.product_code), "antigens") ?? []);
  return make(
    "div",
    {},
    make("ul", {}, asked.map((one) => make("li", {}, at.language === "en" ? one.en : one.fr))),
    choices({ name: "all-no", legend: at.say("family.all_no"), words: [["yes", at.say("yes")]], chosen: entry.asked ? ["yes"] : [], several: true, change: (chosen) => {
      entry.asked = chosen.length > 0;
      keep();
    } }),
    make("p", { class: "quiet" }, at.say("family.alone")),
  );
}

/** @param {At} at @param {Entry} entry @param {import("./read.js").Person} one @param {() => void} keep */
function row(at, entry, one, keep) {
  const each = (entry.each[one.id] ??= untouched(at));
  const { result, words } = preTicked(at, one.id, productOf(at, entry.product_code));
  if (!each.touched) each.result = result;
  const box = choices({
    name: `each-${one.id}`,
    legend: `${nameOf(one.values, at.say)} ${ageWords(one.shown, at.say, at.today())}`,
    words: RESULTS.map((code) => [code, at.say(`family.${code}`)]),
    chosen: [each.result],
    change: ([result]) => {
      Object.assign(each, { result, touched: true });
      keep();
    },
  });
  if (words) box.append(note("note", at.say(words)));
  const known = [...(one.values.allergies ?? []), ...(one.values.contraindications ?? [])];
  if (known.length) box.append(note("late", known.join(", ")));
  return box;
}

/** @param {At} at @param {import("./read.js").Person[]} members @param {string} stopId @param {Entry} entry @param {string} draft */
async function save(at, members, stopId, entry, draft) {
  const given = members.filter((one) => entry.each[one.id].result === "done");
  const antigens = value(productOf(at, entry.product_code), "antigens") ?? [];
  const answers = entry.asked ? Object.fromEntries(askedBefore(at.door.questionnaire, antigens).map((one) => [one.code, "no"])) : {};
  const decision = decide(at.door.questionnaire, antigens, answers);
  const lacks = given.length ? missing(entry, decision, factsOf(at, given[0].id, stopId, entry)) : [];
  if (lacks.length) {
    at.tell("note", at.say("missing", { what: lacks.map((one) => at.say(`dose.missing_${one}`)).join(", ") }));
    return;
  }
  const meant = members.filter((one) => entry.each[one.id].result !== "none");
  if (!meant.length) return at.tell("note", at.say("missing", { what: at.say("family.nobody") }));
  const acts = meant.flatMap((one) => actsFor(at, one, stopId, { ...entry, answers }));
  if (!(await saveAll(at, draft, withoutRepeats(acts)))) return;
  for (const one of given) await observe(at, one.id, decision.observe_minutes);
  at.tell("good", at.say("family.saved", { count: meant.length }));
  at.go(`#/stop/${stopId}`);
}

/** @param {At} at @param {import("./read.js").Person} one @param {string} stopId @param {Entry} entry */
function actsFor(at, one, stopId, entry) {
  const { result, ids } = entry.each[one.id];
  const age = ageOf(one.values.born_on, at.today());
  const theirs = {
    ...entry,
    ids: { ...ids, vial: entry.ids.vial },
    by: age !== null && age < ADULT_YEARS ? "guardian" : "person",
    dose_number: nextNumber(at, one.id, productOf(at, entry.product_code)),
  };
  const facts = factsOf(at, one.id, stopId, theirs);
  return result === "done" ? givenActs(theirs, facts) : notGivenActs({ ...theirs, answers: {} }, facts, NOT_GIVEN[result], "");
}

/** One vial is opened once for all of them. @param {import("../interface.js").Act[]} acts */
function withoutRepeats(acts) {
  const seen = new Set();
  return acts.filter((one) => !seen.has(one.record_id) && seen.add(one.record_id));
}
