"""Decide what one op does to one record: which values it supersedes, which stay beside it, which are disputed.

The one rule (S3, S8): a value is superseded only by an op whose author had seen it. So the result is the set of causal
maxima of all ops, whatever the order of arrival, as long as the ops of one actor come in the order of n (sync/push.py
sees to that). Policies differ only in what knowledge supersedes:

* clinical, demographic, latest, and fields of a newer app: an op supersedes the values it had seen. What is shown
  while several stand is decided in sync/view.py; nothing is dropped here.
* fact: nothing supersedes. A second, differing value stays as a sibling and opens a review, even if its author had
  seen the first: refusing it instead would make the result depend on which came first, and would put a nurse's
  entry away unseen. A fact is corrected by `entered_in_error` and a new record.
* set: an addition stays until a removal that had seen it. counter: every increment adds once (S2).
* furthest: the furthest step stands, known or not; words of a newer app stay beside it.

Clocks never decide what is live (S10).
"""

import msgspec

from sync.ids import Dot
from sync.kinds import KINDS, Field, Policy
from sync.ops import Op
from sync.state import Entry, Part, RecordState, Value, Vector
from sync.view import DISPUTABLE, Sibling, distinct, same, siblings, step

# By kind, the fields where knowledge does not supersede, and those where a second value is a question for a human.
_GROW_ONLY = {
    name: frozenset(one for one, field in kind.fields.items() if field.policy in (Policy.FACT, Policy.FURTHEST))
    for name, kind in KINDS.items()
}
_DISPUTABLE = {
    name: frozenset(one for one, field in kind.fields.items() if field.policy in DISPUTABLE)
    for name, kind in KINDS.items()
}


class Conflict(msgspec.Struct, frozen=True):
    """A field whose live values differ and may not be chosen between by a machine."""

    field: str
    dots: tuple[Dot, ...]


class Merged(msgspec.Struct, frozen=True):
    """What an op did: `fresh` or not, `combined` fields that met another author's value, and `conflicts` to review."""

    state: RecordState
    fresh: bool = True
    combined: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


def apply(state: RecordState | None, op: Op, corrected_at: int) -> Merged:
    """Return the record after an op; an op already in it changes nothing (S2).

    >>> first = Op("a" * 32, 1, 1, "", "r", "person", 1, "u", "", 0, "", set={"born_on": "1950-01-02"})
    >>> other = Op("b" * 32, 2, 1, "", "r", "person", 1, "u", "", 0, "", set={"born_on": "1951-01-02"})
    >>> apply(apply(None, first, 10).state, other, 20).conflicts
    (Conflict(field='born_on', dots=((1, 1), (2, 1))),)
    """
    if state is None:
        if not (op.seen or op.inc or op.remove):
            return Merged(_created(op, corrected_at))
        state = RecordState(op.kind)
    if op.n <= state.seen.get(op.actor, 0):
        return Merged(state, fresh=False)
    parts = _parts(op)
    entries = _without_seen(state.entries, parts, op.seen)
    mine = _not_superseded_meanwhile(op, state.ahead)
    _keep_grow_only(entries, mine, op)
    if mine:
        entries[op.actor, op.n] = Entry(corrected_at, mine)
    seen = state.seen | {op.actor: op.n}
    merged = RecordState(op.kind, seen, entries, _added(state.sums, op), _ahead(state.ahead, parts, op, seen))
    met = _met(merged, op)
    return Merged(merged, combined=_combined(met, op), conflicts=_conflicts(met, op)) if met else Merged(merged)


def _created(op: Op, corrected_at: int) -> RecordState:
    """Return a new record; the first op of a record meets nothing, so no rule has anything to decide."""
    values = _written(op)
    return RecordState(op.kind, {op.actor: op.n}, {(op.actor, op.n): Entry(corrected_at, values)} if values else {})


def _written(op: Op) -> dict[str, Value]:
    """Return the values that an op writes; of a set field, the elements it adds."""
    values: dict[str, Value] = dict(op.set)
    for field, elements in op.add.items():
        values[field] = elements if len(elements) == 1 else sorted(set(elements))
    return values


def _parts(op: Op) -> set[Part]:
    """Return what the op supersedes, as far as its author had seen it: whole fields, or single elements of sets."""
    grow_only = _GROW_ONLY[op.kind]
    parts: set[Part] = {(field, None) for field in op.set if field not in grow_only}
    for changed in (op.add, op.remove):
        parts.update((field, element) for field, elements in changed.items() for element in elements)
    return parts


def _without_seen(entries: dict[Dot, Entry], parts: set[Part], seen: Vector) -> dict[Dot, Entry]:
    # S8: a value goes only if the author of the op had seen it.
    kept: dict[Dot, Entry] = {}
    fields = {field for field, _ in parts}
    for dot, entry in entries.items():
        if dot[1] > seen.get(dot[0], 0):
            kept[dot] = entry
            continue
        if fields.isdisjoint(entry.values):
            kept[dot] = entry
            continue
        values = _outside(entry.values, parts)
        if values:
            kept[dot] = Entry(entry.corrected_at, values)
    return kept


def _outside(values: dict[str, Value], parts: set[Part]) -> dict[str, Value]:
    """Return the values that the parts do not name; a set field keeps its other elements."""
    left = dict(values)
    for field, element in parts:
        if field not in left:
            continue
        value = left[field]
        if not isinstance(value, list):
            if element is None:
                del left[field]
        elif element in value:
            left[field] = [other for other in value if other != element]
            if not left[field]:
                del left[field]
    return left


def _not_superseded_meanwhile(op: Op, ahead: dict[Part, Vector]) -> dict[str, Value]:
    """Return the op's values, without those that an op known earlier had already seen and replaced."""
    values = _written(op)
    passed = {part for part, vector in ahead.items() if op.n <= vector.get(op.actor, 0)}
    return _outside(values, passed) if passed else values


def _keep_grow_only(entries: dict[Dot, Entry], mine: dict[str, Value], op: Op) -> None:
    """Settle the fields where knowledge does not supersede: equal facts are one, the furthest step stands."""
    fields = KINDS[op.kind].fields
    grow_only = _GROW_ONLY[op.kind]
    for name in [name for name in mine if name in grow_only]:
        for other in list(siblings(entries, name)):
            kept = _standing(fields[name], (mine[name], (op.actor, op.n)), (other.value, other.dot))
            if kept == "other":
                del mine[name]
                break
            if kept == "mine":
                _drop(entries, other.dot, name)


def _standing(field: Field, mine: tuple[Value, Dot], other: tuple[Value, Dot]) -> str:
    """Return which of two values stands, `mine`, `other` or `both`; of equal values the smaller dot does."""
    if same(mine[0], other[0]):
        return "mine" if mine[1] < other[1] else "other"
    if field.policy is Policy.FACT:
        return "both"
    my_step, other_step = step(field, mine[0]), step(field, other[0])
    if my_step < 0 or other_step < 0:
        return "both"
    return "mine" if my_step > other_step else "other"


def _drop(entries: dict[Dot, Entry], dot: Dot, field: str) -> None:
    values = {name: value for name, value in entries[dot].values.items() if name != field}
    if values:
        entries[dot] = Entry(entries[dot].corrected_at, values)
    else:
        del entries[dot]


def _added(sums: dict[str, Vector], op: Op) -> dict[str, Vector]:
    if not op.inc:
        return sums
    added = dict(sums)
    for field, by in op.inc.items():
        mine = added.get(field, {})
        added[field] = mine | {op.actor: mine.get(op.actor, 0) + by}
    return added


def _ahead(ahead: dict[Part, Vector], parts: set[Part], op: Op, seen: Vector) -> dict[Part, Vector]:
    """Return what authors had seen and this record does not hold yet, so that its late arrival supersedes nothing."""
    unknown = {actor: n for actor, n in op.seen.items() if n > seen.get(actor, 0) and actor != op.actor}
    if not unknown and not ahead:
        return ahead
    gathered = {part: dict(vector) for part, vector in ahead.items()}
    for part in parts if unknown else ():
        vector = gathered.setdefault(part, {})
        for actor, n in unknown.items():
            vector[actor] = max(n, vector.get(actor, 0))
    left = {part: {a: n for a, n in vector.items() if n > seen.get(a, 0)} for part, vector in gathered.items()}
    return {part: vector for part, vector in left.items() if vector}


def _met(state: RecordState, op: Op) -> dict[str, list[Sibling]]:
    """Return what stands of the fields that the op set, where that is not its own value alone."""
    own = (op.actor, op.n)
    found = {}
    for name in op.set:
        if [dot for dot, entry in state.entries.items() if name in entry.values] != [own]:
            found[name] = list(siblings(state.entries, name))
    return found


def _combined(met: dict[str, list[Sibling]], op: Op) -> tuple[str, ...]:
    """Return the fields of the op where another author's value also stands, or stands instead."""
    found = []
    for name, there in met.items():
        if not any(one.dot == (op.actor, op.n) for one in there):
            if not any(same(one.value, op.set[name]) for one in there):
                found.append(name)
        elif len(distinct(there)) > 1:
            found.append(name)
    return tuple(found)


def _conflicts(met: dict[str, list[Sibling]], op: Op) -> tuple[Conflict, ...]:
    disputable = _DISPUTABLE[op.kind]
    return tuple(
        Conflict(name, tuple(one.dot for one in there))
        for name, there in met.items()
        if name in disputable and len(distinct(there)) > 1
    )
