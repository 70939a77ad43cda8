"""This file decides how far from its zones a territory reaches: what lies farther away is a slip of the keyboard.

Swapped coordinates are the usual slip, and land on another continent; a home some streets beyond the border does not.
"""

import json
from collections.abc import Iterable, Iterator
from math import cos, radians
from typing import Any, Final

import msgspec

MARGIN_KM: Final = 20
_KM_PER_DEGREE: Final = 111.2


class Reach(msgspec.Struct, frozen=True):
    """A box around the zones with the margin on each side, in degrees."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lon: float, lat: float) -> bool:
        """Return whether a point (degrees) lies in the box."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north


def reach_of(outlines: Iterable[str]) -> Reach | None:
    """Return how far a territory with these outlines (GeoJSON) reaches; None where it has no zone, and so no end.

    >>> square = '{"type": "Polygon", "coordinates": [[[2.3, 48.8], [2.4, 48.8], [2.4, 48.9], [2.3, 48.8]]]}'
    >>> reach = reach_of([square])
    >>> reach.holds(2.2, 48.7), reach.holds(48.8, 2.3)
    (True, False)
    """
    points = [point for outline in outlines for point in _points(json.loads(outline)["coordinates"])]
    if not points:
        return None
    lons, lats = [point[0] for point in points], [point[1] for point in points]
    up = MARGIN_KM / _KM_PER_DEGREE
    aside = up / max(0.01, cos(radians(max(abs(lat) for lat in lats))))
    return Reach(min(lons) - aside, min(lats) - up, max(lons) + aside, max(lats) + up)


def _points(coordinates: list[Any]) -> Iterator[list[float]]:
    if coordinates and isinstance(coordinates[0], list):
        for part in coordinates:
            yield from _points(part)
    elif coordinates:
        yield coordinates
