"""This file decides how many inhabitants each zone has in each age band: low, point and high.

The totals of the municipalities are the census's; their split over zones follows the inhabitants of 15 years and more
(2011), and the split over age bands is modelled, tilted in each zone by its share of retired people. So every cell is
an estimate and carries its interval. What is due to these people is not decided here.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

from backend.territory.facts import AgeBand, Facts, ZoneFact
from backend.territory.rows import EVERYBODY, PopulationCell

ELDERLY_FROM_YEARS = 65
# A zone's share of elderly people is at most this many times the municipality's, and at least its inverse.
TILT_MOST = 2.0
SOURCE = "INSEE: census by municipality, IRIS of 2011; age shares modelled"
# The source does not date its municipal totals; the year of its incomes stands for theirs.
COUNTED_ON = date(2018, 1, 1)


class ZoneBand(msgspec.Struct, frozen=True):
    """The inhabitants of one zone (its code) in one age band, ages included: low, point and high."""

    zone: str
    band: str
    age_least_years: int
    age_most_years: int
    low: int
    point: int
    high: int


def zone_bands(facts: Facts) -> tuple[ZoneBand, ...]:
    """Return the cells of every zone; the points of a municipality add up to its census count exactly."""
    return tuple(
        cell
        for municipality in facts.municipalities
        for cell in _municipality_cells(
            [zone for zone in facts.zone_facts if zone.municipality == municipality.code],
            municipality.persons,
            facts.age_bands,
        )
    )


def cells_of_bands(zone_ids: dict[str, UUID], bands: Sequence[ZoneBand]) -> tuple[PopulationCell, ...]:
    """Return the rows of everybody by zone and age band."""
    return tuple(
        PopulationCell(
            zone_ids[band.zone], band.band, EVERYBODY, band.low, band.point, band.high, "modelled", SOURCE, COUNTED_ON
        )
        for band in bands
    )


def _municipality_cells(zones: Sequence[ZoneFact], persons: int, bands: Sequence[AgeBand]) -> list[ZoneBand]:
    counts = shares_to_counts([zone.persons_15plus_2011 for zone in zones], persons)
    retired = sum(zone.retired_15plus_2011 for zone in zones) / sum(zone.persons_15plus_2011 for zone in zones)
    cells = []
    for zone, zone_persons in zip(zones, counts, strict=True):
        shares = _tilted_shares(zone, retired, bands)
        points = shares_to_counts(shares, zone_persons)
        for band, share, point in zip(bands, shares, points, strict=True):
            cells.append(
                ZoneBand(
                    zone.code,
                    band.band,
                    band.age_least_years,
                    band.age_most_years,
                    min(point, int(zone_persons * share * band.low_percent / band.point_percent / 100)),
                    point,
                    max(point, -int(-zone_persons * share * band.high_percent / band.point_percent // 100)),
                )
            )
    return cells


def _tilted_shares(zone: ZoneFact, retired_of_all: float, bands: Sequence[AgeBand]) -> list[float]:
    """Return the zone's band shares in percent: the elderly bands follow its retired, the others fill up to 100."""
    of_zone = zone.retired_15plus_2011 / zone.persons_15plus_2011 if zone.persons_15plus_2011 else retired_of_all
    tilt = min(TILT_MOST, max(1 / TILT_MOST, of_zone / retired_of_all))
    elderly = [band.point_percent * tilt for band in bands if band.age_least_years >= ELDERLY_FROM_YEARS]
    younger = [band.point_percent for band in bands if band.age_least_years < ELDERLY_FROM_YEARS]
    fill = (100 - sum(elderly)) / sum(younger)
    return [band.point_percent * (tilt if band.age_least_years >= ELDERLY_FROM_YEARS else fill) for band in bands]


def shares_to_counts(shares: Sequence[float], total: int) -> list[int]:
    """Return whole numbers in the proportion of the shares that add up to the total (largest remainders first).

    >>> shares_to_counts([1, 1, 1], 10)
    [4, 3, 3]
    """
    whole = sum(shares)
    exact = [total * share / whole if whole else 0.0 for share in shares]
    counts = [int(value) for value in exact]
    by_remainder = sorted(range(len(shares)), key=lambda number: (counts[number] - exact[number], number))
    for number in by_remainder[: total - sum(counts)]:
        counts[number] += 1
    return counts
