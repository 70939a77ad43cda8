// This file lays what was recorded on this tablet over what the server said is due. It decides nothing by a rule of
// vaccination: the server worked out what each dose would change (backend/doses/pack.py). What it cannot tell is `stale`.
// @ts-check

/**
 * @typedef {object} Line  The answer for one antigen, as POST /sync/forecasts gives it.
 * @property {string} antigen
 * @property {string} group
 * @property {string} advice  may_be_given | not_validated | ask_doctor | must_not | not_yet | nothing_due
 * @property {string} status
 * @property {number} dose_number
 * @property {string} [earliest_on]
 * @property {string} [recommended_on]
 * @property {string} [past_due_on]
 * @property {string} [latest_on]
 * @property {string[]} [vaccines]
 * @property {{id: string, status: string, reasons?: string[]}[]} [doses]
 * @property {number[]} [lines]  places in the pack's texts: the rule lines that explain the answer
 * @property {number[]} [guidance]
 * @property {string[]} [notices]
 * @property {boolean} [validated]
 * @property {boolean} [followed]  unsigned, and this territory follows such rules all the same
 * @property {boolean} [stale]  what was recorded here changes it in a way that only the server can tell
 *
 * @typedef {object} Person
 * @property {string} id
 * @property {string} state  computed | no_birth_date | dead
 * @property {string} [refused_on]
 * @property {{id: string}[]} [unread]
 * @property {object[]} [notices]
 * @property {Line[]} [due]
 * @property {{products: string[], then: Line[]}[]} [if_given]
 * @property {string[]} [kept_back]  antigens whose rules are unsigned and switched off in this territory
 *
 * @typedef {object} Dose  A dose record of this person as the tablet shows it.
 * @property {string} id
 * @property {string} [status]
 * @property {string} [state]
 * @property {string} [product_code]
 * @property {string[]} [antigens]
 * @property {string} [given_on]
 */

/**
 * Return the lines of a person as they stand with the doses recorded here.
 * @param {Person} person
 * @param {Dose[]} doses  all dose records of the person that this tablet shows
 * @param {string} pack_on  the day that the pack was worked out for
 * @param {string} day  the tablet's day
 * @param {Record<string, string[]>} words  which antigens of the rules a record's antigen word means
 * @returns {Line[]}
 */
export function forecastNow(person, doses, pack_on, day, words) {
  const lines = new Map((person.due ?? []).map((one) => [one.antigen, one]));
  const counted = new Set((person.unread ?? []).map((one) => one.id));
  for (const one of lines.values()) for (const dose of one.doses ?? []) counted.add(dose.id);
  /** @type {Set<string>} */ const changed = new Set();
  /** @type {Set<string>} */ const stale = new Set();
  for (const dose of doses) {
    const in_error = dose.state === "entered_in_error";
    if (counted.has(dose.id)) {
      if (in_error) for (const one of lines.values()) if (counts(one, dose.id)) stale.add(one.antigen);
      continue;
    }
    if (in_error || dose.status !== "given") continue;
    const found = (person.if_given ?? []).find((one) => one.products.includes(dose.product_code ?? ""));
    if (!found || dose.given_on !== pack_on) {
      for (const antigen of meant(dose, words, lines)) stale.add(antigen);
      continue;
    }
    for (const then of found.then) {
      if (changed.has(then.antigen)) stale.add(then.antigen);
      changed.add(then.antigen);
      const as = (then.doses ?? []).map((one) => (one.id === "new" ? { ...one, id: dose.id } : one));
      lines.set(then.antigen, { ...then, doses: as });
    }
  }
  const concerned = Boolean(person.refused_on || person.unread?.length || person.notices?.length);
  return [...lines.values()].map((one) => {
    const noted = concerned || Boolean(one.notices?.length);
    const advice = stale.has(one.antigen) ? "ask_doctor" : adviceOn(one, day, noted);
    return { ...one, advice, stale: stale.has(one.antigen) };
  });
}

/**
 * Return what may be said of a line on a day: the same words, in the same order, as backend/doses/advice.py.
 * @param {Line} one
 * @param {string} day
 * @param {boolean} concerned
 */
export function adviceOn(one, day, concerned) {
  if (one.status === "contraindicated") return "must_not";
  if (one.status !== "not-complete" || !one.earliest_on) return "nothing_due";
  if (one.latest_on && day > one.latest_on) return "nothing_due";
  if (day < one.earliest_on) return "not_yet";
  if (concerned) return "ask_doctor";
  return one.validated || one.followed ? "may_be_given" : "not_validated";
}

/** @param {Line} one @param {string} dose_id */
function counts(one, dose_id) {
  return (one.doses ?? []).some((dose) => dose.id === dose_id);
}

/** Return the antigens that a dose is about; all, if its words say nothing. @param {Dose} dose @param {Record<string, string[]>} words @param {Map<string, Line>} lines */
function meant(dose, words, lines) {
  const found = (dose.antigens ?? []).flatMap((word) => words[word] ?? []);
  return found.length ? found : [...lines.keys()];
}
