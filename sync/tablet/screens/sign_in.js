// This file shows who may open the tablet: by PIN, by the supervisor's spoken code, or with both factors the first time.
// @ts-check
import { make } from "../look/build.js";
import { button, card, field, link, note, texts } from "../look/parts.js";
import { reason } from "./sync.js";

/** @typedef {import("./at.js").At} At @typedef {import("../interface.js").Author} Author */

const PIN_LEAST = 6;

/** @param {At} at @param {string} [authorId] */
export function show(at, authorId = "") {
  const { say, tablet } = at;
  const { authors, sealed, label } = tablet.state;
  const author = authors.find((one) => one.id === authorId) ?? (authors.length === 1 ? authors[0] : undefined);
  return [
    make("h1", { tabindex: -1 }, say("sign_in.title")),
    make("p", { class: "quiet" }, label),
    sealed ? note("note", say("sign_in.sealed", { count: sealed })) : null,
    authors.length > 1 ? make("div", { class: "row" }, authors.map((one) => link(one.name, `#/sign-in/${one.id}`, { class: one === author ? "button" : "button quiet", "aria-current": one === author ? "true" : null }))) : null,
    author ? byPin(at, author) : null,
    author && !author.ready ? byCode(at, author) : null,
    make("details", { open: !authors.length, id: "first-time" }, make("summary", {}, say("sign_in.first")), firstTime(at)),
    authors.length ? link(say("sign_in.capture"), "#/alone", { class: "button quiet wide" }) : null,
  ];
}

/** @param {At} at @param {string} label @param {string} name */
function pinField(at, label, name) {
  return field(label, { name, type: "password", inputmode: "numeric", autocomplete: "off", class: "pin", maxlength: 32 });
}

/** @param {At} at @param {Author} author */
function byPin(at, author) {
  const { say } = at;
  const pin = pinField(at, say("sign_in.pin", { name: author.name }), "pin");
  const told = make("div", { role: "status" });
  const open = () => opened(at, told, pin, () => at.tablet.unlock(author.id, texts(pin).pin));
  return form(at, open, author.ready ? null : note("note", say("sign_in.asleep")), pin, button(say("sign_in.open"), open, { class: "wide", "data-act": "unlock" }), told);
}

/** Without a network after a restart, only a code that the supervisor speaks opens the tablet. @param {At} at @param {Author} author */
function byCode(at, author) {
  const { say } = at;
  const fields = make("div", {}, pinField(at, say("sign_in.pin", { name: author.name }), "pin"), field(say("sign_in.code"), { name: "code", maxlength: 60, autocapitalize: "characters" }));
  const [number] = at.tablet.state.rescue_numbers;
  const told = make("div", { role: "status" });
  const open = () => opened(at, told, fields, () => at.tablet.unlockByCode(author.id, texts(fields).pin, texts(fields).code));
  return make("details", { id: "by-code" }, make("summary", {}, say("sign_in.use_code")), number === undefined ? null : make("p", {}, say("sign_in.number", { number })), form(at, open, fields, button(say("sign_in.open"), open, { class: "wide", "data-act": "by-code" }), told));
}

/** @param {At} at */
function firstTime(at) {
  const { say } = at;
  const fields = make(
    "div",
    {},
    field(say("sign_in.login"), { name: "login", autocapitalize: "none", maxlength: 80 }),
    field(say("sign_in.passphrase"), { name: "passphrase", type: "password", maxlength: 200 }),
    field(say("sign_in.second"), { name: "code", inputmode: "numeric", maxlength: 12 }),
    pinField(at, say("sign_in.new_pin"), "pin"),
    pinField(at, say("sign_in.again"), "again"),
  );
  const told = make("div", { role: "status" });
  const open = () => {
    const { login, passphrase, code, pin, again } = texts(fields);
    if (pin !== again) return told.replaceChildren(note("late", say("sign_in.not_same")));
    if (pin.length < PIN_LEAST) return told.replaceChildren(note("late", say("sign_in.short")));
    return opened(at, told, fields, () => at.tablet.signIn({ login, passphrase, code, pin }));
  };
  return form(at, open, fields, button(say("sign_in.open"), open, { class: "wide", "data-act": "sign-in" }), told);
}

/** Try to open; whatever was typed is forgotten by the page. @param {At} at @param {HTMLElement} told @param {HTMLElement} fields @param {() => Promise<import("../interface.js").Done>} open */
async function opened(at, told, fields, open) {
  const { done, reason: why, left } = await open();
  for (const one of fields.querySelectorAll("input[type=password]")) /** @type {HTMLInputElement} */ (one).value = "";
  if (done) return at.go("#/today");
  const tries = left === undefined ? "" : ` ${at.say("sign_in.left", { count: left })}`;
  return told.replaceChildren(note("late", reason(at, why) + tries));
}

/** A form that Enter sends too. @param {At} at @param {() => unknown} send @param {...any} inside */
function form(at, send, ...inside) {
  return make(
    "form",
    {
      class: "card",
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        send();
      },
    },
    ...inside,
  );
}
