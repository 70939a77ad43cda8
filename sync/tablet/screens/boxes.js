// This file decides which product, lot and vial are proposed and what is wrong with them; the box itself is read in datamatrix.js.
// @ts-check
import { campaignAntigens, isDue } from "./due.js";
import { historyOf, lastOwnDose, stands, value } from "./read.js";
import { balance, standing, useBy } from "./vials.js";

/** @typedef {import("./at.js").At} At @typedef {import("../interface.js").Shown} Shown */

/** Return the products, those of the bag first. @param {At} at @returns {Shown[]} */
export function products(at) {
  const carried = new Set(at.tablet.all("round").flatMap((one) => value(one, "doses_carried") ?? []).map((/** @type {string} */ one) => one.split(" ")[0]));
  const rank = (/** @type {Shown} */ one) => (carried.has(value(one, "code")) ? 0 : 1);
  return at.tablet
    .all("product")
    .sort((one, other) => rank(one) - rank(other) || String(value(one, "name")).localeCompare(String(value(other, "name")), "fr"));
}

/** Return a product by its code. @param {At} at @param {string} code @returns {Shown | null} */
export function productOf(at, code) {
  return at.tablet.all("product").find((one) => value(one, "code") === code) ?? null;
}

/** Return the lots of a product that may be used, the first to expire first. @param {At} at @param {Shown | null} product @returns {Shown[]} */
export function usableLots(at, product) {
  return at.tablet
    .all("lot")
    .filter((one) => product && value(one, "product_id") === product.id && lotFault(at, one) === "")
    .sort((one, other) => String(value(one, "expires_on") ?? "9").localeCompare(String(value(other, "expires_on") ?? "9")));
}

/** Return a lot of a product by its number. @param {At} at @param {Shown | null} product @param {string} number @returns {Shown | null} */
export function lotOf(at, product, number) {
  return at.tablet.all("lot").find((one) => product && value(one, "product_id") === product.id && value(one, "number") === number) ?? null;
}

/** Return what speaks against a lot: `expired`, its state, `disputed`, or nothing. @param {At} at @param {Shown} lot */
export function lotFault(at, lot) {
  if (lot.disputed.state) return "disputed";
  const expires = value(lot, "expires_on");
  if (expires && expires < at.today()) return "expired";
  const state = value(lot, "state");
  return state && state !== "available" ? String(state) : "";
}

/**
 * Return what is proposed before anybody chose: the box that this tablet used last unless it is not due, else what is due, those of
 * a running campaign and of the bag first, else what a running campaign gives to those of whom no forecast tells.
 * @param {At} at
 * @param {string[]} people
 */
export function proposed(at, people) {
  const last = lastOwnDose(at.tablet);
  const campaigns = campaignAntigens(at);
  const usable = products(at).filter((one) => usableLots(at, one).length);
  const dues = (/** @type {Shown} */ one) => people.map((id) => isDue(at, id, one));
  const isOfCampaign = (/** @type {Shown} */ one) => (value(one, "antigens") ?? []).some((/** @type {string} */ antigen) => campaigns.includes(antigen));
  const product =
    usable.find((one) => value(one, "code") === value(last, "product_code") && dues(one).some((due) => due !== false)) ??
    usable.find((one) => dues(one).includes(true) && isOfCampaign(one)) ??
    usable.find((one) => dues(one).includes(true)) ??
    usable.find((one) => dues(one).includes(null) && isOfCampaign(one));
  if (!product) return { product_code: "", lot_number: "", expires_on: "" };
  const lots = usableLots(at, product);
  const lot = lots.find((one) => value(one, "number") === value(last, "lot_number")) ?? (lots.length === 1 ? lots[0] : null);
  return {
    product_code: String(value(product, "code")),
    lot_number: String(value(lot, "number") ?? ""),
    expires_on: String(value(lot, "expires_on") ?? ""),
  };
}

/** Return which dose of its antigens the next one is, by what is known here. @param {At} at @param {string} personId @param {Shown | null} product */
export function nextNumber(at, personId, product) {
  const antigens = value(product, "antigens") ?? [];
  const before = historyOf(at.tablet, personId).filter(
    (one) =>
      one.kind === "dose" &&
      stands(one) &&
      value(one, "status") === "given" &&
      (value(one, "antigens") ?? []).some((/** @type {string} */ antigen) => antigens.includes(antigen)),
  );
  return Math.min(before.length + 1, 20);
}

/**
 * @typedef {object} Vial
 * @property {string} id
 * @property {Shown} shown
 * @property {import("./vials.js").Balance} doses
 * @property {number[]} openings
 * @property {number | null} use_by
 * @property {string} standing
 */

/** Return the vials of a lot that are begun and not ended, the first to be used up first. @param {At} at @param {Shown} product @param {Shown | null} lot @returns {Vial[]} */
export function openVials(at, product, lot) {
  return at.tablet
    .all("vial")
    .filter((one) => lot && value(one, "lot_id") === lot.id)
    .map((one) => vialOf(at, product, lot, one))
    .filter((one) => !["ended", "sealed"].includes(one.standing))
    .sort((one, other) => (one.use_by ?? Infinity) - (other.use_by ?? Infinity));
}

/** Return where a vial stands now. @param {At} at @param {Shown | null} product @param {Shown | null} lot @param {Shown} shown @returns {Vial} */
export function vialOf(at, product, lot, shown) {
  const given = at.tablet.all("dose").filter((one) => value(one, "vial_id") === shown.id && stands(one) && value(one, "status") === "given").length;
  const state = value(shown, "state") ?? "sealed";
  const doses = balance(value(shown, "doses_nominal") ?? 1, given, value(shown, "doses_wasted") ?? 0, state);
  const opened = shown.disputed.opened_at ?? [value(shown, "opened_at")];
  const openings = opened.filter(Boolean).map((one) => Date.parse(String(one)));
  const clocks = {
    openings,
    hours_after_opening: value(product, "hours_after_opening"),
    lot_ends_at: endOfDay(value(lot, "expires_on")),
  };
  return {
    id: shown.id,
    shown,
    doses,
    openings,
    use_by: useBy(openings, clocks.hours_after_opening, clocks.lot_ends_at),
    standing: standing(state, doses, clocks, at.now()),
  };
}

/** Return the midnight that ends a day on this tablet. @param {string | null} day */
function endOfDay(day) {
  if (!day) return null;
  const [year, month, date] = day.split("-").map(Number);
  return new Date(year, month - 1, date + 1).getTime();
}
