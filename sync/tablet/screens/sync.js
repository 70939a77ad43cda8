// This file shows what became of every entry, and the two lights; both come from verdicts, sums and receipts.
// @ts-check
import { make } from "../look/build.js";
import { button, card, note, tag } from "../look/parts.js";
import { TEXTS, wordOf } from "../texts/speak.js";
import { factWords } from "./person.js";
import { nameOf, placeWords, value } from "./read.js";

/** @typedef {import("./at.js").At} At @typedef {import("../interface.js").OwnOp} OwnOp */

export const live = true;
const SHOWN_MOST = 200;
const KIND_OF_STATUS = /** @type {const} */ ({ waiting: "note", arrived: "good", review: "note", refused: "late" });
const WORST_FIRST = ["refused", "waiting", "review", "arrived"];

/** @param {At} at */
export function show(at) {
  const { say, tablet } = at;
  const { state } = tablet;
  const outbox = tablet.outbox();
  return [
    make("h1", { tabindex: -1 }, say("sync.title")),
    ...lights(at),
    button(state.syncing ? say("sync.working") : say("sync.now"), () => syncNow(at), { class: "wide", disabled: state.syncing, "data-act": "sync" }),
    state.last_sync ? make("p", { class: "quiet" }, say("sync.last", { time: at.timeWords(state.last_sync.at) }), state.last_sync.complete ? "" : ` · ${reason(at, state.last_sync.reason)}`) : null,
    card(say("sync.entries"), summary(at, outbox), make("ul", { class: "lines", id: "entries" }, byRecord(outbox).slice(0, SHOWN_MOST).map((ops) => line(at, ops)))),
  ];
}

/** @param {At} at */
export async function syncNow(at) {
  const done = await at.tablet.sync();
  at.tell(done.complete ? "good" : "note", done.complete ? at.say("sync.done") : at.say("sync.not_done", { why: reason(at, done.reason) }));
}

/** @param {At} at */
function lights(at) {
  const lights = at.tablet.lights();
  const why = lights.reasons.map((one) => reason(at, one)).join(", ");
  return [
    make("div", { "data-light": "field", "data-on": String(lights.ready_for_field) }, note(lights.ready_for_field ? "good" : "note", at.say(lights.ready_for_field ? "sync.ready" : "sync.not_ready"))),
    make("div", { "data-light": "hand-in", "data-on": String(lights.safe_to_hand_in) }, note(lights.safe_to_hand_in ? "good" : "note", at.say(lights.safe_to_hand_in ? "sync.safe" : "sync.not_safe"))),
    why ? make("p", { class: "quiet" }, at.say("sync.why", { why })) : null,
  ];
}

/** Say a reason in words, or the code itself if only a newer server knows it. @param {At} at @param {string} code */
export function reason(at, code) {
  return `reason.${code}` in TEXTS ? at.say(`reason.${code}`) : code;
}

/** @param {At} at @param {OwnOp[]} outbox */
function summary(at, outbox) {
  if (!outbox.length) return make("p", {}, at.say("sync.no_entries"));
  return make(
    "p",
    { id: "counts" },
    WORST_FIRST.map((status) => [status, outbox.filter((one) => one.status === status).length])
      .filter(([, count]) => count)
      .map(([status, count]) => tag(KIND_OF_STATUS[/** @type {"waiting"} */ (status)], at.say("sync.count", { count: Number(count), state: at.say(`sync.${status}`) }))),
  );
}

/** Group entries by record, the newest record first. @param {OwnOp[]} outbox @returns {OwnOp[][]} */
function byRecord(outbox) {
  /** @type {Map<string, OwnOp[]>} */
  const groups = new Map();
  for (const one of outbox) groups.set(one.record_id, [...(groups.get(one.record_id) ?? []), one]);
  return [...groups.values()];
}

/** @param {At} at @param {OwnOp[]} ops */
function line(at, ops) {
  const worst = ops.reduce((one, other) => (WORST_FIRST.indexOf(other.status) < WORST_FIRST.indexOf(one.status) ? other : one));
  return make(
    "li",
    { class: "line", "data-record": worst.record_id, "data-status": worst.status },
    make(
      "span",
      { class: "grow" },
      make("span", { class: "quiet" }, at.timeWords(ops[0].at)),
      " ",
      what(at, worst),
      worst.code ? make("span", { class: "quiet" }, make("br"), at.say("sync.why", { why: reason(at, worst.code) })) : null,
    ),
    tag(KIND_OF_STATUS[worst.status], at.say(`sync.${worst.status}`)),
  );
}

/** Return what an entry is about. @param {At} at @param {OwnOp} op */
function what(at, op) {
  const shown = at.tablet.view(op.record_id);
  const person = at.tablet.view(String(value(shown, "person_id") ?? value(shown, "index_person_id") ?? (op.kind === "person" ? op.record_id : "")));
  const place = at.tablet.view(String(value(shown, "place_id") ?? ""));
  const about = person ? nameOf(person.values, at.say) : place ? placeWords(place.values, at.say) : "";
  const words = shown && ["dose", "screening", "consent", "exposure", "adverse_event"].includes(op.kind) ? factWords(at, shown) : wordOf(at.say, "kind", op.kind);
  return [words, about].filter(Boolean).join(" — ");
}
