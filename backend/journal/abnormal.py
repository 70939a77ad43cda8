"""This file decides which days of somebody's looking at records an auditor should ask about.

A sign is a question, not a verdict: many people in a day, at hours when nobody works, somebody of the same name, or the
glass broken. Thresholds stand here and are told on the page.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

PERSONS_A_DAY_MOST: Final = 200  # a desk that plans a day names fewer
WORK_BEGINS_HOUR: Final = 7
WORK_ENDS_HOUR: Final = 21


class Sign(StrEnum):
    """What stands out."""

    MANY_RECORDS = "many_records"
    OFF_HOURS = "off_hours"
    SAME_NAME = "same_name"
    BROKEN_GLASS = "broken_glass"
    THROTTLED = "throttled"


@dataclass(frozen=True)
class Day:
    """What somebody looked at on one day of the territory: different persons, and looks of each kind."""

    user_id: UUID
    user_name: str
    day_on: date
    persons: int
    off_hours: int
    same_name: int
    broken_glass: int
    throttled: int


def signs_of(day: Day) -> tuple[Sign, ...]:
    """Return what stands out of a day.

    >>> signs_of(Day(UUID(int=1), "Awa", date(2026, 11, 22), 201, 0, 0, 1, 0))
    (<Sign.MANY_RECORDS: 'many_records'>, <Sign.BROKEN_GLASS: 'broken_glass'>)
    """
    asked = (
        (Sign.MANY_RECORDS, day.persons > PERSONS_A_DAY_MOST),
        (Sign.OFF_HOURS, day.off_hours > 0),
        (Sign.SAME_NAME, day.same_name > 0),
        (Sign.BROKEN_GLASS, day.broken_glass > 0),
        (Sign.THROTTLED, day.throttled > 0),
    )
    return tuple(sign for sign, stands_out in asked if stands_out)
