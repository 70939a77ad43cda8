// This file decides what is said of the doses and tests of a bag: loaded, used, returned, and what is missing.
// @ts-check
import { make } from "../look/build.js";
import { button, card, field, list, note, texts } from "../look/parts.js";
import { productOf, products, vialOf } from "./boxes.js";
import { stands, value } from "./read.js";

/** @typedef {import("./at.js").At} At @typedef {import("../interface.js").Shown} Shown */
/** @typedef {{name: string, loaded: number, given: number, wasted: number, returned: number[]}} Line */

const COUNT = /^(0|[1-9]\d{0,4})$/;

/** @param {At} at @param {Shown} round */
export function doses(at, round) {
  const { say } = at;
  const lines = counted(at, round);
  const heads = ["product", "loaded", "given", "wasted", "left", "returned_doses", "missing"];
  const table = make(
    "table",
    { class: "figures", id: "carried" },
    make("thead", {}, make("tr", {}, heads.map((one) => make("th", { scope: "col" }, say(`bag.${one}`))))),
    make("tbody", {}, lines.map((one) => row(at, one))),
  );
  return card(
    say("bag.doses"),
    lines.length ? make("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": say("bag.doses") }, table) : make("p", {}, say("bag.nothing")),
    make("details", {}, make("summary", {}, say("bag.load")), countForm(at, round, "doses_carried", "bag.add", "load")),
    make("details", {}, make("summary", {}, say("bag.back")), countForm(at, round, "doses_returned", "bag.back_add", "back")),
  );
}

/** @param {At} at @param {Line} line */
function row(at, { name, loaded, given, wasted, returned }) {
  const left = loaded - given - wasted;
  const back = returned.length > 1 ? at.say("disputed", { values: returned.join(" / ") }) : (returned[0] ?? "—");
  const missing = returned.length === 1 && loaded ? left - returned[0] : null;
  const cells = [loaded, given, wasted, loaded ? left : "—", back];
  return make("tr", {}, make("th", { scope: "row" }, name), cells.map((one) => make("td", {}, one)), make("td", {}, missing === null ? "—" : missing === 0 ? "0" : note("late", String(missing))));
}

/** A count of one product; a count of it that was written before goes. @param {At} at @param {Shown} round @param {string} into @param {string} words @param {string} act */
function countForm(at, round, into, words, act) {
  const { say } = at;
  const form = make(
    "div",
    {},
    list(say("bag.product"), "product", products(at).map((one) => [String(value(one, "code")), String(value(one, "name"))])),
    field(say("bag.count"), { name: "count", type: "number", inputmode: "numeric", min: 0, max: 10000 }),
    button(say(words), async () => {
      const { product, count } = texts(form);
      if (!product || !COUNT.test(count)) return at.tell("note", say("missing", { what: say("bag.count") }));
      const now = `${product} x ${Number(count)}`;
      const before = (value(round, into) ?? []).filter((/** @type {string} */ one) => codeOf(one) === product && one !== now);
      await at.save({ record_id: round.id, kind: "round", add: { [into]: [now] }, ...(before.length ? { remove: { [into]: before } } : {}) });
    }, { class: "quiet wide", "data-act": act }),
  );
  return form;
}

/** @param {At} at @param {Shown} round */
export function tests(at, round) {
  const { say } = at;
  const done = testsDone(at);
  const [carried, returned] = ["tests_carried", "tests_returned"].map((name) => value(round, name));
  const missing = Number.isInteger(carried) && Number.isInteger(returned) ? carried - done - returned : 0;
  const form = make(
    "div",
    {},
    ["tests_carried", "tests_returned"].map((name) => field(say(`bag.${name}`), { name, type: "number", inputmode: "numeric", min: 0, max: 10000, value: value(round, name) ?? "" })),
    button(say("save"), async () => {
      const said = Object.entries(texts(form)).filter(([, count]) => count !== "");
      if (!said.length || said.some(([, count]) => !COUNT.test(count))) return at.tell("note", say("missing", { what: say("bag.tests") }));
      const set = Object.fromEntries(said.map(([name, count]) => [name, Number(count)]).filter(([name, count]) => value(round, String(name)) !== count));
      if (Object.keys(set).length) await at.save({ record_id: round.id, kind: "round", set });
    }, { class: "quiet wide", "data-act": "tests" }),
  );
  return card(say("bag.tests"), make("p", { class: "figures" }, say("bag.tests_done", { count: done })), missing ? note("late", say("bag.tests_missing", { count: missing })) : null, form);
}

/** @param {At} at */
function testsDone(at) {
  const mine = new Set(at.tablet.outbox().filter((one) => one.kind === "screening").map((one) => one.record_id));
  const shown = [...mine].map((id) => at.tablet.view(id));
  return shown.filter((one) => one && stands(one) && value(one, "result") !== "not_done" && isToday(at, value(one, "collected_at"))).length;
}

/** @param {At} at @param {string | null} instant */
const isToday = (at, instant) => Boolean(instant) && new Date(String(instant)).toDateString() === new Date(at.now()).toDateString();

/** @param {string} text */
const codeOf = (text) => text.split(" x ")[0];

/** Count what was loaded, given, wasted and returned today, by product. @param {At} at @param {Shown} round */
function counted(at, round) {
  /** @type {Map<string, Line>} */
  const lines = new Map();
  const lineOf = (/** @type {string} */ code) => {
    const line = lines.get(code) ?? { name: String(value(productOf(at, code), "name") ?? code), loaded: 0, given: 0, wasted: 0, returned: [] };
    lines.set(code, line);
    return line;
  };
  for (const text of value(round, "doses_carried") ?? []) lineOf(codeOf(text)).loaded += Number(text.split(" x ")[1]) || 0;
  for (const text of value(round, "doses_returned") ?? []) lineOf(codeOf(text)).returned.push(Number(text.split(" x ")[1]) || 0);
  const mine = new Set(at.tablet.outbox().filter((one) => one.kind === "dose").map((one) => one.record_id));
  for (const id of mine) {
    const dose = at.tablet.view(id);
    if (dose && stands(dose) && value(dose, "status") === "given" && value(dose, "given_on") === at.today()) lineOf(String(value(dose, "product_code"))).given += 1;
  }
  for (const vial of at.tablet.all("vial")) {
    if (value(vial, "team_id") !== value(round, "team_id")) continue;
    const lot = at.tablet.view(String(value(vial, "lot_id")));
    const product = at.tablet.view(String(value(lot, "product_id")));
    if (product) lineOf(String(value(product, "code"))).wasted += vialOf(at, product, lot, vial).doses.wasted;
  }
  return [...lines.values()].sort((one, other) => one.name.localeCompare(other.name, "fr"));
}
