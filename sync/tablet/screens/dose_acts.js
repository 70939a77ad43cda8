// This file decides which acts a vaccination writes, given or not given: questions, consent, vial, dose. It takes values and returns acts.
// @ts-check

/**
 * @typedef {object} Entry  What the vaccination screen holds so far; it is the draft.
 * @property {{consent: string, dose: string, vial: string, questions: string}} ids
 * @property {Record<string, string>} answers
 * @property {boolean} doctor
 * @property {string} decision
 * @property {string} by
 * @property {string} product_code
 * @property {string} lot_number
 * @property {string} expires_on
 * @property {string} vial  a vial's id, `new`, or nothing
 * @property {string} body_site
 * @property {number} dose_number
 * @property {boolean} despite  the lot is known to be unfit, and the dose was given all the same
 * @property {string} note
 *
 * @typedef {object} Facts
 * @property {string} person_id
 * @property {string | null} visit_id
 * @property {string} instant
 * @property {string} today
 * @property {string[]} antigens
 * @property {string | null} lot_id
 * @property {string | null} team_id
 * @property {number} doses_per_vial
 * @property {string} questions  the version of the questions
 * @property {string} outcome  where the answers lead
 * @property {string} lot_fault
 *
 * @typedef {import("../interface.js").Act} Act
 */

/** Return the names of what is still missing before a dose may be saved as given. @param {Entry} entry @param {import("./questions.js").Decision} decision @param {Facts} facts */
export function missing(entry, decision, facts) {
  const lacks = [
    [decision.missing.length > 0, "questions"],
    [decision.outcome !== "go" && !decision.missing.length && !entry.doctor, "doctor"],
    [!entry.decision, "consent"],
    [!entry.product_code, "product"],
    [!entry.lot_number || (facts.lot_fault !== "" && !entry.despite), "lot"],
    [facts.doses_per_vial > 1 && facts.lot_id !== null && !entry.vial, "vial"],
    [!entry.body_site, "site"],
  ];
  return lacks.filter(([lack]) => lack).map(([, what]) => String(what));
}

/** Return the acts of a dose that was given. @param {Entry} entry @param {Facts} facts @returns {Act[]} */
export function givenActs(entry, facts) {
  const fresh = entry.vial === "new" && facts.lot_id !== null;
  const vial_id = fresh ? entry.ids.vial : entry.vial === "new" ? "" : entry.vial;
  return [
    ...questionsAct(entry, facts),
    consentAct(entry, facts, "given"),
    ...(fresh
      ? [
          {
            record_id: entry.ids.vial,
            kind: "vial",
            set: {
              lot_id: facts.lot_id,
              doses_nominal: facts.doses_per_vial,
              opened_at: facts.instant,
              state: "opened",
              ...said({ team_id: facts.team_id }),
            },
          },
        ]
      : []),
    {
      record_id: entry.ids.dose,
      kind: "dose",
      set: {
        ...about(facts),
        status: "given",
        given_on: facts.today,
        given_at: facts.instant,
        source: "own",
        dose_number: entry.dose_number,
        ...said({
          product_code: entry.product_code,
          lot_number: entry.lot_number,
          expires_on: entry.expires_on,
          vial_id,
          body_site: entry.body_site,
          note: noteOf(entry, facts),
        }),
      },
      add: { antigens: facts.antigens },
    },
  ];
}

/** Return the acts of a dose that was not given; a refusal is a decision of the person too. @param {Entry} entry @param {Facts} facts @param {string} reason @param {string} refusal @returns {Act[]} */
export function notGivenActs(entry, facts, reason, refusal) {
  const consent = consentAct(entry, facts, "refused");
  return [
    ...questionsAct(entry, facts),
    ...(reason === "refused" ? [{ ...consent, set: { ...consent.set, ...said({ reason: refusal }) } }] : []),
    {
      record_id: entry.ids.dose,
      kind: "dose",
      set: {
        ...about(facts),
        status: "not_given",
        not_given_reason: reason,
        given_on: facts.today,
        source: "own",
        ...said({ note: noteOf(entry, facts) }),
      },
      add: { antigens: facts.antigens },
    },
  ];
}

/** @param {Entry} entry @param {Facts} facts @param {string} decision */
function consentAct(entry, facts, decision) {
  return {
    record_id: entry.ids.consent,
    kind: "consent",
    set: { ...about(facts), act: "vaccinate", decision, by: entry.by, decided_at: facts.instant },
  };
}

/** Return what was asked and answered; nothing if nothing was asked. @param {Entry} entry @param {Facts} facts @returns {Act[]} */
function questionsAct(entry, facts) {
  const asked = Object.keys(entry.answers).sort();
  if (!asked.length) return [];
  const answered = (/** @type {string} */ word) => asked.filter((code) => entry.answers[code] === word);
  const set = { ...about(facts), version: facts.questions, outcome: facts.outcome, asked_at: facts.instant };
  const sets = { antigens: facts.antigens, asked, answered_yes: answered("yes"), answered_unknown: answered("unknown") };
  return [{ record_id: entry.ids.questions, kind: "questionnaire", set, add: Object.fromEntries(Object.entries(sets).filter(([, all]) => all.length)) }];
}

/** @param {Facts} facts */
function about(facts) {
  return { person_id: facts.person_id, ...said({ visit_id: facts.visit_id }) };
}

/** Return the fields that say something: a fact is never written empty. @param {Record<string, string | null>} fields */
function said(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, text]) => text));
}

/** Return the note of a dose: what a doctor said, what was wrong with the lot, and what else was written. @param {Entry} entry @param {Facts} facts */
function noteOf(entry, facts) {
  return [entry.doctor ? "doctor: yes" : "", facts.lot_fault && entry.despite ? `lot ${facts.lot_fault}` : "", entry.note].filter(Boolean).join("; ");
}
