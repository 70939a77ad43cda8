// This file decides what the answers before an injection lead to, as backend/doses/questions.py does (shared vectors).
// The questions themselves are data of the server (door.json).
// @ts-check

const ORDER = ["go", "ask_doctor", "stop"];

/**
 * @typedef {object} Question
 * @property {string} code
 * @property {string} fr
 * @property {string} en
 * @property {string} on_yes
 * @property {string} on_unknown
 * @property {boolean} live_only
 * @property {string[]} antigens
 * @property {string} not_given
 * @property {string} advice_fr
 * @property {string} advice_en
 * @property {number} observe_minutes
 *
 * @typedef {object} Questionnaire
 * @property {string} version
 * @property {{title: string, read_on: string}[]} sources
 * @property {Question[]} questions
 * @property {string[]} live_antigens
 * @property {number} observe_minutes
 * @property {object | null} signed_by
 *
 * @typedef {object} Decision
 * @property {string} outcome
 * @property {string[]} because
 * @property {string[]} missing
 * @property {string[]} advice
 * @property {string | null} not_given
 * @property {boolean} validated
 * @property {number} observe_minutes
 */

/** Return the questions to ask before a vaccine that carries these antigens. @param {Questionnaire} all @param {string[]} antigens */
export function askedBefore(all, antigens) {
  const live = antigens.some((one) => all.live_antigens.includes(one));
  return all.questions.filter(
    (one) => (live || !one.live_only) && (!one.antigens.length || one.antigens.some((two) => antigens.includes(two))),
  );
}

/**
 * Return where the answers lead: the strictest of them all; a question that was not answered never leads to go.
 * @param {Questionnaire} all
 * @param {string[]} antigens
 * @param {Record<string, string>} given
 * @returns {Decision}
 */
export function decide(all, antigens, given) {
  /** @type {[string, Question][]} */
  const led = [];
  const missing = [];
  for (const one of askedBefore(all, antigens)) {
    const answer = given[one.code];
    if (answer === undefined) missing.push(one.code);
    else if (answer !== "no") led.push([answer === "yes" ? one.on_yes : one.on_unknown, one]);
  }
  const outcomes = [...led.map(([outcome]) => outcome), missing.length ? "ask_doctor" : "go"];
  const worst = ORDER[Math.max(...outcomes.map((one) => ORDER.indexOf(one)))];
  const stopping = led.find(([outcome]) => outcome === "stop");
  return {
    outcome: worst,
    because: led.filter(([outcome]) => outcome === worst).map(([, one]) => one.code),
    missing,
    advice: led.filter(([, one]) => one.advice_fr).map(([, one]) => one.code),
    not_given: stopping ? stopping[1].not_given : null,
    validated: all.signed_by !== null,
    observe_minutes: Math.max(all.observe_minutes, ...led.map(([, one]) => one.observe_minutes)),
  };
}
