"""This file is the server in memory: the same calls in the same order as the shell on PostgreSQL, with its visibility.

A push locks what it touches, takes its transaction id and its places in the feed when it begins, and is seen by others
only from its commit on; what is read of the feed stays below the oldest transaction still open. A backup is a copy of
what is committed. How a decision is staged is in staging.py; the rules themselves are those of sync/.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from backend.log.anchors import Standing
from sync.claim import standing, version_of
from sync.clock import Sample
from sync.decode import Batch, Refused, decode
from sync.ids import RecordId
from sync.integrity import Broken, BucketSum, head, receipt, short_sums, sub_sums
from sync.ledger import Decision, Installation, Known, LogRow, Stored
from sync.ops import NO_PREVIOUS
from sync.pull import Choice, FeedRows, Moment, choose, departure, write_page, write_question
from sync.push import decide, needs
from sync.scope import Round, Scope, allowed
from sync.state import RecordState, encode
from sync.view import view
from sync.wire import HeadAnswer, HeadRequest, PullRequest, PushAnswer, Receipt, SumsAnswer, SumsRequest
from tests.simulation.rights import rights
from tests.simulation.staging import Staged, stage
from tests.simulation.truth import Truth

PAGE_BYTES = 2500  # small, so that a pull takes several pages
SAMPLES_KEPT = 20
DAY = "2026-11-22"


@dataclass
class Held:
    """What is committed: a crash leaves it, a backup is a copy of it."""

    installations: dict[str, Installation] = field(default_factory=dict)
    teams: dict[str, str] = field(default_factory=dict)
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    log: list[tuple[int, LogRow]] = field(default_factory=list)
    by_id: dict[str, Stored] = field(default_factory=dict)
    by_n: dict[tuple[int, int], Stored] = field(default_factory=dict)
    records: dict[str, RecordState] = field(default_factory=dict)
    sums: dict[str, int] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    subjects: dict[str, str | None] = field(default_factory=dict)
    feed: dict[str, dict[str, tuple[int, int, bool]]] = field(default_factory=dict)
    buckets: dict[str, BucketSum] = field(default_factory=dict)
    quarantine: list[tuple[int, LogRow]] = field(default_factory=list)
    xid: int = 1
    seq: int = 0

    def copy(self) -> "Held":
        """Return a copy that later commits leave alone."""
        made = Held(xid=self.xid, seq=self.seq)
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, dict | list):
                setattr(made, one.name, value.copy())
        made.feed = {bucket: rows.copy() for bucket, rows in self.feed.items()}
        made.samples = {key: rows.copy() for key, rows in self.samples.items()}
        return made


@dataclass
class Open:
    """A transaction under way: decided and written, seen by nobody yet."""

    xid: int
    installation: str
    decision: Decision
    staged: Staged
    answer: PushAnswer


class Server:
    """One server; `now` is milliseconds since 1970."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self.held = Held()
        self.open: list[Open] = []
        self.epoch = 1
        self.reoffering = False
        self.actors = 0  # never goes back, not even in a restore: an actor names one installation for good
        self._scopes: dict[str, Scope] = {}

    def enrol(self, installation: str, team: str, *, deposit_only: bool = False, desk: bool = False) -> int:
        """Return the actor of a new installation."""
        self.actors += 1
        self.held.installations[installation] = Installation(self.actors, 1, NO_PREVIOUS, deposit_only, desk)
        self.held.teams[installation] = team
        return self.actors

    def knows(self, installation: str) -> bool:
        """Return whether an installation was enrolled here."""
        return installation in self.held.installations

    def active(self, installation: str) -> bool:
        """Return whether an installation may receive."""
        return not self.held.installations[installation].deposit_only

    def begin(self, body: bytes, now: int) -> Open | PushAnswer:
        """Decide a push and hold its writes back until `commit`; a push that cannot be read is answered at once."""
        batch = decode(body)
        if isinstance(batch, Refused):
            return PushAnswer(self.epoch, 0, now, too_large=batch.code == "too_large")
        return self.decide(batch, now)

    def decide(self, batch: Batch, now: int) -> Open:
        """Decide a batch; whoever holds a lock that it needs is committed first, and it is decided on what is there."""
        need = needs(batch)
        while True:
            installation = self.held.installations[need.installation]
            known = Known(
                installation,
                {record: self.held.records[record] for record in need.records if record in self.held.records},
                {one: self.held.by_id[one] for one in need.op_ids if one in self.held.by_id},
                {
                    n: self.held.by_n[installation.actor, n]
                    for n in need.numbers
                    if (installation.actor, n) in self.held.by_n
                },
                self.held.samples.get(need.installation, []),
                self.epoch,
                reoffering=self.reoffering,
            )
            team = self.held.teams[need.installation]
            scope = frozenset(self.scope(team).buckets) if team else frozenset[str]()
            decision = decide(batch, known, now, rights(known, self.held.records, self.held.standings, scope))
            staged = stage(self.held, decision, now)
            locks = {need.installation, *need.op_ids} | staged.locks
            waits = [one for one in self.open if not locks.isdisjoint({one.installation} | one.staged.locks)]
            if not waits:
                break
            for one in waits:
                self.commit(one)
        staged.locks |= locks
        self.held.xid += 1
        staged.placed = {}
        for entry in staged.entries:
            self.held.seq += 1
            staged.placed[entry] = self.held.seq
        made = Open(self.held.xid, need.installation, decision, staged, decision.answer())
        self.open.append(made)
        return made

    def commit(self, one: Open) -> PushAnswer:
        """Make a transaction seen; committing it again changes nothing."""
        if one not in self.open:
            return one.answer
        self.open.remove(one)
        self.truth.committed(one.decision.installation.actor, one.installation, one.decision.log)
        held, staged, actor = self.held, one.staged, one.decision.installation.actor
        for row in one.decision.log:
            stored = Stored(actor, row.n, row.id, row.hash, row.word, row.code, row.raw)
            held.log.append((actor, row))
            held.by_n[actor, row.n] = stored
            before = held.by_id.get(row.id)
            if before is None or (_idle(before.word) and not _idle(row.word)):
                held.by_id[row.id] = stored
        held.quarantine += [(actor, row) for row in one.decision.quarantine]
        held.installations[one.installation] = one.decision.installation
        held.samples[one.installation] = [*held.samples.get(one.installation, []), one.decision.sample][-SAMPLES_KEPT:]
        held.records |= staged.records
        held.sums |= staged.sums
        held.standings |= staged.standings
        held.subjects |= staged.subjects
        for (bucket, record, gone), seq in staged.placed.items():
            held.feed.setdefault(bucket, {})[record] = (one.xid, seq, gone)
        for bucket, (count, total) in staged.changes.items():
            was = held.buckets.get(bucket, BucketSum())
            held.buckets[bucket] = BucketSum(was.count + count, (was.total + total) % 2**64)
        if any(state.kind in ("round", "stop") for state in staged.records.values()):
            self._scopes.clear()
        return one.answer

    def abort(self, one: Open) -> None:
        """Forget a transaction, as a crash before its commit does."""
        if one in self.open:
            self.open.remove(one)

    def restore(self, backup: Held, epoch: int) -> None:
        """Come back as a backup has it; whatever was under way is gone."""
        self.held, self.open, self.epoch, self.reoffering = backup.copy(), [], epoch, True
        self._scopes.clear()

    def scope(self, team: str) -> Scope:
        """Return what the tablets of a team may hold."""
        if team not in self._scopes:
            self._scopes[team] = allowed(frozenset((team,)), self._rounds(), frozenset((DAY,)))
        return self._scopes[team]

    def head(self, installation: str, asked: HeadRequest, now: int) -> HeadAnswer:
        """Say whether the tablet holds exactly what it would be given."""
        scope = self.scope(self.held.teams[installation])
        sums: dict[str, BucketSum] = {bucket: self.held.buckets.get(bucket, BucketSum()) for bucket in scope.buckets}
        version = version_of(scope.buckets)
        same = head(version, sums) == asked.head
        return HeadAnswer(same, self.epoch, now, 0 if same else version)

    def pull(self, installation: str, asked: PullRequest, now: int) -> bytes:
        """Return the next page."""
        scope = self.scope(self.held.teams[installation])
        at = Moment(self.epoch, self.horizon(), now)
        stands = standing(asked, scope, self.epoch)
        if stands is None:
            return write_question(asked, version_of(scope.buckets), at)
        rows: list[FeedRows] = []
        for bucket, start in stands.starts.items():
            for record, (xid, seq, gone) in self.held.feed.get(bucket, {}).items():
                if (xid, seq) > start and xid < at.horizon:
                    rows.append(FeedRows(bucket, xid, seq, self._content(record, gone=gone)))
        choice = choose(rows, stands.starts, self.epoch, PAGE_BYTES)
        choice = Choice([*self._repaired(list(stands.starts), asked.repair), *choice.rows], choice.cursors, choice.more)
        return write_page(asked, stands, choice, at)

    def horizon(self) -> int:
        """Return the oldest transaction still open, or the next one."""
        return min((one.xid for one in self.open), default=self.held.xid + 1)

    def answer_sums(self, installation: str, asked: SumsRequest) -> SumsAnswer:
        """Return the sums of all buckets in scope, or sub-sums of one; of another bucket, nothing."""
        scope = self.scope(self.held.teams[installation])
        if not asked.bucket:
            held: dict[str, BucketSum] = {
                bucket: self.held.buckets.get(bucket, BucketSum()) for bucket in scope.buckets
            }
            return SumsAnswer(scope_version=version_of(scope.buckets), buckets=short_sums(held))
        if asked.bucket not in scope.buckets:
            return SumsAnswer()
        rows = self.held.feed.get(asked.bucket, {})
        return sub_sums({one: self.held.sums[one] for one, (_, _, gone) in rows.items() if not gone}, asked.prefix)

    def receipt(self, actor: int) -> Receipt | Broken:
        """Return the end of an installation's chain, recomputed from the log."""
        rows = sorted((row.n, row.hash, row.raw, row.word) for owner, row in self.held.log if owner == actor)
        return receipt(rows)

    def _repaired(self, buckets: Sequence[str], records: list[str]) -> list[FeedRows]:
        return [
            FeedRows(bucket, xid, seq, self._content(record, gone=gone))
            for bucket in buckets
            for record, (xid, seq, gone) in self.held.feed.get(bucket, {}).items()
            if record in records
        ]

    def _content(self, record: str, *, gone: bool) -> bytes:
        return departure(RecordId(record)) if gone else encode(RecordId(record), self.held.records[record])

    def _rounds(self) -> list[Round]:
        shown = {key: view(state).values for key, state in self.held.records.items() if state.kind in ("round", "stop")}
        places: dict[str, list[str]] = {}
        for values in shown.values():
            if "place_id" in values and values.get("state") != "withdrawn":
                places.setdefault(str(values.get("round_id")), []).append(str(values["place_id"]))
        return [
            Round(str(v["team_id"]), str(v["day_on"]), tuple(sorted(places.get(key, []))), str(v["state"]))
            for key, v in shown.items()
            if "team_id" in v and "day_on" in v
        ]


def _idle(word: str) -> bool:
    """Return whether a row counts for nothing: the op counts elsewhere, or was refused."""
    return word in ("already", "refused")
