// This file shows one stop: how to get in, who is there, what to do with them, arrive, depart, or why nothing was done.
// @ts-check
import { make } from "../look/build.js";
import { button, card, choices, chosenOf, field, link, note, tag, texts } from "../look/parts.js";
import { wordOf } from "../texts/speak.js";
import { dayLater, peopleAt, placeWords, stopView, value } from "./read.js";
import { rosterOf } from "./roster.js";

/** @typedef {import("./at.js").At} At @typedef {import("./read.js").StopView} StopView */

export const live = true;
const NOTHING_DONE = ["absent", "refused", "unsafe", "wrong_address", "no_dose", "other"];
const TRIED_AGAIN = ["absent", "no_dose", "other"];
const DAYS_LATER = [1, 2, 7];

/** @param {At} at @param {string} stopId */
export function show(at, stopId) {
  const shown = at.tablet.view(stopId);
  if (!shown) return [make("h1", { tabindex: -1 }, at.say("gone"))];
  const stop = stopView(at.tablet, shown);
  return [
    make("h1", { tabindex: -1 }, placeWords(stop.place, at.say)),
    entrance(at, stop),
    steps(at, stop),
    rosterOf(at, stop, peopleAt(at.tablet, stop.place_id)),
    make(
      "div",
      { class: "row" },
      link(at.say("stop.talk"), `#/talk/${stop.id}`, { class: "button quiet" }),
      link(at.say("stop.add_person"), `#/new/${stop.place_id}/${stop.id}`, { class: "button quiet" }),
      link(at.say("photo.title"), `#/photo/${stop.place_id}`, { class: "button quiet" }),
    ),
  ];
}

/** How to find the door and whom to call. @param {At} at @param {StopView} stop */
function entrance(at, stop) {
  const { say } = at;
  const { place, values } = stop;
  const way = [
    Number.isInteger(place.floor) && say("stop.floor", { floor: place.floor }),
    place.lift === true && say("stop.lift"),
    place.lift === false && say("stop.no_lift"),
  ].filter(Boolean);
  const phone = place.contact_phone ?? stop.wanted.find((one) => one.values.phone)?.values.phone;
  const spot = Number.isInteger(place.lat_e7) && Number.isInteger(place.lon_e7) ? `${place.lat_e7 / 1e7},${place.lon_e7 / 1e7}` : null;
  return card(
    null,
    make("p", {}, place.address ?? ""),
    place.access_code ? make("p", { class: "code" }, say("stop.access_code", { code: place.access_code })) : null,
    way.length ? make("p", {}, way.join(" · ")) : null,
    make(
      "p",
      {},
      values.arrival_planned_at ? say("stop.planned", { time: at.timeWords(values.arrival_planned_at) }) : "",
      ...stop.windows.map((one) => ` · ${say("stop.window", { window: one })}`),
      Number.isInteger(values.service_minutes) ? ` · ${say("stop.stay", { minutes: values.service_minutes })}` : "",
    ),
    make(
      "p",
      {},
      ...stop.acts.map((act) => tag("", wordOf(say, "acts", act))),
      " ",
      ...stop.languages.map((one) => tag("note", wordOf(say, "person.language", one))),
      stop.interpreter ? tag("note", say("stop.interpreter")) : null,
    ),
    make(
      "div",
      { class: "row" },
      phone ? link(say("stop.call"), `tel:${String(phone).replace(/[^+\d]/g, "")}`, { class: "button quiet" }) : null,
      spot ? link(say("stop.navigate"), `geo:${spot}?q=${spot}`, { class: "button quiet" }) : null,
    ),
  );
}

/** Arrive, depart, or say why nothing was done. @param {At} at @param {StopView} stop */
function steps(at, stop) {
  const { say } = at;
  const { arrived_at, departed_at, state } = stop.values;
  if (departed_at || state === "skipped") {
    const word = state === "skipped" ? wordOf(say, "stop.state", state) : say("stop.departed", { time: at.timeWords(departed_at) });
    return note("good", word);
  }
  const arrive = button(say("stop.arrive"), () => at.save(stopAct(stop, { arrived_at: at.instant(), state: "arrived" })), {
    class: "wide",
    "data-act": "arrive",
  });
  const depart = button(say("stop.depart"), () => leave(at, stop), { class: "wide", "data-act": "depart" });
  return make(
    "div",
    {},
    arrived_at ? note("good", say("stop.arrived", { time: at.timeWords(arrived_at) })) : arrive,
    arrived_at ? depart : null,
    nothingDone(at, stop),
  );
}

/** @param {At} at @param {StopView} stop */
function nothingDone(at, stop) {
  const { say } = at;
  const days = DAYS_LATER.map((days) => dayLater(at.today(), days));
  const why = choices({
    name: "result",
    legend: say("stop.why"),
    words: NOTHING_DONE.map((code) => [code, wordOf(say, "visit_outcome.result", code)]),
  });
  const next = choices({ name: "next", legend: say("stop.next"), words: days.map((day) => [day, at.dayWords(day)]) });
  const form = make(
    "div",
    {},
    why,
    next,
    field(say("stop.note"), { name: "note", maxlength: 2000 }),
    button(say("save"), async () => {
      const [result] = chosenOf(why);
      if (!result) return at.tell("note", say("missing", { what: say("dose.missing_reason") }));
      await fail(at, stop, result, chosenOf(next)[0] ?? (TRIED_AGAIN.includes(result) ? days[0] : null), texts(form).note);
    }, { class: "wide", "data-act": "failed" }),
  );
  return make("details", {}, make("summary", {}, say("stop.outcome")), form);
}

/** @param {StopView} stop @param {Record<string, any>} set */
function stopAct(stop, set) {
  return { record_id: stop.id, kind: "stop", set };
}

/** Depart: each visit that has no outcome yet is done. @param {At} at @param {StopView} stop */
async function leave(at, stop) {
  const seen = peopleSeen(at, stop);
  for (const visit of openVisits(at, stop)) {
    const outcome = { visit_id: visit.id, stop_id: stop.id, result: "done", people_seen: seen, departed_at: at.instant() };
    /** @type {Record<string, string>} */
    const times = stop.values.arrived_at ? { arrived_at: stop.values.arrived_at } : {};
    if (!(await at.save({ kind: "visit_outcome", set: { ...outcome, ...times } }))) return;
    await at.save({ record_id: visit.id, kind: "visit", set: { state: "done" } });
  }
  if (await at.save(stopAct(stop, { departed_at: at.instant(), state: "done" }))) at.go("#/today");
}

/** @param {At} at @param {StopView} stop @param {string} result @param {string | null} nextOn @param {string} words */
async function fail(at, stop, result, nextOn, words) {
  for (const visit of openVisits(at, stop)) {
    const set = { visit_id: visit.id, stop_id: stop.id, result, people_seen: 0 };
    /** @type {Record<string, string>} */
    const more = { ...(nextOn ? { next_attempt_on: nextOn } : {}), ...(words ? { note: words } : {}) };
    if (!(await at.save({ kind: "visit_outcome", set: { ...set, ...more } }))) return;
    await at.save({ record_id: visit.id, kind: "visit", set: { state: "attempted" } });
  }
  if (await at.save(stopAct(stop, { departed_at: at.instant(), state: "skipped" }))) at.go("#/today");
}

/** Return the visits without an outcome of this stop: what a dead tablet had written is not written twice. @param {At} at @param {StopView} stop */
function openVisits(at, stop) {
  const over = new Set(at.tablet.all("visit_outcome").filter((one) => value(one, "stop_id") === stop.id).map((one) => value(one, "visit_id")));
  return stop.visits.filter((one) => !over.has(one.id));
}

/** Return how many people were given something here today by this tablet. @param {At} at @param {StopView} stop */
function peopleSeen(at, stop) {
  const here = new Set(peopleAt(at.tablet, stop.place_id).map((one) => one.id));
  const seen = at.tablet.outbox().filter((one) => ["dose", "screening", "consent"].includes(one.kind)).map((one) => String(one.set.person_id));
  return new Set(seen.filter((id) => here.has(id))).size;
}
