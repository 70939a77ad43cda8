"""This file decides which figures of a campaign are published, and works them out from the counts of the read model.

For each of *covered*, *due* and *doses given* the published tables are by zone, by age band and by standing or week,
each crossed with the population groups and with nothing else. They share the sums of their groups alone, and a group
too small is pooled with another in all of them, so that each may be protected for itself (backend/coverage/suppress.py):
no choice of filters shows a count that was hidden. Zone crossed with age is not published. Pools are those of all
campaigns together; and where two campaigns aim at exactly the same persons, the persons due are not published by zone
or age, since those of one would tell those of the other.

Page, CSV and report take their figures here; their definitions are in backend/coverage/indicators.py.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Final
from uuid import UUID

import msgspec

from backend.coverage import indicators
from backend.coverage.ages import in_order
from backend.coverage.count import COVERED, DUE
from backend.coverage.denominators import Estimate, denominator
from backend.coverage.estimates import percent
from backend.coverage.indicators import PopulationCoverage, Share
from backend.coverage.subjects import CampaignRule
from backend.coverage.suppress import Published, joined_periods, pooled, protected, with_rows_hidden

ALL: Final = ""
NO_ZONE: Final = "none"


class Counted(msgspec.Struct, frozen=True):
    """One cell of the read model with what it holds."""

    measure: str
    zone_id: UUID | None
    population_group: str
    age_band: str
    period_on: date | None
    detail: str
    n: int


class Zone(msgspec.Struct, frozen=True):
    """A zone with its outline."""

    id: UUID
    code: str
    name: str
    geojson: str


class By(StrEnum):
    """What the lines of a table are."""

    ZONE = "zone"
    GROUP = "group"
    AGE_BAND = "age_band"


class Line(msgspec.Struct, frozen=True):
    """One line of a table of coverage; None is hidden, so that nobody can be recognised."""

    key: str
    covered: int | None
    due: int | None
    known: Share | None
    population: PopulationCoverage | None
    doses_given: int | None


class Point(msgspec.Struct, frozen=True):
    """The end of a period, persons covered until then, and their share of the known persons aimed at."""

    until_on: date
    covered: int
    percent: str


class Standing(msgspec.Struct, frozen=True):
    """Where persons of a group stand in the campaign; None is hidden."""

    detail: str
    persons: int | None


class CampaignFigures(msgspec.Struct, frozen=True):
    """The published tables of one campaign; columns are pools of population groups."""

    campaign: CampaignRule
    zones: tuple[Zone, ...]
    estimates: tuple[Estimate, ...]
    pools: tuple[str, ...]
    tables: dict[tuple[str, str], Published]  # (measure, broken down by) -> table
    weekly: dict[str, tuple[tuple[date, int], ...]]  # pool or ALL -> ends of periods with persons newly covered


def pools_of(by_group: Mapping[tuple[str, str], Counter[str]]) -> dict[str, str]:
    """Return the pool of each group, from the counts by group of every campaign's measures and of the known persons."""
    return pooled([by_group[key] for key in sorted(by_group)])


# Of which breakdown a cell of the read model is: by zone (and what stands in `detail`), by age band or by week.
_BY_OF: Final = {
    "person": By.ZONE,
    "dose_given": By.ZONE,
    "person_by_age": By.AGE_BAND,
    "dose_given_by_age": By.AGE_BAND,
    "person_by_week": "week",
}


def measure_of(measure: str, detail: str) -> str | None:
    """Return the published measure that a cell of the read model belongs to, or None.

    >>> measure_of("person", "own"), measure_of("dose_given_by_age", "given"), measure_of("known", "reached")
    ('covered', 'doses_given', None)
    """
    if measure not in _BY_OF:
        return None
    if measure.startswith("dose_given"):
        return "doses_given"
    return "covered" if detail in COVERED else "due"


def aims_at_the_same(one: CampaignRule, other: CampaignRule) -> bool:
    """Tell whether two campaigns aim at exactly the same persons."""
    return (one.age_least_years, one.population_groups, one.starts_on) == (
        other.age_least_years,
        other.population_groups,
        other.starts_on,
    )


def campaign_figures(
    campaigns: Sequence[CampaignRule],
    campaign: CampaignRule,
    counted: Sequence[Counted],
    pool_of: Mapping[str, str],
    zones: Sequence[Zone],
    estimates: Sequence[Estimate],
) -> CampaignFigures:
    """Return the published tables of one of the campaigns from its cells and the pools of all of them."""
    twins = [one for one in campaigns if one.id != campaign.id and aims_at_the_same(one, campaign)]
    held: dict[tuple[str, str], list[Counted]] = defaultdict(list)
    for one in counted:
        name = measure_of(one.measure, one.detail)
        if name is not None:
            held[name, _BY_OF[one.measure]].append(one)
    tables: dict[tuple[str, str], Published] = {}
    for measure in _MEASURES:
        by_zone, by_age = held[measure, By.ZONE], held[measure, By.AGE_BAND]
        tables[measure, By.ZONE] = protected(
            _table(pool_of, [(str(c.zone_id or NO_ZONE), c) for c in by_zone], [str(zone.id) for zone in zones])
        )
        tables[measure, By.AGE_BAND] = protected(_table(pool_of, [(c.age_band, c) for c in by_age], []))
        tables[measure, "detail"] = protected(_table(pool_of, [(c.detail, c) for c in by_zone], []))
    for by in (By.ZONE, By.AGE_BAND) if twins else ():
        tables["due", by] = with_rows_hidden(tables["due", by])
    return CampaignFigures(
        campaign,
        tuple(zones),
        tuple(estimates),
        tuple(sorted(set(pool_of.values()))),
        tables,
        _weekly(held["covered", "week"], pool_of),
    )


def _table(
    pool_of: Mapping[str, str], rows: Sequence[tuple[str, Counted]], always: Iterable[str]
) -> Counter[tuple[str, str]]:
    table: Counter[tuple[str, str]] = Counter()
    always = list(always)
    for pool in {pool_of[cell.population_group] for _, cell in rows}:
        for row in always:
            table[row, pool] = 0
    for row, cell in rows:
        table[row, pool_of[cell.population_group]] += cell.n
    return table


def _weekly(covered: Iterable[Counted], pool_of: Mapping[str, str]) -> dict[str, tuple[tuple[date, int], ...]]:
    """Return persons newly covered by period; the periods of groups are made of those of all, both of whole weeks."""
    weeks: dict[date, Counter[str]] = defaultdict(Counter)
    for cell in covered:
        if cell.period_on is not None:
            weeks[cell.period_on][pool_of[cell.population_group]] += cell.n
    days = sorted(weeks)
    of_all = [sum(weeks[day].values()) for day in days]
    ends = joined_periods([{ALL: n} for n in of_all])
    sums = [sum((weeks[day] for day in days[first:last]), Counter()) for first, last in pairwise([0, *ends])]
    found = {ALL: tuple((days[end - 1], sum(one.values())) for end, one in zip(ends, sums, strict=True))}
    group_ends = joined_periods(sums)
    for pool in set(pool_of.values()):
        found[pool] = tuple(
            (days[ends[last - 1] - 1], sum(one[pool] for one in sums[first:last]))
            for first, last in pairwise([0, *group_ends])
        )
    return found


def lines(figures: CampaignFigures, by: By, pool: str = ALL) -> list[Line]:
    """Return the lines of a table for one pool of groups, or for all of them together."""
    if by is By.GROUP:
        keys = [one for one in figures.pools if pool in (ALL, one)]
        return [
            _line(figures, key, {name: _column(figures, name, key) for name in _MEASURES}, None, key) for key in keys
        ]
    rows = {row for name in _MEASURES for row in figures.tables[name, by].rows}
    keys = (
        in_order(list(rows)) if by is By.AGE_BAND else [*(str(z.id) for z in figures.zones), *sorted(rows & {NO_ZONE})]
    )
    near: dict[UUID, list[Estimate]] = defaultdict(list)
    for one in figures.estimates:
        near[one.zone_id].append(one)
    found = []
    for key in keys:
        counts = {name: shown(figures.tables[name, by], key, pool) for name in _MEASURES}
        zone_id = UUID(key) if by is By.ZONE and key != NO_ZONE else None
        there = figures if zone_id is None else msgspec.structs.replace(figures, estimates=tuple(near[zone_id]))
        found.append(_line(there, key, counts, zone_id, pool, band=key if by is By.AGE_BAND else ""))
    return found


def total(figures: CampaignFigures, pool: str = ALL) -> Line:
    """Return the line of the whole territory."""
    return _line(figures, ALL, {name: _column(figures, name, pool) for name in _MEASURES}, None, pool)


def standings(figures: CampaignFigures, pool: str = ALL) -> list[Standing]:
    """Return how many persons stand where in the campaign."""
    return [
        Standing(detail, shown(figures.tables[measure, "detail"], detail, pool))
        for measure in ("covered", "due")
        for detail in sorted(COVERED if measure == "covered" else DUE)
    ]


def shares(figures: CampaignFigures, pool: str = ALL) -> dict[str, Share | None]:
    """Return the shares of the persons aimed at who are `due_not_reached` and `zero_dose`; None is hidden."""
    counts = standings(figures, pool)
    known = {one.detail: one.persons for one in counts if one.persons is not None}
    of = {"due_not_reached": indicators.due_not_reached, "zero_dose": indicators.zero_dose}
    return {code: share(known) if len(known) == len(counts) else None for code, share in of.items()}


def monitoring(figures: CampaignFigures, pool: str = ALL) -> list[Point]:
    """Return the share of known persons aimed at who were covered by the end of each period; [] if it is hidden."""
    covered, due = _column(figures, "covered", pool), _column(figures, "due", pool)
    if covered is None or due is None:
        return []
    points, running = [], 0
    for until_on, n in figures.weekly.get(pool, ()):
        running += n
        points.append(Point(until_on, running, str(percent(running, covered + due))))
    return points


_MEASURES: Final = ("covered", "due", "doses_given")


def shown(table: Published, row: str, pool: str) -> int | None:
    """Return the count of a row in a pool, or in all of them; 0 where there is nobody, None where it is hidden."""
    if table.total is None:
        return None if table.cells else 0
    return table.rows.get(row, 0) if pool == ALL else table.cells.get((row, pool), 0)


def _column(figures: CampaignFigures, measure: str, pool: str) -> int | None:
    table = figures.tables[measure, By.ZONE]
    if table.total is None:
        return None if table.cells else 0
    return table.total if pool == ALL else table.columns.get(pool, 0)


def _line(
    figures: CampaignFigures,
    key: str,
    counts: Mapping[str, int | None],
    zone_id: UUID | None,
    pool: str,
    band: str = "",
) -> Line:
    covered, due = counts["covered"], counts["due"]
    known, population = None, None
    if covered is not None and due is not None:
        known = indicators.known_coverage(covered, due)
    if covered is not None and key != NO_ZONE and not (band and pool):
        inhabitants = denominator(
            figures.estimates, figures.campaign, zone_id, frozenset(pool.split("+")) if pool else frozenset(), band
        )
        population = indicators.population_coverage(covered, inhabitants)
    return Line(key, covered, due, known, population, counts["doses_given"])
