"""Decide what one page of the feed holds, and write and read its bytes.

Rows of a bucket come in (xid, seq) order below the snapshot horizon; the shell's query sees to that, since a cursor on
a sequence alone skips rows that commit late. Lanes come in the order of sync/scope.py: today's round before history.
A page is kept whole or not at all (S9): its last line counts its rows and seals them by a digest.

A page is NDJSON: a header, then `[bucket number, record]` a line, then the end. A record is written by sync/state.py;
`["<record id>"]` alone says that the record has left this bucket. Units: bytes before compression.
"""

import hashlib
from collections.abc import Iterable, Mapping
from operator import attrgetter

import msgspec

from sync.canonical import canonical
from sync.ids import RecordId
from sync.scope import lane_order
from sync.state import RecordState, decode
from sync.wire import Cursor, PageEnd, PageHeader

PAGE_BYTES_MOST = 1024 * 1024  # about 256 kB compressed
START = (0, 0)
DEPARTURE_BYTES = 40  # `["<uuid>"]`; a record is longer


class FeedRow(msgspec.Struct, frozen=True):
    """One row of the feed: the record's bytes as they are now, or as it leaves the bucket."""

    bucket: str
    xid: int
    seq: int
    content: bytes


class Choice(msgspec.Struct, frozen=True):
    """The rows that go into a page, the cursors after it, and whether more waits."""

    rows: list[FeedRow]
    cursors: dict[str, Cursor]
    more: bool


class Read(msgspec.Struct, frozen=True):
    """A page that arrived whole: rows as (bucket, record id, state); a state of None has left the bucket."""

    header: PageHeader
    end: PageEnd
    rows: list[tuple[str, RecordId, RecordState | None]]


class Cut(msgspec.Struct, frozen=True):
    """A page that did not arrive whole or is no page; nothing of it is kept."""

    reason: str


def start_of(cursor: Cursor | None, epoch: int) -> tuple[int, int]:
    """Return where a bucket's feed goes on; a cursor of another epoch means nothing here, since xids start again."""
    return (cursor.xid, cursor.seq) if cursor is not None and cursor.epoch == epoch else START


_place = attrgetter("xid", "seq")


def choose(
    rows: Iterable[FeedRow], cursors: Mapping[str, Cursor], epoch: int, bytes_most: int = PAGE_BYTES_MOST
) -> Choice:
    """Return the rows of one page, at least one if any waits; a bucket's rows are never taken out of order.

    >>> waiting = [FeedRow("place:p", 5, 1, b"[]"), FeedRow("round:t:d", 9, 4, b"[]")]
    >>> choose(waiting, {}, epoch=1, bytes_most=1).cursors
    {'round:t:d': Cursor(epoch=1, xid=9, seq=4)}
    """
    by_bucket: dict[str, list[FeedRow]] = {}
    for row in rows:
        by_bucket.setdefault(row.bucket, []).append(row)
    after = {bucket: cursor for bucket, cursor in cursors.items() if cursor.epoch == epoch}
    chosen: list[FeedRow] = []
    size = 0
    for bucket in sorted(by_bucket, key=lambda one: (lane_order(one), one)):
        at = start_of(after.get(bucket), epoch)
        for row in sorted(by_bucket[bucket], key=_place):
            if _place(row) <= at:
                continue
            size += len(row.content) + 8
            if chosen and size > bytes_most:
                return Choice(chosen, after, more=True)
            chosen.append(row)
            after[bucket] = Cursor(epoch, row.xid, row.seq)
    return Choice(chosen, after, more=False)


def write_page(header: PageHeader, choice: Choice) -> bytes:
    """Return the bytes of a page; raises ValueError if a row's bucket is not in its header."""
    number = {bucket: index for index, bucket in enumerate(header.buckets)}
    lines = [b"[%d,%s]" % (number[row.bucket], row.content) for row in choice.rows]
    opened = b"\n".join([msgspec.json.encode(header), *lines])
    end = PageEnd(len(lines), hashlib.sha256(opened).hexdigest(), choice.cursors, choice.more)
    return opened + b"\n" + msgspec.json.encode(end) + b"\n"


def departure(record: RecordId) -> bytes:
    """Return the content of a row that says a record has left a bucket."""
    return canonical([record])


def read_page(body: bytes) -> Read | Cut:
    """Return what a page holds, if it arrived whole; a page of a captive portal is `Cut` too."""
    opened, _, last = body.removesuffix(b"\n").rpartition(b"\n")
    first, *lines = opened.split(b"\n")
    try:
        end = msgspec.json.decode(last, type=PageEnd)
        header = msgspec.json.decode(first, type=PageHeader)
        if (end.rows, end.digest) != (len(lines), hashlib.sha256(opened).hexdigest()):
            return Cut("the end does not seal these rows")
        rows = [_row(header, line) for line in lines]
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, IndexError) as error:
        return Cut(str(error))
    return Read(header, end, rows)


def _row(header: PageHeader, line: bytes) -> tuple[str, RecordId, RecordState | None]:
    number, _, content = line.removeprefix(b"[").removesuffix(b"]").partition(b",")
    bucket = header.buckets[int(number)]
    if len(content) == DEPARTURE_BYTES:
        return bucket, RecordId(content[2:-2].decode()), None
    return bucket, *decode(content)
