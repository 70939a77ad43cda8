// This file shows today: the stops in their order, the map, messages, what changed since the morning, who is observed.
// @ts-check
import { make } from "../look/build.js";
import { button, card, link, note, tag } from "../look/parts.js";
import { wordOf } from "../texts/speak.js";
import { changedSince, morningOf } from "./changed.js";
import { isOver, mapOf } from "./map.js";
import { observedNow } from "./observe.js";
import { dayLater, nameOf, placeWords, rounds, stopsOf, value } from "./read.js";

/** @typedef {import("./at.js").At} At */

export const live = true;
const MORNING = "morning";

/** @param {At} at @param {string} [day] */
export function show(at, day = at.today()) {
  const { say, tablet } = at;
  const held = rounds(tablet);
  const mine = held.filter((one) => value(one, "day_on") === day);
  const title = make("h1", { tabindex: -1 }, say("today.title", { day: at.dayWords(day) }));
  const begun = drafts(at);
  if (!mine.length) {
    const others = [...new Set(held.map((one) => String(value(one, "day_on"))))].filter((one) => one !== day);
    return [
      title,
      begun,
      note("note", say("today.none")),
      ...others.map((one) => link(say("today.other_day", { day: at.dayWords(one) }), `#/today/${one}`, { class: "button quiet wide" })),
    ];
  }
  const stops = mine.flatMap((one) => stopsOf(tablet, one.id));
  const tomorrow = dayLater(day, 1);
  return [
    title,
    make("p", { class: "figures" }, say("today.progress", { done: stops.filter(isOver).length, all: stops.length })),
    begun,
    observed(at),
    messages(at),
    changes(at, day, stops),
    make(
      "div",
      { class: "two" },
      card(say("today.stops"), make("ol", { class: "lines", id: "stops" }, stops.map((one, index) => line(at, one, index, stops[index - 1])))),
      card(say("today.map"), mapOf(stops, say("today.map_words", { count: stops.length }))),
    ),
    held.some((one) => value(one, "day_on") === tomorrow)
      ? link(say("today.other_day", { day: at.dayWords(tomorrow) }), `#/today/${tomorrow}`, { class: "button quiet wide" })
      : null,
  ];
}

/** One stop as a line of the round. @param {At} at @param {import("./read.js").StopView} stop @param {number} index @param {import("./read.js").StopView} [before] */
function line(at, stop, index, before) {
  const { say } = at;
  const { place, values } = stop;
  const who = stop.wanted.length === 1 ? nameOf(stop.wanted[0].values, say) : stop.people === 1 ? say("stop.one") : say("stop.people", { count: stop.people });
  const over = isOver(stop);
  const facts = [
    values.arrival_planned_at && say("stop.planned", { time: at.timeWords(values.arrival_planned_at) }),
    ...stop.windows.map((one) => say("stop.window", { window: one })),
    wayWords(at, stop, before),
  ];
  return make(
    "li",
    {},
    make(
      "a",
      { class: "line", href: `#/stop/${stop.id}`, "data-stop": stop.id },
      make("span", { class: `number ${over ? "done" : ""}` }, over ? "✓" : index + 1),
      make(
        "span",
        { class: "grow" },
        make("span", { class: "strong" }, placeWords(place, say)),
        " · ",
        who,
        make("br"),
        make("span", { class: "quiet" }, facts.filter(Boolean).join(" · ")),
        make("br"),
        ...stop.acts.map((act) => tag("", wordOf(say, "acts", act))),
        " ",
        ...stop.languages.map((one) => tag("note", wordOf(say, "person.language", one))),
        place.access_code ? tag("", say("stop.access_code", { code: place.access_code })) : null,
        values.state && values.state !== "planned" ? tag(over ? "good" : "note", wordOf(say, "stop.state", values.state)) : null,
      ),
    ),
  );
}

/** The way to a stop: as planned, or how long after the stop before it is expected. @param {At} at @param {import("./read.js").StopView} stop @param {import("./read.js").StopView} [before] */
function wayWords(at, stop, before) {
  const { travel_seconds, arrival_planned_at } = stop.values;
  if (Number.isInteger(travel_seconds)) return at.say("stop.travel", { minutes: Math.ceil(travel_seconds / 60) });
  if (!before?.values.arrival_planned_at || !arrival_planned_at) return "";
  const end = Date.parse(before.values.arrival_planned_at) + (before.values.service_minutes ?? 0) * 60_000;
  const minutes = Math.round((Date.parse(arrival_planned_at) - end) / 60_000);
  return minutes >= 0 ? at.say("stop.gap", { minutes }) : "";
}

/** @param {At} at */
function messages(at) {
  const open = at.tablet.all("message").filter((one) => value(one, "state") !== "read");
  if (!open.length) return null;
  return card(
    at.say("today.messages"),
    make(
      "ul",
      { class: "lines" },
      open.map((one) =>
        make(
          "li",
          { class: "line" },
          make("span", { class: "grow" }, at.timeWords(value(one, "sent_at")), " — ", value(one, "text")),
          button(at.say("today.read"), () => at.save({ record_id: one.id, kind: "message", set: { state: "read" } }), { class: "quiet" }),
        ),
      ),
    ),
  );
}

/** @param {At} at */
function observed(at) {
  const watched = observedNow(at);
  if (!watched.length) return null;
  return card(
    at.say("today.observing"),
    make("ul", { class: "lines" }, watched.map((one) => make("li", { class: "line" }, make("span", { class: "grow clock" }, one.words), one.end()))),
  );
}

/** What changed since the round was first seen on this day. @param {At} at @param {string} day @param {import("./read.js").StopView[]} stops */
function changes(at, day, stops) {
  const kept = /** @type {{day: string, stops: import("./changed.js").Morning} | null} */ (at.tablet.draft(MORNING));
  if (kept?.day !== day) {
    if (day === at.today() && stops.length) at.later(() => at.tablet.keepDraft(MORNING, { day, stops: morningOf(stops) }));
    return null;
  }
  const { added, moved, removed } = changedSince(kept.stops, stops);
  const lines = [
    ...added.map((one) => at.say("today.added", { what: placeWords(one.place, at.say) })),
    ...moved.map((one) => at.say("today.moved", { what: placeWords(one.place, at.say) })),
    ...removed.map((one) => at.say("today.removed", { position: one.position })),
  ];
  if (!lines.length) return null;
  return card(
    at.say("today.changed"),
    make("ul", { class: "lines" }, lines.map((one) => make("li", {}, one))),
    button(at.say("today.read"), () => at.tablet.keepDraft(MORNING, { day, stops: morningOf(stops) }).then(at.again), { class: "quiet wide" }),
  );
}

/** Captures that were begun and not saved: the tablet died, or somebody was called away. @param {At} at */
function drafts(at) {
  const begun = at.tablet.drafts().filter((name) => name.includes("/") && !name.startsWith("observe/"));
  if (!begun.length) return null;
  return card(
    at.say("today.begun"),
    begun.map((name) => link(at.say(`draft.${name.split("/")[0]}`, { name: subject(at, name) }), `#/${name}`, { class: "button quiet wide" })),
  );
}

/** @param {At} at @param {string} name */
function subject(at, name) {
  const about = at.tablet.view(name.split("/")[1]);
  if (!about) return "";
  return about.kind === "person" ? nameOf(about.values, at.say) : placeWords(at.tablet.view(String(value(about, "place_id")))?.values ?? about.values, at.say);
}
