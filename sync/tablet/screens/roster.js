// This file shows who is at a place: by room and family, one line a person, one pass for a whole family.
// @ts-check
import { make } from "../look/build.js";
import { card, field, link, tag } from "../look/parts.js";
import { ageWords, dateOf, dayOf, nameOf, stands, value } from "./read.js";

/** @typedef {import("./at.js").At} At @typedef {import("./read.js").Person} Person @typedef {import("./read.js").StopView} StopView */

const FILTER_FROM = 12;

/**
 * @param {At} at
 * @param {StopView} stop
 * @param {Person[]} people
 */
export function rosterOf(at, stop, people) {
  const wanted = new Set(stop.wanted.map((one) => one.id));
  const shown = [...stop.wanted.filter((one) => !people.some((two) => two.id === one.id)), ...people];
  const done = doneToday(at);
  const groups = grouped(shown).map(({ room, members }) => group(at, stop, room, members, wanted, done));
  const box = make("div", { id: "roster" }, groups);
  return card(at.say("stop.roster"), shown.length > FILTER_FROM ? filter(at, box) : null, box);
}

/** One room, or one family of it. @param {At} at @param {StopView} stop @param {string} room @param {Person[]} members @param {Set<string>} wanted @param {Map<string, number>} done */
function group(at, stop, room, members, wanted, done) {
  const { say } = at;
  const family = members.length > 1 && members[0].values.household_id;
  return make(
    "section",
    { class: "room" },
    make("h3", {}, room ? say("stop.room", { room }) : say("stop.no_room")),
    make("ul", { class: "lines" }, members.map((one) => line(at, stop, one, wanted.has(one.id), done.get(one.id) ?? 0))),
    family ? link(say("stop.family"), `#/family/${members[0].values.household_id}/${stop.id}`, { class: "button quiet wide" }) : null,
  );
}

/** @param {At} at @param {StopView} stop @param {Person} one @param {boolean} wanted @param {number} entries */
function line(at, stop, one, wanted, entries) {
  const { say } = at;
  const name = nameOf(one.values, say);
  return make(
    "li",
    { "data-person": one.id, "data-find": `${name} ${one.values.room ?? ""}`.toLowerCase() },
    make(
      "a",
      { class: "line", href: `#/person/${one.id}/${stop.id}` },
      make(
        "span",
        { class: "grow" },
        make("span", { class: "strong" }, name),
        ` ${ageWords(one.shown, say, at.today())} `,
        wanted ? tag("note", say("stop.wanted")) : null,
        entries ? tag("good", say("stop.seen", { count: entries })) : null,
      ),
    ),
    make(
      "div",
      { class: "row" },
      link(say("act.vaccinate"), `#/dose/${one.id}/${stop.id}`, { "aria-label": `${say("act.vaccinate")} ${name}` }),
      link(say("act.screen"), `#/test/${one.id}/${stop.id}`, { class: "button quiet", "aria-label": `${say("act.screen")} ${name}` }),
    ),
  );
}

/** Keep the lines that hold what is typed: a hotel has sixty. @param {At} at @param {HTMLElement} box */
function filter(at, box) {
  const label = field(at.say("stop.filter"), { name: "filter", type: "search" });
  label.addEventListener("input", (event) => {
    const typed = /** @type {HTMLInputElement} */ (event.target).value.trim().toLowerCase();
    for (const room of box.querySelectorAll("section.room")) {
      const lines = /** @type {HTMLElement[]} */ ([...room.querySelectorAll("li[data-find]")]);
      for (const one of lines) one.hidden = !(one.dataset.find ?? "").includes(typed);
      /** @type {HTMLElement} */ (room).hidden = lines.every((one) => one.hidden);
    }
  });
  return label;
}

/** Group people who follow each other in one room and one family. @param {Person[]} people */
function grouped(people) {
  /** @type {{key: string, room: string, members: Person[]}[]} */
  const groups = [];
  for (const one of people) {
    const key = `${one.values.room ?? ""} ${one.values.household_id ?? ""}`;
    if (groups.at(-1)?.key !== key) groups.push({ key, room: one.values.room ?? "", members: [] });
    groups.at(-1)?.members.push(one);
  }
  return groups;
}

/** Count today's doses and tests by person, whoever recorded them. @param {At} at @returns {Map<string, number>} */
function doneToday(at) {
  const counts = new Map();
  for (const one of [...at.tablet.all("dose"), ...at.tablet.all("screening")]) {
    const when = dateOf(one);
    if (!stands(one) || (when.length > 10 ? dayOf(Date.parse(when)) : when) !== at.today()) continue;
    counts.set(value(one, "person_id"), (counts.get(value(one, "person_id")) ?? 0) + 1);
  }
  return counts;
}
