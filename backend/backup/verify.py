"""Recompute from the rows what the database says of itself, and name every place where it differs.

Chains (S1), ops that count once (S2), records that hold every op that was merged into them, content sums, bucket sums
and the feed (S7). It reads one snapshot of a territory at a time and holds up nobody: a reader has no transaction
number, so feeds go on. Comparing a backup with its restoration, and the nightly check (backend/backup/jobs.py), are this
same procedure.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from backend.retention.certificate import digest_of_ops
from sync.canonical import sum64
from sync.integrity import MODULUS, Broken, receipt
from sync.ops import NO_PREVIOUS
from sync.state import decode
from sync.wire import Receipt

ROWS_A_STEP = 2000

_INSTALLATIONS = "SELECT id, actor, n_last, hash_last FROM installation WHERE territory_id = $1 ORDER BY actor"
_CHAIN = (
    "SELECT n, hash, body, CASE WHEN purge_id IS NULL THEN verdict ELSE 'purged' END AS verdict FROM op "
    "WHERE territory_id = $1 AND actor = $2 AND n > $3 ORDER BY n LIMIT $4"
)
_STRAY_OPS = (
    "SELECT DISTINCT actor FROM op WHERE territory_id = $1 AND actor NOT IN "
    "(SELECT actor FROM installation WHERE territory_id = $1)"
)
_TWICE = (
    "SELECT id FROM op WHERE territory_id = $1 AND verdict IN ('stored', 'merged', 'review') "
    "GROUP BY id HAVING count(*) > 1"
)
_RECORDS = (
    "SELECT r.id, r.body, r.content_sum, r.buckets, (SELECT json_object_agg(w.actor, w.n) FROM "
    "(SELECT actor, max(n) AS n FROM op WHERE territory_id = $1 AND record_id = r.id "
    "AND verdict IN ('stored', 'merged', 'review') GROUP BY actor) w)::text AS written "
    "FROM record r WHERE r.territory_id = $1 AND r.id > $2 ORDER BY r.id LIMIT $3"
)
_LOST_RECORDS = (
    "SELECT DISTINCT record_id FROM op o WHERE territory_id = $1 AND record_id IS NOT NULL AND NOT EXISTS "
    "(SELECT 1 FROM record r WHERE r.territory_id = $1 AND r.id = o.record_id)"
)
_FEED = (
    "SELECT coalesce(f.bucket_id, r.bucket_id) AS bucket_id, coalesce(f.record_id, r.id) AS record_id, "
    "f.record_id IS NULL AS missing FROM (SELECT bucket_id, record_id FROM feed WHERE territory_id = $1 AND NOT gone) f "
    "FULL JOIN (SELECT id, unnest(buckets) AS bucket_id FROM record WHERE territory_id = $1) r "
    "ON r.id = f.record_id AND r.bucket_id = f.bucket_id WHERE f.record_id IS NULL OR r.id IS NULL"
)


_PURGES = (
    "SELECT p.id, p.digest, p.signature IS NULL AS under_way FROM purge p WHERE p.territory_id = $1 UNION ALL "
    "SELECT DISTINCT o.purge_id, NULL::bytea, false FROM op o WHERE o.territory_id = $1 AND o.purge_id IS NOT NULL "
    "AND NOT EXISTS (SELECT FROM purge p WHERE p.territory_id = $1 AND p.id = o.purge_id)"
)
_PURGED_OPS = "SELECT actor, n, hash FROM op WHERE territory_id = $1 AND purge_id = $2 ORDER BY actor, n"


@dataclass(frozen=True)
class Wrong:
    """One place that differs: what it is, which one, why."""

    what: str
    which: str
    reason: str


@dataclass
class Seen:
    """What was looked at in one territory, and what was wrong there."""

    territory_id: UUID
    slug: str
    installations: int = 0
    ops: int = 0
    records: int = 0
    buckets: int = 0
    wrongs: list[Wrong] = field(default_factory=list)
    after_a_step: Callable[[], None] = lambda: None  # hears that some thousand rows more were looked at


async def verify(owner_url: str) -> list[Seen]:
    """Return what was found in each territory, read as the owner of the database."""
    connection = await asyncpg.connect(owner_url)
    try:
        territories = await connection.fetch("SELECT id, slug FROM territory ORDER BY slug")
        return [await verify_territory(connection, row["id"], row["slug"]) for row in territories]
    finally:
        await connection.close()


async def verify_territory(connection: Any, territory_id: UUID, slug: str) -> Seen:
    """Return what was found in one territory, in one snapshot."""
    seen = Seen(territory_id, slug)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute("SELECT set_config('maraude.territory', $1, true)", str(territory_id))
        await look_at(connection, seen)
    return seen


async def look_at(connection: Any, seen: Seen) -> None:
    """Note what is found in the territory of `seen`; the connection is in a snapshot in its scope."""
    await _chains(connection, seen)
    await _purges(connection, seen)
    sums = await _records(connection, seen)
    await _buckets(connection, seen, sums)
    for row in await connection.fetch(_FEED, seen.territory_id):
        reason = "not in the feed" if row["missing"] else "in the feed of a bucket it does not stand in"
        seen.wrongs.append(Wrong("feed", f"{row['bucket_id']} {row['record_id']}", reason))


async def _chains(connection: Any, seen: Seen) -> None:
    """Recompute each installation's chain, and hold its end against the installation's row."""
    territory_id = seen.territory_id
    for row in await connection.fetch(_INSTALLATIONS, territory_id):
        seen.installations += 1
        end: Receipt | Broken = Receipt(0, NO_PREVIOUS)
        while isinstance(end, Receipt):
            ops = await connection.fetch(_CHAIN, territory_id, row["actor"], end.n, ROWS_A_STEP)
            if not ops:
                break
            seen.ops += len(ops)
            seen.after_a_step()
            end = receipt(((op["n"], op["hash"].hex(), op["body"], op["verdict"]) for op in ops), end)
        if isinstance(end, Broken):
            seen.wrongs.append(Wrong("chain", str(row["id"]), f"{end.reason} at {end.n}"))
        elif (end.n, end.hash) != (row["n_last"], row["hash_last"].hex()):
            seen.wrongs.append(
                Wrong("chain", str(row["id"]), f"ends at {end.n}, the installation says {row['n_last']}")
            )
    for row in await connection.fetch(_STRAY_OPS, territory_id):
        seen.wrongs.append(Wrong("chain", f"actor {row['actor']}", "ops without an installation"))
    for row in await connection.fetch(_TWICE, territory_id):
        seen.wrongs.append(Wrong("op", str(row["id"]), "counts twice"))


async def _purges(connection: Any, seen: Seen) -> None:
    """Hold the ops without content against the certificates; `maraude retention verify` knows the signing key."""
    for row in await connection.fetch(_PURGES, seen.territory_id):
        ops = await connection.fetch(_PURGED_OPS, seen.territory_id, row["id"])
        digest = digest_of_ops((op["actor"], op["n"], op["hash"]) for op in ops)
        if not row["under_way"] and digest != row["digest"]:
            seen.wrongs.append(Wrong("purge", str(row["id"]), "other ops say that it erased them than it certified"))


async def _records(connection: Any, seen: Seen) -> dict[str, tuple[int, int]]:
    """Recompute each record's sum and what it holds; return count and sum of each bucket, from the bodies alone."""
    sums: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    async for row in _all_records(connection, seen.territory_id):
        seen.records += 1
        if seen.records % ROWS_A_STEP == 0:
            seen.after_a_step()
        content = row["body"].encode()
        own_sum = sum64(content)
        if own_sum != int(row["content_sum"]):
            seen.wrongs.append(Wrong("record", str(row["id"]), "content and sum differ"))
        reason = _behind(content, row["written"])
        if reason:
            seen.wrongs.append(Wrong("record", str(row["id"]), reason))
        for bucket in row["buckets"]:
            count, total = sums[bucket]
            sums[bucket] = count + 1, (total + own_sum) % MODULUS
    for row in await connection.fetch(_LOST_RECORDS, seen.territory_id):
        seen.wrongs.append(Wrong("record", str(row["record_id"]), "is on the log and is not there"))
    return sums


async def _all_records(connection: Any, territory_id: UUID) -> AsyncIterator[Any]:
    last = UUID(int=0)
    while rows := await connection.fetch(_RECORDS, territory_id, last, ROWS_A_STEP):
        for row in rows:
            yield row
        last = rows[-1]["id"]


def _behind(content: bytes, written: str | None) -> str:
    """Return why a record does not hold all that the log merged into it; empty if it does."""
    try:
        _, state = decode(content)
    except msgspec.MsgspecError:
        return "is not readable"
    for actor, n in msgspec.json.decode(written or "{}", type=dict[str, int]).items():
        if state.seen.get(int(actor), 0) < n:
            return f"does not hold op {n} of actor {actor}"
    return ""


async def _buckets(connection: Any, seen: Seen, sums: dict[str, tuple[int, int]]) -> None:
    rows = await connection.fetch(
        "SELECT id, records, content_sum FROM bucket WHERE territory_id = $1", seen.territory_id
    )
    kept = {row["id"]: (row["records"], int(Decimal(row["content_sum"]))) for row in rows}
    seen.buckets = len(kept)
    for bucket in sorted(kept.keys() | sums.keys()):
        if kept.get(bucket, (0, 0)) != sums.get(bucket, (0, 0)):
            found = f"{sums.get(bucket, (0, 0))[0]} record(s) stand in it, it says {kept.get(bucket, (0, 0))[0]}"
            seen.wrongs.append(Wrong("bucket", bucket, f"count or sum differ: {found}"))
