"""Write the small territory of a chaos run: teams with a round today, the people at their stops, and tablets with codes.

Two tablets share each team, so that they write about the same people.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from backend import clock
from backend.access import Role, Scope
from backend.db.transaction import transaction
from backend.ids import TeamId, TerritoryId, new_id
from backend.log.desk import act_of_fields, installation_for, write
from backend.piccolo_conf import DB
from backend.tablets import enrol
from backend.territory.record import Record
from backend.territory.store import WholeTerritory, write_territory
from sync.ops import Scalar

TIME_ZONE = "Europe/Paris"
PEOPLE_AT_A_PLACE = 12


@dataclass(frozen=True)
class TabletPlan:
    """A tablet to be: its code, and the people at its team's stop."""

    code: str
    person_ids: tuple[str, ...]


@dataclass(frozen=True)
class Stop:
    """The one stop of a team's round, and the people who live there."""

    team_id: UUID
    place_id: UUID
    person_ids: tuple[str, ...]


@dataclass(frozen=True)
class World:
    """What tablets need to know of the territory."""

    territory_id: TerritoryId
    author: str
    tablets: tuple[TabletPlan, ...]


async def write_world(owner_url: str, app_url: str, tablets: int) -> World:
    """Open this process's pool, write the territory, and close the pool again."""
    DB.point_at(app_url)
    await DB.start_connection_pool(min_size=1, max_size=2)
    try:
        return await fill_world(owner_url, tablets)
    finally:
        await DB.close_connection_pool()


async def fill_world(owner_url: str, tablets: int) -> World:
    """Write the territory through the pool that is open, and make a code for each tablet."""
    now = clock.now()
    records, stops = _records(max(1, tablets // 2))
    whole = WholeTerritory("chaos", "Chaos", TIME_ZONE, 1, False, (), (), (), (), records)
    territory_id = await write_territory(owner_url, whole, now)
    await _publish_rounds(territory_id, stops, now)
    author = await _add_author(owner_url, territory_id, now)
    plans = []
    async with transaction(Scope(territory_id)) as tx:
        for number in range(tablets):
            stop = stops[number % len(stops)]
            tablet_id = await enrol.add_tablet(tx, f"T{number}", TeamId(stop.team_id), now)
            code = await enrol.make_code(tx, tablet_id, now + timedelta(hours=1))
            plans.append(TabletPlan(code, stop.person_ids))
    return World(territory_id, author, tuple(plans))


def _records(teams: int) -> tuple[list[Record], list[Stop]]:
    """Return the records in an order in which each follows those it refers to, and each team's stop."""
    records: list[Record] = []
    stops: list[Stop] = []
    for number in range(teams):
        place, team = new_id(), new_id()
        people = [new_id() for _ in range(PEOPLE_AT_A_PLACE)]
        records.append(Record("place", place, {"kind": "hotel", "name": f"Place {number}"}))
        records.append(Record("team", team, {"name": f"Team {number}", "state": "active"}))
        records.extend(
            Record("person", one, {"alias": f"Person {number}-{index}", "place_id": str(place), "room": str(index)})
            for index, one in enumerate(people)
        )
        stops.append(Stop(team, place, tuple(str(one) for one in people)))
    return records, stops


async def _publish_rounds(territory_id: TerritoryId, stops: list[Stop], now: datetime) -> None:
    """Publish today's round of each team, with its one stop."""
    today = clock.day_in(TIME_ZONE, now)
    plan_id = new_id()
    acts = []
    for stop in stops:
        round_id = new_id()
        of_round: dict[str, Scalar | list[str]] = {
            "plan_id": str(plan_id),
            "team_id": str(stop.team_id),
            "day_on": today.isoformat(),
            "state": "published",
        }
        of_stop: dict[str, Scalar | list[str]] = {
            "round_id": str(round_id),
            "place_id": str(stop.place_id),
            "position": 1,
            "state": "planned",
        }
        acts += [act_of_fields("round", round_id, of_round), act_of_fields("stop", new_id(), of_stop)]
    async with transaction(Scope(territory_id)) as tx:
        await tx.execute(
            "INSERT INTO plan (territory_id, id, day_on, state, problem_hash, seed, iterations, travel_source, summary, body, "
            "made_at) VALUES ($1, $2, $3, 'published', '', 0, 0, '', '{}', '{}', $4)",
            territory_id,
            plan_id,
            today,
            now,
        )
        written = await write(tx, await installation_for(tx, "rounds", now), acts, now)
    if written.refused:
        raise RuntimeError(f"The log refused the rounds: {written.refused}")


async def _add_author(owner_url: str, territory_id: TerritoryId, now: datetime) -> str:
    """Add somebody of the field team, who signs what the tablets record; nobody signs in with that name here."""
    user_id = new_id()
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('maraude.territory', $1, true)", str(territory_id))
            await connection.execute(
                "INSERT INTO app_user (id, login, full_name, passphrase_hash, created_at) VALUES ($1, 'nina', 'Nina', '', $2)",
                user_id,
                now,
            )
            await connection.execute(
                "INSERT INTO membership (territory_id, user_id, role, granted_at) VALUES ($1, $2, $3, $4)",
                territory_id,
                user_id,
                Role.FIELD_TEAM.value,
                now,
            )
    finally:
        await connection.close()
    return str(user_id)
