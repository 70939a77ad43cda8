"""Decide what one page of the feed holds, and write and read its bytes.

Rows of a bucket come in (xid, seq) order below the snapshot horizon; the shell's query sees to that, since a cursor on
a sequence alone skips rows that commit late. Lanes come in the order of sync/scope.py: today's round before history.
A page is kept whole or not at all (S9): its last line counts its rows and seals them by a digest.

A page is NDJSON: a header, which says how many lines of which bucket follow, then a record a line, then the end. A record is
written by sync/state.py; `["<record id>"]` alone says that the record has left this bucket. What the shell reads as
consecutive rows of one bucket goes from there to the page as it is. Units: bytes before compression.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter

import msgspec

from sync.canonical import canonical
from sync.claim import NAMES_EVERY_BUCKET, START, Standing
from sync.ids import RecordId
from sync.scope import lane_order
from sync.state import RecordState, decode
from sync.wire import PROTOCOL_VERSION, Cursor, PageEnd, PageHeader, PullRequest

PAGE_BYTES_MOST = 1024 * 1024  # some 120 kB compressed: a tablet waits half a minute for them, so 4 kB/s is enough
ROWS_TOGETHER = 32  # so few that a page is hardly larger than its bound, so many that a row costs nothing
CLAIM_CHARACTERS_MOST = 32
DEPARTURE_BYTES = 40  # `["<uuid>"]`; a record is longer


class FeedRows(msgspec.Struct, frozen=True):
    """Consecutive rows of a bucket's feed, a line each: a record's bytes as they are now, or as it leaves the bucket.

    `xid` and `seq` are those of the last one; `given` names the records that do not leave, with commas between.
    """

    bucket: str
    xid: int
    seq: int
    content: bytes
    count: int = 1
    given: bytes = b""


class Choice(msgspec.Struct, frozen=True):
    """The rows that go into a page, the cursors that they reach, and whether more waits."""

    rows: list[FeedRows]
    cursors: dict[str, Cursor]
    more: bool


class Moment(msgspec.Struct, frozen=True):
    """When a page is given: the server's epoch and time, and the horizon below which its feed was read."""

    epoch: int
    horizon: int
    server_at: int


class Read(msgspec.Struct, frozen=True):
    """A page that arrived whole: rows as (bucket, record id, state); a state of None has left the bucket."""

    header: PageHeader
    end: PageEnd
    rows: list[tuple[str, RecordId, RecordState | None]]


class Cut(msgspec.Struct, frozen=True):
    """A page that did not arrive whole or is no page; nothing of it is kept."""

    reason: str


_place = attrgetter("xid", "seq")


def in_pieces(
    bucket: str, xids: Sequence[int], seqs: Sequence[int], records: Sequence[bytes], contents: Sequence[bytes | None]
) -> list[FeedRows]:
    r"""Return consecutive rows of a bucket, some together, so that pages need not be made row by row.

    A row is a place (xid, seq), a record's id and its content; without content, the record has left the bucket.

    >>> in_pieces("place:p", [5, 5], [1, 2], [b"r", b"s"], [b'["r"]', None])
    [FeedRows(bucket='place:p', xid=5, seq=2, content=b'["r"]\n["s"]', count=2, given=b'r')]
    """
    found: list[FeedRows] = []
    for start in range(0, len(contents), ROWS_TOGETHER):
        some, given = contents[start : start + ROWS_TOGETHER], records[start : start + ROWS_TOGETHER]
        last = start + len(some) - 1
        lines = [one for one in some if one]
        if len(lines) < len(some):
            lines = [one or departure(record.decode()) for one, record in zip(some, given, strict=True)]
            given = [record for one, record in zip(some, given, strict=True) if one]
        found.append(FeedRows(bucket, xids[last], seqs[last], b"\n".join(lines), len(some), b",".join(given)))
    return found


def choose(
    rows: Iterable[FeedRows], starts: Mapping[str, tuple[int, int]], epoch: int, bytes_most: int = PAGE_BYTES_MOST
) -> Choice:
    """Return the rows of one page, some if any wait; what is read together goes together, and a bucket's rows in their order.

    >>> waiting = [FeedRows("place:p", 5, 1, b"[]"), FeedRows("round:t:d", 9, 4, b"[]")]
    >>> choose(waiting, {}, epoch=1, bytes_most=1).cursors
    {'round:t:d': Cursor(epoch=1, xid=9, seq=4)}
    """
    by_bucket: dict[str, list[FeedRows]] = {}
    for one in rows:
        by_bucket.setdefault(one.bucket, []).append(one)
    reached: dict[str, Cursor] = {}
    chosen: list[FeedRows] = []
    size = 0
    for bucket in sorted(by_bucket, key=lambda one: (lane_order(one), one)):
        at = starts.get(bucket, START)
        for one in sorted(by_bucket[bucket], key=_place):
            if _place(one) <= at:
                continue
            size += len(one.content) + 8
            if chosen and size > bytes_most:
                return Choice(chosen, reached, more=True)
            chosen.append(one)
            reached[bucket] = Cursor(epoch, one.xid, one.seq)
    return Choice(chosen, reached, more=False)


def write_page(asked: PullRequest, stands: Standing, choice: Choice, at: Moment) -> bytes:
    """Return the bytes of the page that answers a pull, in the form of the protocol that the tablet speaks."""
    return b"".join(parts_of_page(asked, stands, choice, at))


def parts_of_page(asked: PullRequest, stands: Standing, choice: Choice, at: Moment) -> list[bytes]:
    """Return these bytes in parts, for whoever packs them: a page as one is a megabyte to find room for and to copy into."""
    if asked.protocol <= NAMES_EVERY_BUCKET:
        return _page_by_numbers(asked, stands, choice, at)
    sections = [(bucket, 0) for bucket in stands.enter]
    sections += [(rows.bucket, rows.count) for rows in choice.rows]
    header = _header(asked, stands.scope_version, at)
    header = msgspec.structs.replace(header, sections=sections, evict=list(stands.evict))
    since = None if choice.more else Cursor(at.epoch, at.horizon, 0)
    end = PageEnd(0, "", choice.cursors if choice.more else {}, choice.more, since)
    return _sealed(header, [rows.content for rows in choice.rows], sum(rows.count for rows in choice.rows), end)


def write_question(asked: PullRequest, scope_version: int, at: Moment) -> bytes:
    """Return the page without rows that asks a tablet to name by mark what it holds (sync/claim.py)."""
    header = msgspec.structs.replace(_header(asked, scope_version, at), held_wanted=True)
    return b"".join(_sealed(header, [], 0, PageEnd(0, "", {}, more=True)))


def departure(record: str) -> bytes:
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
        buckets = [bucket for bucket, count in header.sections for _ in range(count)]
        rows = [_row(bucket, line) for bucket, line in zip(buckets, lines, strict=True)]
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        return Cut(str(error))
    return Read(header, end, rows)


def _row(bucket: str, content: bytes) -> tuple[str, RecordId, RecordState | None]:
    if len(content) == DEPARTURE_BYTES:
        return bucket, RecordId(content[2:-2].decode()), None
    return bucket, *decode(content)


def _page_by_numbers(asked: PullRequest, stands: Standing, choice: Choice, at: Moment) -> list[bytes]:
    """Return a page as protocol 2 has it: every bucket and every cursor named, a bucket's number before each row."""
    buckets = list(stands.starts)
    number = {bucket: index for index, bucket in enumerate(buckets)}
    lines = [b"[%d,%s]" % (number[rows.bucket], line) for rows in choice.rows for line in rows.content.split(b"\n")]
    header = msgspec.structs.replace(
        _header(asked, stands.scope_version, at), buckets=buckets, evict=list(stands.evict)
    )
    known = {bucket: Cursor(at.epoch, *start) for bucket, start in stands.starts.items() if bucket in asked.cursors}
    return _sealed(header, lines, len(lines), PageEnd(0, "", known | choice.cursors, choice.more))


def _header(asked: PullRequest, scope_version: int, at: Moment) -> PageHeader:
    protocol = min(asked.protocol, PROTOCOL_VERSION)
    return PageHeader(protocol, at.epoch, scope_version, at.server_at, [], claim=asked.claim[:CLAIM_CHARACTERS_MOST])


def _sealed(header: PageHeader, contents: list[bytes], rows: int, end: PageEnd) -> list[bytes]:
    parts = [msgspec.json.encode(header)]
    for one in contents:
        parts += (b"\n", one)
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    end = msgspec.structs.replace(end, rows=rows, digest=digest.hexdigest())
    return [*parts, b"\n", msgspec.json.encode(end), b"\n"]
