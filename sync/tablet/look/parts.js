// This file makes the parts that several screens share: large buttons, choices of one tap, fields, notes.
// @ts-check
import { make } from "./build.js";

/** @typedef {import("./build.js").Child} Child */

/**
 * A button of at least 48 pixels.
 * @param {Child} text
 * @param {() => void} press
 * @param {Record<string, any>} [attributes]
 */
export function button(text, press, attributes = {}) {
  return make("button", { type: "button", onclick: press, ...attributes }, text);
}

/** A link that looks and presses like a button. @param {Child | Child[]} text @param {string} href @param {Record<string, any>} [attributes] */
export function link(text, href, attributes = {}) {
  return make("a", { href, class: "button", ...attributes }, text);
}

/**
 * Words of which one (or, with `several`, any number) is chosen by one tap; arrows and space work too, being radio buttons.
 * @param {{name: string, legend: string, words: [string, string][], chosen?: string[], several?: boolean,
 *   change?: (chosen: string[]) => void, hint?: string}} asked
 */
export function choices(asked) {
  const box = make("fieldset", { class: "choices", "data-name": asked.name }, make("legend", {}, asked.legend));
  if (asked.hint) box.append(make("p", { class: "quiet" }, asked.hint));
  const row = make("div", { class: "row" });
  for (const [code, text] of asked.words) {
    const input = make("input", {
      type: asked.several ? "checkbox" : "radio",
      name: asked.name,
      value: code,
      checked: (asked.chosen ?? []).includes(code),
      onchange: () => asked.change?.(chosenOf(box)),
    });
    row.append(make("label", { class: "choice" }, input, make("span", {}, text)));
  }
  box.append(row);
  return box;
}

/** Return what is chosen among the words of a choice. @param {Element} box @returns {string[]} */
export function chosenOf(box) {
  return [...box.querySelectorAll("input:checked")].map((one) => /** @type {HTMLInputElement} */ (one).value);
}

/** Choose one word as if it had been tapped. @param {Element} box @param {string} code */
export function choose(box, code) {
  for (const one of box.querySelectorAll("input")) one.checked = one.value === code;
}

/**
 * A field with its label; the input is found by its name.
 * @param {string} label
 * @param {Record<string, any>} attributes
 * @param {string} [hint]
 */
export function field(label, attributes, hint) {
  const tag = attributes.rows ? "textarea" : "input";
  const input = make(tag, tag === "input" ? { type: "text", autocomplete: "off", ...attributes } : attributes);
  return make("label", { class: "field" }, make("span", {}, label), input, hint ? make("small", { class: "quiet" }, hint) : null);
}

/** A list to choose from. @param {string} label @param {string} name @param {[string, string][]} words @param {string} [chosen] @param {(code: string) => void} [change] */
export function list(label, name, words, chosen = "", change) {
  const select = make(
    "select",
    { name, onchange: () => change?.(/** @type {HTMLSelectElement} */ (select).value) },
    words.map(([code, text]) => make("option", { value: code, selected: code === chosen }, text)),
  );
  return make("label", { class: "field" }, make("span", {}, label), select);
}

/** What a form holds: trimmed texts by name. @param {HTMLElement} form @returns {Record<string, string>} */
export function texts(form) {
  /** @type {Record<string, string>} */
  const found = {};
  for (const one of form.querySelectorAll("input:not([type=radio]):not([type=checkbox]), textarea, select")) {
    const input = /** @type {HTMLInputElement} */ (one);
    if (input.name) found[input.name] = input.value.normalize("NFC").trim();
  }
  return found;
}

/** A note with a mark, so that its colour never speaks alone. @param {"good" | "note" | "late"} kind @param {...Child} words */
export function note(kind, ...words) {
  const mark = { good: "✓", note: "!", late: "✕" }[kind];
  return make("div", { class: `notice ${kind}` }, make("span", { class: "mark", "aria-hidden": "true" }, mark), make("div", {}, ...words));
}

/** A short word in a frame. @param {string} kind @param {Child} text */
export function tag(kind, text) {
  return make("span", { class: `tag ${kind}` }, text);
}

/** Everything of one thing, under its heading. @param {Child} heading @param {...(Child | Child[])} inside */
export function card(heading, ...inside) {
  return make("section", { class: "card" }, heading ? make("h2", {}, heading) : null, ...inside);
}
