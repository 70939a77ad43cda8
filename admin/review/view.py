"""This file decides how records stand side by side: one line per field that any of them has, differences marked.

Disputed fields show every value (the cautious union); what is live is decided in sync/view.py.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from admin.review.words import FIELDS, HIDDEN, VALUES
from admin.shared import vocabulary
from admin.shared.speaker import Pairs, Speaker
from sync.kinds import KINDS, Field, Shape
from sync.state import RecordState, Value
from sync.view import view

_WORDS: Mapping[str, Pairs] = {
    "language": vocabulary.LANGUAGES,
    "population_group": vocabulary.GROUPS,
    "act": vocabulary.ACTS,
    "result": vocabulary.RESULTS,
}


class Line(msgspec.Struct, frozen=True):
    """One field of records side by side: a text per record, and whether they differ."""

    field: str
    texts: tuple[str, ...]
    differs: bool


def side_by_side(records: Sequence[RecordState], names: Mapping[str, str], say: Speaker) -> list[Line]:
    """Return the lines, in the order in which the fields of the kinds are listed.

    >>> from sync.state import Entry
    >>> one, other = ({(1, 1): Entry(0, {"family_name": name})} for name in ("Diallo", "Dialo"))
    >>> states = [RecordState("person", {}, one), RecordState("person", {}, other)]
    >>> side_by_side(states, {}, Speaker("fr", "UTC"))
    [Line(field='nom', texts=('Diallo', 'Dialo'), differs=True)]
    """
    shown = [view(state) for state in records]
    fields = dict.fromkeys(name for state in records for name in KINDS[state.kind].fields if name not in HIDDEN)
    lines = []
    for name in fields:
        texts = tuple(
            " / ".join(text_of(state.kind, name, value, names, say) for value in one.disputed[name])
            if name in one.disputed
            else text_of(state.kind, name, one.values.get(name), names, say)
            for state, one in zip(records, shown, strict=True)
        )
        if any(text != "–" for text in texts):
            lines.append(Line(say.word(FIELDS, name), texts, len(set(texts)) > 1))
    return lines


def text_of(kind: str, name: str, value: Value, names: Mapping[str, str], say: Speaker) -> str:
    """Return a value of a field in words."""
    if value is None or value in ("", []):
        return "–"
    if isinstance(value, bool):
        return _YES_NO[value][say.locale == "en"]
    if isinstance(value, list):
        return ", ".join(value)
    return str(value) if isinstance(value, int) else _text(KINDS[kind].fields.get(name), name, value, names, say)


_YES_NO = {True: ("oui", "yes"), False: ("non", "no")}


def _text(field: Field | None, name: str, value: str, names: Mapping[str, str], say: Speaker) -> str:
    match field.shape if field is not None else None:
        case Shape.DAY:
            return say.day(date.fromisoformat(value))
        case Shape.INSTANT:
            return say.instant(datetime.fromisoformat(value))
        case Shape.REF:
            return names.get(value, "…")
        case Shape.WORD:
            return say.word(_WORDS.get(name, VALUES), value)
        case _:
            return value
