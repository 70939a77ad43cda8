"""Keep every op and compute what stands from scratch: the plain statement that the merge is compared with.

It shares no code with sync/merge.py: it knows only that an op replaces what its author had seen, except facts (never
replaced) and state machines (the furthest step).
"""

from collections.abc import Iterable
from typing import Any

from sync.kinds import KINDS, Policy
from sync.ops import Op

Standing = dict[str, set[tuple[Any, ...]]]


def saw(op: Op, other: Op) -> bool:
    """Return whether the author of an op had seen another op."""
    return other.n <= op.seen.get(other.actor, 0)


def standing(ops: Iterable[Op]) -> Standing:
    """Return per field what stands: (value, dot) for registers, (element,) for sets, (sum,) for counters."""
    unique = list({(op.actor, op.n): op for op in ops}.values())
    found: Standing = {}
    for op in unique:
        for name, value in op.set.items():
            field = KINDS[op.kind].fields.get(name)
            policy = field.policy if field else None
            others = [other for other in unique if name in other.set and other is not op]
            if policy is Policy.FACT:
                stands = not any(o.set[name] == value and (o.actor, o.n) < (op.actor, op.n) for o in others)
            elif policy is Policy.FURTHEST and field is not None:
                stands = not any(_further(field.words, o, op, name) for o in others)
            else:
                stands = not any(saw(o, op) for o in others)
            if stands:
                found.setdefault(name, set()).add((value, (op.actor, op.n)))
        for name, elements in op.add.items():
            for element in elements:
                if not any(element in o.remove.get(name, []) and saw(o, op) for o in unique):
                    found.setdefault(name, set()).add((element,))
    for name in {name for op in unique for name in op.inc}:
        found[name] = {(sum(op.inc.get(name, 0) for op in unique),)}
    return found


def _further(words: tuple[str, ...], other: Op, op: Op, name: str) -> bool:
    """Return whether another op's step stands instead of this one's."""
    theirs, mine = other.set[name], op.set[name]
    if theirs == mine:
        return (other.actor, other.n) < (op.actor, op.n)
    if theirs not in words or mine not in words:
        return False
    return words.index(str(theirs)) > words.index(str(mine))
