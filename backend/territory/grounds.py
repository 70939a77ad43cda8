"""This file decides where invented homes stand: in which zone, at which door.

Each zone has a pool of building points drawn once; a home takes one of them. Zones are drawn in proportion to their
inhabitants, or to their elderly or poor inhabitants for the groups concerned.
"""

from collections.abc import Sequence
from itertools import accumulate
from random import Random

import numpy as np
import shapely

from backend.territory.draw import Draw
from backend.territory.facts import Facts
from backend.territory.population import ELDERLY_FROM_YEARS, ZoneBand
from backend.territory.record import Fields, degrees_e7

BUILDINGS_PER_ZONE = 128
# The share of poor people assumed where the source withholds it, in percent.
POVERTY_UNKNOWN_PERCENT = 15.0


class Grounds:
    """The buildings of the demo territory and the weights by which homes choose among zones."""

    def __init__(self, draw: Draw, facts: Facts, bands: Sequence[ZoneBand]) -> None:
        self._streets = facts.invented.streets
        postcodes = {municipality.code: municipality.postcode for municipality in facts.municipalities}
        self._postcodes = [postcodes[zone.municipality] for zone in facts.zones]
        self._buildings = [_points_in(zone.polygon, draw.chance("buildings", zone.code)) for zone in facts.zones]
        everyone = _by_zone(facts, bands, 0)
        poverty = [
            POVERTY_UNKNOWN_PERCENT if zone.poverty_percent_2018 is None else zone.poverty_percent_2018
            for zone in facts.zone_facts
        ]
        self._weights = {
            "persons": list(accumulate(everyone)),
            "elderly": list(accumulate(_by_zone(facts, bands, ELDERLY_FROM_YEARS))),
            "poor": list(accumulate(persons * percent for persons, percent in zip(everyone, poverty, strict=True))),
        }
        self._numbers = range(len(facts.zones))

    def home(self, chance: Random, weight: str) -> Fields:
        """Return the fields of an invented home in a zone drawn by `weight`: persons, elderly or poor."""
        number = chance.choices(self._numbers, cum_weights=self._weights[weight])[0]
        lon, lat = chance.choice(self._buildings[number])
        street = chance.choice(self._streets)
        fields: Fields = {
            "kind": "home",
            "address": f"{chance.randrange(1, 120)} {street} (adresse fictive), {self._postcodes[number]} Paris",
            "lon_e7": degrees_e7(lon),
            "lat_e7": degrees_e7(lat),
            "floor": (floor := min(chance.randrange(0, 9), chance.randrange(0, 20))),
            "lift": chance.random() < (0.8 if floor > 3 else 0.4),
            "state": "active",
        }
        if chance.random() < 0.6:
            fields["access_code"] = f"{chance.choice('ABCD')}{chance.randrange(1000, 10_000)}"
        return fields

    def spot(self, chance: Random, weight: str) -> tuple[float, float, str]:
        """Return a point (lon, lat) in a zone drawn by `weight`, and its postcode."""
        number = chance.choices(self._numbers, cum_weights=self._weights[weight])[0]
        lon, lat = chance.choice(self._buildings[number])
        return lon, lat, self._postcodes[number]


def _by_zone(facts: Facts, bands: Sequence[ZoneBand], age_least_years: int) -> list[float]:
    sums: dict[str, float] = {zone.code: 0.0 for zone in facts.zones}
    for cell in bands:
        if cell.age_least_years >= age_least_years:
            sums[cell.zone] += cell.point
    return list(sums.values())


def _points_in(polygon: shapely.Geometry, chance: Random) -> list[tuple[float, float]]:
    """Return points inside the polygon, drawn evenly over its box until there are enough."""
    west, south, east, north = polygon.bounds
    points: list[tuple[float, float]] = []
    while len(points) < BUILDINGS_PER_ZONE:
        drawn = np.array(
            [
                (round(chance.uniform(west, east), 6), round(chance.uniform(south, north), 6))
                for _ in range(2 * BUILDINGS_PER_ZONE)
            ]
        )
        inside = shapely.contains_xy(polygon, drawn[:, 0], drawn[:, 1])
        points += [(float(lon), float(lat)) for lon, lat in drawn[inside]]
    return points[:BUILDINGS_PER_ZONE]
