"""Say for one field of one kind whether a value of an op may stand in it, and if not, why in one word.

Words and fields that only a newer app knows are kept verbatim, so that an old server never blanks what it cannot read.
The fields and their bounds are in sync/kinds.py; what is read before this, in sync/decode.py.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache

from sync.ids import is_uuid
from sync.kinds import KINDS, Field, Policy, Shape
from sync.ops import Op, Scalar

SCHEMA = 5  # of sync/kinds.py; raise it with every field, word or kind added there
TEXT_MOST = 4000  # of a field that only a newer app knows
WORD_MOST = 60

REGISTERS = frozenset(Policy) - {Policy.SET, Policy.COUNTER, Policy.DERIVED}
WRITTEN_ONCE = (Policy.FACT, Policy.FURTHEST)
_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)

Check = Callable[[Scalar, Field], str | None]
Found = tuple[str, str]  # (word for the reason, name of the field)


def first_refusal(op: Op) -> Found | None:
    """Return the first reason why the fields of an op may not be stored, with the field's name; None if they may.

    >>> op = Op("a" * 32, 1, 1, "", "r", "person", 1, "u", "", 0, "", set={"born_on": "1850-01-01"})
    >>> first_refusal(op)
    ('day', 'born_on')
    """
    checks = _REGISTER_CHECKS[op.kind]
    newer = op.schema > SCHEMA
    for name, value in op.set.items():
        check = checks.get(name)
        if check is None:
            if not newer:
                return "field_unknown", name
            if isinstance(value, str) and len(value) > TEXT_MOST:
                return "text_long", name
            continue
        word = check(value)
        if word and not (newer and word == "word_unknown"):
            return word, name
    return _changes_refusal(op, newer=newer) if op.add or op.remove or op.inc else None


def refusal_of(kind: str, name: str, value: Scalar) -> str | None:
    """Return why a value may not stand in a field, or be an element of it where the field is a set; None if it may.

    >>> refusal_of("visit", "people_count", 501), refusal_of("visit", "products", "gardasil9")
    ('range', None)
    """
    field = KINDS[kind].fields[name]
    if field.policy is Policy.SET:
        return _CHECKS[field.shape](value, field)
    return _REGISTER_CHECKS[kind][name](value)


@lru_cache(maxsize=2**15)  # dates of birth and of the last weeks come again and again: there are not that many
def is_day(text: str) -> bool:
    """Return whether a text is a day of the years 1900 to 2100.

    >>> is_day("2024-02-29"), is_day("2023-02-29"), is_day("2024-W09-4"), is_day("1899-12-31")
    (True, False, False, False)
    """
    written = text.encode("utf-8", "replace").translate(_ZEROS)
    return written == b"0000-00-00" and "1900" <= text < "2101" and _is_date(date.fromisoformat, text)


def is_instant(text: str) -> bool:
    """Return whether a text is an instant in UTC with milliseconds, in the years 1900 to 2100."""
    written = text.encode("utf-8", "replace").translate(_ZEROS)
    return written == b"0000-00-00T00:00:00.000Z" and "1900" <= text < "2101" and _is_date(datetime.fromisoformat, text)


def _changes_refusal(op: Op, *, newer: bool) -> Found | None:
    fields = KINDS[op.kind].fields
    for name, by in op.inc.items():
        field = fields.get(name)
        if (field is None and not newer) or (field is not None and field.policy is not Policy.COUNTER):
            return ("field_unknown" if field is None else "operation"), name
        if field is not None and abs(by) > field.most:
            return "range", name
    for changed in (op.add, op.remove):
        for name, elements in changed.items():
            field = fields.get(name)
            word = _elements_refusal(field, elements, newer=newer)
            if word:
                return word, name
    return None


def _elements_refusal(field: Field | None, elements: list[str], *, newer: bool) -> str | None:
    if field is None:
        too_long = any(len(element) > TEXT_MOST for element in elements)
        return "field_unknown" if not newer else "text_long" if too_long else None
    if field.policy is not Policy.SET:
        return "field_derived" if field.policy is Policy.DERIVED else "operation"
    for element in elements:
        word = _CHECKS[field.shape](element, field)
        if word and not (newer and word == "word_unknown"):
            return word
    return None


def _is_date(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _text(value: Scalar, field: Field) -> str | None:
    if not isinstance(value, str):
        return "shape"
    return "text_long" if len(value) > field.characters_max else None


def _word(value: Scalar, field: Field) -> str | None:
    if not isinstance(value, str):
        return "shape"
    if value in field.words:
        return None
    return "text_long" if len(value) > WORD_MOST else "word_unknown"


def _day(value: Scalar, _field: Field) -> str | None:
    return None if isinstance(value, str) and is_day(value) else "day"


def _instant(value: Scalar, _field: Field) -> str | None:
    return None if isinstance(value, str) and is_instant(value) else "instant"


def _whole(value: Scalar, field: Field) -> str | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return "shape"
    return None if field.least <= value <= field.most else "range"


def _flag(value: Scalar, _field: Field) -> str | None:
    return None if isinstance(value, bool) else "shape"


def _ref(value: Scalar, _field: Field) -> str | None:
    return None if isinstance(value, str) and is_uuid(value) else "ref"


_CHECKS: dict[Shape, Check] = {
    Shape.TEXT: _text,
    Shape.WORD: _word,
    Shape.DAY: _day,
    Shape.INSTANT: _instant,
    Shape.WHOLE: _whole,
    Shape.FLAG: _flag,
    Shape.REF: _ref,
}


def _register_check(field: Field) -> Callable[[Scalar], str | None]:
    """Return what looks at a value of this field, with all that the value has no say in decided beforehand."""
    if field.policy not in REGISTERS:
        refused = "field_derived" if field.policy is Policy.DERIVED else "operation"
        return lambda _value: refused
    empty = "empty" if field.required or field.policy in WRITTEN_ONCE else None
    check = _CHECKS[field.shape]
    return lambda value: empty if value is None else check(value, field)


_REGISTER_CHECKS = {
    name: {field_name: _register_check(field) for field_name, field in kind.fields.items()}
    for name, kind in KINDS.items()
}
