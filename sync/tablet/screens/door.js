// This file asks the questions before an injection and says where the answers lead; questions.js decides.
// @ts-check
import { make } from "../look/build.js";
import { button, choices, choose, note } from "../look/parts.js";
import { askedBefore, decide } from "./questions.js";

/** @typedef {import("./at.js").At} At */

/**
 * @param {At} at
 * @param {string[]} antigens
 * @param {Record<string, string>} answers changed here
 * @param {() => void} changed
 */
export function questionsBox(at, antigens, answers, changed) {
  const { say, language, door } = at;
  const asked = askedBefore(door.questionnaire, antigens);
  const verdict = make("div", { role: "status" });
  const tell = () => verdict.replaceChildren(...led(at, antigens, answers));
  const boxes = asked.map((one) => {
    const box = choices({
      name: `q-${one.code}`,
      legend: language === "en" ? one.en : one.fr,
      words: ["no", "yes", "unknown"].map((word) => [word, say(word)]),
      chosen: [answers[one.code]],
      change: ([word]) => {
        answers[one.code] = word;
        tell();
        changed();
      },
    });
    box.classList.add("question");
    return box;
  });
  const allNo = button(say("dose.all_no"), () => {
    asked.forEach((one, place) => {
      answers[one.code] = "no";
      choose(boxes[place], "no");
    });
    tell();
    changed();
  }, { class: "wide", "data-act": "all-no" });
  tell();
  return make(
    "div",
    {},
    door.questionnaire.signed_by === null ? note("note", say("dose.unsigned")) : null,
    make("ul", {}, asked.map((one) => make("li", {}, language === "en" ? one.en : one.fr))),
    allNo,
    make("details", { open: asked.some((one) => answers[one.code] && answers[one.code] !== "no") }, make("summary", {}, say("dose.one_by_one")), boxes),
    verdict,
  );
}

/** Return what is said of the answers so far. @param {At} at @param {string[]} antigens @param {Record<string, string>} answers */
function led(at, antigens, answers) {
  const { questionnaire } = at.door;
  const decision = decide(questionnaire, antigens, answers);
  if (decision.missing.length && decision.outcome !== "stop") return [];
  const kind = /** @type {const} */ ({ go: "good", ask_doctor: "note", stop: "late" })[decision.outcome] ?? "late";
  const advised = questionnaire.questions.filter((one) => decision.advice.includes(one.code));
  return [
    note(
      kind,
      make("p", {}, at.say(`dose.${decision.outcome}`)),
      ...advised.map((one) => make("p", {}, at.language === "en" ? one.advice_en : one.advice_fr)),
    ),
  ];
}
