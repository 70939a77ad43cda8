"""This file reads a person's whole file for the person: every record, who wrote what and when, and who looked at it.

Joined records are one human. Other people stay unnamed: an id of somebody else is left out. What a field is called in the
person's language is the page's business (admin/files/words.py).
"""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from backend.coverage.look_up import with_joined
from backend.db.transaction import Transaction
from backend.log.projection import ORDER
from backend.people.belongings import closure, columns_to
from sync.kinds import KINDS

LOOKS_MOST: Final = 2000
_HIDDEN: Final = frozenset({"territory_id", "sounds", "zone_id", "changed_at", "recorded_by"})
Value = str | int | bool | list[str] | date | datetime | UUID | None


class Recorded(msgspec.Struct, frozen=True):
    """One record as it stands: its kind, when it was first written, its fields; `disputed` ones wait for a human."""

    kind: str
    id: UUID
    recorded_at: datetime | None
    fields: dict[str, Any]
    disputed: list[str]


class Written(msgspec.Struct, frozen=True):
    """One act on a record: when, on what sort of device, and what was set, added or removed."""

    at: datetime
    record_id: UUID
    kind: str
    device: str
    changes: dict[str, Any]


class Looked(msgspec.Struct, frozen=True):
    """One look at, or act on, the file: when, what it was, by somebody at a desk or by a tablet."""

    at: datetime
    act: str
    by: str


class PersonFile(msgspec.Struct, frozen=True):
    """Everything that is kept about a human."""

    person_ids: list[UUID]
    objections: list[str]
    held: str
    records: list[Recorded]
    history: list[Written]
    looks: list[Looked]

    @property
    def name(self) -> str:
        """Return what the person is called: names, or the alias, which stays one."""
        fields = next((one.fields for one in self.records if one.kind == "person"), {})
        named = " ".join(str(fields[part]) for part in ("given_name", "family_name") if fields.get(part))
        return named or str(fields.get("alias") or "")


async def read_file(tx: Transaction, person_id: UUID) -> PersonFile | None:
    """Return the file of a person, or None if the territory has no such person."""
    known = await tx.fetch_value(
        "SELECT 1 FROM person WHERE territory_id = $1 AND id = $2", tx.scope.territory_id, person_id
    )
    if known is None:
        return None
    persons = set(await with_joined(tx, {person_id}))
    found = await closure(tx, "person", persons)
    records = [record for kind in ORDER for record in await _records(tx, kind, list(found[kind]), persons)]
    ids = [one for of_kind in found.values() for one in of_kind]
    held = await tx.fetch_value(
        "SELECT string_agg(reason, ', ') FROM retention_hold WHERE territory_id = $1 AND person_id = ANY($2)",
        tx.scope.territory_id,
        list(persons),
    )
    objections = {word for one in records if one.kind == "person" for word in one.fields.get("objections") or ()}
    return PersonFile(
        sorted(persons),
        sorted(objections),
        held or "",
        records,
        await _history(tx, ids, persons),
        await _looks(tx, ids),
    )


async def _records(tx: Transaction, kind: str, ids: list[UUID], persons: set[UUID]) -> list[Recorded]:
    if not ids:
        return []
    rows = await tx.fetch(
        f"SELECT * FROM {kind} WHERE territory_id = $1 AND id = ANY($2) ORDER BY recorded_at, id",
        tx.scope.territory_id,
        ids,
    )
    return [
        Recorded(kind, row["id"], row["recorded_at"], _own(kind, dict(row), persons), list(row["disputed"]))
        for row in rows
    ]


def _own(kind: str, row: dict[str, Any], persons: set[UUID]) -> dict[str, Any]:
    """Return the fields that hold something, without the ids of other people."""
    kept = {
        name: value
        for name, value in row.items()
        if name in KINDS[kind].fields and name not in _HIDDEN and value not in (None, [], "")
    }
    for name in columns_to(kind, "person", sets=False):
        if name in kept and kept[name] not in persons:
            del kept[name]
    for name in columns_to(kind, "person", sets=True):
        kept[name] = [one for one in kept.get(name, ()) if one in persons]
    return kept


async def _history(tx: Transaction, ids: list[UUID], persons: set[UUID]) -> list[Written]:
    rows = await tx.fetch(
        "SELECT o.record_id, o.kind, o.body, coalesce(o.corrected_at, o.received_at) AS at, "
        "i.tablet_id IS NOT NULL AS is_tablet FROM op o "
        "JOIN installation i ON i.territory_id = o.territory_id AND i.actor = o.actor "
        "WHERE o.territory_id = $1 AND o.record_id = ANY($2) AND o.verdict IN ('stored', 'merged', 'review') "
        "ORDER BY o.seq",
        tx.scope.territory_id,
        ids,
    )
    own = {str(one) for one in persons}
    return [
        Written(row["at"], row["record_id"], row["kind"], "tablet" if row["is_tablet"] else "desk", _changes(row, own))
        for row in rows
    ]


def _changes(row: Any, own: set[str]) -> dict[str, Any]:
    act = msgspec.json.decode(row["body"])
    names_people = {*columns_to(row["kind"], "person", sets=False), *columns_to(row["kind"], "person", sets=True)}
    changes: dict[str, Any] = {}
    for part in ("set", "add", "remove", "inc"):
        kept = {
            name: [one for one in value if one in own] if name in names_people and isinstance(value, list) else value
            for name, value in act.get(part, {}).items()
            if name not in names_people or isinstance(value, list) or value in own
        }
        if kept:
            changes[part] = kept
    return changes


async def _looks(tx: Transaction, ids: list[UUID]) -> list[Looked]:
    rows = await tx.fetch(
        "SELECT at, act, CASE WHEN user_id IS NOT NULL THEN 'desk' WHEN installation_id IS NOT NULL THEN 'tablet' "
        f"ELSE 'server' END AS by FROM journal WHERE territory_id = $1 AND subject_ids && $2 ORDER BY seq DESC LIMIT {LOOKS_MOST}",
        tx.scope.territory_id,
        ids,
    )
    return [Looked(row["at"], row["act"], row["by"]) for row in rows]
