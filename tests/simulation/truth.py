"""This file remembers what really happened: who recorded what, what they had before their eyes, what was acknowledged.

It shares nothing with version vectors: an act is known by its mark, a number of its own that travels as the op's author.
The oracles in checks.py compare what the server ends with to this.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from sync.ledger import LogRow
from sync.ops import Op
from sync.state import RecordState
from sync.store import Kept

Mark = str


@dataclass(frozen=True)
class Recorded:
    """One act as it was recorded, with the marks of the acts on the same record that its author was shown.

    `named` are those of them that the tablet could name: an act issued again, and not answered since, may count under
    a number that the tablet does not know.
    """

    mark: Mark
    op: Op
    shown: frozenset[Mark]
    named: frozenset[Mark]
    by: str


class _Author(msgspec.Struct):
    author: str


@dataclass
class Truth:
    """All acts of one history; `ever` holds each row that was ever committed, restored away or not."""

    acts: dict[Mark, Recorded] = field(default_factory=dict)
    acknowledged: dict[Mark, str] = field(default_factory=dict)
    ever: dict[str, list[tuple[int, int, Mark]]] = field(default_factory=lambda: defaultdict(list))

    of_dot: dict[tuple[int, int], set[Mark]] = field(default_factory=lambda: defaultdict(set))
    of_actor: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def mark(self) -> Mark:
        """Return the mark of the next act: a uuid, since it travels as the author."""
        return f"00000000-0000-4000-a000-{len(self.acts) + 1:012x}"

    def committed(self, actor: int, installation: str, rows: Iterable[LogRow]) -> None:
        """Note rows of the log at their commit."""
        self.of_actor[actor].add(installation)
        for row in rows:
            mark = mark_of(row.raw)
            self.of_dot[actor, row.n].add(mark)
            if row.record:
                self.ever[row.record].append((actor, row.n, mark))

    def note(self, op: Op, pulled: RecordState | None, own: Iterable[Kept], by: str) -> None:
        """Note an act: its author was shown the record as pulled and, over it, the tablet's own ops."""
        seen = pulled.seen if pulled is not None else {}
        shown = {mark for actor, n, mark in self.ever[op.record] if n <= seen.get(actor, 0)}
        mine = [one for one in own if one.op.record == op.record and one.word != "refused"]
        named = shown | {one.op.author for one in mine if one.counts_as or self._not_moved(one)}
        shown |= {one.op.author for one in mine}
        self.acts[op.author] = Recorded(op.author, op, frozenset(shown), frozenset(named), by)

    def _not_moved(self, one: Kept) -> bool:
        was = self.acts[one.op.author].op
        return (was.actor, was.n) == (one.op.actor, one.op.n)

    def answered(self, kept: Iterable[Kept]) -> None:
        """Note what a tablet holds as acknowledged."""
        for one in kept:
            if one.word:
                self.acknowledged[one.op.author] = one.word


def copied(truth: Truth) -> Truth:
    """Return a copy that goes on by itself."""
    made = Truth(dict(truth.acts), dict(truth.acknowledged))
    made.ever.update({record: list(rows) for record, rows in truth.ever.items()})
    made.of_dot.update({dot: set(marks) for dot, marks in truth.of_dot.items()})
    made.of_actor.update({actor: set(names) for actor, names in truth.of_actor.items()})
    return made


def mark_of(raw: bytes) -> Mark:
    """Return the mark of an act from its payload, or nothing if it cannot be read."""
    try:
        return msgspec.json.decode(raw, type=_Author).author
    except msgspec.MsgspecError:
        return ""
