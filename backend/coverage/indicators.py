"""This file defines every indicator of coverage, once: what is counted, out of whom, without whom, after which source.

Page, CSV and report call these functions on the counts of the read model, so that they cannot differ. What is counted
in which cell is decided in backend/coverage/count.py; what may be shown, in backend/coverage/suppress.py.
*Contribution* (doses we gave) and *population coverage* (persons covered out of inhabitants) are never mixed.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

from backend.coverage.count import DELAY_HOURS, MISSED, ZERO_DOSE
from backend.coverage.estimates import Interval, percent, wilson

BACKLOG_CLASSES: Final = ((0, 1), (2, 3), (4, 7), (8, 14), (15, None))


class Quality(StrEnum):
    """What a reader must know about a figure."""

    GOOD = "good"
    OVER_100 = "over_100"  # more persons covered than inhabitants: the denominator or a match is wrong
    UNCERTAIN = "uncertain"  # the interval is wider than UNCERTAIN_POINTS
    NO_DENOMINATOR = "no_denominator"


UNCERTAIN_POINTS: Final = 20


class Share(msgspec.Struct, frozen=True):
    """A numerator out of a denominator, the percentage and its interval (None: nothing to divide by)."""

    numerator: int
    denominator: int
    percent: Decimal | None
    interval: Interval | None


class Denominator(msgspec.Struct, frozen=True):
    """How many inhabitants there are: low, point, high; when counted, and after which sources."""

    low: int
    point: int
    high: int
    counted_on: date | None
    sources: tuple[str, ...]


class PopulationCoverage(msgspec.Struct, frozen=True):
    """Persons covered out of inhabitants, in percent, never cut at 100."""

    persons: int
    denominator: Denominator
    percent: Decimal | None
    interval: Interval | None
    quality: Quality


class Waste(msgspec.Struct, frozen=True):
    """Wastage in percent (None: nothing to divide by), and the doses taken beyond the nominal, which are not netted."""

    open_percent: Decimal | None
    closed_percent: Decimal | None
    combined_percent: Decimal | None
    doses_beyond_nominal: int


class Delay(msgspec.Struct, frozen=True):
    """Delays: how many acts, and the upper end in hours of the classes of the median and of 95 %."""

    acts: int | None  # None: not told
    median_hours_max: int | None
    p95_hours_max: int | None


def known_coverage(covered: int, due: int) -> Share:
    """Return `known_coverage` from the persons covered and those due.

    >>> known_coverage(50, 50).percent
    Decimal('50.0')
    """
    return share_of(covered, covered + due)


def due_not_reached(standings: Mapping[str, int]) -> Share:
    """Return `due_not_reached` from the persons of each standing (backend/coverage/count.py).

    >>> due_not_reached({"own": 30, "elsewhere": 20, "due_missed": 50}).percent
    Decimal('50.0')
    """
    return share_of(_sum(standings, MISSED), sum(standings.values()))


def zero_dose(standings: Mapping[str, int]) -> Share:
    """Return `zero_dose` from the persons of each standing."""
    return share_of(_sum(standings, ZERO_DOSE), sum(standings.values()))


def reached(known: Mapping[str, int]) -> Share:
    """Return `reached` from the known persons who were and were not reached."""
    return share_of(known.get("reached", 0), known.get("reached", 0) + known.get("not_reached", 0))


def population_coverage(persons: int, denominator: Denominator) -> PopulationCoverage:
    """Return `population_coverage`: the low end divides by the high estimate and the other way round.

    >>> population_coverage(50, Denominator(80, 100, 125, None, ())).interval
    Interval(low=Decimal('40.0'), high=Decimal('62.5'))
    """
    point, low, high = (percent(persons, n) for n in (denominator.point, denominator.high, denominator.low))
    if point is None or low is None:
        return PopulationCoverage(persons, denominator, None, None, Quality.NO_DENOMINATOR)
    interval = None if high is None else Interval(low, high)
    if persons > denominator.point:
        quality = Quality.OVER_100
    elif interval is None or interval.high - interval.low > UNCERTAIN_POINTS:
        quality = Quality.UNCERTAIN
    else:
        quality = Quality.GOOD
    return PopulationCoverage(persons, denominator, point, interval, quality)


def wastage(opened: int, given: int, discarded_unopened: int, beyond_nominal: int) -> Waste:
    """Return open, closed and combined wastage (one level of supply) from doses.

    >>> wastage(opened=100, given=90, discarded_unopened=25, beyond_nominal=2)
    ... # doctest: +NORMALIZE_WHITESPACE
    Waste(open_percent=Decimal('10.0'), closed_percent=Decimal('20.0'), combined_percent=Decimal('28.0'),
          doses_beyond_nominal=2)
    """
    taken = opened + discarded_unopened
    # 1 − (1 − c)(1 − o) over one common denominator, so that nothing is rounded twice; with nothing opened, o is 0.
    kept = given if opened else 0
    return Waste(
        percent(opened - given, opened),
        percent(discarded_unopened, taken),
        percent(taken - kept, taken),
        beyond_nominal,
    )


def backlog_ageing(waiting: Iterable[tuple[date | None, str, int]], day_on: date) -> dict[tuple[str, str], int]:
    """Return how many requests wait, by class of days and by state, from (day received, state, requests).

    >>> backlog_ageing([(date(2026, 11, 20), "open", 3), (None, "open", 1)], date(2026, 11, 22))
    {('2-3', 'open'): 3, ('unknown', 'open'): 1}
    """
    found: dict[tuple[str, str], int] = {}
    for received_on, state, n in waiting:
        key = (_backlog_class(received_on, day_on), state)
        found[key] = found.get(key, 0) + n
    return found


def _backlog_class(received_on: date | None, day_on: date) -> str:
    if received_on is None:
        return "unknown"
    days = max(0, (day_on - received_on).days)
    for least, most in BACKLOG_CLASSES:
        if most is None or days <= most:
            return f"{least}+" if most is None else f"{least}-{most}"
    raise AssertionError(days)


def delay(classes: Mapping[str, int]) -> Delay:
    """Return `act_to_server` from the acts of each class of delay; None stands for longer than the last class.

    >>> delay({"1": 60, "24": 36, "longer": 4})
    Delay(acts=100, median_hours_max=1, p95_hours_max=24)
    """
    acts = sum(classes.values())
    return Delay(acts, _quantile(classes, acts * 50), _quantile(classes, acts * 95))


def _quantile(classes: Mapping[str, int], hundredths: int) -> int | None:
    below = 0
    for hours in DELAY_HOURS:
        below += classes.get(str(hours), 0)
        if below and below * 100 >= hundredths:
            return hours
    return None


def _sum(standings: Mapping[str, int], which: frozenset[str]) -> int:
    return sum(n for standing, n in standings.items() if standing in which)


def share_of(numerator: int, denominator: int) -> Share:
    """Return a share with its percentage and its interval."""
    return Share(numerator, denominator, percent(numerator, denominator), wilson(numerator, denominator))
