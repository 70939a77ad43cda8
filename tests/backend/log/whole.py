"""This file looks for faults between the parts of the log: records, typed tables, feed and sums must say the same."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.db.transaction import transaction
from sync.ids import RecordId
from sync.kinds import KINDS, Policy, Shape
from sync.state import content_sum, decode
from sync.view import view
from tests.backend.ground import Ground


async def faults(ground: Ground) -> list[str]:
    """Return what does not fit; nothing, if the log is whole."""
    async with transaction(ground.scope) as tx:
        records = await tx.fetch(
            "SELECT id, kind, body, content_sum, buckets FROM record WHERE territory_id = $1", ground.territory_id
        )
        feed = await tx.fetch(
            "SELECT bucket_id, record_id, gone FROM feed WHERE territory_id = $1", ground.territory_id
        )
        buckets = await tx.fetch(
            "SELECT id, records, content_sum FROM bucket WHERE territory_id = $1", ground.territory_id
        )
        typed: dict[Any, Any] = {}
        for kind in KINDS:
            for row in await tx.fetch(f"SELECT * FROM {kind} WHERE territory_id = $1", ground.territory_id):
                typed[kind, row["id"]] = row
    found: list[str] = []
    live: dict[str, set[Any]] = {}
    for row in feed:
        if not row["gone"]:
            live.setdefault(row["bucket_id"], set()).add(row["record_id"])
    sums = {row["id"]: int(row["content_sum"]) for row in records}
    for row in records:
        try:
            state = decode(row["body"].encode())[1]
        except msgspec.ValidationError:
            found.append(f"unreadable {row['kind']} {row['id']}")
            continue
        if content_sum(RecordId(str(row["id"])), state) != row["content_sum"]:
            found.append(f"sum of {row['kind']} {row['id']}")
        if {bucket for bucket, held in live.items() if row["id"] in held} != set(row["buckets"]):
            found.append(f"feed of {row['kind']} {row['id']}")
        if (row["kind"], row["id"]) not in typed:
            found.append(f"typed row of {row['kind']} {row['id']}")
        else:
            found += _row_faults(row["kind"], typed.pop((row["kind"], row["id"])), state)
    found += [f"typed row without a record: {kind} {record_id}" for kind, record_id in typed]
    kept = {row["id"]: (row["records"], int(row["content_sum"])) for row in buckets}
    for bucket in {*kept, *live}:
        held = live.get(bucket, set())
        if kept.get(bucket, (0, 0)) != (len(held), sum(sums.get(one, 0) for one in held) % 2**64):
            found.append(f"sum of bucket {bucket}")
    return found


def _row_faults(kind: str, row: Any, state: Any) -> list[str]:
    shown = view(state)
    found = [] if sorted(shown.disputed) == sorted(row["disputed"]) else [f"disputed of {kind} {row['id']}"]
    for name, field in KINDS[kind].fields.items():
        wanted = typed_value(field.shape, shown.values.get(name), is_set=field.policy is Policy.SET)
        if row[name] != wanted:
            found.append(f"{kind}.{name} of {row['id']}: {row[name]!r}, not {wanted!r}")
    return found


def typed_value(shape: Shape, value: Any, *, is_set: bool) -> Any:
    """Return a value of the wire as the typed column holds it."""
    if is_set:
        return sorted(typed_value(shape, one, is_set=False) for one in value or [])
    if value is None:
        return None
    if shape is Shape.DAY:
        return date.fromisoformat(value)
    if shape is Shape.INSTANT:
        return datetime.fromisoformat(value)
    return value if shape is not Shape.REF else UUID(value)
