"""Decide in few bytes what a pull says the tablet holds, where the server goes on from it, and what the tablet notes after.

A page that leaves nothing waiting covers every bucket of the scope up to one place, the horizon; from then on the tablet names
that one place (`since`) and those buckets only that stand elsewhere. One number over the names of its buckets
(`version_of`) tells the server that these are the ones it would give. When they are not, the tablet names those it holds
by short marks, and the server answers which ones enter, by name, and which ones leave, by mark. The server remembers nothing.

A page names the claim it answers: one that comes late, to a tablet that has gone on, would cover what it never held.
Tablets of protocol 2 name every bucket with its cursor, and are answered so.
"""

import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from sync.canonical import canonical
from sync.scope import Scope, lane_order
from sync.store import Identity
from sync.wire import PROTOCOL_VERSION, Cursor, PageEnd, PageHeader, PullRequest

START = (0, 0)
COVERED = Cursor(0, 0, 0)  # the bucket stands at the tablet's `since`; no server has epoch 0
NAMES_EVERY_BUCKET = 2  # the last protocol whose tablets do
_MARK_DIGITS = 12  # two buckets of one mark: 1 in 10**9 scopes of 800 buckets, until the scope changes again
_FEED_END = 2**63


class Standing(msgspec.Struct, frozen=True):
    """Where the server goes on in each bucket of the scope, in the order of sending, and what enters and leaves."""

    scope_version: int
    starts: dict[str, tuple[int, int]]
    enter: tuple[str, ...] = ()
    evict: tuple[str, ...] = ()  # marks; names for a tablet of protocol 2


def version_of(buckets: Iterable[str]) -> int:
    """Return the number that stands for these buckets: the same buckets, the same number, on tablet and server.

    >>> version_of(["place:p", "reference:all"]) == version_of(["reference:all", "place:p"])
    True
    """
    return int.from_bytes(hashlib.sha256("\n".join(sorted(buckets)).encode()).digest()[:6], "big")


def mark(bucket: str) -> str:
    """Return the digits that stand for a bucket where its name would cost too much."""
    return hashlib.sha256(bucket.encode()).hexdigest()[:_MARK_DIGITS]


def ask(me: Identity, held: Mapping[str, Cursor], repair: Iterable[str] = ()) -> PullRequest:
    """Return the request for the next page: one place for all buckets held, and those that stand elsewhere by name.

    >>> ask(Identity("i", 1, since=Cursor(1, 9, 0)), {"place:p": COVERED, "place:q": Cursor(1, 5, 2)}).cursors
    {'place:q': Cursor(epoch=1, xid=5, seq=2)}
    """
    staying = [bucket for bucket in held if bucket not in me.leaving]
    version = version_of(staying)
    cursors = {bucket: at for bucket, at in held.items() if at != COVERED}
    covered = None
    if version != me.scope_version:
        covered = sorted(mark(bucket) for bucket in staying if held[bucket] == COVERED)
    elif me.since is None:  # a bucket of which nothing was given yet begins at its start anyhow
        cursors = {b: at for b, at in cursors.items() if (at.xid, at.seq) != START or b in me.leaving}
    claim = hashlib.sha256(canonical([version, me.since, sorted(cursors.items())])).hexdigest()[:16]
    return PullRequest(PROTOCOL_VERSION, cursors, list(me.evicted), list(repair), version, me.since, covered, claim)


def standing(asked: PullRequest, scope: Scope, epoch: int) -> Standing | None:
    """Return where each bucket of the scope goes on; None: the tablet holds others, and has to name them by mark.

    >>> asked = PullRequest(3, since=Cursor(1, 9, 0), held=[mark("place:p"), "0" * 12])
    >>> found = standing(asked, Scope(("place:p", "reference:all")), epoch=1)
    >>> found.starts, found.enter, found.evict
    ({'place:p': (9, 0), 'reference:all': (0, 0)}, ('reference:all',), ('000000000000',))
    """
    version = version_of(scope.buckets)
    ordered: list[str] = sorted(scope.buckets, key=lambda bucket: (lane_order(bucket), bucket))
    starts = {bucket: start_of(asked.cursors.get(bucket), epoch) for bucket in ordered}
    outside = sorted(asked.cursors.keys() - starts.keys())
    if asked.protocol <= NAMES_EVERY_BUCKET:
        return Standing(version, starts, tuple(ordered), tuple(outside))
    if asked.held is None and asked.scope_version != version:
        return None
    marks = {mark(bucket): bucket for bucket in ordered} if asked.held is not None else {}
    unnamed = [bucket for bucket in ordered if bucket not in asked.cursors]
    covered = frozenset(unnamed if asked.held is None else (marks[one] for one in asked.held if one in marks))
    starts |= {bucket: start_of(asked.since, epoch) for bucket in unnamed if bucket in covered}
    enter = tuple(bucket for bucket in unnamed if bucket not in covered)
    unknown = (one for one in asked.held or () if one not in marks)
    return Standing(version, starts, enter, tuple(dict.fromkeys((*map(mark, outside), *unknown))))


def start_of(cursor: Cursor | None, epoch: int) -> tuple[int, int]:
    """Return where a feed goes on; a cursor of another epoch means nothing here, since xids start again, nor does a damaged one."""
    if cursor is None or cursor.epoch != epoch:
        return START
    return (cursor.xid, cursor.seq) if 0 <= cursor.xid < _FEED_END and 0 <= cursor.seq < _FEED_END else START


def noted(
    me: Identity, held: Mapping[str, Cursor], header: PageHeader, end: PageEnd
) -> tuple[Identity, dict[str, Cursor]]:
    """Return who the tablet is after a page, and the cursors that change: after the last page all stand at `since`."""
    by_mark = {mark(bucket): bucket for bucket in held} if header.evict else {}
    leaving = tuple(sorted(by_mark[one] for one in header.evict if one in by_mark))
    beginning = Cursor(header.epoch, *START)
    cursors = {bucket: beginning for bucket, _ in header.sections if bucket not in held}
    cursors |= {bucket: me.since or beginning for bucket in leaving if held[bucket] == COVERED}
    cursors |= end.cursors
    if end.since is not None:
        apart = (held.keys() | cursors.keys()) - set(leaving)
        cursors |= {bucket: COVERED for bucket in sorted(apart) if held.get(bucket) != COVERED}
    me = msgspec.structs.replace(
        me, scope_version=header.scope_version, leaving=leaving, evicted=(), since=end.since or me.since
    )
    return me, cursors
