"""This file measures what it costs to miss no row of the feed: eight writers and a reader, beside a feed without a horizon.

The other feed is the same table without the writer's transaction id: its reader goes on from the greatest number seen, and
misses what commits late. Both take turns; writing is timed with the reader at work.
"""

import asyncio
import statistics
import time
from typing import Any
from uuid import UUID

import asyncpg

from backend.embedded import Urls
from backend.ids import new_id

WRITERS, TRANSACTIONS, ROWS_EACH = 8, 60, 20
BUCKET = "reference:all"
_BARE = (
    "CREATE TABLE bare_feed (LIKE feed INCLUDING DEFAULTS, PRIMARY KEY (territory_id, bucket_id, record_id))",
    "ALTER TABLE bare_feed DROP COLUMN xid",
    "CREATE INDEX bare_feed_order ON bare_feed (territory_id, bucket_id, seq)",
)
_READ = {
    "feed": (
        "SELECT xid::text::bigint AS xid, seq, record_id FROM feed WHERE territory_id = $1 AND bucket_id = $2 "
        "AND (xid, seq) > ($3::bigint::text::xid8, $4) AND xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid, seq"
    ),
    "bare_feed": (
        "SELECT 0::bigint AS xid, seq, record_id FROM bare_feed WHERE territory_id = $1 AND bucket_id = $2 "
        "AND $3::bigint IS NOT NULL AND seq > $4 ORDER BY seq"
    ),
}


async def measure_writers(urls: Urls, rounds: int) -> None:
    """Print rows missed and what writing costs, for our feed and for the bare one."""
    owner = await asyncpg.connect(urls.owner_url)
    for statement in _BARE:
        await owner.execute(statement)
    await owner.close()
    seconds: dict[str, list[float]] = {table: [] for table in _READ}
    missed = dict.fromkeys(_READ, 0)
    for table in list(_READ) * (rounds + 1):
        took, lost = await _round(urls, table)
        seconds[table].append(took)
        missed[table] += lost
    rows = WRITERS * TRANSACTIONS * ROWS_EACH * (rounds + 1)
    ratios = [ours / bare for ours, bare in zip(seconds["feed"][1:], seconds["bare_feed"][1:], strict=True)]
    print(
        f"{WRITERS} writers: {missed['feed']} of {rows} rows missed below the horizon, {missed['bare_feed']} by the number alone"
    )
    print(f"{WRITERS} writers: writing costs {statistics.median(ratios):.2f} times as long as without a horizon")


async def _round(urls: Urls, table: str) -> tuple[float, int]:
    territory_id = new_id()
    connections = [await asyncpg.connect(urls.owner_url) for _ in range(WRITERS + 1)]
    try:
        for connection in connections:
            await connection.execute("SELECT set_config('maraude.territory', $1, false)", str(territory_id))
        *writers, reader = connections
        ended = asyncio.Event()
        reading = asyncio.create_task(_read(reader, table, territory_id, ended))
        started = time.perf_counter()
        written = await asyncio.gather(*(_write(one, table, territory_id) for one in writers))
        took = time.perf_counter() - started
        ended.set()
        return took, len(set().union(*written) - await reading)
    finally:
        for connection in connections:
            await connection.close()


async def _write(connection: Any, table: str, territory_id: UUID) -> set[UUID]:
    written: set[UUID] = set()
    for _ in range(TRANSACTIONS):
        ids = [new_id() for _ in range(ROWS_EACH)]
        async with connection.transaction():
            await connection.execute(
                f"INSERT INTO {table} (territory_id, bucket_id, record_id) SELECT $1, $2, unnest($3::uuid[])",
                territory_id,
                BUCKET,
                ids,
            )
        written.update(ids)
    return written


async def _read(connection: Any, table: str, territory_id: UUID, ended: asyncio.Event) -> set[UUID]:
    """Read page after page while others write, and once more when they have ended."""
    xid, seq, found, last = 0, 0, set[UUID](), False
    while not last:
        last = ended.is_set()
        for row in await connection.fetch(_READ[table], territory_id, BUCKET, xid, seq):
            xid, seq = row["xid"], row["seq"]
            found.add(row["record_id"])
        await asyncio.sleep(0.002)
    return found
