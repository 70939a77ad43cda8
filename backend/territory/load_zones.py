"""This file reads a user's zones from GeoJSON: a FeatureCollection of polygons in WGS 84, longitude then latitude.

Properties, under their usual names: a code (required), a name, the inhabitants. What makes a polygon a zone is decided
in zones.py; a fault is named with the number of its feature, from 1.
"""

from typing import Any

import msgspec
import shapely
import shapely.errors
from shapely.geometry import shape

from backend.territory.draw import named_id
from backend.territory.line_errors import LineError, line_error
from backend.territory.rows import ZoneRow
from backend.territory.zones import Zone, ZoneCode, zone_faults

CODE = ("code", "code_iris", "id")
NAME = ("name", "nom", "nom_iris", "nom_zone")
INHABITANTS = ("inhabitants", "habitants", "population", "persons")
WGS84 = ("crs84", "4326")


def read_zones(
    file: str, data: bytes, territory: str, facts_source: str
) -> tuple[tuple[Zone, ...], tuple[ZoneRow, ...]] | list[LineError]:
    """Return the zones and their rows, or everything that is wrong with the file."""
    features = _features(file, data)
    if isinstance(features, LineError):
        return [features]
    zones: list[Zone] = []
    inhabitants: list[int] = []
    errors: list[LineError] = []
    for number, feature in enumerate(features, start=1):
        read = _zone(file, number, feature)
        if isinstance(read, LineError):
            errors.append(read)
        else:
            zones.append(read[0])
            inhabitants.append(read[1])
    if errors:
        return errors
    errors = [line_error(file, fault.feature + 1, fault.reason, detail=fault.detail) for fault in zone_faults(zones)]
    if errors:
        return errors
    rows = tuple(
        ZoneRow(
            named_id(territory, "zone", zone.code),
            zone.code,
            zone.name,
            shapely.to_geojson(zone.polygon),
            count,
            None,
            facts_source,
        )
        for zone, count in zip(zones, inhabitants, strict=True)
    )
    return tuple(zones), rows


def _features(file: str, data: bytes) -> list[Any] | LineError:
    try:
        collection = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError) as error:
        return line_error(file, 1, "json", detail=str(error))
    if not isinstance(collection, dict) or not isinstance(collection.get("features"), list):
        return line_error(file, 1, "json", detail="FeatureCollection")
    # Old GeoJSON may name another system; what it says is believed rather than guessed at.
    system = msgspec.json.encode(collection["crs"]).decode() if collection.get("crs") else ""
    if system and not any(known in system.casefold() for known in WGS84):
        return line_error(file, 1, "crs", detail=system)
    return collection["features"] or line_error(file, 1, "no_zone")


def _zone(file: str, number: int, feature: Any) -> tuple[Zone, int] | LineError:
    """Return the zone of a feature and its inhabitants (0 where the file does not say)."""
    if not isinstance(feature, dict) or not isinstance(feature.get("geometry"), dict):
        return line_error(file, number, "not_a_feature")
    properties = feature.get("properties") or {}
    if not isinstance(properties, dict):
        return line_error(file, number, "not_a_feature")
    given = {str(key).casefold(): value for key, value in properties.items()}
    code = _first(given, CODE)
    count = _first(given, INHABITANTS) or "0"
    if not count.removesuffix(".0").isdecimal():
        return line_error(file, number, "number", "inhabitants", count)
    try:
        polygon = shape(feature["geometry"])
    except (shapely.errors.ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        return line_error(file, number, "geometry", detail=str(error))
    return Zone(ZoneCode(code), _first(given, NAME) or code, "", polygon), int(count.removesuffix(".0"))


def _first(properties: dict[str, Any], names: tuple[str, ...]) -> str:
    return next((str(properties[name]).strip() for name in names if properties.get(name) is not None), "")
