// This file decides for whom a dose is ticked beforehand when a whole family is done in one pass, and what is said of the others.
//
// One box is chosen for all, and it is rarely for all: a newborn is no old man. Whoever it is not due to, or whom a physician
// has to decide on, is ticked by hand or not at all; where the pack says nothing of them, the nurse knows better.
// A campaign means those who may have its dose today: whoever is too young for it, or had one too lately, is not among them.
// @ts-check
import { campaignAntigens, standingOf } from "./due.js";
import { value } from "./read.js";

/** @typedef {import("../interface.js").Shown} Shown */

/** @type {Record<string, string>} */
const WORDS = { not_due: "due.not_due", not_yet: "due.not_due", must_not: "due.must_not", ask_doctor: "due.ask_doctor" };

/**
 * Return what is ticked before anybody touched the line, and the key of the words beside it.
 * @param {import("./at.js").At} at @param {string} personId @param {Shown | null} product
 * @returns {{result: "done" | "none", words: string | null}}
 */
export function preTicked(at, personId, product) {
  if (!product) return { result: "none", words: null };
  const standing = standingOf(at, personId, product);
  const campaigns = campaignAntigens(at);
  const isOfCampaign = (value(product, "antigens") ?? []).some((/** @type {string} */ one) => campaigns.includes(one));
  const isDone = standing === "due" || standing === "unknown" || (standing === "not_due" && isOfCampaign);
  return { result: isDone ? "done" : "none", words: WORDS[standing] ?? null };
}
