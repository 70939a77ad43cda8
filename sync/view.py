"""Decide what a reader is shown of a record while its values agree, differ, or are disputed.

A disputed field is not among the shown values, so nobody can take one sibling for the truth by accident: readers meet
every sibling (the cautious union). Values that lost without a dispute stay listed in `others` (S8).
What is live at all is decided in sync/merge.py.
"""

from collections.abc import Iterator

import msgspec

from sync.ids import Dot
from sync.kinds import KINDS, Field, Policy
from sync.state import Entry, RecordState, Value

DISPUTABLE = (Policy.CLINICAL, Policy.FACT)


class Sibling(msgspec.Struct, frozen=True):
    """One live value of a field and the op that wrote it."""

    dot: Dot
    corrected_at: int
    value: Value


class View(msgspec.Struct, frozen=True):
    """A record as shown: `values` by field, `disputed` with all siblings, `others` with the values that did not win."""

    values: dict[str, Value]
    disputed: dict[str, list[Value]]
    others: dict[str, list[Value]]


def view(state: RecordState) -> View:
    """Return what is shown of a record.

    >>> one, other = Entry(5, {"born_on": "1950-01-02", "room": "1"}), Entry(6, {"born_on": None, "room": "2"})
    >>> view(RecordState("person", {1: 1, 2: 1}, {(1, 1): one, (2, 1): other}))
    View(values={'room': '2'}, disputed={'born_on': ['1950-01-02', None]}, others={'room': ['1']})
    """
    if len(state.entries) == 1 and not state.sums:  # one op alone disputes nothing
        (only,) = state.entries.values()
        return View(dict(only.values), {}, {})
    shown = View({}, {}, {})
    fields = KINDS[state.kind].fields
    for name in dict.fromkeys(name for entry in state.entries.values() for name in entry.values):
        _show(name, fields.get(name), list(siblings(state.entries, name)), shown)
    for name, by_actor in state.sums.items():
        shown.values[name] = sum(by_actor.values())
    return shown


def siblings(entries: dict[Dot, Entry], field: str) -> Iterator[Sibling]:
    """Yield the live values of a field in the order of their dots."""
    for dot in sorted(entries):
        entry = entries[dot]
        if field in entry.values:
            yield Sibling(dot, entry.corrected_at, entry.values[field])


def distinct(found: list[Sibling]) -> list[Value]:
    """Return the different values among siblings: equal values are one value (no conflict)."""
    values: list[Value] = []
    for sibling in found:
        if not any(same(sibling.value, value) for value in values):
            values.append(sibling.value)
    return values


def same(one: Value, other: Value) -> bool:
    """Return whether two values are the same JSON value (in Python, 1 == True)."""
    return type(one) is type(other) and one == other


def winner(field: Field | None, found: list[Sibling]) -> Sibling:
    """Return the sibling that is shown when one may stand for all: the furthest step, else the latest, ties by dot."""
    if field is not None and field.policy is Policy.FURTHEST:
        return max(found, key=lambda one: (step(field, one.value), -one.dot[0], -one.dot[1]))
    return max(found, key=lambda one: (one.corrected_at, one.dot))


def step(field: Field, value: Value) -> int:
    """Return how far a word is in a state machine; a word of a newer app is before the first."""
    return field.words.index(value) if isinstance(value, str) and value in field.words else -1


def _show(name: str, field: Field | None, found: list[Sibling], shown: View) -> None:
    if all(isinstance(one.value, list) for one in found):
        shown.values[name] = sorted({element for one in found for element in one.value or ()})  # type: ignore[union-attr]
        return
    values = distinct(found)
    if len(values) > 1 and field is not None and field.policy in DISPUTABLE:
        shown.disputed[name] = values
        return
    won = winner(field, found)
    shown.values[name] = won.value
    if len(values) > 1 and (field is None or field.policy is not Policy.LATEST):
        shown.others[name] = [value for value in values if not same(value, won.value)]
