"""This file reads what a page may hold: rows of the feed, and the records that they name, all seen at one moment.

The records are looked up all at once by their keys, in the order of the index: one by one, as a join would, took
PostgreSQL twice the time. A record comes back once, however many rows name it, and Python puts it beside them.
"""

import sys
from array import array
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, Final

from backend.db.transaction import Transaction
from sync.ids import is_uuid
from sync.pull import FeedRows, in_pieces

_PLACE: Final = itemgetter(0)
ROWS_MOST: Final = 2400  # about a page of sync/pull.py: more would be read and not given
REPAIRED_MOST: Final = 256
_AFTER = (
    "SELECT h.place, f.xid, f.seq, f.record_id, f.gone "
    "FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS h(bucket_id, xid, seq, place) "
    "CROSS JOIN LATERAL (SELECT xid, seq, record_id, gone FROM feed WHERE territory_id = $1 "
    "AND bucket_id = h.bucket_id AND (xid, seq) > (h.xid::xid8, h.seq::bigint) "
    "AND xid < $6::text::xid8 ORDER BY xid, seq LIMIT $5) f "
    "ORDER BY h.place, f.xid, f.seq LIMIT $5"
)
_TO_REPAIR = (
    "SELECT array_position($2::text[], bucket_id) AS place, xid, seq, record_id, gone FROM feed "
    "WHERE territory_id = $1 AND bucket_id = ANY($2::text[]) AND record_id = ANY($3::text[]::uuid[])"
)

# One row a run of the feed, by place alone, so that what was read in order is not sorted again; then the records that these
# rows name. `textsend` gives a text's bytes as they are: read as text, they would be made into characters here and back into bytes.
_RUNS = (
    "SELECT place, string_agg(xid8send(xid), ''::bytea ORDER BY xid, seq) AS xids, "
    "string_agg(int8send(seq), ''::bytea ORDER BY xid, seq) AS seqs, "
    "array_agg(record_id ORDER BY xid, seq) AS ids, array_agg(record_id) FILTER (WHERE gone) AS gone"
)
_RUNS_AND_RECORDS = (
    "SELECT place, xids, seqs, textsend(array_to_string(ids, ',')), array_to_string(gone, ',') FROM run "
    "UNION ALL SELECT NULL, NULL, NULL, textsend(body), NULL FROM record WHERE territory_id = $1 AND id = ANY(ARRAY("
    "SELECT one FROM run CROSS JOIN LATERAL unnest(ids) AS one WHERE gone IS NULL OR one <> ALL(gone)))"
)
_ROWS_AFTER = f"WITH run AS MATERIALIZED ({_RUNS} FROM ({_AFTER}) f GROUP BY place) {_RUNS_AND_RECORDS}"
_ROWS_TO_REPAIR = f"WITH run AS MATERIALIZED ({_RUNS} FROM ({_TO_REPAIR}) f GROUP BY place) {_RUNS_AND_RECORDS}"


async def rows_after(tx: Transaction, starts: dict[str, tuple[int, int]], horizon: int) -> tuple[list[FeedRows], bool]:
    """Return what comes first after these places and below the horizon, bucket by bucket, and whether that is all."""
    found = await tx.fetch(
        _ROWS_AFTER,
        tx.scope.territory_id,
        list(starts),
        [str(xid) for xid, _ in starts.values()],
        [str(seq) for _, seq in starts.values()],
        ROWS_MOST,
        str(horizon),
    )
    rows = _rows(found, list(starts))
    return rows, sum(one.count for one in rows) < ROWS_MOST


async def rows_to_repair(tx: Transaction, buckets: list[str], record_ids: list[str]) -> list[FeedRows]:
    """Return rows that a tablet asks for again after comparing sums; its cursors stay where they are."""
    wanted = [one for one in record_ids if is_uuid(one)][:REPAIRED_MOST]
    if not wanted:
        return []
    found = await tx.fetch(_ROWS_TO_REPAIR, tx.scope.territory_id, buckets, wanted)
    return _rows(found, buckets)


def _rows(found: Iterable[Any], buckets: Sequence[str]) -> list[FeedRows]:
    """Put beside each row of a run its record, as the page gives it; a run's place is that of its bucket among these, from 1."""
    bodies: dict[bytes, bytes] = {}
    runs = []
    for row in found:
        if row[0] is None:
            content = row[3]
            bodies[content[2:38]] = content  # a record's bytes begin with its id: sync/state.py
        else:
            runs.append(row)
    rows: list[FeedRows] = []
    for place, xids, seqs, content, gone in sorted(runs, key=_PLACE):  # what the team needs first comes first
        ids = content.split(b",")
        contents = list(map(bodies.get, ids))
        if gone:
            left = frozenset(gone.encode().split(b","))
            contents = [None if one in left else body for one, body in zip(ids, contents, strict=True)]
        rows += in_pieces(buckets[place - 1], _numbers(xids), _numbers(seqs), ids, contents)
    return rows


def _numbers(content: bytes) -> "array[int]":
    """Return the numbers that PostgreSQL sends, eight bytes each.

    >>> _numbers(bytes(7) + bytes([5]))[0]
    5
    """
    found = array("q", content)
    if sys.byteorder == "little":
        found.byteswap()
    return found
