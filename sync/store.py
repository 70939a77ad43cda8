"""Keep what a tablet holds: its identity, its ops, the records pulled and where it is in each bucket.

Every change is one `save`, all or nothing (S9): a crash between two saves leaves a tablet that goes on from there.
This is the interface and its memory form, for the reference client and the simulation; the tablet app keeps the same
things in the browser. What is saved when is decided in sync/client.py.
"""

from collections.abc import Mapping
from typing import Protocol, TypeVar

import msgspec

from sync.ids import Dot
from sync.ops import NO_PREVIOUS, Op
from sync.state import RecordState
from sync.wire import Cursor


class Identity(msgspec.Struct, frozen=True):
    """Who the tablet is for the server, the place of its next op in the chain, and what it was last told.

    `epoch` is that of the last answer to a push: until a server of another epoch has said which n it expects, it must be
    asked, whatever else it has answered. Epochs have no order, so that no clock and no counter has to survive the loss of
    a server; which of two came later is told by who had named which (`client.take_push_answer`). `since` is the place up to which
    every bucket was given whose cursor is `COVERED`; `scope_version` stands for the buckets that the server last said it
    gives (sync/claim.py).
    """

    installation: str
    actor: int
    next_n: int = 1
    head: str = NO_PREVIOUS
    epoch: int = 0
    scope_version: int = 0
    push_most: int = 100
    evicted: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()
    since: Cursor | None = None


class Kept(msgspec.Struct, frozen=True):
    """One op of this tablet with its payload's bytes; `word` is empty until the server has given its verdict.

    `counts_as` is the (actor, n) under which the server counts it, where a former installation had handed it in.
    """

    op: Op
    content: bytes
    hash: str
    at: int
    word: str = ""
    code: str = ""
    counts_as: Dot | None = None


OpKey = tuple[int, int]  # (actor, n): after a new installation, ops of the former one may still be kept


class Change(msgspec.Struct, frozen=True):
    """What one `save` changes; None takes away."""

    identity: Identity | None = None
    ops: Mapping[OpKey, Kept | None] = {}
    records: Mapping[tuple[str, str], RecordState | None] = {}  # (bucket, record)
    cursors: Mapping[str, Cursor | None] = {}


class Store(Protocol):
    """What the client needs of a store; `save` is atomic and durable when it returns."""

    def identity(self) -> Identity:
        """Return who the tablet is."""
        ...

    def ops(self) -> list[Kept]:
        """Return the ops kept, by actor and n."""
        ...

    def record(self, record: str) -> RecordState | None:
        """Return a record as pulled, whichever bucket holds it."""
        ...

    def buckets(self) -> Mapping[str, Mapping[str, RecordState]]:
        """Return the records pulled by bucket; a bucket pulled and empty is named too."""
        ...

    def cursors(self) -> Mapping[str, Cursor]:
        """Return the cursor of each bucket held."""
        ...

    def save(self, change: Change) -> None:
        """Make a change, all of it or nothing."""
        ...


class MemoryStore:
    """A store that lives as long as its process."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._ops: dict[OpKey, Kept] = {}
        self._buckets: dict[str, dict[str, RecordState]] = {}
        self._cursors: dict[str, Cursor] = {}

    def identity(self) -> Identity:
        """Return who the tablet is."""
        return self._identity

    def ops(self) -> list[Kept]:
        """Return the ops kept, by actor and n."""
        return [self._ops[key] for key in sorted(self._ops)]

    def record(self, record: str) -> RecordState | None:
        """Return a record as pulled; a page may bring it to one bucket first: the copy that knows most counts."""
        copies = [held[record] for held in self._buckets.values() if record in held]
        return max(copies, key=lambda state: sum(state.seen.values()), default=None)

    def buckets(self) -> Mapping[str, Mapping[str, RecordState]]:
        """Return the records pulled by bucket."""
        return {bucket: self._buckets.get(bucket, {}) for bucket in self._cursors.keys() | self._buckets.keys()}

    def cursors(self) -> Mapping[str, Cursor]:
        """Return the cursor of each bucket held."""
        return self._cursors

    def save(self, change: Change) -> None:
        """Make a change."""
        self._identity = change.identity or self._identity
        _update(self._ops, change.ops)
        for (bucket, record), state in change.records.items():
            _update(self._buckets.setdefault(bucket, {}), {record: state})
        _update(self._cursors, change.cursors)
        for bucket in [bucket for bucket, cursor in change.cursors.items() if cursor is None]:
            self._buckets.pop(bucket, None)


K = TypeVar("K")
V = TypeVar("V")


def _update(held: dict[K, V], change: Mapping[K, V | None]) -> None:
    for key, value in change.items():
        if value is None:
            held.pop(key, None)
        else:
            held[key] = value
