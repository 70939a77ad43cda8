"""Write a whole territory: the plain rows as the owner of the database, the records as ops on the log, in short steps.

Nothing is half-loaded: the territory is visible to nobody until its last step, `open_territory`, gives it its slug.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice

import asyncpg

from backend.access import Scope
from backend.db.transaction import transaction
from backend.ids import TerritoryId, new_id
from backend.log.desk import Act, act_of_fields, installation_for, write
from backend.territory.generate import Territory
from backend.territory.record import Record

RECORDS_PER_STEP = 1000  # a step is one transaction: well under the 2 s after which it would hold up every feed


class ImportRefusedError(Exception):
    """Records of an import that the log refused; the import was taken back."""


async def write_territory(
    owner_url: str, territory: Territory, now: datetime, progress: Callable[[int], None] = lambda _: None
) -> TerritoryId:
    """Write a generated territory and return its id; `progress` hears how many records are written."""
    territory_id = TerritoryId(new_id())
    await _write_plain_rows(owner_url, territory_id, territory, now)
    async with transaction(Scope(territory_id)) as tx:
        installation_id = await installation_for(tx, "import", now)
    written = 0
    for step in _steps(territory.records()):
        async with transaction(Scope(territory_id)) as tx:
            done = await write(tx, installation_id, step, now)
        if done.refused:
            raise ImportRefusedError(", ".join(sorted(set(done.refused))))
        written += len(step)
        progress(written)
    await _write_dependent_rows(owner_url, territory_id, territory)
    return territory_id


async def find_territory(owner_url: str, slug: str) -> TerritoryId | None:
    """Return the id of the territory of this slug."""
    connection = await asyncpg.connect(owner_url)
    try:
        found = await connection.fetchval("SELECT id FROM territory WHERE slug = $1", slug)
    finally:
        await connection.close()
    return TerritoryId(found) if found is not None else None


def _steps(records: Iterator[Record]) -> Iterator[list[Act]]:
    while step := list(islice(records, RECORDS_PER_STEP)):
        yield [act_of_fields(record.kind, record.record_id, dict(record.fields)) for record in step]


async def _write_plain_rows(owner_url: str, territory_id: TerritoryId, territory: Territory, now: datetime) -> None:
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('maraude.territory', $1, true)", str(territory_id))
            await connection.execute(
                "INSERT INTO territory (id, slug, name, time_zone, inhabitants, is_demo, created_at) "
                "VALUES ($1, $2, $3, $4, $5, true, $6)",
                territory_id,
                territory.slug,
                territory.name,
                territory.time_zone,
                territory.inhabitants,
                now,
            )
            await connection.executemany(
                "INSERT INTO zone (id, territory_id, code, name, geojson, inhabitants, income_median, facts_source) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                [
                    (
                        row.id,
                        territory_id,
                        row.code,
                        row.name,
                        row.geojson,
                        row.inhabitants,
                        row.income_median,
                        row.facts_source,
                    )
                    for row in territory.zone_rows
                ],
            )
    finally:
        await connection.close()


async def _write_dependent_rows(owner_url: str, territory_id: TerritoryId, territory: Territory) -> None:
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('maraude.territory', $1, true)", str(territory_id))
            await connection.executemany(
                "INSERT INTO population_cell (territory_id, zone_id, age_band, population_group, low, point, high, "
                "method, facts_source, counted_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                [
                    (
                        territory_id,
                        c.zone_id,
                        c.age_band,
                        c.population_group,
                        c.low,
                        c.point,
                        c.high,
                        c.method,
                        c.facts_source,
                        c.counted_on,
                    )
                    for c in territory.population_cells
                ],
            )
            await connection.executemany(
                "INSERT INTO shift (id, territory_id, team_id, day_on, starts_at, ends_at, lunch_window, "
                "lunch_minutes, doses_carried, tests_carried) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                [
                    (
                        s.id,
                        territory_id,
                        s.team_id,
                        s.day_on,
                        s.starts_at,
                        s.ends_at,
                        s.lunch_window,
                        s.lunch_minutes,
                        json.dumps(s.doses_carried),
                        s.tests_carried,
                    )
                    for s in territory.shifts
                ],
            )
            await connection.executemany(
                "INSERT INTO coverage_target (id, territory_id, campaign_id, zone_id, population_group, "
                "target_percent, facts_source) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                [
                    (t.id, territory_id, t.campaign_id, t.zone_id, t.population_group, t.target_percent, t.facts_source)
                    for t in territory.coverage_targets
                ],
            )
    finally:
        await connection.close()
