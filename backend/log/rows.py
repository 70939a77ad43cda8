"""This file says in which statements records, their feed and the sums of their buckets are written."""

from collections import defaultdict
from collections.abc import Container

from backend.db.together import Together
from backend.log.anchors import Standing, subject_of
from backend.log.load import Row
from sync.integrity import MODULUS
from sync.state import RecordState


def write_rows(
    together: Together,
    states: dict[str, RecordState],
    rows: Container[str],
    standings: dict[str, Standing],
    bodies: dict[str, bytes],
    sums: dict[str, int],
) -> None:
    """Insert the records that are not among the rows, and update the others."""
    for statement, ids in (
        (_INSERT_RECORDS, [one for one in states if one not in rows]),
        (_UPDATE_RECORDS, [one for one in states if one in rows]),
    ):
        if not ids:
            continue
        together.add(
            statement,
            together.territory_id,
            ids,
            ",".join([states[one].kind for one in ids]),
            [subject_of(one, states[one]) for one in ids],
            [bodies[one].decode() for one in ids],
            ",".join([str(sums[one]) for one in ids]),
            "\n".join([_list_text(standings[one].places) for one in ids]),
            "\n".join([_list_text(standings[one].buckets) for one in ids]),
        )


def _list_text(words: tuple[str, ...]) -> str:
    """Return a list as PostgreSQL reads it; ids and names of buckets hold no quote and no comma."""
    return f"{{{','.join(words)}}}"


# A list in each row cannot be sent as an array of arrays, whose rows would have to be of one length.
_GIVEN = (
    "unnest($2::uuid[], string_to_array($3, ','), $4::uuid[], $5::text[], string_to_array($6, ','), "
    "string_to_array($7, E'\\n'), string_to_array($8, E'\\n')) "
    "AS g(id, kind, subject_id, body, content_sum, places, buckets)"
)
_INSERT_RECORDS = (
    "INSERT INTO record (territory_id, id, kind, subject_id, body, content_sum, places, buckets) "
    "SELECT $1, g.id, g.kind, g.subject_id, g.body, g.content_sum::numeric, g.places::uuid[], g.buckets::text[] "
    f"FROM {_GIVEN}"
)
_UPDATE_RECORDS = (
    "UPDATE record r SET kind = g.kind, subject_id = g.subject_id, body = g.body, content_sum = g.content_sum::numeric, "
    f"places = g.places::uuid[], buckets = g.buckets::text[] FROM {_GIVEN} WHERE r.territory_id = $1 AND r.id = g.id"
)


def write_feed(
    together: Together,
    states: dict[str, RecordState],
    rows: dict[str, Row],
    standings: dict[str, Standing],
    sums: dict[str, int],
) -> None:
    """Put each record into the feed of its buckets, say goodbye in those it left, and keep each bucket's sum."""
    entries: list[tuple[str, str, bool]] = []
    changes: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for record_id in states:
        before = rows[record_id].standing.buckets if record_id in rows else ()
        after = standings[record_id].buckets
        for bucket in {*before, *after}:
            gone, fresh = bucket not in after, bucket not in before
            entries.append((bucket, record_id, gone))
            count, total = changes[bucket]
            total += 0 if gone else sums[record_id]
            total -= 0 if fresh else rows[record_id].content_sum
            changes[bucket] = count + fresh - gone, total
    if not entries:
        return
    write_feed_entries(together, entries)
    buckets = sorted(changes)
    together.add_last(
        "INSERT INTO bucket (territory_id, id, records, content_sum) "
        "SELECT $1, b.id, b.records::bigint, b.content_sum::numeric "
        "FROM unnest(string_to_array($2, ','), string_to_array($3, ','), string_to_array($4, ',')) "
        "AS b(id, records, content_sum) "
        "ON CONFLICT (territory_id, id) DO UPDATE SET records = bucket.records + excluded.records, "
        f"content_sum = mod(bucket.content_sum + excluded.content_sum, {MODULUS})",
        together.territory_id,
        ",".join(buckets),
        ",".join([str(changes[bucket][0]) for bucket in buckets]),
        ",".join([str(changes[bucket][1] % MODULUS) for bucket in buckets]),
    )


def write_feed_entries(together: Together, entries: list[tuple[str, str, bool]]) -> None:
    """Put (bucket, record, gone) at the end of the feed, in the order of the buckets."""
    entries = sorted(entries)
    together.add(
        "INSERT INTO feed (territory_id, bucket_id, record_id, gone) "
        "SELECT $1, g.bucket_id, g.record_id, g.gone = '-' "
        "FROM unnest(string_to_array($2, ','), $3::uuid[], string_to_array($4, ',')) AS g(bucket_id, record_id, gone) "
        "ON CONFLICT (territory_id, bucket_id, record_id) DO UPDATE SET gone = excluded.gone, "
        "xid = pg_current_xact_id(), seq = nextval('feed_seq')",
        together.territory_id,
        ",".join([bucket for bucket, _, _ in entries]),
        [record_id for _, record_id, _ in entries],
        ",".join(["-" if gone else "+" for _, _, gone in entries]),
    )
