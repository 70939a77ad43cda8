"""Write the typed tables from records: what pages, the planner and the indicators read.

A typed row holds what sync/view.py shows. A disputed field is null and named in `disputed`: nobody takes one of two
values for the truth by accident. The tables can be made again from the log (`rebuild.py`), to the same digits.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from asyncpg.pgproto import pgproto

from backend.db.together import Together
from backend.db.transaction import Transaction
from backend.log.references import references_of
from sync.kinds import KINDS, Field, Policy, Shape
from sync.names import sounds
from sync.state import RecordState, only_values
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


class Change(msgspec.Struct, frozen=True):
    """What happened to one typed row: its columns before (None: new) and after (None: gone).

    Of a row that is new, `after` holds its id and the ids that it refers to; of the kinds WHOLE_WHEN_NEW, everything.
    """

    kind: str
    record_id: UUID
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class First(msgspec.Struct, frozen=True):
    """Who wrote the first op of a record that the server took in, and its corrected time in milliseconds."""

    author: str
    corrected_at: int


class Projected(msgspec.Struct, frozen=True):
    """A record to be written: its state and its encoded bytes, whether it is new, its first op if known, derived columns."""

    record_id: str
    state: RecordState
    body: bytes
    is_new: bool
    first: First | None
    more: dict[str, Any]


async def project(tx: Transaction, records: list[Projected], together: Together) -> list[Change]:
    """Write the typed rows of records, kind by kind, and return what changed; new rows of one kind wait in `together`.

    Of one kind only, since the database plans each set of statements that go together anew. Typed rows are locked before records.
    """
    by_kind: dict[str, list[Projected]] = {}
    for one in records:
        by_kind.setdefault(one.state.kind, []).append(one)
    present = [kind for kind in ORDER if kind in by_kind]
    new = [kind for kind in present if kind not in WHOLE_WHEN_NEW and all(one.is_new for one in by_kind[kind])]
    changes: list[Change] = []
    for kind in present:
        if kind not in new:
            changes += await _write_and_read(tx, kind, by_kind[kind])
            continue
        if kind == new[-1]:
            together.add_first(_STATEMENTS[kind], together.territory_id, _rows(by_kind[kind]))
        else:
            await write_typed(tx, kind, by_kind[kind])
        changes += [_made(one) for one in by_kind[kind]]
    return changes


async def write_typed(tx: Transaction, kind: str, records: list[Projected]) -> None:
    """Write the typed rows of records of one kind."""
    await tx.execute(_STATEMENTS[kind], tx.scope.territory_id, _rows(records))


async def _write_and_read(tx: Transaction, kind: str, records: list[Projected]) -> list[Change]:
    """Write the typed rows of records of one kind; return them as they were and are, in every column."""
    before: dict[UUID, dict[str, Any]] = {}
    known_ids = [one.record_id for one in records if not one.is_new]
    if known_ids:
        rows = await tx.fetch(f"SELECT * FROM {kind} WHERE territory_id = $1 AND id = ANY($2::uuid[])",
                              tx.scope.territory_id, known_ids)  # fmt: skip
        before = {row["id"]: dict(row) for row in rows}
    written = await tx.fetch(_STATEMENTS[kind] + " RETURNING *", tx.scope.territory_id, _rows(records))
    return [Change(kind, row["id"], before.get(row["id"]), dict(row)) for row in written]


def _rows(records: list[Projected]) -> str:
    return f"[{','.join([_row(one) for one in records])}]"


def _row(one: Projected) -> str:
    """Return a typed row as JSON. What one op alone wrote is taken as it is spelled in the record, unless a newer app wrote it.

    The columns that are no fields come first, and no field is named as one of them: of two that are named alike, the last counts.
    """
    fields = KINDS[one.state.kind].fields
    spelled = only_values(one.state, one.body)
    if spelled is not None:
        (entry,) = one.state.entries.values()
        if entry.values.keys() <= fields.keys():
            return f"{_columns(one, entry.values, [])[:-1]},{spelled[1:].decode()}"
    shown = view(one.state)
    values = {name: value for name, value in shown.values.items() if name in fields}
    columns = _columns(one, shown.values, sorted(shown.disputed))
    return f"{columns[:-1]},{_encode(values)[1:].decode()}" if values else columns


def _columns(one: Projected, shown: Mapping[str, Any], disputed: list[str]) -> str:
    """Return the columns of a typed row that are no fields, as JSON."""
    columns: dict[str, Any] = {"id": one.record_id, "disputed": disputed, **one.more}
    if one.first is not None:
        columns["recorded_by"], columns["recorded_ms"] = one.first.author, one.first.corrected_at
    if one.state.kind == "person":
        columns["sounds"] = sounds(name_of(shown))
    return _encode(columns).decode()


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
        f"SELECT $1, x.id, x.disputed, x.recorded_by, to_timestamp(x.recorded_ms / 1000.0), {', '.join(values)} "
        f"FROM json_to_recordset($2::json) AS x(id uuid, disputed text[], recorded_by uuid, recorded_ms bigint, "
        f"{', '.join(typed)}) "
        f"ON CONFLICT (territory_id, id) DO UPDATE SET disputed = excluded.disputed, changed_at = now(), "
        f"{', '.join(f'{name} = excluded.{name}' for name in names)}"
    )


def _made(one: Projected) -> Change:
    """Return the change that a new record is: its id and what it refers to, as the columns of its row hold them.

    >>> from sync.state import Entry
    >>> ada, place = str(UUID(int=1)), str(UUID(int=2))
    >>> state = RecordState("person", {1: 1}, {(1, 1): Entry(0, {"place_id": place, "room": "12"})})
    >>> made = _made(Projected(ada, state, b"", True, None, {})).after
    >>> made["place_id"] == UUID(int=2), made["household_id"] is None, "room" in made
    (True, True, False)
    """
    kind = one.state.kind
    shown: Mapping[str, Any] = view(one.state).values
    record_id = _uuid_of(one.record_id)
    after: dict[str, Any] = {"id": record_id}
    for name in references_of(kind):
        value = shown.get(name)
        if KINDS[kind].fields[name].policy is Policy.SET:
            after[name] = [_uuid_of(each) for each in value or ()]
        else:
            after[name] = _uuid_of(value) if value else None
    return Change(kind, record_id, None, after)


_encode = msgspec.json.Encoder().encode
_uuid_of: Callable[[str], UUID] = pgproto.UUID  # the driver reads a text eight times as fast
_STATEMENTS = {kind: _statement(kind) for kind in KINDS}
