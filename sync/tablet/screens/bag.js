// This file shows the bag: its temperature at departure, stops and return, open vials, and what left, was used and came back (carried.js).
// @ts-check
import { make } from "../look/build.js";
import { button, card, choices, chosenOf, field, note, texts } from "../look/parts.js";
import { wordOf } from "../texts/speak.js";
import { vialOf } from "./boxes.js";
import { doses, tests } from "./carried.js";
import { vialEnd, vialWords } from "./lot.js";
import { rounds, stands, value } from "./read.js";

/** @typedef {import("./at.js").At} At */

export const live = true;
const [COLDEST_TENTHS, WARMEST_TENTHS] = [20, 80];

/** @param {At} at */
export function show(at) {
  const { say } = at;
  const round = rounds(at.tablet).find((one) => value(one, "day_on") === at.today());
  if (!round) return [make("h1", { tabindex: -1 }, say("bag.title")), note("note", say("today.none"))];
  return [
    make("h1", { tabindex: -1 }, say("bag.title")),
    temperature(at, round),
    doses(at, round),
    tests(at, round),
    vials(at),
    ["returned", "closed"].includes(value(round, "state"))
      ? note("good", say("bag.returned"))
      : card(say("bag.return"), button(say("bag.give_back"), () => at.save({ record_id: round.id, kind: "round", set: { state: "returned" } }), { class: "quiet wide" })),
  ];
}

/** @param {At} at @param {import("../interface.js").Shown} round */
function temperature(at, round) {
  const { say } = at;
  const readings = at.tablet
    .all("temperature")
    .filter((one) => value(one, "round_id") === round.id && stands(one))
    .sort((one, other) => String(value(one, "read_at")).localeCompare(String(value(other, "read_at"))));
  const next = readings.length ? "stop" : "departure";
  const moment = choices({ name: "moment", legend: say("bag.moment"), words: ["departure", "stop", "return"].map((one) => [one, wordOf(say, "temperature.moment", one)]), chosen: [next] });
  const degrees = field(say("bag.celsius"), { name: "celsius", inputmode: "decimal", maxlength: 6 });
  const save = async () => {
    const celsius = Number(texts(degrees).celsius.replace(",", "."));
    if (!texts(degrees).celsius || !Number.isFinite(celsius)) return at.tell("note", say("missing", { what: say("bag.celsius") }));
    const tenths = Math.round(celsius * 10);
    const set = { team_id: value(round, "team_id"), round_id: round.id, read_at: at.instant(), celsius_tenths: tenths, moment: chosenOf(moment)[0] };
    if ((await at.save({ kind: "temperature", set })) && isOut(tenths)) at.tell("late", say("bag.out"));
  };
  return card(
    say("bag.temperature"),
    readings.length
      ? make("ul", { class: "lines" }, readings.map((one) => make("li", { class: "figures" }, `${at.timeWords(value(one, "read_at"))} · ${wordOf(say, "temperature.moment", value(one, "moment"))} · ${(value(one, "celsius_tenths") / 10).toLocaleString(at.language)} °C`, isOut(value(one, "celsius_tenths")) ? note("late", say("bag.out")) : null)))
      : note("note", say("bag.no_reading")),
    moment,
    degrees,
    button(say("save"), save, { class: "wide", "data-act": "temperature" }),
  );
}

/** Return whether a temperature is outside what vaccines bear: 2 to 8 °C. @param {number} tenths */
export function isOut(tenths) {
  return tenths < COLDEST_TENTHS || tenths > WARMEST_TENTHS;
}

/** @param {At} at */
function vials(at) {
  const open = at.tablet
    .all("vial")
    .map((one) => {
      const lot = at.tablet.view(String(value(one, "lot_id")));
      const product = at.tablet.view(String(value(lot, "product_id")));
      return { product, lot, vial: vialOf(at, product, lot, one) };
    })
    .filter(({ vial }) => !["ended", "sealed"].includes(vial.standing) || (vial.standing === "ended" && value(vial.shown, "state") === "opened"));
  if (!open.length) return card(at.say("bag.vials"), make("p", {}, at.say("bag.no_vials")));
  return card(
    at.say("bag.vials"),
    make(
      "ul",
      { class: "lines" },
      open.map(({ product, lot, vial }) =>
        make(
          "li",
          { "data-vial": vial.id },
          make("p", { class: "strong" }, `${value(product, "name") ?? ""} · ${value(lot, "number") ?? ""}`),
          make("p", {}, vialWords(at, vial)),
          vial.standing === "out_of_time" ? note("late", at.say("dose.vial_late")) : null,
          vialEnd(at, vial),
        ),
      ),
    ),
  );
}
