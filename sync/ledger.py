"""Hold what a push is decided from, and what its decision saves: the shapes between the shell and sync/push.py.

The shell loads `Known` under a lock on the installation's row and saves all of a `Decision` in one transaction. A row
of the log is unique by (installation's actor, n); ids are unique among rows that are neither `already` nor `refused`.
Units: times are milliseconds since 1970 in UTC; bounds are milliseconds.
"""

import msgspec

from sync.clock import Sample
from sync.review import Review
from sync.state import RecordState
from sync.wire import PushAnswer, Verdict


class Needs(msgspec.Struct, frozen=True):
    """What to load before deciding: records by id, log rows by op id, and this installation's log rows by n."""

    installation: str
    records: frozenset[str]
    op_ids: frozenset[str]
    numbers: frozenset[int]


class Stored(msgspec.Struct, frozen=True):
    """A row of the log as it was accepted, with its payload's bytes."""

    actor: int
    n: int
    id: str
    hash: str
    word: str
    code: str
    raw: bytes


class Installation(msgspec.Struct, frozen=True):
    """What the server knows of an installation: the n it expects, the hash of the op before, and what it may do."""

    actor: int
    expected_n: int
    head: str
    deposit_only: bool = False  # revoked: it may hand in, and receives nothing
    desk: bool = False  # a sign-in session at a desk: may write kinds that are `desk_only`


class Known(msgspec.Struct, frozen=True):
    """What the shell loaded. `reoffering` is true after a restore, while tablets hand in again what was forgotten."""

    installation: Installation
    records: dict[str, RecordState]
    by_id: dict[str, Stored]
    by_n: dict[int, Stored]
    samples: list[Sample]
    epoch: int
    reoffering: bool = False


class LogRow(msgspec.Struct, frozen=True):
    """One row for the log; one that merged nothing (refused, held, already) names no record.

    `seen` is what the op was merged with: at most what the server could have shown; `author` is the op's.
    """

    n: int
    id: str
    hash: str
    raw: bytes
    word: str
    code: str
    record: str = ""
    kind: str = ""
    corrected_at: int = 0
    bound_ms: int | None = None
    clock: str = ""
    seen: dict[int, int] = {}
    author: str = ""


class Decision(msgspec.Struct, frozen=True):
    """All that one transaction saves, and what the tablet is answered afterwards."""

    verdicts: list[Verdict]
    log: list[LogRow]
    records: dict[str, RecordState]
    reviews: dict[str, Review]
    quarantine: list[LogRow]
    installation: Installation
    sample: Sample
    suspicion: str
    unreadable_at: int | None
    epoch: int
    asked_epoch: int

    def answer(self) -> PushAnswer:
        """Return the answer to send once the decision is committed."""
        return PushAnswer(
            self.epoch,
            self.installation.expected_n,
            self.sample.server,
            self.verdicts,
            self.unreadable_at,
            self.suspicion,
            actor=self.installation.actor,
            asked_epoch=self.asked_epoch,
        )
