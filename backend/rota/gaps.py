"""This file decides when the desk must be staffed, and which stretches of a day nobody covers.

The desk answers from eight to twenty, every day of the week, in the territory's own time; the day on which clocks change
is as long as it is.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

OPENS: Final = time(8)
CLOSES: Final = time(20)
Stretch = tuple[datetime, datetime]


def opening(day_on: date, time_zone: str) -> Stretch:
    """Return when the desk opens and closes on a day."""
    zone = ZoneInfo(time_zone)
    return datetime.combine(day_on, OPENS, zone), datetime.combine(day_on, CLOSES, zone)


def gaps(day_on: date, time_zone: str, shifts: Iterable[Stretch]) -> list[Stretch]:
    """Return the stretches of a day's opening that no shift covers, the first one first.

    >>> at = lambda hour: datetime(2026, 11, 23, hour, tzinfo=ZoneInfo("Europe/Paris"))
    >>> found = gaps(date(2026, 11, 23), "Europe/Paris", [(at(8), at(14)), (at(15), at(21))])
    >>> [(one.hour, other.hour) for one, other in found]
    [(14, 15)]
    """
    covered_until, closes = opening(day_on, time_zone)
    found = []
    for starts_at, ends_at in sorted(shifts):
        if starts_at > covered_until:
            found.append((covered_until, min(starts_at, closes)))
        covered_until = max(covered_until, ends_at)
        if covered_until >= closes:
            break
    if covered_until < closes:
        found.append((covered_until, closes))
    return [(since, until) for since, until in found if since < until]
