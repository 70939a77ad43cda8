"""Decide one push: a final verdict per op, the records after it, the log's new rows, and what waits for a human.

The shell reads the bytes with sync/decode.py, asks `needs`, loads that under a lock on the installation's row, calls
`decide`, saves the whole decision in one transaction, and answers after its synchronous commit (S1, S9). Nothing here
is stored twice or in another order: ops are taken strictly in n (S2, S3); a refused op consumes its n and its link
in the chain, so it never blocks the ones behind it (S5).

Before an op is stored it is asked, in this order: can its bytes be read and do its fields hold what they may
(`sync/decode.py`, `sync/fields.py`), is it the next of its installation, has it come before (`take`), does it fit its
record (`_refusal`), may its author do it (`authority`, which is `backend/log/authority.py`; `_store`).

What an op does to its record is decided in sync/merge.py.
"""

from collections.abc import Callable

import msgspec

from sync.clock import Corrected, Readings, Sample, corrected, instant_of, millis_of
from sync.decode import Batch, Item
from sync.ids import Dot, RecordId
from sync.kinds import KINDS
from sync.ledger import Decision, Known, LogRow, Needs, Stored
from sync.merge import apply
from sync.ops import Op, act_of
from sync.review import Review, about, about_siblings
from sync.state import RecordState
from sync.wire import Verdict

REQUIRED = {name: [one for one, field in kind.fields.items() if field.required] for name, kind in KINDS.items()}
FORMER_TEAM = "former_team"  # the one answer of `authority` that stores the op and asks a human (S6)

Authority = Callable[[Op, RecordState | None], str | None]


def needs(batch: Batch) -> Needs:
    """Return what to load for a batch."""
    records = frozenset(item.op.record for item in batch.items if item.op is not None)
    return Needs(
        batch.header.installation,
        records,
        frozenset(item.id for item in batch.items),
        frozenset(item.n for item in batch.items),
    )


def everything_allowed(_op: Op, _state: RecordState | None) -> str | None:
    """Refuse nothing: the authority of simulations, where rights are no part of the question."""
    return None


def decide(batch: Batch, known: Known, now: int, authority: Authority = everything_allowed) -> Decision:
    """Return the decision on a batch; deciding changes nothing, saving does. `now` is milliseconds since 1970."""
    course = _Course(batch, known, now, authority)
    for item in batch.items:
        if not course.take(item):
            break
    return course.decision()


class _Course:
    """One batch on its way: what the ops read so far have left."""

    def __init__(self, batch: Batch, known: Known, now: int, authority: Authority) -> None:
        self.batch = batch
        self.known = known
        self.now = now
        self.now_at = instant_of(now)
        self.authority = authority
        header = batch.header
        self.sample = Sample(millis_of(header.wall_at), header.mono_ms, header.boot, now, header.round_trip_ms)
        self.readings = Readings([*known.samples, self.sample])
        self.expected_n = known.installation.expected_n
        self.head = known.installation.head
        self.verdicts: list[Verdict] = []
        self.log: list[LogRow] = []
        self.quarantine: list[LogRow] = []
        self.records: dict[str, RecordState] = {}
        self.reviews: dict[str, Review] = {}
        self.by_id = dict(known.by_id)
        self.suspicion = ""

    def take(self, item: Item) -> bool:  # noqa: PLR0911 - one reason after the other, in the order they are looked for
        """Give an op its verdict; return whether the next one may be read."""
        if item.n > self.expected_n:
            return False  # S2: a gap; the answer names the n expected
        if item.n < self.expected_n:
            return self._repeated(item)
        op = item.op
        if op is None:
            return self._refuse(item, item.code, item.detail)
        if op.prev != self.head:
            # The op before this one is not the op the server holds: the installation was restored or cloned.
            self.suspicion = "forked"
            return False
        stored = self.by_id.get(op.id)
        if stored is not None:
            return self._seen_elsewhere(item, stored)
        state = self.records.get(op.record) or self.known.records.get(op.record)
        code = self._refusal(op, state)
        if code:
            return self._refuse(item, code, "")
        if self.known.installation.deposit_only:
            return self._hold(item, op)
        return self._store(item, op, state)

    def decision(self) -> Decision:
        """Return what the course has led to."""
        before = self.known.installation
        after = msgspec.structs.replace(before, expected_n=self.expected_n, head=self.head)
        return Decision(
            self.verdicts,
            self.log,
            self.records,
            self.reviews,
            self.quarantine,
            after,
            self.sample,
            self.suspicion,
            None if self.suspicion else self.batch.unreadable_at,
            self.known.epoch,
            self.batch.header.epoch,
        )

    def _repeated(self, item: Item) -> bool:
        """Answer an n that was consumed before: the same op again, or another op under a number used."""
        stored = self.known.by_n.get(item.n)
        if stored is None:
            stored = next((row for row in self.by_id.values() if row.n == item.n and row.actor == self._actor), None)
        # A row without content was erased when its time was over, its id with it: its hash still tells it.
        if stored is not None and stored.hash == item.hash and (stored.id == item.id or not stored.raw):
            first = self._in_effect(stored)
            verdict = Verdict(
                item.n, item.id, item.hash, "already", first.code, of=first.word, counts_as=self._dot(first)
            )
            self.verdicts.append(verdict)
            return True
        self.suspicion = "forked"
        if stored is not None and stored.id == item.id:
            self.suspicion = "id_reused"  # never acknowledged: an acknowledgement would clear the other content
            self.verdicts.append(Verdict(item.n, item.id, item.hash, "refused", "id_reused"))
        return False

    def _in_effect(self, stored: Stored) -> Stored:
        """Return the row that an op counts by: a row `already` only says that there is another."""
        return self.by_id.get(stored.id, stored) if stored.word == "already" else stored

    def _dot(self, first: Stored) -> Dot | None:
        """Return where an op counts if not under this installation; a refused one counts nowhere."""
        return None if first.actor == self._actor or first.word == "refused" else (first.actor, first.n)

    @property
    def _actor(self) -> int:
        return self.known.installation.actor

    def _seen_elsewhere(self, item: Item, stored: Stored) -> bool:
        """Answer a known id at a new place: the same act issued again counts once (S2); another act is refused."""
        act = act_of(item.raw)
        if act is not None and act == act_of(stored.raw):
            self._consume(item, "already", stored.code, first=stored)
            return True
        self.suspicion = self.suspicion or "id_reused"
        return self._refuse(item, "id_reused", "")

    def _refusal(self, op: Op, state: RecordState | None) -> str | None:
        installation = self.known.installation
        if op.actor != installation.actor:
            return "actor"
        if KINDS[op.kind].desk_only and not installation.desk:
            return "desk_only"
        if state is not None:
            return "kind_differs" if state.kind != op.kind else None
        if self.known.reoffering:
            return None  # the op that made the record may be offered again after this one
        if op.seen:
            return "record_unknown"
        missing = [name for name in REQUIRED[op.kind] if op.set.get(name) is None]
        return "required_missing" if missing else None

    def _refuse(self, item: Item, code: str, detail: str) -> bool:
        # S5: kept with its reason; its n and its link are consumed.
        self.quarantine.append(self._consume(item, "refused", code, detail))
        return True

    def _hold(self, item: Item, op: Op) -> bool:
        """Keep an op of a revoked tablet aside until a supervisor releases it as an op of their own."""
        self._open(about("revoked_tablet", (op.record,), self.now_at, clinical=True))
        self.quarantine.append(self._consume(item, "review", "revoked_tablet"))
        return True

    def _store(self, item: Item, op: Op, state: RecordState | None) -> bool:
        code = self.authority(op, state)
        if code and code != FORMER_TEAM:
            return self._refuse(item, code, "")
        if op.seen and not self.known.reoffering:
            op = _within_known(op, state)
        time = corrected(millis_of(op.wall_at), op.mono_ms, op.boot, self.readings, self.now)
        merged = apply(state, op, time.at)
        self.records[op.record] = merged.state
        for conflict in merged.conflicts:
            self._open(about_siblings(RecordId(op.record), conflict, self.now_at))
        if code:
            self._open(about(FORMER_TEAM, (op.record,), self.now_at, clinical=False))
        word = "review" if merged.conflicts or code else "merged" if merged.combined else "stored"
        self._consume(item, word, code or "", op=op, time=time)
        return True

    def _open(self, review: Review) -> None:
        self.reviews.setdefault(review.id, review)

    def _consume(
        self,
        item: Item,
        word: str,
        code: str = "",
        detail: str = "",
        *,
        op: Op | None = None,
        time: Corrected | None = None,
        first: Stored | None = None,
    ) -> LogRow:
        """Give the op at the expected n its verdict and its row: from here on its number and its link are used."""
        if op is None or time is None:
            row = LogRow(item.n, item.id, item.hash, item.raw, word, code)
        else:
            merged = (op.record, op.kind, time.at, time.bound, time.flag, op.seen, op.author)
            row = LogRow(item.n, item.id, item.hash, item.raw, word, code, *merged)
        self.log.append(row)
        of, dot = (first.word, self._dot(first)) if first is not None else ("", None)
        self.verdicts.append(Verdict(item.n, item.id, item.hash, word, code, detail, of, dot))
        self.by_id.setdefault(item.id, Stored(self._actor, item.n, item.id, item.hash, word, code, item.raw))
        self.expected_n = item.n + 1
        self.head = item.hash
        return row


def _within_known(op: Op, state: RecordState | None) -> Op:
    """Return the op with no more seen than the record holds: a claim to have seen more must not hide later ops."""
    known = state.seen if state is not None else {}
    if all(n <= known.get(actor, 0) for actor, n in op.seen.items()):
        return op
    seen = {actor: min(n, known[actor]) for actor, n in op.seen.items() if actor in known}
    return msgspec.structs.replace(op, seen=seen)
