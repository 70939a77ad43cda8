// This file shows a vaccination: questions, consent, box, vial, site; saved as given or as not given with its reason.
// @ts-check
import { make } from "../look/build.js";
import { button, card, choices, chosenOf, field, link, list, note } from "../look/parts.js";
import { wordOf } from "../texts/speak.js";
import { capture, freshId, saveAll } from "./at.js";
import { lotFault, lotOf, nextNumber, productOf, products, proposed } from "./boxes.js";
import { questionsBox } from "./door.js";
import { givenActs, missing, notGivenActs } from "./dose_acts.js";
import { isDue } from "./due.js";
import { lotBox, vialBox } from "./lot.js";
import { observe } from "./observe.js";
import { decide } from "./questions.js";
import { ageOf, nameOf, stopView, value } from "./read.js";

/**
 * @typedef {import("./at.js").At} At
 * @typedef {import("./dose_acts.js").Entry} Entry
 * @typedef {import("./dose_acts.js").Facts} Facts
 */

const ADULT_YEARS = 18;
const INFANT_YEARS = 2;
const SITES = ["left_arm", "right_arm", "left_thigh", "right_thigh", "other"];

/** @param {At} at @param {string} personId @param {string} [stopId] */
export function show(at, personId, stopId = "") {
  const person = at.tablet.view(personId);
  if (!person) return [make("h1", { tabindex: -1 }, at.say("gone"))];
  const { say } = at;
  const draft = `dose/${personId}/${stopId}`;
  const { entry, keep } = capture(at, draft, () => begin(at, personId));
  const age = ageOf(value(person, "born_on"), at.today());
  const questions = make("div");
  const box = make("div");
  const vial = make("div");
  const repaint = () => {
    const product = productOf(at, entry.product_code);
    questions.replaceChildren(questionsBox(at, value(product, "antigens") ?? [], entry.answers, keep));
    const untimely = product !== null && isDue(at, personId, product) === false;
    box.replaceChildren(...(untimely ? [note("note", say("due.not_due"))] : []), lotBox(at, entry, changedBox));
    vial.replaceChildren(...vialBox(at, entry, keep));
  };
  const changedBox = () => {
    entry.dose_number = nextNumber(at, personId, productOf(at, entry.product_code));
    entry.vial = "";
    keep();
    repaint();
  };
  repaint();
  return [
    make("h1", { tabindex: -1 }, say("dose.title", { name: nameOf(person.values, say) })),
    warnings(at, person),
    card(
      say("dose.product"),
      list(say("dose.product"), "product", [["", "—"], ...products(at).map((one) => pair(one, "code", "name"))], entry.product_code, (code) => {
        Object.assign(entry, { product_code: code, lot_number: "", expires_on: "" });
        changedBox();
      }),
      box,
      vial,
    ),
    card(say("dose.questions"), questions, doctor(at, entry, keep)),
    card(say("dose.consent"), ...consent(at, entry, keep)),
    card(
      null,
      choices({
        name: "site",
        legend: say("dose.site"),
        words: (age !== null && age < INFANT_YEARS ? [...SITES.slice(2, 4), ...SITES.slice(0, 2), "other"] : SITES).map((one) => [one, wordOf(say, "dose.body_site", one)]),
        chosen: [entry.body_site],
        change: ([one]) => {
          entry.body_site = one;
          keep();
        },
      }),
      field(say("stop.note"), { name: "note", maxlength: 1500, value: entry.note, oninput: (/** @type {any} */ event) => {
        entry.note = event.target.value.normalize("NFC");
        keep();
      } }),
    ),
    button(say("dose.save"), () => give(at, personId, stopId, entry, draft), { class: "save", "data-act": "save" }),
    notGiven(at, personId, stopId, entry, draft),
    link(say("back"), stopId ? `#/stop/${stopId}` : `#/person/${personId}`, { class: "button quiet wide" }),
  ];
}

/** @param {At} at @param {string} personId @returns {Entry} */
function begin(at, personId) {
  const person = at.tablet.view(personId);
  const age = ageOf(value(person, "born_on"), at.today());
  const box = proposed(at, [personId]);
  return {
    ids: { consent: freshId(at.now()), dose: freshId(at.now()), vial: freshId(at.now()), questions: freshId(at.now()) },
    answers: {},
    doctor: false,
    decision: "",
    by: age !== null && age < ADULT_YEARS ? "guardian" : "person",
    ...box,
    vial: "",
    body_site: "",
    dose_number: nextNumber(at, personId, productOf(at, box.product_code)),
    despite: false,
    note: "",
  };
}

/** What is known of a person that an injection must not overlook; disputed values all stand. @param {At} at @param {import("../interface.js").Shown} person */
function warnings(at, person) {
  const lines = ["allergies", "contraindications"]
    .filter((name) => value(person, name)?.length)
    .map((name) => make("p", {}, `${at.say(`person.${name}`)} : ${value(person, name).join(", ")}`));
  return lines.length ? note("late", ...lines) : null;
}

/** @param {At} at @param {Entry} entry @param {() => void} keep */
function doctor(at, entry, keep) {
  return choices({
    name: "doctor",
    legend: at.say("dose.doctor"),
    words: [["yes", at.say("dose.doctor_said")]],
    chosen: entry.doctor ? ["yes"] : [],
    several: true,
    change: (chosen) => {
      entry.doctor = chosen.length > 0;
      keep();
    },
  });
}

/** @param {At} at @param {Entry} entry @param {() => void} keep */
function consent(at, entry, keep) {
  return [
    choices({
      name: "consent",
      legend: at.say("dose.consent_said"),
      words: [["given", wordOf(at.say, "consent.decision", "given")]],
      chosen: [entry.decision],
      change: ([one]) => {
        entry.decision = one;
        keep();
      },
    }),
    choices({
      name: "by",
      legend: at.say("dose.consent_by"),
      words: ["person", "guardian", "trusted_person"].map((one) => [one, wordOf(at.say, "consent.by", one)]),
      chosen: [entry.by],
      change: ([one]) => {
        entry.by = one;
        keep();
      },
    }),
  ];
}

/** Why a dose is not given, and what follows. @param {At} at @param {string} personId @param {string} stopId @param {Entry} entry @param {string} draft */
function notGiven(at, personId, stopId, entry, draft) {
  const { say, door, language } = at;
  const next = make("p", { role: "status" });
  const refusal = choices({
    name: "refusal",
    legend: say("dose.refusal"),
    words: ["fear", "useless", "side_effects", "belief", "time", "other"].map((one) => [one, wordOf(say, "consent.reason", one)]),
  });
  refusal.hidden = true;
  const why = choices({
    name: "why",
    legend: say("dose.why_not"),
    words: Object.entries(door.not_given).map(([code, one]) => [code, language === "en" ? one.en : one.fr]),
    change: ([code]) => {
      next.textContent = say(`next.${door.not_given[code].next}`);
      refusal.hidden = code !== "refused";
    },
  });
  const save = button(say("save"), async () => {
    const [reason] = chosenOf(why);
    if (!reason) return at.tell("note", say("missing", { what: say("dose.missing_reason") }));
    if (await saveAll(at, draft, notGivenActs(entry, factsOf(at, personId, stopId, entry), reason, chosenOf(refusal)[0] ?? ""))) leave(at, stopId, personId);
  }, { class: "wide", "data-act": "not-given" });
  return make("details", {}, make("summary", {}, say("dose.not_given")), why, refusal, next, save);
}

/** @param {At} at @param {string} personId @param {string} stopId @param {Entry} entry @param {string} draft */
async function give(at, personId, stopId, entry, draft) {
  const facts = factsOf(at, personId, stopId, entry);
  const decision = decide(at.door.questionnaire, facts.antigens, entry.answers);
  const lacks = missing(entry, decision, facts);
  if (lacks.length) {
    at.tell("note", at.say("missing", { what: lacks.map((one) => at.say(`dose.missing_${one}`)).join(", ") }));
    return;
  }
  if (!(await saveAll(at, draft, givenActs(entry, facts)))) return;
  const person = at.tablet.view(personId);
  const minutes = value(person, "allergies")?.length ? Math.max(decision.observe_minutes, longest(at)) : decision.observe_minutes;
  await observe(at, personId, minutes);
  at.tell("good", at.say("dose.observe", { minutes, time: at.timeWords(new Date(at.now() + minutes * 60_000).toISOString()) }));
  leave(at, stopId, personId);
}

/** Return the longest observation that the questions know: for whoever has an allergy on record. @param {At} at */
function longest(at) {
  return Math.max(...at.door.questionnaire.questions.map((one) => one.observe_minutes));
}

/** @param {At} at @param {string} stopId @param {string} personId */
function leave(at, stopId, personId) {
  at.go(stopId ? `#/stop/${stopId}` : `#/person/${personId}`);
}

/** @param {At} at @param {string} personId @param {string} stopId @param {Entry} entry @returns {Facts} */
export function factsOf(at, personId, stopId, entry) {
  const product = productOf(at, entry.product_code);
  const lot = lotOf(at, product, entry.lot_number);
  const stop = stopId ? at.tablet.view(stopId) : null;
  const round = at.tablet.view(String(value(stop, "round_id")));
  const expired = entry.expires_on && entry.expires_on < at.today() ? "expired" : "";
  return {
    person_id: personId,
    visit_id: stop ? visitOf(stopView(at.tablet, stop).visits, personId, value(at.tablet.view(personId), "household_id"), "vaccinate") : null,
    instant: at.instant(),
    today: at.today(),
    antigens: value(product, "antigens") ?? [],
    lot_id: lot?.id ?? null,
    team_id: value(round, "team_id"),
    doses_per_vial: value(product, "doses_per_vial") ?? 1,
    questions: at.door.questionnaire.version,
    outcome: decide(at.door.questionnaire, value(product, "antigens") ?? [], entry.answers).outcome,
    lot_fault: (lot && lotFault(at, lot)) || expired,
  };
}

/** Return the visit that an act belongs to: the person's, else their family's, else one of the place for this act. @param {import("../interface.js").Shown[]} visits @param {string} personId @param {string | null} householdId @param {string} act */
export function visitOf(visits, personId, householdId, act) {
  const found =
    visits.find((one) => value(one, "person_id") === personId) ??
    visits.find((one) => householdId && value(one, "household_id") === householdId) ??
    visits.find((one) => !value(one, "person_id") && !value(one, "household_id") && (value(one, "acts") ?? []).includes(act)) ??
    visits.find((one) => !value(one, "person_id"));
  return found?.id ?? null;
}

/** @param {import("../interface.js").Shown} one @param {string} code @param {string} name @returns {[string, string]} */
function pair(one, code, name) {
  return [String(value(one, code)), String(value(one, name) ?? value(one, code))];
}
