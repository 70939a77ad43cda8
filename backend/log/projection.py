"""Write the typed tables from records: what pages, the planner and the indicators read.

A typed row holds what sync/view.py shows. A disputed field is null and named in `disputed`: nobody takes one of two
values for the truth by accident. The tables can be made again from the log (`rebuild.py`), to the same digits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from backend.db.transaction import Transaction
from backend.log.references import references_of
from sync.clock import instant_of
from sync.kinds import KINDS, Field, Policy, Shape
from sync.names import sounds
from sync.state import RecordState
from sync.view import view

_TYPES = {
    Shape.TEXT: "text",
    Shape.WORD: "text",
    Shape.DAY: "date",
    Shape.INSTANT: "timestamptz",
    Shape.WHOLE: "bigint",
    Shape.FLAG: "boolean",
    Shape.REF: "uuid",
}
# Parents before children, so that a reference never points at a row that is not there yet.
ORDER = (
    "place", "household", "person", "same_person", "team", "product", "lot", "campaign", "request", "visit", "round",
    "stop", "message", "vial", "visit_outcome", "consent", "questionnaire", "dose", "adverse_event", "screening",
    "education_session", "exposure", "temperature", "site_session", "appointment", "reserve", "stock_move", "excursion",
    "objective", "review",
)  # fmt: skip


# Kinds of which those who follow the log read more of a new row than what it refers to.
WHOLE_WHEN_NEW = frozenset({"campaign", "product"})

# Columns that are no fields of a record: computed when the record is written.
DERIVED_COLUMNS = {"place": {"zone_id": "uuid"}, "person": {"sounds": "text[]"}}


@dataclass(frozen=True)
class Change:
    """What happened to one typed row: its columns before (None: new) and after (None: gone).

    Of a row that is new, `after` holds its id and the ids that it refers to; of the kinds WHOLE_WHEN_NEW, everything.
    """

    kind: str
    record_id: UUID
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True)
class First:
    """Who wrote the first op of a record that the server took in, and its corrected time in milliseconds."""

    author: str
    corrected_at: int


@dataclass(frozen=True)
class Projected:
    """A record to be written: its state, whether it is new, and its first op if that is known here."""

    record_id: str
    state: RecordState
    is_new: bool
    first: First | None
    more: dict[str, Any]


async def project(tx: Transaction, records: list[Projected]) -> list[Change]:
    """Write the typed rows of records, kind by kind, and return what changed."""
    by_kind: dict[str, list[Projected]] = {}
    for one in records:
        by_kind.setdefault(one.state.kind, []).append(one)
    changes: list[Change] = []
    for kind in ORDER:
        if kind in by_kind:
            changes += await _project_kind(tx, kind, by_kind[kind])
    return changes


async def _project_kind(tx: Transaction, kind: str, records: list[Projected]) -> list[Change]:
    known_ids = [one.record_id for one in records if not one.is_new]
    before: dict[UUID, dict[str, Any]] = {}
    if known_ids:
        rows = await tx.fetch(f"SELECT * FROM {kind} WHERE territory_id = $1 AND id = ANY($2::uuid[])",
                              tx.scope.territory_id, known_ids)  # fmt: skip
        before = {row["id"]: dict(row) for row in rows}
    rows = [_row(one) for one in records]
    content = msgspec.json.encode(rows).decode()
    if known_ids or kind in WHOLE_WHEN_NEW:
        written = await tx.fetch(_STATEMENTS[kind] + " RETURNING *", tx.scope.territory_id, content)
        return [Change(kind, row["id"], before.get(row["id"]), dict(row)) for row in written]
    await tx.execute(_STATEMENTS[kind], tx.scope.territory_id, content)
    return [Change(kind, UUID(row["id"]), None, _references(kind, row)) for row in rows]


def _row(one: Projected) -> dict[str, Any]:
    shown = view(one.state)
    fields = KINDS[one.state.kind].fields
    known = shown.values.keys() <= fields.keys()
    row = {
        **(shown.values if known else {name: value for name, value in shown.values.items() if name in fields}),
        "id": one.record_id,
        "disputed": sorted(shown.disputed),
        **one.more,
    }
    if one.first is not None:
        row["recorded_by"], row["recorded_at"] = one.first.author, instant_of(one.first.corrected_at)
    if one.state.kind == "person":
        row["sounds"] = sounds(name_of(shown.values))
    return row


def name_of(person: Mapping[str, Any]) -> str:
    """Return what a person is called, for recognising them: given and family name, else the alias.

    >>> name_of({"given_name": "Awa", "family_name": None, "alias": "Mama"})
    'Awa'
    """
    named = " ".join(part for part in (person.get("given_name"), person.get("family_name")) if part)
    return named or person.get("alias") or ""


def _column(name: str, field: Field) -> str:
    return f"{name} {_TYPES[field.shape]}{'[]' if field.policy is Policy.SET else ''}"


def _statement(kind: str) -> str:
    """Return the upsert of a kind; its identifiers are our own table of kinds, never a caller's."""
    fields = KINDS[kind].fields
    more = DERIVED_COLUMNS.get(kind, {})
    names = [*fields, *more]
    typed = [_column(name, field) for name, field in fields.items()] + [
        f"{name} {type_}" for name, type_ in more.items()
    ]
    values = [
        f"coalesce(x.{name}, '{{}}')" if name in fields and fields[name].policy is Policy.SET else f"x.{name}"
        for name in names
    ]
    return (
        f"INSERT INTO {kind} (territory_id, id, disputed, recorded_by, recorded_at, {', '.join(names)}) "
        f"SELECT $1, x.id, x.disputed, x.recorded_by, x.recorded_at, {', '.join(values)} "
        f"FROM json_to_recordset($2::json) AS x(id uuid, disputed text[], recorded_by uuid, recorded_at timestamptz, "
        f"{', '.join(typed)}) "
        f"ON CONFLICT (territory_id, id) DO UPDATE SET disputed = excluded.disputed, changed_at = now(), "
        f"{', '.join(f'{name} = excluded.{name}' for name in names)}"
    )


def _references(kind: str, row: dict[str, Any]) -> dict[str, Any]:
    """Return what a new row refers to, as its columns hold it, and its id.

    >>> _references("person", {"id": str(UUID(int=1)), "place_id": str(UUID(int=2)), "room": "12"})["place_id"].int
    2
    """
    found: dict[str, Any] = {"id": UUID(row["id"])}
    for name in references_of(kind):
        value = row.get(name)
        many = KINDS[kind].fields[name].policy is Policy.SET
        found[name] = [UUID(one) for one in value or ()] if many else UUID(value) if value else None
    return found


_STATEMENTS = {kind: _statement(kind) for kind in KINDS}
