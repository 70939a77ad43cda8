"""This file estimates how many people of each population group live in each zone: low, point and high.

Large families and housebound people are modelled shares of the inhabitants; residents of nursing homes follow beds, and
people housed in hotels the planned rosters. Inhabitants by age are in population.py.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from backend.territory.population import ELDERLY_FROM_YEARS, ZoneBand
from backend.territory.rows import ANY_AGE, PopulationCell

# Low, point and high shares in percent: large families of all inhabitants, housebound people of those from 65.
LARGE_FAMILY_PERCENT = (3.0, 4.0, 5.0)
HOUSEBOUND_PERCENT = (5.0, 7.0, 9.0)
# How far a roster or a count of beds may be off, in percent below and above.
ROSTER_PERCENT = (80, 120)
BEDS_PERCENT = (90, 105)
ELDERLY = "65+"


def group_cells(
    zone_ids: dict[str, UUID],
    bands: Sequence[ZoneBand],
    hosted: dict[str, Counter[str]],
    counted_on: date,
) -> tuple[PopulationCell, ...]:
    """Return the cells of the groups; `hosted` has the persons planned by group and zone code."""
    everyone: Counter[str] = Counter()
    elderly: Counter[str] = Counter()
    for cell in bands:
        everyone[cell.zone] += cell.point
        elderly[cell.zone] += cell.point if cell.age_least_years >= ELDERLY_FROM_YEARS else 0
    cells = []
    for zone, zone_id in zone_ids.items():
        low, point, high = (round(everyone[zone] * share / 100) for share in LARGE_FAMILY_PERCENT)
        cells.append(_modelled(zone_id, ANY_AGE, "large_family", (low, point, high), counted_on))
        low, point, high = (round(elderly[zone] * share / 100) for share in HOUSEBOUND_PERCENT)
        cells.append(_modelled(zone_id, ELDERLY, "housebound_elderly", (low, point, high), counted_on))
    for group, percents in (("homeless_hotel", ROSTER_PERCENT), ("nursing_home", BEDS_PERCENT)):
        for zone, persons in sorted(hosted[group].items()):
            low, high = persons * percents[0] // 100, -(-persons * percents[1] // 100)
            cells.append(_modelled(zone_ids[zone], ANY_AGE, group, (low, persons, high), counted_on))
    return tuple(cells)


def _modelled(
    zone_id: UUID, age_band: str, group: str, counts: tuple[int, int, int], counted_on: date
) -> PopulationCell:
    return PopulationCell(
        zone_id, age_band, group, *counts, "modelled", "model of the demonstration, invented", counted_on
    )
