"""Write a whole territory: plain rows as the owner of the database, records as ops on the log, in short steps.

Nothing is half-loaded: while it is written a territory is called `loading-<id>`, so nobody is given a role in it; the
last step gives it its own name by one row. What a stopped import left behind is taken away at the next one.
"""

import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import asyncpg

from backend.access import Scope
from backend.db.transaction import transaction
from backend.ids import TerritoryId, new_id
from backend.log.desk import Act, act_of_fields, installation_for, write
from backend.territory.record import Record
from backend.territory.rows import CoverageTarget, PopulationCell, Shift, ZoneRow

RECORDS_PER_STEP = 1000  # a step is one transaction: well under the 2 s after which it would hold up every feed
_LOADING = "loading-"


@dataclass(frozen=True)
class WholeTerritory:
    """Everything that is written of a territory; `records` come each after the ones it refers to."""

    slug: str
    name: str
    time_zone: str
    inhabitants: int
    is_demo: bool
    zone_rows: Iterable[ZoneRow]
    population_cells: Iterable[PopulationCell]
    shifts: Iterable[Shift]
    coverage_targets: Iterable[CoverageTarget]
    records: Iterable[Record]


class ImportRefusedError(Exception):
    """The import was taken back; the text is a code for programs and people alike."""


async def write_territory(
    owner_url: str, whole: WholeTerritory, now: datetime, progress: Callable[[int], None] = lambda _: None
) -> TerritoryId:
    """Write a territory and return its id; `progress` hears how many records are written.

    Raises ImportRefusedError if the slug is taken or the log refuses a record: then nothing of it is left.
    """
    territory_id = TerritoryId(new_id())
    await _discard_what_was_left(owner_url)
    async with _as_owner(owner_url, territory_id) as owner:
        if await owner.fetchval("SELECT 1 FROM territory WHERE slug = $1", whole.slug):
            raise ImportRefusedError("slug_taken")
        await _write_ground(owner, territory_id, whole, now)
    try:
        await _write_records(territory_id, whole, now, progress)
        async with _as_owner(owner_url, territory_id) as owner:
            await _write_plain_rows(owner, territory_id, whole)
            await owner.execute("UPDATE territory SET slug = $2 WHERE id = $1", territory_id, whole.slug)
    except BaseException:
        await _discard_what_was_left(owner_url)
        raise
    return territory_id


async def find_territory(owner_url: str, slug: str) -> TerritoryId | None:
    """Return the id of the territory of this slug."""
    connection = await asyncpg.connect(owner_url)
    try:
        found = await connection.fetchval("SELECT id FROM territory WHERE slug = $1", slug)
    finally:
        await connection.close()
    return TerritoryId(found) if found is not None else None


async def _write_records(
    territory_id: TerritoryId, whole: WholeTerritory, now: datetime, progress: Callable[[int], None]
) -> None:
    async with transaction(Scope(territory_id)) as tx:
        installation_id = await installation_for(tx, "import", now)
    written = 0
    for step in _steps(iter(whole.records)):
        async with transaction(Scope(territory_id)) as tx:
            done = await write(tx, installation_id, step, now)
        if done.refused:
            raise ImportRefusedError(", ".join(sorted(set(done.refused))))
        written += len(step)
        progress(written)


def _steps(records: Iterator[Record]) -> Iterator[list[Act]]:
    while step := list(islice(records, RECORDS_PER_STEP)):
        yield [act_of_fields(record.kind, record.record_id, dict(record.fields)) for record in step]


@contextlib.asynccontextmanager
async def _as_owner(owner_url: str, territory_id: TerritoryId) -> AsyncIterator[Any]:
    """Open a transaction as the owner, in the scope of one territory: row-level security holds for the owner too."""
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('maraude.territory', $1, true)", str(territory_id))
            yield connection
    finally:
        await connection.close()


async def _write_ground(owner: Any, territory_id: TerritoryId, whole: WholeTerritory, now: datetime) -> None:
    await owner.execute(
        "INSERT INTO territory (id, slug, name, time_zone, inhabitants, is_demo, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        territory_id,
        f"{_LOADING}{territory_id}",
        whole.name,
        whole.time_zone,
        whole.inhabitants,
        whole.is_demo,
        now,
    )
    await owner.executemany(
        "INSERT INTO zone (territory_id, id, code, name, geojson, inhabitants, income_median, facts_source) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            (territory_id, z.id, z.code, z.name, z.geojson, z.inhabitants, z.income_median, z.facts_source)
            for z in whole.zone_rows
        ],
    )


async def _write_plain_rows(owner: Any, territory_id: TerritoryId, whole: WholeTerritory) -> None:
    await owner.executemany(
        "INSERT INTO population_cell (territory_id, zone_id, age_band, population_group, low, point, high, method, "
        "facts_source, counted_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        [
            (territory_id, c.zone_id, c.age_band, c.population_group, c.low, c.point, c.high, c.method, c.facts_source,
             c.counted_on)
            for c in whole.population_cells
        ],
    )  # fmt: skip
    await owner.executemany(
        "INSERT INTO shift (territory_id, id, team_id, day_on, starts_at, ends_at, lunch_window, lunch_minutes, "
        "doses_carried, tests_carried) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        [
            (territory_id, s.id, s.team_id, s.day_on, s.starts_at, s.ends_at, s.lunch_window, s.lunch_minutes,
             json.dumps(s.doses_carried), s.tests_carried)
            for s in whole.shifts
        ],
    )  # fmt: skip
    await owner.executemany(
        "INSERT INTO coverage_target (territory_id, id, campaign_id, zone_id, population_group, target_percent, "
        "facts_source) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            (territory_id, t.id, t.campaign_id, t.zone_id, t.population_group, t.target_percent, t.facts_source)
            for t in whole.coverage_targets
        ],
    )


async def _discard_what_was_left(owner_url: str) -> None:
    """Take away every row of territories whose import did not come to its end."""
    connection = await asyncpg.connect(owner_url)
    try:
        left = await connection.fetch("SELECT id FROM territory WHERE slug LIKE $1", f"{_LOADING}%")
    finally:
        await connection.close()
    for row in left:
        async with _as_owner(owner_url, TerritoryId(row["id"])) as owner:
            await owner.execute("SET CONSTRAINTS ALL DEFERRED")
            tables = await owner.fetch(
                "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
                "AND a.attname = 'territory_id' WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
            )
            await _delete_children_first(owner, [one["relname"] for one in tables], row["id"])
            await owner.execute("DELETE FROM territory WHERE id = $1", row["id"])


async def _delete_children_first(owner: Any, tables: list[str], territory_id: Any) -> None:
    """Delete a territory's rows table by table; a table that others still point at waits for the next round."""
    waiting = list(tables)
    while waiting:
        blocked = []
        for table in waiting:
            try:
                async with owner.transaction():
                    await owner.execute(f"DELETE FROM {table} WHERE territory_id = $1", territory_id)
            except asyncpg.ForeignKeyViolationError:
                blocked.append(table)
        if len(blocked) == len(waiting):
            raise ImportRefusedError(f"rows_left_behind: {', '.join(sorted(blocked))}")
        waiting = blocked
