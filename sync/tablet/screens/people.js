// This file shows the search: as somebody types, who on this tablet sounds like that.
// @ts-check
import { make } from "../look/build.js";
import { field } from "../look/parts.js";
import { ageWords, nameOf, placeWords, value } from "./read.js";

/** @typedef {import("./at.js").At} At */

const SHOWN_MOST = 30;

/** @param {At} at */
export function show(at) {
  const { say } = at;
  const found = make("ul", { class: "lines", id: "found" });
  const count = make("p", { role: "status" });
  const look = (/** @type {string} */ text) => {
    const people = text.trim() ? at.tablet.search(text) : [];
    count.textContent = text.trim() ? (people.length ? say("find.count", { count: people.length }) : say("find.none")) : "";
    found.replaceChildren(...people.slice(0, SHOWN_MOST).map(({ person }) => personLine(at, person, `#/person/${person.id}/`)));
  };
  const input = field(say("find.label"), { name: "find", type: "search", oninput: (/** @type {any} */ event) => look(event.target.value) });
  return [make("h1", { tabindex: -1 }, say("find.title")), input, count, found];
}

/** A person as one line that leads somewhere. @param {At} at @param {import("../interface.js").Shown} person @param {string} href */
export function personLine(at, person, href) {
  const place = at.tablet.view(String(value(person, "place_id")));
  const room = value(person, "room") ? at.say("stop.room", { room: value(person, "room") }) : "";
  const where = [place ? placeWords(place.values, at.say) : "", room].filter(Boolean).join(" · ");
  return make(
    "li",
    {},
    make(
      "a",
      { class: "line", href },
      make("span", { class: "grow" }, make("span", { class: "strong" }, nameOf(person.values, at.say)), ` ${ageWords(person, at.say, at.today())}`, make("br"), make("span", { class: "quiet" }, where)),
    ),
  );
}
