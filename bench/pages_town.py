"""Fill a territory for the benches of pages: the demo territory with sixteen teams, its morning planned, and ten times as large."""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Any, Final

import asyncpg
import httpx
from msgspec.structs import replace

from backend.access import Scope
from backend.clock import now
from backend.db.transaction import transaction
from backend.dispatch import store
from backend.dispatch.load_day import load_day
from backend.dispatch.plan_day import Planned, plan_day
from backend.dispatch.publish import publish
from backend.dispatch.travel import travel_of_day
from backend.ids import TerritoryId, new_id
from backend.log.desk import installation_for
from backend.log.follow import catch_up
from backend.territory.generate import generate
from backend.territory.store import WholeTerritory, write_territory
from backend.travel.choose import TravelSources
from backend.visits.take import Wanted, accept_request

TEAMS: Final = 16
ITERATIONS: Final = 4000
COPIES: Final = 9  # beside the original: ten times as large
# What is copied for a larger town, in the order of their references; names of columns that refer to one of these.
COPIED: Final = {
    "place": (), "household": ("place_id",), "person": ("place_id", "household_id"),
    "request": ("place_id", "person_id", "household_id"),
    "visit": ("place_id", "person_id", "household_id", "request_id"), "dose": ("person_id", "visit_id"),
    "forecast_person": ("id", "human_id"), "forecast": ("person_id",),
}  # fmt: skip


@dataclass
class Town:
    """A filled territory and the browser of somebody who works there."""

    owner_url: str
    scope: Scope
    browser: httpx.AsyncClient
    today: date


async def fill(owner_url: str, people: int, today: date) -> TerritoryId:
    """Write the demo territory with sixteen teams, and let what follows from its records follow."""
    made = generate(1, today, people)
    teams = [record for record in made.reference_records if record.kind == "team"]
    more = {str(one.record_id): new_id() for one in teams[: TEAMS - len(teams)]}
    whole = WholeTerritory(
        made.slug, made.name, made.time_zone, made.inhabitants, True, made.zone_rows, made.population_cells,
        [*made.shifts, *(replace(one, id=new_id(), team_id=more[str(one.team_id)])
                         for one in made.shifts if str(one.team_id) in more)],
        made.coverage_targets,
        chain(made.records(), (replace(one, record_id=more[str(one.record_id)]) for one in teams
                               if str(one.record_id) in more)),
    )  # fmt: skip
    territory_id = await write_territory(owner_url, whole, now())
    while await catch_up(Scope(territory_id), now()):
        pass
    return territory_id


async def enlarge(owner_url: str, territory_id: TerritoryId) -> None:
    """Make the territory ten times as large: each person, household, place, request, visit and dose nine times more."""
    async with _Owner(owner_url, territory_id) as owner:
        await owner.execute("SET CONSTRAINTS ALL DEFERRED")
        for table, refers in COPIED.items():
            columns = await _columns(owner, table)
            for number in range(COPIES):
                await owner.execute(_copy(table, columns, number, refers), territory_id)
    connection = await asyncpg.connect(owner_url)
    await connection.execute("ANALYZE")
    await connection.close()


class _Owner:
    """A transaction of the owner of the schema, in the scope of one territory."""

    def __init__(self, url: str, territory_id: TerritoryId) -> None:
        self._url, self._territory_id = url, territory_id

    async def __aenter__(self) -> Any:
        self._connection = await asyncpg.connect(self._url)
        self._inner = self._connection.transaction()
        await self._inner.start()
        await self._connection.execute("SELECT set_config('maraude.territory', $1, true)", str(self._territory_id))
        return self._connection

    async def __aexit__(self, error: object, *_: object) -> None:
        await (self._inner.rollback() if error else self._inner.commit())
        await self._connection.close()


async def _columns(owner: Any, table: str) -> list[str]:
    rows = await owner.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped "
        "AND attgenerated = '' AND attidentity = ''",
        table,
    )
    return [row["attname"] for row in rows]


def _copy(table: str, columns: list[str], number: int, refers: tuple[str, ...]) -> str:
    """Return the statement that adds a copy of the original rows of a table, their ids made from the originals' and a number.

    A copy is told by its id, whose first half says so; coordinates move by a few metres, so that nobody shares a door.
    """
    values = []
    for column in columns:
        if column in {"id", *refers}:
            values.append(f"overlay(md5(t.{column}::text || '{number}') placing 'c0b1' from 1)::uuid")
        elif column in {"lon_e7", "lat_e7"}:
            values.append(f"t.{column} + {(number + 1) * 700}")
        else:
            values.append(f"t.{column}")
    whose = "person_id" if table == "forecast" else "id"
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table} t "
        f"WHERE t.territory_id = $1 AND t.{whose}::text NOT LIKE 'c0b1%'"
    )


async def accept_requests(town: Town) -> None:
    """Accept the open requests as visits but one, so that a whole day is to be planned and a request is still to be read."""
    async with transaction(town.scope) as tx:
        rows = await tx.fetch(
            "SELECT id FROM request WHERE territory_id = $1 AND state IN ('open', 'on_hold') ORDER BY id",
            town.scope.territory_id,
        )
    for row in rows[1:]:
        async with transaction(town.scope) as tx:
            installation = await installation_for(tx, "bench", now())
            await accept_request(tx, installation, row["id"], new_id(), Wanted(service_minutes=15), now())


async def plan_tomorrow(town: Town) -> store.StoredPlan:
    """Have tomorrow planned as a worker does, publish it, and return a draft of it to be changed by hand."""
    day_on = town.today + timedelta(days=1)
    async with transaction(town.scope) as tx:
        day = await load_day(tx, day_on, now())
    travel = travel_of_day(day, TravelSources())
    planned = await asyncio.to_thread(plan_day, day, travel, 1, lambda _: ITERATIONS, lambda: True, lambda _: None)
    if not isinstance(planned, Planned):
        raise TypeError("the referee rejected the plan")
    plan = store.StoredPlan(
        store.new_plan_id(), day_on, "draft", 1, planned.problem_hash, 1, planned.iterations, planned.travel_source,
        planned.summary, planned.body, now(),
    )  # fmt: skip
    async with transaction(town.scope) as tx:
        await store.add_draft(tx, plan, None)
    async with transaction(town.scope) as tx:
        await publish(tx, plan, await installation_for(tx, "bench", now()), now(), None)
    async with transaction(town.scope) as tx:
        copy = await store.copy_as_draft(tx, plan, now())
        draft = await store.find(tx, copy)
    if draft is None:
        raise LookupError(copy)
    return draft
