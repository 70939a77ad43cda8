"""Finds the day from which an interval is counted and which intervals of a dose are in force (CALCDTINT-1 to -9)."""

from collections.abc import Iterator
from datetime import date

from backend.doses.engine.chart import Chart
from backend.doses.engine.progress import Path
from backend.doses.engine.ruleset import in_force
from backend.doses.facts import DoseStatus, Reason
from backend.doses.rules.series import IntervalRule


def references(
    chart: Chart, path: Path, rules: tuple[IntervalRule, ...], anchor: date
) -> Iterator[tuple[IntervalRule, date]]:
    """Yield each interval in force on the anchor day that has something to be counted from, with that day."""
    for rule in rules:
        if in_force(rule.effective_on, rule.ceased_on, anchor) and chart.is_aged(rule.begin_age, rule.end_age, anchor):
            reference = _reference(chart, path, rule)
            if reference is not None:
                yield rule, reference


def name_of(rule: IntervalRule) -> str:
    """Return how an explanation names an interval: what it is counted from, and for which ages where it says so.

    >>> from backend.doses.engine.dates import Span
    >>> name_of(IntervalRule(from_previous=True, end_age=Span("80 years")))
    'interval from previous, before 80 years'
    """
    if rule.from_previous:
        name = "interval from previous"
    elif rule.from_dose is not None:
        name = f"interval from dose {rule.from_dose}"
    elif rule.from_vaccines:
        name = "interval from vaccine"
    else:
        name = f"interval from observation {rule.from_observation}"
    begins = "" if rule.begin_age is None else f", from {rule.begin_age.text}"
    ends = "" if rule.end_age is None else f", before {rule.end_age.text}"
    return f"{name}{begins}{ends}"


def _reference(chart: Chart, path: Path, rule: IntervalRule) -> date | None:
    if rule.from_previous:  # CALCDTINT-1
        return next(
            (
                verdict.dose.given_on
                for verdict in reversed(path.verdicts)
                if verdict.status in (DoseStatus.VALID, DoseStatus.NOT_VALID)
                and Reason.INADVERTENT not in verdict.reasons
            ),
            None,
        )
    if rule.from_dose is not None:  # CALCDTINT-2
        return path.satisfied_on(rule.from_dose)
    if rule.from_vaccines:  # CALCDTINT-8
        return next(
            (
                verdict.dose.given_on
                for verdict in reversed(path.verdicts)
                if verdict.dose.vaccine in rule.from_vaccines and Reason.INADVERTENT not in verdict.reasons
            ),
            None,
        )
    return chart.observations.get(rule.from_observation or "")  # CALCDTINT-9
