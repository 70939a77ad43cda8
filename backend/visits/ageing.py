"""Decide how a request ages: how long it has waited, and whether it waits too long for its priority.

A pause does not stop the clock: a person on hold still waits. The limits are days by priority, 4 being urgent.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

WAIT_DAYS_MAX = {4: 1, 3: 3, 2: 7, 1: 14}
PRIORITY_USUAL = 2


@dataclass(frozen=True)
class Age:
    """Days since the request came in, and how that stands."""

    days: int
    word: Literal["on_time", "due", "late"]


def age(received_on: date, due_on: date | None, priority: int | None, today: date) -> Age:
    """Return the age of a request on a day of the territory.

    >>> age(date(2026, 11, 20), date(2026, 11, 23), 2, date(2026, 11, 22))
    Age(days=2, word='due')
    >>> age(date(2026, 11, 20), None, 4, date(2026, 11, 22)).word
    'late'
    """
    days = max(0, (today - received_on).days)
    limit = WAIT_DAYS_MAX.get(priority or PRIORITY_USUAL, WAIT_DAYS_MAX[PRIORITY_USUAL])
    if days > limit or (due_on is not None and due_on < today):
        return Age(days, "late")
    if days == limit or (due_on is not None and (due_on - today).days <= 1):
        return Age(days, "due")
    return Age(days, "on_time")
