"""This file makes records, typed rows, feed and sums again from the ops of the log, in short steps, while others write.

Each record is folded from its ops in the order in which they were taken in, with what each had really seen
(`merged_seen`), so the digits are those of the first time (S3). Kinds come parents first: a record travels where the one
it is about stands. A tablet is sent again only what was missing in a bucket. Reviews are opened by rules at their
moment and are kept as they lie; one about siblings that is missing is opened again. What no op explains is left
alone and counted as a stray.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import msgspec

from backend.access import Scope
from backend.db.together import Together
from backend.db.transaction import Transaction, transaction
from backend.log.anchors import Standing
from backend.log.places import zones_of_places
from backend.log.projection import ORDER, First, Projected, write_typed
from backend.log.rows import write_feed_entries, write_rows
from backend.log.save import open_reviews, standings_of
from sync.canonical import sum64
from sync.clock import instant_of
from sync.ids import RecordId
from sync.integrity import MODULUS
from sync.merge import apply
from sync.ops import Op
from sync.push import FORMER_TEAM
from sync.review import Review, about, about_siblings
from sync.state import RecordState, decode, encode

RECORDS_PER_STEP: Final = 300  # a step is one transaction: well under the 2 s after which it would hold up every feed
_REVIEW: Final = "review"
_IDS: Final = (
    "SELECT DISTINCT record_id AS id FROM op WHERE territory_id = $1 AND kind = $2 AND record_id > $3 "
    "ORDER BY 1 LIMIT $4"
)
_REVIEW_IDS: Final = "SELECT id FROM record WHERE territory_id = $1 AND kind = $2 AND id > $3 ORDER BY 1 LIMIT $4"
_OPS: Final = (
    "SELECT record_id, body, merged_seen, corrected_at, received_at, code FROM op "
    "WHERE territory_id = $1 AND record_id = ANY($2::uuid[]) ORDER BY seq"
)


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild came to: records made again, those that lay otherwise, buckets counted, records without any op."""

    records: int = 0
    mended: int = 0
    buckets: int = 0
    strays: int = 0


@dataclass(frozen=True)
class _Folded:
    """One record as its ops give it, with its first op and the reviews that its siblings ask for."""

    state: RecordState
    first: First | None
    reviews: tuple[Review, ...]


async def rebuild(scope: Scope) -> Rebuilt:
    """Make a territory's projections again from its log; may be interrupted and repeated at any step (S9)."""
    records = mended = 0
    for kind in ORDER:
        last: UUID | None = UUID(int=0)
        while last is not None:
            async with transaction(scope) as tx:
                ids = await _next_ids(tx, kind, last)
                mended += await _make_again(tx, kind, ids)
            records += len(ids)
            last = UUID(ids[-1]) if ids else None
    buckets = await _count_buckets(scope)
    async with transaction(scope) as tx:
        strays = await tx.fetch_value(
            "SELECT count(*) FROM record r WHERE r.territory_id = $1 AND r.kind <> 'review' AND NOT EXISTS "
            "(SELECT FROM op o WHERE o.territory_id = r.territory_id AND o.record_id = r.id)",
            scope.territory_id,
        )
    return Rebuilt(records, mended, buckets, int(strays))


async def _next_ids(tx: Transaction, kind: str, after: UUID) -> list[str]:
    statement = _REVIEW_IDS if kind == _REVIEW else _IDS
    return [str(row["id"]) for row in await tx.fetch(statement, tx.scope.territory_id, kind, after, RECORDS_PER_STEP)]


async def _make_again(tx: Transaction, kind: str, ids: list[str]) -> int:
    """Make these records again; return how many lay otherwise."""
    if not ids:
        return 0
    stored = {
        str(row["id"]): row
        for row in await tx.fetch(
            "SELECT id, body, content_sum, places, buckets FROM record WHERE territory_id = $1 "
            "AND id = ANY($2::uuid[]) ORDER BY id FOR UPDATE",
            tx.scope.territory_id,
            ids,
        )
    }
    folded = await _fold(tx, kind, ids, stored)
    states = {record_id: one.state for record_id, one in folded.items()}
    standings = await standings_of(tx, states, {}, {})
    bodies = {record_id: encode(RecordId(record_id), state) for record_id, state in states.items()}
    sums = {record_id: sum64(body) for record_id, body in bodies.items()}
    together = Together(tx)
    write_rows(together, states, stored, standings, bodies, sums)
    await together.send()
    missing = await _mend_feed(tx, standings)
    await _project(tx, kind, folded, bodies)
    await open_reviews(tx, list({review.id: review for one in folded.values() for review in one.reviews}.values()))
    otherwise = {
        one
        for one in ids
        if one not in stored or _lies(stored[one]) != (bodies[one].decode(), sums[one], standings[one])
    }
    return len(otherwise | missing)


def _lies(row: Any) -> tuple[str, int, Standing]:
    return row["body"], int(row["content_sum"]), Standing(tuple(map(str, row["places"])), tuple(row["buckets"]))


async def _fold(tx: Transaction, kind: str, ids: list[str], stored: dict[str, Any]) -> dict[str, _Folded]:
    ops: dict[str, list[Any]] = defaultdict(list)
    for row in await tx.fetch(_OPS, tx.scope.territory_id, ids):
        ops[str(row["record_id"])].append(row)
    return {
        one: _folded(one, ops[one], decode(stored[one]["body"].encode())[1] if kind == _REVIEW else None) for one in ids
    }


def _folded(record_id: str, rows: list[Any], opened: RecordState | None) -> _Folded:
    """Return a record from its ops; a review goes on from its opening, which is no op."""
    state, first, reviews = opened, None, []
    for row in rows:
        op = _op(row)
        corrected_at = round(row["corrected_at"].timestamp() * 1000) if row["corrected_at"] else 0
        received_at = instant_of(int(row["received_at"].timestamp() * 1000))
        first = first or (First(op.author, corrected_at) if opened is None else None)
        merged = apply(state, op, corrected_at)
        state = merged.state
        reviews += [about_siblings(RecordId(record_id), conflict, received_at) for conflict in merged.conflicts]
        if row["code"] == FORMER_TEAM:
            reviews.append(about(FORMER_TEAM, (record_id,), received_at, clinical=False))
    if state is None:
        message = "A record was named by no op."
        raise LookupError(message)
    return _Folded(state, first, tuple(reviews))


def _op(row: Any) -> Op:
    """Return an op with what it was merged with, which may be less than its author claimed."""
    op = msgspec.convert(msgspec.json.decode(row["body"]), Op, str_keys=True)
    seen = msgspec.json.decode(row["merged_seen"], type=dict[int, int]) if row["merged_seen"] else {}
    return msgspec.structs.replace(op, seen=seen)


async def _mend_feed(tx: Transaction, standings: dict[str, Standing]) -> set[str]:
    """Let the feed say of each record in which buckets it is; return the records of which it said otherwise."""
    rows = await tx.fetch(
        "SELECT bucket_id, record_id, gone FROM feed WHERE territory_id = $1 AND record_id = ANY($2::uuid[])",
        tx.scope.territory_id,
        list(standings),
    )
    live = {(row["bucket_id"], str(row["record_id"])) for row in rows if not row["gone"]}
    wanted = {(bucket, record_id) for record_id, one in standings.items() for bucket in one.buckets}
    entries = [(*pair, False) for pair in wanted - live] + [(*pair, True) for pair in live - wanted]
    if entries:
        together = Together(tx)
        write_feed_entries(together, entries)
        await together.send()
    return {record_id for _, record_id, _ in entries}


async def _project(tx: Transaction, kind: str, folded: dict[str, _Folded], bodies: dict[str, bytes]) -> None:
    zones = await zones_of_places(tx, {record_id: one.state for record_id, one in folded.items()})
    more = {record_id: {"zone_id": zones.get(record_id)} if kind == "place" else {} for record_id in folded}
    await write_typed(
        tx,
        kind,
        [
            Projected(record_id, one.state, bodies[record_id], True, one.first, more[record_id])
            for record_id, one in folded.items()
        ],
    )
    firsts = {record_id: one.first for record_id, one in folded.items() if one.first is not None}
    await tx.execute(
        f"UPDATE {kind} t SET recorded_by = g.author, recorded_at = to_timestamp(g.at / 1000.0) "
        "FROM unnest($2::uuid[], $3::uuid[], $4::bigint[]) AS g(id, author, at) "
        "WHERE t.territory_id = $1 AND t.id = g.id "
        "AND (t.recorded_by, t.recorded_at) IS DISTINCT FROM (g.author, to_timestamp(g.at / 1000.0))",
        tx.scope.territory_id,
        list(firsts),
        [first.author for first in firsts.values()],
        [first.corrected_at for first in firsts.values()],
    )


async def _count_buckets(scope: Scope) -> int:
    """Count each bucket again under its own lock; a push that waits for it adds what it brings afterwards."""
    async with transaction(scope) as tx:
        rows = await tx.fetch(
            "SELECT id FROM bucket WHERE territory_id = $1 UNION SELECT DISTINCT bucket_id FROM feed "
            "WHERE territory_id = $1 ORDER BY 1",
            scope.territory_id,
        )
    for row in rows:
        async with transaction(scope) as tx:
            await tx.execute(
                "INSERT INTO bucket (territory_id, id) VALUES ($1, $2) ON CONFLICT (territory_id, id) "
                "DO UPDATE SET records = bucket.records",
                scope.territory_id,
                row["id"],
            )
            await tx.execute(
                "UPDATE bucket b SET records = c.records, content_sum = c.total FROM (SELECT count(*) AS records, "
                f"coalesce(mod(sum(r.content_sum), {MODULUS}), 0) AS total FROM feed f JOIN record r "
                "ON r.territory_id = f.territory_id AND r.id = f.record_id "
                "WHERE f.territory_id = $1 AND f.bucket_id = $2 AND NOT f.gone) c WHERE b.territory_id = $1 AND b.id = $2",
                scope.territory_id,
                row["id"],
            )
    return len(rows)
