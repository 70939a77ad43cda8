"""This file decides what may be said of a forecast at the door: never "may be given" by rules that nobody signed.

The forecast itself is decided in backend/doses/engine; the questions asked before the injection in questions.py.
"""

from datetime import date
from enum import StrEnum

from backend.doses.facts import ForecastDates, SeriesStatus


class Advice(StrEnum):
    """What a nurse reads; the page gives each word its sentence."""

    MAY_BE_GIVEN = "may_be_given"
    NOT_VALIDATED = "not_validated"  # due by rules that no physician has validated
    ASK_DOCTOR = "ask_doctor"  # due, and something noted has to be weighed first
    MUST_NOT = "must_not"
    NOT_YET = "not_yet"
    NOTHING_DUE = "nothing_due"


def advice_on(
    status: SeriesStatus, dates: ForecastDates | None, on: date, *, validated: bool, has_concerns: bool
) -> Advice:
    """Return what may be said on a day. A concern comes before the missing signature: it is about this person.

    >>> due = ForecastDates(date(2026, 1, 1), date(2026, 1, 1), None, None, date(2026, 1, 1), None)
    >>> advice_on(SeriesStatus.NOT_COMPLETE, due, date(2026, 2, 1), validated=False, has_concerns=False).value
    'not_validated'
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
    return Advice.MAY_BE_GIVEN if validated else Advice.NOT_VALIDATED
