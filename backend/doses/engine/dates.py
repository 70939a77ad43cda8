"""Adds spans such as "6 months - 4 days" to calendar dates by the CDSi general date rules.

Promises: a date that does not exist moves to the first of the next month (CALCDT-5); years and months come before
weeks and days (CALCDT-6). Which date a span is added to is decided by the file that evaluates or forecasts.
"""

import re
from datetime import date, timedelta
from typing import Final

EARLIEST: Final = date(1900, 1, 1)
"""The assumed date where a rule states no beginning."""
LATEST: Final = date(2999, 12, 31)
"""The assumed date where a rule states no end."""

_UNITS: Final = {"year": (12, 0), "month": (1, 0), "week": (0, 7), "day": (0, 1)}
_TERM: Final = re.compile(r"\s*(?:([+-])\s*)?(\d{1,4})\s*(year|month|week|day)s?\s*", re.IGNORECASE)


class Span:
    """A length of time in whole months and days, written as rules write it; built from its text, never changed.

    Raises ValueError, naming the text, when the text is no sequence of "N years|months|weeks|days".

    >>> Span("6 months - 4 days").after(date(2000, 1, 31))
    datetime.date(2000, 7, 27)
    >>> Span("6 months").after(date(2000, 3, 31))
    datetime.date(2000, 10, 1)
    """

    __slots__ = ("_hash", "days", "months", "text")

    def __init__(self, text: str) -> None:
        self.text: Final = text
        months = days = position = 0
        while position < len(text):
            term = _TERM.match(text, position)
            if term is None or (position > 0 and not term[1]):
                raise ValueError(f"not a span of time: {text!r}")
            sign = -1 if term[1] == "-" else 1
            unit_months, unit_days = _UNITS[term[3].lower()]
            months += sign * int(term[2]) * unit_months
            days += sign * int(term[2]) * unit_days
            position = term.end()
        if not text.strip():
            raise ValueError("not a span of time: the text is empty")
        self.months: Final = months
        self.days: Final = days
        self._hash: Final = hash((months, days))

    def after(self, day: date) -> date:
        """Return the calendar date that lies this span after the given one (CALCDT-1 to CALCDT-6)."""
        if self.months:
            day = months_later(day, self.months)
        return day + timedelta(self.days) if self.days else day

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Span) and (self.months, self.days) == (other.months, other.days)

    def __hash__(self) -> int:
        return self._hash

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Span({self.text!r})"


def months_later(day: date, months: int) -> date:
    """Return the day so many months later (CALCDT-1, -2 and -5): the same day of the month, or the first of the next."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(years, month + 1, day.day)
    except ValueError:
        # Only the 29th to the 31st can be missing, and December has them all: the next month is in the same year.
        return date(years, month + 2, 1)
