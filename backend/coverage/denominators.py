"""This file decides which inhabitants a figure is divided by: low, point and high, with their date and sources.

An estimate is used only if it is of those aimed at: an age band that begins below the campaign's age, or a group of
which nothing is known, gives no denominator, and the page says so. How the estimates are made is in backend/territory.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

import msgspec

from backend.coverage.ages import least_age
from backend.coverage.indicators import Denominator
from backend.coverage.subjects import CampaignRule
from backend.territory.rows import ANY_AGE, EVERYBODY
from sync.kinds import GROUPS


class Estimate(msgspec.Struct, frozen=True):
    """How many persons of a group and age band live in a zone."""

    zone_id: UUID
    age_band: str
    population_group: str
    low: int
    point: int
    high: int
    facts_source: str
    counted_on: date


def denominator(
    estimates: Iterable[Estimate], campaign: CampaignRule, zone_id: UUID | None, groups: frozenset[str], band: str = ""
) -> Denominator:
    """Return the inhabitants aimed at in a zone (None: all zones) and in groups (none named: the campaign's).

    >>> zone, on = UUID(int=1), date(2026, 1, 1)
    >>> flu = CampaignRule(UUID(int=2), "flu", on, None, 65, frozenset())
    >>> cells = [Estimate(zone, "45-64", EVERYBODY, 9, 9, 9, "s", on), Estimate(zone, "85+", EVERYBODY, 3, 4, 5, "s", on)]
    >>> found = denominator(cells, flu, None, frozenset())
    >>> found.low, found.point, found.high
    (3, 4, 5)
    """
    wanted = groups or campaign.population_groups
    if not wanted or wanted >= set(GROUPS):
        wanted = frozenset({EVERYBODY})
    by_place: dict[tuple[UUID, str], list[Estimate]] = defaultdict(list)
    for one in estimates:
        if one.population_group in wanted and (zone_id is None or one.zone_id == zone_id):
            by_place[one.zone_id, one.population_group].append(one)
    used = [one for rows in by_place.values() for one in _aimed_at(rows, campaign.age_least_years, band)]
    # Of a group without any estimate nothing is known: the others alone would be too few.
    if wanted - {one.population_group for one in used}:
        used = []
    return Denominator(
        sum(one.low for one in used),
        sum(one.point for one in used),
        sum(one.high for one in used),
        min((one.counted_on for one in used), default=None),
        tuple(sorted({one.facts_source for one in used})),
    )


def _aimed_at(rows: list[Estimate], age_least_years: int, band: str) -> list[Estimate]:
    """Return the rows of those aimed at; a row for any age stands for all bands and is not added to them."""
    if band:
        return [row for row in rows if row.age_band == band]
    any_age = [row for row in rows if row.age_band == ANY_AGE]
    if age_least_years == 0 and any_age:
        return any_age
    banded = [row for row in rows if row.age_band != ANY_AGE]
    return [row for row in banded if (least_age(row.age_band) or 0) >= age_least_years]
