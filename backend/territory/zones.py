"""This file decides which zone a place lies in, what area a set of zones covers, and whether polygons can be zones.

A point on a border belongs to one zone only: the one with the smallest code, so that every machine counts it alike.
Coordinates are (lon, lat) in degrees, WGS 84. Reading a user's GeoJSON file is in load_zones.py.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NewType

import msgspec
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

ZoneCode = NewType("ZoneCode", str)

# Two zones that share less than this many square degrees (about 1 m²) share a drawn border, not ground.
OVERLAP_MAX = 1e-10


class Zone(msgspec.Struct, frozen=True):
    """A part of the territory: its code, its name, the municipality it is part of, and its (multi)polygon."""

    code: ZoneCode
    name: str
    municipality: str
    polygon: BaseGeometry


class ZoneFault(msgspec.Struct, frozen=True):
    """Why polygon number `feature` (from 0) cannot be a zone: a word, and the detail the sentence needs."""

    feature: int
    reason: str
    detail: str = ""


class ZoneIndex:
    """Answers which zone a point lies in.

    >>> index = ZoneIndex([Zone(ZoneCode("W"), "West", "1", shapely.box(0, 0, 1, 1)),
    ...                    Zone(ZoneCode("E"), "East", "1", shapely.box(1, 0, 2, 1))])
    >>> index.zone_at(0.5, 0.5), index.zone_at(1.0, 0.5), index.zone_at(3.0, 0.5)
    ('W', 'E', None)
    """

    def __init__(self, zones: Iterable[Zone]) -> None:
        self._zones = sorted(zones, key=lambda zone: zone.code)
        self._tree = shapely.STRtree([zone.polygon for zone in self._zones])

    def zone_at(self, lon: float, lat: float) -> ZoneCode | None:
        """Return the code of the zone the point (degrees) lies in or on, None outside every zone."""
        return self.zones_at([(lon, lat)])[0]

    def zones_at(self, points: Sequence[tuple[float, float]]) -> list[ZoneCode | None]:
        """Return the zone of each (lon, lat) in degrees, in the order given."""
        found: list[ZoneCode | None] = [None] * len(points)
        if not points:
            return found
        hits = self._tree.query(shapely.points(np.asarray(points, dtype=float)), predicate="intersects")
        # The zones stand in the order of their codes, so the smallest number met is the smallest code.
        first = np.full(len(points), len(self._zones))
        np.minimum.at(first, hits[0], hits[1])
        for place, number in enumerate(first.tolist()):
            if number < len(self._zones):
                found[place] = self._zones[number].code
        return found

    def coverage_area(self, codes: Iterable[str]) -> BaseGeometry:
        """Return the area the named zones cover together; a code that is no zone raises `KeyError`."""
        by_code = {zone.code: zone.polygon for zone in self._zones}
        return shapely.union_all([by_code[ZoneCode(code)] for code in sorted(set(codes))])


def zones_of_features(features: Sequence[dict[str, Any]]) -> tuple[Zone, ...]:
    """Return the zones of GeoJSON features with the properties code, name and municipality; faults raise."""
    zones = tuple(
        Zone(
            ZoneCode(feature["properties"]["code"]),
            feature["properties"]["name"],
            feature["properties"]["municipality"],
            shapely.geometry.shape(feature["geometry"]),
        )
        for feature in features
    )
    faults = zone_faults(zones)
    if faults:
        raise ValueError(f"These polygons cannot be zones: {faults}")
    return zones


def zone_faults(zones: Sequence[Zone]) -> list[ZoneFault]:
    """Return everything that keeps these polygons from being zones, in their order; an empty list is the all-clear.

    >>> zone_faults([Zone(ZoneCode("A"), "A", "", shapely.box(0, 0, 2, 1)),
    ...              Zone(ZoneCode("B"), "B", "", shapely.box(1, 0, 3, 1))])
    [ZoneFault(feature=1, reason='overlap', detail='A')]
    """
    faults: list[ZoneFault] = []
    first_with: dict[str, int] = {}
    for number, zone in enumerate(zones):
        if not zone.code:
            faults.append(ZoneFault(number, "no_code"))
        elif first_with.setdefault(zone.code, number) != number:
            faults.append(ZoneFault(number, "code_twice", zone.code))
        fault = _shape_fault(number, zone.polygon)
        if fault is not None:
            faults.append(fault)
    unsound = {fault.feature for fault in faults}
    faults += _overlaps([(number, zone) for number, zone in enumerate(zones) if number not in unsound])
    return sorted(faults, key=lambda fault: fault.feature)


def _shape_fault(number: int, polygon: BaseGeometry) -> ZoneFault | None:
    if polygon.geom_type not in ("Polygon", "MultiPolygon"):
        return ZoneFault(number, "not_a_polygon", polygon.geom_type)
    if polygon.is_empty:
        return ZoneFault(number, "empty")
    west, south, east, north = polygon.bounds
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        return ZoneFault(number, "not_degrees", f"{west}, {south}")
    if not polygon.is_valid:
        return ZoneFault(number, "crosses_itself", shapely.is_valid_reason(polygon))
    return None


def _overlaps(sound: Sequence[tuple[int, Zone]]) -> list[ZoneFault]:
    polygons = [zone.polygon for _, zone in sound]
    pairs = shapely.STRtree(polygons).query(polygons, predicate="intersects").T.tolist() if polygons else []
    return [
        ZoneFault(sound[later][0], "overlap", sound[earlier][1].code)
        for earlier, later in sorted(pairs)
        if earlier < later and polygons[earlier].intersection(polygons[later]).area > OVERLAP_MAX
    ]
