"""Find the zone of places that changed: a derived column, decided by backend/territory/zones.py."""

from uuid import UUID

import shapely

from backend.db.transaction import Transaction
from backend.territory.zones import Zone, ZoneCode, ZoneIndex
from sync.state import RecordState
from sync.view import view

_INDEXES: dict[tuple[UUID, str], tuple[ZoneIndex, dict[str, UUID]]] = {}


async def zones_of_places(tx: Transaction, states: dict[str, RecordState]) -> dict[str, str]:
    """Return the zone id of each place among these records that lies in a zone of the territory."""
    points: dict[str, tuple[float, float]] = {}
    for record_id, state in states.items():
        if state.kind == "place":
            shown = view(state).values
            lon, lat = shown.get("lon_e7"), shown.get("lat_e7")
            if isinstance(lon, int) and isinstance(lat, int):
                points[record_id] = (lon / 1e7, lat / 1e7)
    if not points:
        return {}
    index, ids = await _index(tx)
    codes = index.zones_at(list(points.values()))
    return {place: str(ids[code]) for place, code in zip(points, codes, strict=True) if code is not None}


async def _index(tx: Transaction) -> tuple[ZoneIndex, dict[str, UUID]]:
    """Return the index of the territory's zones; it is built again only when the zones have changed."""
    territory_id = tx.scope.territory_id
    version = await tx.fetch_value(
        "SELECT md5(string_agg(code || md5(geojson), ',' ORDER BY code)) FROM zone WHERE territory_id = $1",
        territory_id,
    )
    key = (territory_id, str(version))
    if key not in _INDEXES:
        for old in [one for one in _INDEXES if one[0] == territory_id]:
            del _INDEXES[old]
        rows = await tx.fetch("SELECT id, code, name, geojson FROM zone WHERE territory_id = $1", territory_id)
        zones = [Zone(ZoneCode(row["code"]), row["name"], "", shapely.from_geojson(row["geojson"])) for row in rows]
        _INDEXES[key] = ZoneIndex(zones), {row["code"]: row["id"] for row in rows}
    return _INDEXES[key]
