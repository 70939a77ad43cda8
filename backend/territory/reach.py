"""This file decides how far from its zones a territory reaches: what lies farther away is a slip of the keyboard.

Swapped coordinates are the usual slip, and land on another continent; a home some streets beyond the border does not.
"""

from collections.abc import Iterable
from math import cos, degrees, radians
from typing import Final

import msgspec
import shapely

from routing.travel import EARTH_METRES

MARGIN_METRES: Final = 20_000


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
    drawn = list(outlines)
    if not drawn:
        return None
    west, south, east, north = shapely.total_bounds(shapely.from_geojson(drawn)).tolist()
    up = degrees(MARGIN_METRES / EARTH_METRES)
    aside = up / max(0.01, cos(radians(max(abs(south), abs(north)))))
    return Reach(west - aside, south - up, east + aside, north + up)
