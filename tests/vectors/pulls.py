"""This file tells the story of a tablet's pulls, step by step: what it asks, what comes, and what it then holds.

The pages are written by the engine itself; Python and JavaScript must both ask the same and note the same.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from sync.claim import standing, version_of
from sync.client import head_request, pull_request, take_page
from sync.ids import BucketId, RecordId
from sync.integrity import BucketSum, short_sums
from sync.merge import apply
from sync.pull import FeedRows, Moment, choose, departure, write_page, write_question
from sync.scope import Scope
from sync.state import encode
from sync.store import Change, Identity, MemoryStore
from tests.sync.making import make_op, uuid

_PLACES = tuple(BucketId(f"place:{uuid(number)}") for number in range(1, 5))
_ALL = (BucketId("reference:all"), *_PLACES[:3])
_OTHER = (BucketId("reference:all"), _PLACES[0], _PLACES[2], _PLACES[3])


def pulls() -> Iterator[dict[str, Any]]:
    """Yield each step: the store before, the request it makes, the page that comes, what became of it, the store after."""
    store = MemoryStore(Identity("i", 3, epoch=7))
    rows = [_row(_PLACES[number % 3], 10 + number, number + 1, number) for number in range(6)]
    late = b""
    for scope, feed, horizon, bytes_most in (
        (_ALL, rows, 20, 200),  # a first pull, in pages
        (_ALL, rows, 20, 200),
        (_ALL, rows, 20, 9000),
        (_ALL, rows, 25, 9000),  # nothing changed
        (_ALL, [*rows, _row(_PLACES[1], 30, 8, 1)], 31, 9000),  # one change
        (_OTHER, rows, 40, 9000),  # another round: the tablet is asked what it holds, then one enters and one leaves
        (_OTHER, [_row(_PLACES[3], 35, 9, 9), _left(_PLACES[0], 36, 10, 3)], 40, 9000),
        (_ALL, [_row(_PLACES[1], 38, 11, 4)], 41, 9000),  # it comes back before it was put away
        (_ALL, [_row(_PLACES[1], 38, 11, 4)], 41, 9000),
    ):
        page = _page(store, scope, feed, Moment(7, horizon, 1_000 * horizon), bytes_most)
        yield _step(store, page)
        late = late or page
    yield _step(store, late)
    store.save(Change(cursors={_PLACES[2]: None}))  # a store that lost a bucket says so by the number of its names
    yield _step(store, _page(store, _ALL, rows, Moment(7, 41, 41_000), 9000))
    yield _step(store, _page(store, _ALL, rows, Moment(7, 41, 41_000), 9000))
    yield _step(store, _page(store, _ALL, rows, Moment(8, 3, 42_000), 9000))  # a restored server begins again


def sums() -> dict[str, Any]:
    """Return sums of buckets with the digits that stand for them, and the same with one that differs."""
    held = {str(bucket): BucketSum(number, 2**64 - 1 - number * 10**18) for number, bucket in enumerate(_PLACES)}
    theirs = short_sums(held | {_PLACES[2]: BucketSum(9, 9)})
    return {
        "held": {bucket: [one.count, f"{one.total:016x}"] for bucket, one in held.items()},
        "short": short_sums(held),
        "theirs": theirs,
        "differing": [_PLACES[2]],
    }


def _step(store: MemoryStore, page: bytes) -> dict[str, Any]:
    before = _told(store)
    asked = msgspec.json.decode(msgspec.json.encode(pull_request(store)))
    head = head_request(store).head
    records = {
        bucket: {one: encode(RecordId(one), state).decode() for one, state in sorted(held.items())}
        for bucket, held in sorted(store.buckets().items())
    }
    taken = take_page(store, page)
    return {
        "before": before, "records": records, "head": head, "asked": asked, "page": page.decode(), "taken": taken,
        "after": _told(store), "held": {bucket: sorted(held) for bucket, held in sorted(store.buckets().items())},
    }  # fmt: skip


def _told(store: MemoryStore) -> dict[str, Any]:
    return {
        "identity": msgspec.to_builtins(store.identity()),
        "cursors": {bucket: list(msgspec.to_builtins(at)) for bucket, at in sorted(store.cursors().items())},
    }


def _page(store: MemoryStore, scope: tuple[BucketId, ...], feed: list[FeedRows], at: Moment, bytes_most: int) -> bytes:
    asked = pull_request(store)
    stands = standing(asked, Scope(scope), at.epoch)
    if stands is None:
        return write_question(asked, version_of(scope), at)
    rows = [one for one in feed if one.bucket in stands.starts and one.xid < at.horizon]
    return write_page(asked, stands, choose(rows, stands.starts, at.epoch, bytes_most), at)


def _row(bucket: str, xid: int, seq: int, number: int) -> FeedRows:
    state = apply(None, make_op(1, number + 1, set={"room": f"{number}é"}), 1).state
    return FeedRows(bucket, xid, seq, encode(RecordId(uuid(100 + number)), state))


def _left(bucket: str, xid: int, seq: int, number: int) -> FeedRows:
    return FeedRows(bucket, xid, seq, departure(RecordId(uuid(100 + number))))
