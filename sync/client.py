"""Decide what a tablet does at each step: record an op, hand in, take verdicts, pull, put away, start anew.

Each function reads the store, changes it by one atomic save, and may be interrupted before or after it and
repeated (S9). Recording never waits for the network (S4). Ids, times and the clocks are arguments; sending is the
caller's. The tablet app does the same in the browser; what the server answers is decided in sync/push.py.
"""

from collections.abc import Iterator, Mapping

import msgspec

from sync.claim import ask, noted, version_of
from sync.clock import instant_of
from sync.decode import BYTES_MOST, OP_BYTES_MOST, OPS_MOST, envelope
from sync.fields import SCHEMA
from sync.ids import OpId, RecordId
from sync.integrity import BucketSum, bucket_sum, confirms, differing, head
from sync.ops import NO_PREVIOUS, Op, Scalar, act_of, hash_of, payload
from sync.overlay import overlaid
from sync.pull import Cut, read_page
from sync.state import RecordState, content_sum
from sync.store import Change, Identity, Kept, OpKey, Store
from sync.wire import (
    PROTOCOL_VERSION,
    HeadAnswer,
    HeadRequest,
    PullRequest,
    PushAnswer,
    PushHeader,
    Receipt,
    SumsAnswer,
    Verdict,
)

NOT_TAKEN = ("cut", "late")  # why nothing of a page is kept


class Clocks(msgspec.Struct, frozen=True):
    """The tablet's clocks at one moment, in milliseconds; `boot` names the start since which `mono` runs."""

    wall: int
    mono: int
    boot: str


class Act(msgspec.Struct, frozen=True):
    """What somebody does to one record, before it becomes an op."""

    record: str
    kind: str
    set: dict[str, Scalar] = {}
    add: dict[str, list[str]] = {}
    remove: dict[str, list[str]] = {}
    inc: dict[str, int] = {}


class NotRecorded(msgspec.Struct, frozen=True):
    """An act that no push could carry, said before anything is saved; the person still has it on the screen."""

    reason: str


def record(store: Store, act: Act, op_id: OpId, author: str, clocks: Clocks) -> Op | NotRecorded:
    """Add an act to the outbox, naming what this tablet shows of the record as seen (S4)."""
    me = store.identity()
    shown = state(store, act.record)
    op = Op(
        id=op_id,
        actor=me.actor,
        n=me.next_n,
        prev=me.head,
        record=act.record,
        kind=act.kind,
        schema=SCHEMA,
        author=author,
        wall_at=instant_of(clocks.wall),
        mono_ms=clocks.mono,
        boot=clocks.boot,
        set=act.set,
        add=act.add,
        remove=act.remove,
        inc=act.inc,
        seen=dict(shown.seen) if shown is not None else {},
    )
    kept = _kept(op, clocks.wall)
    if len(kept.content) > OP_BYTES_MOST:
        return NotRecorded("too_large")  # S5: in the outbox it would stand before every op behind it
    identity = msgspec.structs.replace(me, next_n=op.n + 1, head=kept.hash)
    store.save(Change(identity, {(op.actor, op.n): kept}))
    return op


def state(store: Store, record_id: str) -> RecordState | None:
    """Return a record as this tablet shows it: as pulled, with its own ops over it, refused and held ones left out."""
    own = [one for one in store.ops() if one.op.record == record_id and one.word != "refused"]
    return overlaid(store.record(record_id), [(_as_counted(one), one.at) for one in own])


def push_body(store: Store, clocks: Clocks, round_trip: int = 0, *, ask: bool = False) -> bytes | None:
    """Return the next push, or None if every op has its verdict; `ask` sends an empty one, to learn `expected_n`."""
    me = store.identity()
    header = PushHeader(
        PROTOCOL_VERSION, me.installation, me.epoch, instant_of(clocks.wall), clocks.mono, clocks.boot, round_trip
    )
    lines = [msgspec.json.encode(header)]
    size = len(lines[0])
    for one in _waiting(store):
        line = envelope(one.op.id, one.op.n, one.hash, one.content)
        size += len(line) + 1
        if len(lines) > me.push_most or (len(lines) > 1 and size > BYTES_MOST - 1):
            break
        lines.append(line)
    return b"\n".join(lines) + b"\n" if len(lines) > 1 or ask else None


def take_push_answer(store: Store, answer: PushAnswer) -> str:
    """Take the verdicts in; return how to go on.

    `go_on`; `new_installation` when the server knows other ops under our numbers; `not_read` when it could not read
    the push at all, and `late` when the answer is to a former installation, or neither of the epoch known here nor to a
    push that named it: in both cases nothing changes here.

    Ops from `expected_n` on lose their verdict and are offered again (S1). So are all others when the epoch is another:
    a clone may meanwhile have handed in other ops under our numbers, and only an answer that names the content tells.
    """
    me = store.identity()
    mine = [one for one in store.ops() if one.op.actor == me.actor]
    if answer.too_large:
        store.save(Change(msgspec.structs.replace(me, push_most=max(1, me.push_most // 2))))
        return "go_on"
    if answer.expected_n < 1:
        return "not_read"
    if answer.actor != me.actor or me.epoch not in (answer.epoch, answer.asked_epoch):
        # S1: the server that gave these verdicts has forgotten them. Only an answer to a push that named our epoch is
        # surely of a later one; a list of epochs left would not do, since a tablet that was restored has forgotten it too.
        return "late"
    given = {(verdict.n, verdict.id, verdict.hash): verdict for verdict in answer.verdicts}
    ops: dict[OpKey, Kept | None] = {}
    for one in mine:
        forgotten = answer.epoch != me.epoch or one.op.n >= answer.expected_n
        after = _answered(one, given.get((one.op.n, one.op.id, one.hash)), forgotten=forgotten)
        if after is not one:
            ops[me.actor, one.op.n] = after
    push_most = min(OPS_MOST, me.push_most + 1)  # it was halved at once, and grows back one by one
    store.save(Change(msgspec.structs.replace(me, epoch=answer.epoch, push_most=push_most), ops))
    oldest = min((one.op.n for one in mine), default=me.next_n)
    reused = any(verdict.code == "id_reused" for verdict in answer.verdicts)  # also when it comes as `already`
    return "new_installation" if answer.suspicion or reused or answer.expected_n < oldest else "go_on"


def start_anew(store: Store, installation: str, actor: int) -> int:
    """Go on as a new installation: issue again, in a new chain, every op kept; return how many.

    An op keeps its id and its act, so one that the server does hold counts once (S2); only an op whose id another op
    has used gets a new one, made of its act, so that a clone gives it the same. Answered ops are issued again too:
    after a restore of the server, the new chain is all that is offered (S1).
    """
    me = store.identity()
    kept_ops = store.ops()
    # Under our former numbers a clone may have handed in other ops, which nobody here has seen (S8).
    proved_n = next((one.op.n for one in kept_ops if one.op.actor == me.actor and not one.word), me.next_n) - 1
    fresh = Identity(installation, actor, epoch=me.epoch, scope_version=me.scope_version, since=me.since)
    fresh = msgspec.structs.replace(fresh, evicted=me.evicted, leaving=me.leaving)
    ops: dict[OpKey, Kept | None] = {}
    moved: dict[tuple[str, OpKey], int] = {}  # (record, former dot) -> new n
    previous, n = NO_PREVIOUS, 0
    for one in kept_ops:
        n += 1
        seen = dict(one.op.seen)
        seen_here = [new for (record_id, dot), new in moved.items() if record_id == one.op.record and _saw(one.op, dot)]
        if me.actor in seen:
            seen[me.actor] = min(seen[me.actor], proved_n)
        if seen_here:
            seen[actor] = max(seen_here)
        seen = {author: last for author, last in seen.items() if last}
        op_id = _id_of_act(one) if one.code == "id_reused" else one.op.id
        kept = _kept(msgspec.structs.replace(one.op, id=op_id, actor=actor, n=n, prev=previous, seen=seen), one.at)
        ops[one.op.actor, one.op.n] = None
        counted = None if one.word in ("", "refused") else one.counts_as or (one.op.actor, one.op.n)
        ops[actor, n] = msgspec.structs.replace(kept, counts_as=counted)
        moved[one.op.record, (one.op.actor, one.op.n)] = n
        previous = kept.hash
    store.save(Change(msgspec.structs.replace(fresh, next_n=n + 1, head=previous), ops))
    return n


def head_request(store: Store) -> HeadRequest:
    """Return the one small request that asks whether anything changed."""
    return HeadRequest(PROTOCOL_VERSION, head(version_of(store.cursors()), sums(store)))


def take_head_answer(store: Store, answer: HeadAnswer) -> str:
    """Return `same`, `pull`, or `offer_again` when the server is another epoch's: ask it what it still holds (S1)."""
    me = store.identity()
    if answer.epoch != me.epoch:
        return "offer_again"
    if answer.scope_version not in (0, me.scope_version):
        store.save(Change(msgspec.structs.replace(me, scope_version=answer.scope_version)))
    return "same" if answer.same else "pull"


def sums(store: Store) -> dict[str, BucketSum]:
    """Return the sum of each bucket held, computed from the records themselves."""
    return {bucket: bucket_sum(_sums_of(held).values()) for bucket, held in store.buckets().items()}


def differing_buckets(store: Store, answer: SumsAnswer) -> list[str] | None:
    """Return which buckets differ from the sums of all of them; None: the server gives others, so pull first."""
    mine = {bucket: one for bucket, one in sums(store).items() if bucket in store.cursors()}
    return differing(mine, answer.buckets) if answer.scope_version == version_of(mine) else None


def record_sums(store: Store, bucket: str) -> dict[str, int]:
    """Return the content sum of each record of a bucket."""
    return _sums_of(store.buckets().get(bucket, {}))


def _sums_of(held: Mapping[str, RecordState]) -> dict[str, int]:
    return {record_id: content_sum(RecordId(record_id), one) for record_id, one in held.items()}


def pull_request(store: Store, repair: list[str] | None = None) -> PullRequest:
    """Return the request for the next page, with the receipt of what was put away."""
    return ask(store.identity(), store.cursors(), repair or ())


def take_page(store: Store, body: bytes) -> str:
    """Take a page in whole; return `more`, `done`, or why nothing of it is kept.

    `cut` if it did not arrive whole, `late` if it answers another claim than the tablet makes now.
    """
    page = read_page(body)
    if isinstance(page, Cut):
        return "cut"
    me, held = store.identity(), store.cursors()
    if page.header.claim != ask(me, held).claim:
        return "late"
    if page.header.held_wanted:
        store.save(Change(msgspec.structs.replace(me, scope_version=page.header.scope_version)))
        return "more"
    me, cursors = noted(me, held, page.header, page.end)
    store.save(Change(me, records={(bucket, one): held_now for bucket, one, held_now in page.rows}, cursors=cursors))
    return "more" if page.end.more else "done"


def put_away(store: Store) -> tuple[str, ...]:
    """Put away the buckets that left the scope, once every own op has its verdict (S6); return those put away.

    The next pull carries their names as the receipt. Any waiting op keeps all of them: an op may concern a
    person by reference only, and handing in first costs one request.
    """
    me = store.identity()
    if not me.leaving or next(_waiting(store), None) is not None:
        return ()
    identity = msgspec.structs.replace(me, leaving=(), evicted=me.leaving)
    store.save(Change(identity, cursors=dict.fromkeys(me.leaving)))
    return me.leaving


def repair(store: Store, bucket: str, drop: tuple[str, ...]) -> None:
    """Take away the records of a bucket that the server does not have there (sync/integrity.py found them)."""
    store.save(Change(records={(bucket, one): None for one in drop}))


def purge(store: Store, receipt: Receipt, restorable_n: int) -> int:
    """Forget the ops that a confirmed receipt covers and that every backup still in use holds; return how many.

    `restorable_n` is the last n contained in the oldest backup that may yet be restored (S1). An op that the record
    as pulled does not hold yet stays, since it is still shown over it (S7).
    """
    me = store.identity()
    mine = [one for one in store.ops() if one.op.actor == me.actor]
    if confirms(receipt, {one.op.n: one.hash for one in mine}) != "confirmed":
        return 0
    gone = [one for one in mine if one.op.n <= min(receipt.n, restorable_n) and _answered_and_pulled(store, one)]
    store.save(Change(ops=dict.fromkeys((one.op.actor, one.op.n) for one in gone)))
    return len(gone)


def _answered_and_pulled(store: Store, one: Kept) -> bool:
    if not one.word:
        return False
    pulled, op = store.record(one.op.record), _as_counted(one)
    return one.word == "refused" or pulled is None or pulled.seen.get(op.actor, 0) >= op.n


def _waiting(store: Store) -> Iterator[Kept]:
    """Yield this installation's ops without a verdict, in order of n."""
    me = store.identity()
    return (one for one in store.ops() if one.op.actor == me.actor and not one.word)


def _kept(op: Op, at: int) -> Kept:
    content = payload(op)
    return Kept(op, content, hash_of(content), at)


def _answered(one: Kept, verdict: Verdict | None, *, forgotten: bool) -> Kept:
    if one.word and forgotten:
        one = msgspec.structs.replace(one, word="", code="", counts_as=None)
    if verdict is None or one.word:
        return one
    if verdict.code == "id_reused":
        return msgspec.structs.replace(one, code="id_reused")  # no acknowledgement: it still waits
    word = verdict.of or verdict.word
    return msgspec.structs.replace(one, word=word, code=verdict.code, counts_as=verdict.counts_as)


def _id_of_act(one: Kept) -> str:
    return hash_of(act_of(one.content) or one.content)[:32]


def _as_counted(one: Kept) -> Op:
    """Return the op under the number by which the server counts it, so that it is not shown twice (S2)."""
    if one.counts_as is None:
        return one.op
    actor, n = one.counts_as
    return msgspec.structs.replace(one.op, actor=actor, n=n)


def _saw(op: Op, dot: OpKey) -> bool:
    return op.seen.get(dot[0], 0) >= dot[1]
