"""Runs the worked cases that a rule file carries against the rules, and says where the answer differs.

The cases are part of the file, so that whoever signs it reads rules and examples together.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from backend.doses.engine.group import leading
from backend.doses.engine.ruleset import RuleSet
from backend.doses.engine.run import forecast
from backend.doses.facts import AntigenForecast, DoseId, Gender, GivenDose, Observation, PersonFacts
from backend.doses.rules.format import WorkedCase


@dataclass(frozen=True, slots=True)
class Deviation:
    """One word or date of a worked case that the rules do not give."""

    case: str
    field: str
    expected: str
    found: str


def answer(case: WorkedCase, antigen: str, rules: RuleSet) -> tuple[AntigenForecast, ...]:
    """Return the forecasts of the antigen for the person of a worked case."""
    found = forecast(
        PersonFacts(case.born_on, Gender(case.gender)),
        [GivenDose(DoseId(str(number)), dose.given_on, dose.vaccine) for number, dose in enumerate(case.doses)],
        [Observation(seen.code, seen.observed_on) for seen in case.observations],
        case.on,
        rules,
    )
    return tuple(one for one in found if one.antigen == antigen)


def deviations(case: WorkedCase, antigen: str, rules: RuleSet) -> Iterator[Deviation]:
    """Yield each field of a worked case that differs; a case that names no series means the leading path."""
    found = answer(case, antigen, rules)
    chosen = leading([one for one in found if case.series in (None, one.series)])
    if chosen is None:
        if case.status != "not-concerned":
            yield Deviation(
                case.title, "series", case.series or "any", ", ".join(one.series for one in found) or "none"
            )
        return
    dates = chosen.dates
    pairs = [
        ("status", case.status, chosen.status.value),
        ("earliest", case.earliest_on, dates.earliest_on if dates else None),
        ("recommended", case.recommended_on, dates.recommended_on if dates else None),
        ("past due", case.past_due_on, dates.past_due_on if dates else None),
    ]
    if case.evaluations:
        pairs.append(
            ("evaluations", " ".join(case.evaluations), " ".join(verdict.status for verdict in chosen.evaluations))
        )
    for field, expected, given in pairs:
        if expected != given:
            yield Deviation(case.title, field, str(expected), str(given))
