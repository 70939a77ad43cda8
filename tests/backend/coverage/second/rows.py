"""The rows of a territory from its raw log, folded the obvious way.

It holds for a log in which nobody wrote without having seen what stood: the last value of a field stands.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

SETS = {"antigens", "objections", "population_groups", "person_ids", "joined_to"}


class LogRow(dict[str, Any]):
    """A record's fields; what was never written is nothing, or an empty list."""

    def __missing__(self, name: str) -> Any:
        """Return what a field holds that nobody wrote."""
        return [] if name in SETS else None


def rows_of(bodies: Iterable[bytes], zone_of_place: Mapping[UUID, UUID | None]) -> dict[str, dict[UUID, LogRow]]:
    """Return the rows by kind and id, from the bodies of the ops that were taken in, in their order."""
    rows: dict[str, dict[UUID, LogRow]] = defaultdict(dict)
    for body in bodies:
        op = json.loads(body)
        row = rows[op["kind"]].setdefault(UUID(op["record"]), LogRow())
        row.update({name: read(name, value) for name, value in op.get("set", {}).items()})
        for name, values in op.get("add", {}).items():
            row[name] = sorted({*(row[name] or ()), *(read(name, value) for value in values)})
        for name, values in op.get("remove", {}).items():
            row[name] = [value for value in row[name] or () if value not in {read(name, one) for one in values}]
    for place_id, row in rows["place"].items():
        row["zone_id"] = zone_of_place[place_id]
    return rows


def read(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name.endswith("_on"):
        return date.fromisoformat(value)
    if name.endswith("_at"):
        return datetime.fromisoformat(value)
    return UUID(value) if name.endswith(("_id", "_ids")) or name == "joined_to" else value
