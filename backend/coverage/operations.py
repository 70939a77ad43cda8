"""This file works out the figures of the work itself: who was reached, what was refused, sites, backlog, delays, waste.

Counts of persons pass backend/coverage/suppress.py like all others; requests, sites, acts and vials are not persons.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from backend.coverage import indicators
from backend.coverage.estimates import percent
from backend.coverage.figures import Counted, shown
from backend.coverage.indicators import Delay, Share, Waste
from backend.coverage.suppress import is_small, protected


class Reached(msgspec.Struct, frozen=True):
    """Known persons of a pool of groups, and how many of them were reached; None is hidden."""

    population_group: str
    known: int | None
    reached: Share | None


class Reason(msgspec.Struct, frozen=True):
    """How often a reason was recorded, and its share; None is hidden."""

    reason: str
    times: int | None
    percent: Decimal | None  # of the doses offered, or of all the refusals


class SiteVisited(msgspec.Struct, frozen=True):
    """A site and the days since its last visit; None if there was none."""

    place_id: UUID
    name: str
    days: int | None


class Waiting(msgspec.Struct, frozen=True):
    """How many requests wait, by class of days and by state."""

    days: str
    state: str
    requests: int


class OperationsFigures(msgspec.Struct, frozen=True):
    """The figures of the work in a territory."""

    reached: tuple[Reached, ...]
    not_given: tuple[Reason, ...]
    consent_refused: tuple[Reason, ...]
    sites: tuple[SiteVisited, ...]
    waiting: tuple[Waiting, ...]
    delay: Delay
    waste: Waste


def operations_figures(
    counted: Sequence[Counted], pool_of: Mapping[str, str], site_names: Mapping[str, str], day_on: date
) -> OperationsFigures:
    """Return the figures on a day from the cells without a campaign and those of one campaign."""
    of: dict[str, list[Counted]] = {}
    for one in counted:
        of.setdefault(one.measure, []).append(one)
    waiting = indicators.backlog_ageing(
        [(one.period_on, one.detail, one.n) for one in of.get("request_waiting", ())], day_on
    )
    sites = [
        SiteVisited(
            UUID(one.detail),
            site_names.get(one.detail, ""),
            None if one.period_on is None else (day_on - one.period_on).days,
        )
        for one in of.get("site", ())
    ]
    doses = {name: sum(one.n for one in of.get(name, ())) for name in _VIAL_MEASURES}
    return OperationsFigures(
        _reached(of.get("known", []), pool_of),
        _reasons(of.get("dose_not_given", []), sum(one.n for one in of.get("dose_given_by_age", ()))),
        _reasons(of.get("consent_refused", []), 0),
        tuple(sorted(sites, key=lambda one: (one.days is not None, -(one.days or 0), one.name))),
        tuple(Waiting(*key, n) for key, n in sorted(waiting.items(), key=lambda item: _by_days(item[0]))),
        indicators.delay(_by_detail(of.get("act_delay", []))),
        indicators.wastage(*(doses[name] for name in _VIAL_MEASURES)),
    )


_VIAL_MEASURES = ("vial_opened_nominal", "vial_given", "vial_discarded_unopened", "vial_given_beyond_nominal")


def _by_days(key: tuple[str, str]) -> tuple[int, str]:
    least = key[0].removesuffix("+").split("-")[0]
    return (int(least) if least.isdigit() else 10**6, key[1])


def _by_detail(cells: Iterable[Counted]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for one in cells:
        sums[one.detail] += one.n
    return sums


def _reached(cells: Sequence[Counted], pool_of: Mapping[str, str]) -> tuple[Reached, ...]:
    table: Counter[tuple[str, str]] = Counter()
    for one in cells:
        table[one.detail, pool_of[one.population_group]] += one.n
    published = protected(table)
    found = []
    for pool in sorted({pool_of[one.population_group] for one in cells}):
        counts = {detail: shown(published, detail, pool) for detail in ("reached", "not_reached")}
        known = published.columns.get(pool)
        complete = {detail: n for detail, n in counts.items() if n is not None}
        found.append(Reached(pool, known, indicators.reached(complete) if len(complete) == len(counts) else None))
    return tuple(found)


def _reasons(cells: Sequence[Counted], others: int) -> tuple[Reason, ...]:
    """Return how often each reason was given, out of all of them and those others who gave none."""
    published = protected({(reason, "all"): n for reason, n in _by_detail(cells).items()})
    # A share tells what it is of: that must not be a hidden count.
    of = None if published.total is None or is_small(others) else published.total + others
    return tuple(
        Reason(reason, n, None if n is None or of is None else percent(n, of))
        for reason, n in sorted(published.rows.items())
    )
