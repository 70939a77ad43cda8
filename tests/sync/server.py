"""Be a server in memory around the pure engine: load what a push needs, decide, save.

It is the reference for the shell on a database: the same calls in the same order.
"""

from collections.abc import Iterable

import msgspec

from sync.claim import standing, version_of
from sync.decode import Refused, decode
from sync.ids import BucketId, RecordId
from sync.integrity import Broken, BucketSum, bucket_sum, head, receipt, sub_sums
from sync.ledger import Installation, Known, LogRow, Stored
from sync.merge import apply
from sync.ops import NO_PREVIOUS, Op
from sync.pull import FeedRows, Moment, choose, write_page, write_question
from sync.push import Authority, decide, everything_allowed, needs
from sync.scope import Scope
from sync.state import RecordState, content_sum, encode
from sync.wire import HeadAnswer, HeadRequest, PullRequest, PushAnswer, Receipt, SumsAnswer, SumsRequest

BUCKET = "place:all"


class Server:
    """A server with one bucket, without crashes of its own: what it saves, it has."""

    def __init__(self, authority: Authority = everything_allowed) -> None:
        self.authority = authority
        self.installations: dict[str, Installation] = {}
        self.log: list[tuple[int, LogRow]] = []
        self.records: dict[str, RecordState] = {}
        self.reviews: dict[str, object] = {}
        self.feed: dict[str, FeedRows] = {}
        self.quarantine: list[LogRow] = []
        self.epoch = 1_000
        self.buckets = [BucketId(BUCKET)]
        self.evict: list[str] = []
        self.reoffering = False
        self._seq = 0

    def enrol(self, installation: str) -> int:
        """Return the actor of a new installation."""
        actor = len(self.installations) + 1
        self.installations[installation] = Installation(actor, 1, NO_PREVIOUS)
        return actor

    def push(self, body: bytes, now: int) -> PushAnswer:
        """Take a push in and answer it."""
        batch = decode(body)
        if isinstance(batch, Refused):
            return PushAnswer(self.epoch, 0, now, too_large=batch.code == "too_large")
        need = needs(batch)
        installation = self.installations[need.installation]
        known = Known(
            installation,
            {record: self.records[record] for record in need.records if record in self.records},
            {row.id: row for row in self._in_effect() if row.id in need.op_ids},
            {row.n: row for row in self._stored() if row.actor == installation.actor and row.n in need.numbers},
            [],
            self.epoch,
            reoffering=self.reoffering,
        )
        decision = decide(batch, known, now, self.authority)
        self.log += [(installation.actor, row) for row in decision.log]
        self.installations[need.installation] = decision.installation
        self.records |= decision.records
        self.reviews |= decision.reviews
        self.quarantine += decision.quarantine
        for record, state in decision.records.items():
            self._seq += 1
            self.feed[record] = FeedRows(BUCKET, self._seq, self._seq, encode(RecordId(record), state))
        return decision.answer()

    def pull(self, request: PullRequest, now: int, bytes_most: int = 4000) -> bytes:
        """Give the next page; nothing here is under way when it is asked for, so the horizon is beyond all that is there."""
        at = Moment(self.epoch, self._seq + 1, now)
        stands = standing(request, self.scope(), self.epoch)
        if stands is None:
            return write_question(request, version_of(self.scope().buckets), at)
        again = [self.feed[record] for record in request.repair if record in self.feed]
        waiting = self.feed.values() if BUCKET in stands.starts else ()
        choice = choose(waiting, stands.starts, self.epoch, bytes_most)
        return write_page(request, stands, msgspec.structs.replace(choice, rows=again + choice.rows), at)

    def scope(self) -> Scope:
        """Return what every tablet may hold."""
        return Scope(tuple(one for one in self.buckets if one not in self.evict))

    def sums(self) -> dict[str, BucketSum]:
        """Return the sum of each bucket."""
        return {BUCKET: bucket_sum(self.record_sums().values())}

    def record_sums(self) -> dict[str, int]:
        """Return the content sum of each record."""
        return {record: content_sum(RecordId(record), state) for record, state in self.records.items()}

    def head(self, request: HeadRequest, now: int) -> HeadAnswer:
        """Say whether anything changed."""
        return HeadAnswer(request.head == head(version_of(self.scope().buckets), self.sums()), self.epoch, now)

    def sub_sums(self, request: SumsRequest) -> SumsAnswer:
        """Answer a question of the drill-down."""
        return sub_sums(self.record_sums(), request.prefix)

    def receipt(self, actor: int) -> Receipt | Broken:
        """Give the receipt of an installation, recomputed from the log."""
        return receipt((row.n, row.hash, row.raw, row.word) for a, row in self.log if a == actor)

    def restored(self, rows_kept: int) -> "Server":
        """Return this server as its backup of `rows_kept` log rows gives it back, under an epoch that is no higher."""
        before = Server(self.authority)
        for installation, one in self.installations.items():
            rows = [row for actor, row in self.log[:rows_kept] if actor == one.actor]
            end = rows[-1] if rows else None
            expected, link = (end.n + 1, end.hash) if end else (1, NO_PREVIOUS)
            before.installations[installation] = msgspec.structs.replace(one, expected_n=expected, head=link)
        before.log = self.log[:rows_kept]
        before.records = rebuilt(before.log)
        before.epoch, before.reoffering = self.epoch - 1, True
        for record, state in before.records.items():
            before._seq += 1
            before.feed[record] = FeedRows(BUCKET, before._seq, before._seq, encode(RecordId(record), state))
        return before

    def _in_effect(self) -> list[Stored]:
        """Return the rows, those last by which an id counts."""
        return sorted(self._stored(), key=lambda row: row.word not in ("already", "refused"))

    def _stored(self) -> Iterable[Stored]:
        return (Stored(actor, r.n, r.id, r.hash, r.word, r.code, r.raw) for actor, r in self.log)


def rebuilt(log: list[tuple[int, LogRow]]) -> dict[str, RecordState]:
    """Return the records that a log gives when every row is merged anew."""
    records: dict[str, RecordState] = {}
    for _, row in log:
        if row.record:
            op = msgspec.convert(msgspec.json.decode(row.raw), Op, str_keys=True)
            op = msgspec.structs.replace(op, seen=row.seen)
            records[row.record] = apply(records.get(row.record), op, row.corrected_at).state
    return records
