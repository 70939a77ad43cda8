"""This file checks records against sync/kinds.py, for tests: every field known, shaped, bounded, and none missing."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from uuid import UUID

from backend.territory.record import Record
from sync.kinds import KINDS, Field, Policy, Shape

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def faults(record: Record) -> list[str]:
    """Return what is wrong with a record's fields, in words; an empty list is the all-clear."""
    if record.kind not in KINDS:
        return [f"unknown kind {record.kind}"]
    fields = KINDS[record.kind].fields
    found = [
        f"{record.kind} lacks {name}" for name, field in fields.items() if field.required and name not in record.fields
    ]
    for name, value in record.fields.items():
        if name not in fields:
            found.append(f"{record.kind}.{name} is no field")
            continue
        field = fields[name]
        if field.policy is Policy.SET:
            if not isinstance(value, list) or value != sorted(set(value)):
                found.append(f"{record.kind}.{name} is no sorted set: {value!r}")
                continue
            found += [f"{record.kind}.{name}: {item!r}" for item in value if not _fits(item, field)]
        elif not _fits(value, field):
            found.append(f"{record.kind}.{name}: {value!r}")
    return found


def lost_references(records: Iterable[Record]) -> Iterator[str]:
    """Yield every reference to a record that does not stand before, and every id used twice."""
    seen: dict[str, str] = {}
    for record in records:
        for name, value in record.fields.items():
            field = KINDS[record.kind].fields[name]
            if field.shape is Shape.REF and seen.get(str(value)) != field.to:
                yield f"{record.kind}.{name} -> {value}"
        if str(record.record_id) in seen:
            yield f"{record.record_id} twice"
        seen[str(record.record_id)] = record.kind


def _fits(value: object, field: Field) -> bool:
    if field.shape is Shape.FLAG:
        return isinstance(value, bool)
    if field.shape is Shape.WHOLE:
        return isinstance(value, int) and not isinstance(value, bool) and field.least <= value <= field.most
    return isinstance(value, str) and unicodedata.is_normalized("NFC", value) and _TEXTS[field.shape](value, field)


_TEXTS: dict[Shape, Callable[[str, Field], bool]] = {
    Shape.WORD: lambda value, field: value in field.words,
    Shape.DAY: lambda value, _field: date.fromisoformat(value).isoformat() == value,
    Shape.INSTANT: lambda value, _field: _INSTANT.fullmatch(value) is not None,
    Shape.REF: lambda value, _field: str(UUID(value)) == value,
    Shape.TEXT: lambda value, field: 0 < len(value) <= field.characters_max,
}
