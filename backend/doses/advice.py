"""This file decides what may be said of a forecast at the door: by rules that nobody signed, only what a territory lets them.

The forecast itself is decided in backend/doses/engine; the questions asked before the injection in questions.py.
"""

from datetime import date
from enum import StrEnum

from backend.doses.facts import ForecastDates, SeriesStatus
from backend.doses.unsigned import UnsignedRules


class Advice(StrEnum):
    """What a nurse reads; the page gives each word its sentence."""

    MAY_BE_GIVEN = "may_be_given"
    NOT_VALIDATED = "not_validated"  # due by rules that no physician has validated
    ASK_DOCTOR = "ask_doctor"  # due, and something noted has to be weighed first
    MUST_NOT = "must_not"
    NOT_YET = "not_yet"
    NOTHING_DUE = "nothing_due"


def advice_on(
    status: SeriesStatus,
    dates: ForecastDates | None,
    on: date,
    *,
    validated: bool,
    unsigned: UnsignedRules,
    has_concerns: bool,
) -> Advice:
    """Return what may be said on a day. A concern comes before the missing signature: it is about this person.

    >>> due = ForecastDates(date(2026, 1, 1), date(2026, 1, 1), None, None, date(2026, 1, 1), None)
    >>> for choice in (UnsignedRules.LABELLED, UnsignedRules.FOLLOWED):
    ...     says = {"validated": False, "unsigned": choice, "has_concerns": False}
    ...     advice_on(SeriesStatus.NOT_COMPLETE, due, date(2026, 2, 1), **says).value
    'not_validated'
    'may_be_given'
    """
    if status is SeriesStatus.CONTRAINDICATED:
        return Advice.MUST_NOT
    if status is not SeriesStatus.NOT_COMPLETE or dates is None:
        return Advice.NOTHING_DUE
    if dates.latest_on is not None and on > dates.latest_on:
        return Advice.NOTHING_DUE
    if on < dates.earliest_on:
        return Advice.NOT_YET
    if has_concerns:
        return Advice.ASK_DOCTOR
    followed = validated or unsigned is UnsignedRules.FOLLOWED
    return Advice.MAY_BE_GIVEN if followed else Advice.NOT_VALIDATED
