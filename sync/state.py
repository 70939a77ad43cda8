"""Hold what the ops of one record have left standing, and its bytes on the wire and in the sums.

A record is its version vector (`seen`) and its live values grouped by the dot (actor, n) that wrote them, which is
about a third smaller than a dot per field. What becomes live or is superseded is decided in sync/merge.py; what a
reader is shown, in sync/view.py.

Encoded: `[record, kind, [[actor, n, corrected_at, {field: value}], ...], seen, sums, ahead]`, empty ends left out.
`seen` lists only the actors whose last op on the record has no live value. Lists are sorted; texts by code point.
Units: `corrected_at` is milliseconds since 1970 in UTC.
"""

from typing import Any

import msgspec

from sync.canonical import canonical, sum64
from sync.ids import Dot, RecordId
from sync.ops import Scalar

Value = Scalar | list[str]  # a list holds the elements that one dot added to a set field
Vector = dict[int, int]
Part = tuple[str, str | None]  # a field, or one element of a set field


class Entry(msgspec.Struct, frozen=True):
    """The live values that one op wrote, and that op's corrected time."""

    corrected_at: int
    values: dict[str, Value]


class RecordState(msgspec.Struct, frozen=True):
    """One record: never changed in place, so that a batch can be decided and thrown away.

    `sums` holds the net increment of each counter by actor. `ahead` holds, by part, what authors had seen that this
    server does not know yet: empty except after a restore, when tablets offer again what the server forgot.
    """

    kind: str
    seen: Vector = {}
    entries: dict[Dot, Entry] = {}
    sums: dict[str, Vector] = {}
    ahead: dict[Part, Vector] = {}


def encode(record: RecordId, state: RecordState) -> bytes:
    """Return the canonical bytes of a record.

    >>> encode(RecordId("r"), RecordState("person", {3: 2, 4: 9}, {(3, 2): Entry(1000, {"room": "12"})})).decode()
    '["r","person",[[3,2,1000,{"room":"12"}]],[[4,9]]]'
    """
    if len(state.entries) == 1 and not (state.sums or state.ahead):
        ((dot, entry),) = state.entries.items()
        if state.seen == dict((dot,)):  # most records: one op wrote all that stands, and nothing else is to be said
            return canonical([record, state.kind, [[*dot, entry.corrected_at, entry.values]]])
    dots = sorted(state.entries)
    row: list[Any] = [record, state.kind, [[*dot, (e := state.entries[dot]).corrected_at, e.values] for dot in dots]]
    newest = dict(dots)  # dots are sorted: the last n of an actor stays
    row.append([[a, n] for a, n in sorted(state.seen.items()) if newest.get(a) != n])
    row.append({field: sorted(map(list, by.items())) for field, by in state.sums.items()})
    row.append([[f, e, sorted(map(list, v.items()))] for (f, e), v in sorted(state.ahead.items(), key=_part_order)])
    while not row[-1] and len(row) > 3:
        row.pop()
    return canonical(row)


def only_values(state: RecordState, body: bytes) -> bytes | None:
    """Return the values of a record that one op alone wrote, as its encoded bytes spell them; None if more is to be said.

    >>> one = RecordState("person", {3: 2}, {(3, 2): Entry(1000, {"room": "12"})})
    >>> only_values(one, encode(RecordId("r"), one))
    b'{"room":"12"}'
    """
    return body[body.index(b"{") : -3] if len(state.entries) == 1 and body.endswith(b"}]]]") else None


def decode(content: bytes) -> tuple[RecordId, RecordState]:
    """Return the record that `encode` wrote; raises msgspec.ValidationError if the bytes are not such a record."""
    row = msgspec.json.decode(content, type=_Row)
    entries = {(actor, n): Entry(at, values) for actor, n, at, values in row.entries}
    seen = dict(sorted(entries)) | dict(row.seen)
    sums = {field: dict(by) for field, by in row.sums.items()}
    ahead = {(field, element): dict(vector) for field, element, vector in row.ahead}
    return RecordId(row.record), RecordState(row.kind, seen, entries, sums, ahead)


def content_sum(record: RecordId, state: RecordState) -> int:
    """Return the 64-bit sum of a record's merged content, dots included: equal sums, equal records."""
    return sum64(encode(record, state))


def _part_order(item: tuple[Part, Vector]) -> tuple[str, str]:
    (field, element), _ = item
    return field, element or ""


class _Row(msgspec.Struct, array_like=True):
    record: str
    kind: str
    entries: list[tuple[int, int, int, dict[str, Value]]]
    seen: list[tuple[int, int]] = []
    sums: dict[str, list[tuple[int, int]]] = {}
    ahead: list[tuple[str, str | None, list[tuple[int, int]]]] = []
