// This file keeps who is observed after an injection, and until when; the clock goes on when the tablet was restarted.
// @ts-check
import { button } from "../look/parts.js";
import { nameOf } from "./read.js";

const PREFIX = "observe/";
const MINUTE = 60_000;

/** Begin to observe a person. @param {import("./at.js").At} at @param {string} personId @param {number} minutes */
export function observe(at, personId, minutes) {
  return at.tablet.keepDraft(`${PREFIX}${personId}`, { until: at.now() + minutes * MINUTE });
}

/** Return who is observed, the first to be released first. @param {import("./at.js").At} at */
export function observedNow(at) {
  return at.tablet
    .drafts()
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => ({ name, until: /** @type {{until: number}} */ (at.tablet.draft(name)).until }))
    .sort((one, other) => one.until - other.until)
    .map(({ name, until }) => {
      const person = at.tablet.view(name.slice(PREFIX.length));
      const key = until > at.now() ? "today.until" : "today.over";
      return {
        words: at.say(key, { name: nameOf(person?.values ?? {}, at.say), time: at.timeWords(new Date(until).toISOString()) }),
        end: () => button(at.say("today.end"), () => at.tablet.keepDraft(name, null).then(at.again), { class: "quiet" }),
      };
    });
}
