"""This file decides how a second dose counts: early, on time, late, or never given once its window has closed.

A person is *matured* when the month in which the window closes is over, so that somebody vaccinated last week is never
called a drop-out. The window is that of the vaccination rules: no antigen has one unless its rule file states both ends.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec

from backend.coverage.subjects import DoseFact
from backend.doses.engine.dates import Span
from backend.doses.rules.format import AntigenRules

EARLY, ON_TIME, LATE, NONE = "early", "on_time", "late", "none"
OUTCOMES: Final = (EARLY, ON_TIME, LATE, NONE)


class Window(msgspec.Struct, frozen=True):
    """When a second dose is wanted, counted from the first: not before `least`, at the latest `latest` after it."""

    least: Span
    latest: Span


class SecondDose(msgspec.Struct, frozen=True):
    """What became of a second dose, and the first day of the month in which its window closes."""

    outcome: str
    closes_month_on: date


def window_in(rules: AntigenRules) -> Window | None:
    """Return the window of the second dose in the series that holds for everybody; None where the rules state none."""
    for series in rules.series:
        if series.default and len(series.doses) > 1:
            for interval in series.doses[1].intervals:
                if interval.from_previous and interval.absolute_minimum and interval.latest_recommended:
                    return Window(interval.absolute_minimum, interval.latest_recommended)
    return None


def second_dose(doses: Iterable[DoseFact], antigen: str, window: Window) -> SecondDose | None:
    """Return what became of somebody's second dose; None if there is no first one, or its day is not known.

    >>> first, second = (DoseFact(True, "", frozenset({"zoster"}), on, True, True) for on in (date(2026, 1, 5), date(2026, 8, 1)))
    >>> second_dose([first, second], "zoster", Window(Span("4 weeks"), Span("6 months")))
    SecondDose(outcome='late', closes_month_on=datetime.date(2026, 7, 1))
    """
    days = sorted({one.given_on for one in doses if one.given and one.given_on and antigen in one.antigens})
    if not days:
        return None
    closes_on = window.latest.after(days[0])
    month = closes_on.replace(day=1)
    if len(days) == 1:
        return SecondDose(NONE, month)
    if days[1] < window.least.after(days[0]):
        return SecondDose(EARLY, month)
    return SecondDose(ON_TIME if days[1] <= closes_on else LATE, month)


def has_matured(closes_month_on: date, day_on: date) -> bool:
    """Tell whether the month in which a window closes is over on a day.

    >>> has_matured(date(2026, 7, 1), date(2026, 7, 31)), has_matured(date(2026, 7, 1), date(2026, 8, 1))
    (False, True)
    """
    return (closes_month_on.year, closes_month_on.month) < (day_on.year, day_on.month)
