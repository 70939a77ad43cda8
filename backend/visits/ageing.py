"""Decide how a request ages: how long it has waited, and whether it waits too long for its priority.

A pause does not stop the clock: a person on hold still waits. The limits are days by priority, 4 being urgent.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

HANDED_OVER_FROM = 3  # the priority from which a request is named when the desk closes
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


def is_handed_over(found: Age, priority: int | None) -> bool:
    """Tell whether whoever opens the desk next must be told of a request that waits: it is pressing, or late.

    >>> is_handed_over(Age(0, "on_time"), 4), is_handed_over(Age(9, "late"), 2), is_handed_over(Age(1, "on_time"), 2)
    (True, True, False)
    """
    return found.word == "late" or (priority or PRIORITY_USUAL) >= HANDED_OVER_FROM
