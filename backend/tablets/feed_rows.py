"""This file reads what a page may hold: rows of the feed, and the records that they name, all seen at one moment.

The records are looked up all at once by their keys, in the order of the index: one by one, as a join would, took
PostgreSQL twice the time. A record comes back once, however many rows name it, and Python puts it beside them.
"""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, Final, cast

from backend.db.transaction import Transaction
from sync.ids import RecordId, is_uuid
from sync.pull import FeedRows, in_pieces

_PLACE: Final = itemgetter(0)
ROWS_MOST: Final = 2400  # about a page of sync/pull.py: more would be read and not given
REPAIRED_MOST: Final = 256
_AFTER = (
    "SELECT h.place, f.xid, f.seq, f.record_id, f.gone "
    "FROM unnest($2::text[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS h(bucket_id, xid, seq, place) "
    "CROSS JOIN LATERAL (SELECT xid, seq, record_id, gone FROM feed WHERE territory_id = $1 "
    "AND bucket_id = h.bucket_id AND (xid, seq) > (h.xid::text::xid8, h.seq) "
    "AND xid < $6::text::xid8 ORDER BY xid, seq LIMIT $5) f "
    "ORDER BY h.place, f.xid, f.seq LIMIT $5"
)
_TO_REPAIR = (
    "SELECT array_position($2::text[], bucket_id) AS place, xid, seq, record_id, gone FROM feed "
    "WHERE territory_id = $1 AND bucket_id = ANY($2::text[]) AND record_id = ANY($3::uuid[])"
)

# One row a run of the feed, by place alone, so that what was read in order is not sorted again; beside them the records that these
# rows name. `textsend` gives a text's bytes as they are: read as text, they would be made into characters and back.
_RUNS_AND_RECORDS = (
    "SELECT place, array_agg(xid ORDER BY xid, seq), array_agg(seq ORDER BY xid, seq), "
    "textsend(string_agg(record_id::text, ',' ORDER BY xid, seq)), string_agg(record_id::text, ',') FILTER (WHERE gone) "
    "FROM f GROUP BY place "
    "UNION ALL SELECT NULL, NULL, NULL, textsend(body), NULL FROM record "
    "WHERE territory_id = $1 AND id = ANY(ARRAY(SELECT record_id FROM f WHERE NOT gone))"
)


async def rows_after(tx: Transaction, starts: dict[str, tuple[int, int]], horizon: int) -> tuple[list[FeedRows], bool]:
    """Return what comes first after these places and below the horizon, bucket by bucket, and whether that is all."""
    found = await tx.fetch(
        f"WITH f AS MATERIALIZED ({_AFTER}) {_RUNS_AND_RECORDS}",
        tx.scope.territory_id,
        list(starts),
        [start[0] for start in starts.values()],
        [start[1] for start in starts.values()],
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
    found = await tx.fetch(
        f"WITH f AS MATERIALIZED ({_TO_REPAIR}) {_RUNS_AND_RECORDS}", tx.scope.territory_id, buckets, wanted
    )
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
        records = cast("list[RecordId]", content.decode().split(","))
        rows += in_pieces(buckets[place - 1], list(zip(xids, seqs, strict=True)), records, contents)
    return rows
