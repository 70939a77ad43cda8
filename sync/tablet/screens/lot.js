// This file shows the box in the hand: its lot by camera, by hand scanner or typed, and the open vial with its clock.
// @ts-check
import { make } from "../look/build.js";
import { button, choices, field, note } from "../look/parts.js";
import { wordOf } from "../texts/speak.js";
import { lotFault, lotOf, openVials, productOf, usableLots } from "./boxes.js";
import { readDatamatrix } from "./datamatrix.js";
import { value } from "./read.js";
import { canScan, scanner } from "./scan.js";
import { endVial } from "./vials.js";

/** @typedef {import("./at.js").At} At @typedef {import("./dose_acts.js").Entry} Entry */

const CODE_LENGTH_LEAST = 16;

/** @param {At} at @param {Entry} entry @param {() => void} changed */
export function lotBox(at, entry, changed) {
  const { say } = at;
  const product = productOf(at, entry.product_code);
  const lots = usableLots(at, product);
  const take = (/** @type {string} */ text) => {
    const words = takeText(at, entry, text);
    if (words) at.tell("late", words);
    changed();
  };
  return make(
    "div",
    { id: "lot" },
    lots.length
      ? choices({
          name: "lot",
          legend: say("dose.lot"),
          words: lots.map((one) => [String(value(one, "number")), `${value(one, "number")} (${say("dose.expires", { day: at.whenWords(value(one, "expires_on") ?? "") })})`]),
          chosen: [entry.lot_number],
          change: ([number]) => {
            entry.lot_number = number;
            entry.expires_on = String(value(lotOf(at, product, number), "expires_on") ?? "");
            changed();
          },
        })
      : null,
    field(say("dose.typed"), {
      name: "lot-typed",
      maxlength: 400,
      value: lots.some((one) => value(one, "number") === entry.lot_number) ? "" : entry.lot_number,
      onchange: (/** @type {any} */ event) => take(event.target.value),
    }),
    canScan() ? scanner(say, take) : null,
    ...faults(at, entry, changed),
  );
}

/**
 * Take what was typed or scanned: the code of a box, or a lot's number. Returns what is wrong with it, or nothing.
 * @param {At} at
 * @param {Entry} entry
 * @param {string} text
 */
export function takeText(at, entry, text) {
  const { say } = at;
  const typed = text.trim();
  if (!/^(\]d2|\(01\)|01\d{14})/i.test(typed) && typed.length < CODE_LENGTH_LEAST) {
    entry.lot_number = typed.normalize("NFC");
    entry.expires_on = String(value(lotOf(at, productOf(at, entry.product_code), typed), "expires_on") ?? "");
    return "";
  }
  const box = readDatamatrix(text, Number(at.today().slice(0, 4)));
  if ("why" in box) return say("dose.not_read", { why: say(`why.${box.why}`) });
  const product = at.tablet.all("product").find((one) => box.cip_code && value(one, "cip_code") === box.cip_code);
  if (!product) return say("dose.other_product");
  entry.product_code = String(value(product, "code"));
  entry.lot_number = box.lot_number ?? "";
  entry.expires_on = box.expires_on ?? "";
  return "";
}

/** What is wrong with the box; a dose that was given all the same is still a fact. @param {At} at @param {Entry} entry @param {() => void} changed */
function faults(at, entry, changed) {
  const { say } = at;
  if (!entry.lot_number) return [];
  const lot = lotOf(at, productOf(at, entry.product_code), entry.lot_number);
  const fault = (lot && lotFault(at, lot)) || (entry.expires_on && entry.expires_on < at.today() ? "expired" : "");
  if (!fault) return lot ? [] : [note("note", say("dose.lot_unknown"))];
  const words = fault === "expired" ? say("dose.expired") : say("dose.lot_state", { state: wordOf(say, "lot.state", fault) });
  return [
    note("late", words),
    choices({
      name: "despite",
      legend: say("dose.despite"),
      words: [["yes", say("yes")]],
      chosen: entry.despite ? ["yes"] : [],
      several: true,
      change: (chosen) => {
        entry.despite = chosen.length > 0;
        changed();
      },
    }),
  ];
}

/** The vial in use, for products of several doses. @param {At} at @param {Entry} entry @param {() => void} keep @returns {HTMLElement[]} */
export function vialBox(at, entry, keep) {
  const { say } = at;
  const product = productOf(at, entry.product_code);
  const count = value(product, "doses_per_vial") ?? 1;
  const lot = lotOf(at, product, entry.lot_number);
  if (!product || count < 2 || !lot) return [];
  const vials = openVials(at, product, lot);
  const usable = vials.filter((one) => one.standing !== "out_of_time" && one.doses.left > 0);
  if (!entry.vial) entry.vial = usable[0]?.id ?? "";
  return [
    choices({
      name: "vial",
      legend: say("dose.vial"),
      words: [...usable.map((one) => /** @type {[string, string]} */ ([one.id, vialWords(at, one)])), ["new", say("dose.vial_new", { count })]],
      chosen: [entry.vial],
      change: ([one]) => {
        entry.vial = one;
        keep();
      },
    }),
    ...vials.filter((one) => one.standing === "out_of_time").map(() => note("late", say("dose.vial_late"))),
    ...vials.filter((one) => one.standing === "unknown_use_by").map(() => note("note", say("dose.vial_no_clock"))),
  ];
}

/** Return an open vial in words: since when, how many doses are left, until when. @param {At} at @param {import("./boxes.js").Vial} vial */
export function vialWords(at, vial) {
  const time = (/** @type {number} */ one) => at.timeWords(new Date(one).toISOString());
  const opened = at.say("dose.vial_open", { time: vial.openings.length ? time(Math.min(...vial.openings)) : "?", left: vial.doses.left });
  return vial.use_by === null ? opened : `${opened}, ${at.say("dose.vial_until", { time: time(vial.use_by) })}`;
}

/** What ends a vial: one tap on the cause of what is lost. @param {At} at @param {import("./boxes.js").Vial} vial */
export function vialEnd(at, vial) {
  const { say } = at;
  const ending = endVial(vial.doses);
  const end = async (/** @type {string | undefined} */ cause) => {
    const waste = ending.wasted_more ? { inc: { doses_wasted: ending.wasted_more }, add: { waste_cause: [cause ?? "partial"] } } : {};
    await at.save({ record_id: vial.id, kind: "vial", set: { state: ending.state }, ...waste });
  };
  if (!ending.wasted_more) return button(say("dose.vial_end"), () => end(undefined), { class: "quiet wide" });
  const causes = ["partial", "time", "temperature", "broken", "contaminated", "expired", "label", "other"];
  return make(
    "details",
    {},
    make("summary", {}, `${say("dose.vial_end")} (${say("dose.vial_waste", { count: ending.wasted_more })})`),
    make("p", {}, say("dose.vial_cause")),
    make("div", { class: "row" }, causes.map((cause) => button(wordOf(say, "vial.waste_cause", cause), () => end(cause), { class: "quiet", "data-cause": cause }))),
  );
}
