"""This file reads the server's log once for the oracles: which act counts, under which number, merged with what.

An oracle is a function of the world at rest and of this log; it yields a sentence per violation.
"""

from collections.abc import Callable, Iterator

import msgspec

from sync.ops import Op
from tests.simulation.truth import mark_of
from tests.simulation.world import World

Found = Iterator[str]


class Log:
    """The server's log read once: which act counts under which dot."""

    def __init__(self, world: World) -> None:
        self.rows: list[tuple[str, Op]] = []  # (mark, op as merged), in the order of commits
        self.claimed: dict[str, dict[int, int]] = {}  # by mark: what its payload says its author had seen
        self.refused: set[str] = set()
        self.held = {mark_of(row.raw) for _, row in world.server.held.quarantine if row.word == "review"}
        self.at: dict[str, int] = {}
        for _, row in world.server.held.log:
            if row.record:
                op = msgspec.json.decode(row.raw, type=Op, strict=False)
                self.rows.append((op.author, msgspec.structs.replace(op, seen=row.seen)))
                self.claimed[op.author] = op.seen
                self.at[op.author] = row.corrected_at
            elif row.word == "refused":
                self.refused.add(mark_of(row.raw))
        self.place = {mark: index for index, (mark, _) in enumerate(self.rows)}
        self.by_record: dict[str, list[tuple[str, Op]]] = {}
        for mark, op in self.rows:
            self.by_record.setdefault(op.record, []).append((mark, op))


Check = Callable[[World, Log], Found]
