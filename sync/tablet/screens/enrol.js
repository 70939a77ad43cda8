// This file shows the first screen of a new tablet: enrol it by the code that the desk shows.
// @ts-check
import { make } from "../look/build.js";
import { button, card, field, note, texts } from "../look/parts.js";
import { reason } from "./sync.js";

/** @param {import("./at.js").At} at */
export function show(at) {
  const { say } = at;
  const said = new URLSearchParams(location.hash.slice(1));
  const form = make(
    "div",
    {},
    field(say("enrol.territory"), { name: "territory", value: said.get("territory") ?? "", maxlength: 40 }),
    field(say("enrol.code"), { name: "code", value: said.get("code") ?? "", maxlength: 40, autocapitalize: "characters" }),
  );
  const told = make("div", { role: "status" });
  const enrol = async () => {
    told.replaceChildren(note("note", say("enrol.working")));
    const { territory, code } = texts(form);
    const { done, reason: why } = await at.tablet.enrol(`#${new URLSearchParams({ territory, code })}`);
    told.replaceChildren(...(done ? [] : [note("late", say("enrol.refused", { why: reason(at, why === "bad_request" ? "enrolment_form" : why) }))]));
    if (done) at.go("#/sign-in");
  };
  return [make("h1", { tabindex: -1 }, say("enrol.title")), make("p", {}, say("enrol.hint")), card(null, form, button(say("enrol.go"), enrol, { class: "wide", "data-act": "enrol" }), told)];
}
