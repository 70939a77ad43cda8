"""Say which payloads need no closer look, by types made of the table of kinds.

Nearly every op that arrives is sound, so asking each value for each reason against it is wasted on nearly all of them.
Here the table of kinds becomes types that msgspec holds while it reads, one decoder a kind. What passes is a part of
what sync/decode.py and sync/fields.py take, and is read as the same op. What does not pass is not refused here, but
looked at closely there, where alone the reasons are given (tests/sync/test_sound.py holds this file to both).
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypedDict
from unicodedata import is_normalized

import msgspec

from sync.canonical import WHOLE_MOST
from sync.fields import REGISTERS, WRITTEN_ONCE, is_day, is_instant
from sync.ids import are_uuids
from sync.kinds import KINDS, Field, Kind, Policy, Shape
from sync.ops import Op, payload

BOOT_MOST = 64
SEEN_MOST = 1000

_TYPES: dict[Shape, Callable[[Field], Any]] = {
    Shape.TEXT: lambda field: Annotated[str, msgspec.Meta(max_length=field.characters_max)],
    Shape.WORD: lambda field: Literal[field.words],
    Shape.DAY: lambda _field: str,  # days, instants and ids are texts of a form, which `_forms_hold` looks at
    Shape.INSTANT: lambda _field: str,
    Shape.WHOLE: lambda field: Annotated[int, msgspec.Meta(ge=field.least, le=field.most)],
    Shape.FLAG: lambda _field: bool,
    Shape.REF: lambda _field: str,
}
_IN_SETS = (Shape.TEXT, Shape.WORD, Shape.REF)


class Reader(msgspec.Struct, frozen=True):
    """How the ops of one kind are read, and which of their texts are of a form."""

    decode: Callable[[bytes], Op]
    references: tuple[str, ...]
    references_in_sets: tuple[str, ...]
    days: tuple[str, ...]
    instants: tuple[str, ...]


def sound_op(raw: bytes) -> Op | None:
    """Return the op of a payload that gives no reason to look closer, or None.

    An op that is written again to the very bytes it was read from names no key twice, holds none that is unknown, no
    fraction and no blank, and is canonical. A text of Latin-1 is in NFC, whatever it says.

    >>> op = Op("a" * 32, 1, 1, "", "r", "person", 1, "u", "", 0, "", set={"born_on": "1950-02-30"})
    >>> sound_op(payload(op)) is None
    True
    """
    at = raw.find(b'"kind":"') + 8
    reader = READERS.get(raw[at : raw.find(b'"', at)])
    if reader is None:
        return None
    try:
        op = reader.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if payload(op) != raw or (b"\\" in raw and b"\\u" in raw):
        return None
    if not raw.isascii():
        text = raw.decode()
        if len(text.encode("latin-1", "ignore")) < len(text) and not is_normalized("NFC", text):
            return None
    return op if _forms_hold(op, reader) and numbers_refusal(op) is None else None


def numbers_refusal(op: Op) -> tuple[str, str] | None:
    """Return why the numbers of an op that is of its kind's types may not stand, with the part concerned."""
    if not (0 < op.actor <= WHOLE_MOST and 0 <= op.mono_ms <= WHOLE_MOST and 0 < op.schema <= WHOLE_MOST):
        return "range", "actor, mono_ms or schema"
    if len(op.boot) > BOOT_MOST or len(op.seen) > SEEN_MOST:
        return "too_large", "boot or seen"
    if op.seen and (
        op.seen.get(op.actor, 0) >= op.n
        or any(not (0 <= a <= WHOLE_MOST and 0 < n <= WHOLE_MOST) for a, n in op.seen.items())
    ):
        return "range", "seen"
    return None


def _forms_hold(op: Op, reader: Reader) -> bool:
    """Return whether an op does anything, and ids (all at one look), days and instants are what they are to be."""
    values: dict[str, Any] = op.set
    ids = [op.record, op.author, *[one for name in reader.references if (one := values.get(name)) is not None]]
    for name in reader.references_in_sets:
        ids += op.add.get(name, ())
        ids += op.remove.get(name, ())
    for name in reader.days:
        if (day := values.get(name)) is not None and not is_day(day):
            return False
    for name in reader.instants:
        if (instant := values.get(name)) is not None and not is_instant(instant):
            return False
    return is_instant(op.wall_at) and are_uuids(ids) and bool(values or op.add or op.remove or op.inc)


def _reader(kind: Kind) -> Reader:
    fields = kind.fields.items()
    registers = {name: field for name, field in fields if field.policy in REGISTERS}
    sets = {name: field for name, field in fields if field.policy is Policy.SET and field.shape in _IN_SETS}
    counters = {name: field for name, field in fields if field.policy is Policy.COUNTER}
    typed: Any = TypedDict  # made of the table: nobody reads these types but msgspec
    op: Any = Op
    of_kind = op[
        Literal[kind.name],
        typed("values", {name: _in_register(field) for name, field in registers.items()}, total=False),
        typed("elements", {name: list[_TYPES[field.shape](field)] for name, field in sets.items()}, total=False),  # type: ignore[misc]
        typed("increments", {name: Annotated[int, msgspec.Meta(ge=-one.most, le=one.most)]
                             for name, one in counters.items()}, total=False),
    ]  # fmt: skip
    return Reader(
        msgspec.json.Decoder(of_kind).decode,
        tuple(name for name, field in registers.items() if field.shape is Shape.REF),
        tuple(name for name, field in sets.items() if field.shape is Shape.REF),
        tuple(name for name, field in registers.items() if field.shape is Shape.DAY),
        tuple(name for name, field in registers.items() if field.shape is Shape.INSTANT),
    )


def _in_register(field: Field) -> Any:
    """Return the type of a register's value; what must be said, or is written once, is never emptied."""
    held = _TYPES[field.shape](field)
    return held if field.required or field.policy in WRITTEN_ONCE else held | None


READERS = {name.encode(): _reader(kind) for name, kind in KINDS.items()}
