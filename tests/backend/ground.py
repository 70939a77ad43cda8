"""This file builds a small territory on the log, and pens that write ops as a tablet or a desk does, without HTTP."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import asyncpg
import msgspec

from backend import clock
from backend.access import Role, Scope
from backend.db.transaction import Transaction, transaction
from backend.ids import InstallationId, TabletId, TeamId, TerritoryId, UserId, new_id
from backend.log.desk import Act, installation_for, write
from backend.log.follow import catch_up
from backend.tablets import enrol
from backend.tablets.push import take_push
from sync.clock import instant_of
from sync.decode import envelope
from sync.fields import SCHEMA
from sync.ops import NO_PREVIOUS, Op, Scalar, hash_of, payload
from sync.wire import PushAnswer, PushHeader
from tests.conftest import Database

ZONE = {"type": "Polygon", "coordinates": [[[2.3, 48.8], [2.4, 48.8], [2.4, 48.9], [2.3, 48.9], [2.3, 48.8]]]}
SHIFT_HOURS = 9


@dataclass
class Pen:
    """One installation that appends ops: it keeps its own chain, as a tablet does."""

    scope: Scope
    actor: int
    author: str
    n: int = 0
    head: str = NO_PREVIOUS
    boot: str = "boot"

    def op(self, kind: str, record: str | UUID, /, **parts: Any) -> Op:
        """Make the next op of the chain: `set=`, `add=`, `inc=`, `seen=`, or any other part of an op."""
        self.n += 1
        made: dict[str, Any] = {
            "id": secrets.token_hex(16),
            "author": self.author,
            "schema": SCHEMA,
            "wall_at": instant_of(_now_ms()),
            "mono_ms": 1000 + self.n,
            "boot": self.boot,
        }
        op = Op(actor=self.actor, n=self.n, prev=self.head, record=str(record), kind=kind, **(made | parts))
        self.head = hash_of(payload(op))
        return op

    def body(self, *ops: Op) -> bytes:
        """Return a push of these ops."""
        return self.push_of([line_of(op) for op in ops])

    def push_of(self, lines: list[bytes]) -> bytes:
        """Return a push of these lines."""
        header = PushHeader(1, str(self.scope.installation_id), 0, instant_of(_now_ms()), 2000, self.boot)
        return b"\n".join([msgspec.json.encode(header), *lines]) + b"\n"

    async def push(self, *ops: Op) -> PushAnswer:
        """Hand in ops."""
        return await take_push(self.scope, self.body(*ops), clock.now())

    async def put(self, kind: str, record: str | UUID, /, **parts: Any) -> str:
        """Hand in one op and return its verdict's word, with the code if it was refused."""
        verdict = (await self.push(self.op(kind, record, **parts))).verdicts[0]
        return f"{verdict.word} {verdict.code}".strip()


def line_of(op: Op) -> bytes:
    """Return the line of an op in a push."""
    content = payload(op)
    return envelope(op.id, op.n, hash_of(content), content)


@dataclass
class Ground:
    """A territory with two places, two teams, two persons and a user of each role that writes."""

    database: Database
    territory_id: TerritoryId
    users: dict[Role, UserId]
    ids: dict[str, UUID] = field(default_factory=dict)

    @property
    def scope(self) -> Scope:
        """Return the scope in which tests look at the territory."""
        return Scope(self.territory_id)

    async def fetch(self, sql: str, *values: Any) -> list[Any]:
        """Return rows; `$1` is the territory."""
        async with transaction(self.scope) as tx:
            return await tx.fetch(sql, self.territory_id, *values)

    async def value(self, sql: str, *values: Any) -> Any:
        """Return the first value; `$1` is the territory."""
        return (await self.fetch(sql, *values))[0][0]

    async def as_owner(self, sql: str, *values: Any) -> list[Any]:
        """Change the database as its owner, to plant a fault or to play the operator; `$1` is the territory."""
        connection = await asyncpg.connect(self.database.owner_url)
        try:
            await connection.execute("SELECT set_config('maraude.territory', $1, false)", str(self.territory_id))
            return list(await connection.fetch(sql, self.territory_id, *values))
        finally:
            await connection.close()

    async def desk(self, acts: list[Act], user: Role | None = None, label: str = "desk") -> list[str]:
        """Write acts under an installation of its own; return the codes of those refused."""
        scope = replace(self.scope, user_id=self.users[user] if user else None)
        async with transaction(scope) as tx:
            installation_id = await installation_for(tx, label, clock.now())
            return (await write(tx, installation_id, acts, clock.now())).refused

    async def follow(self) -> None:
        """Let everything that follows the log follow, as the worker does soon after a push."""
        while await catch_up(self.scope, clock.now()):
            pass

    async def desk_pen(self) -> Pen:
        """Return a pen of a desk: it may write every kind."""
        async with transaction(self.scope) as tx:
            installation_id = await installation_for(tx, "desk", clock.now())
            return await self._pen(tx, installation_id, Role.DISPATCHER)

    async def tablet_pen(self, team: str = "team") -> Pen:
        """Return a pen of an enrolled tablet of a team."""
        async with transaction(self.scope) as tx:
            tablet_id = await enrol.add_tablet(tx, "tablet", TeamId(self.ids[team]), clock.now())
            installation_id = InstallationId(new_id())
            await tx.execute(
                "INSERT INTO installation (id, territory_id, tablet_id, state, made_at) "
                "VALUES ($1, $2, $3, 'active', now())",
                installation_id,
                self.territory_id,
                tablet_id,
            )
            return await self._pen(tx, installation_id, Role.FIELD_TEAM)

    async def enrolment_code(self, team: str = "team") -> tuple[TabletId, str]:
        """Write a tablet of a team down and return it with its one-time code."""
        async with transaction(self.scope) as tx:
            tablet_id = await enrol.add_tablet(tx, "tablet", TeamId(self.ids[team]), clock.now())
            return tablet_id, await enrol.make_code(tx, tablet_id, clock.now())

    async def give_round(self, team: str, *places: str, day_on: date | None = None) -> UUID:
        """Publish a round of today for a team with a stop at each place; return the round's id."""
        day = day_on or clock.day_in("Europe/Paris", clock.now())
        plan_id, round_id = new_id(), new_id()
        await self.add_plan(plan_id, day)
        acts = [
            Act(
                "round",
                round_id,
                {
                    "plan_id": str(plan_id),
                    "team_id": str(self.ids[team]),
                    "day_on": day.isoformat(),
                    "state": "published",
                },
            )
        ]
        acts += [
            Act(
                "stop",
                uuid5(round_id, place),
                {
                    "round_id": str(round_id),
                    "place_id": str(self.ids[place]),
                    "position": number,
                    "state": "planned",
                },
            )
            for number, place in enumerate(places, start=1)
        ]
        assert await self.desk(acts) == []
        return round_id

    async def add_plan(self, plan_id: UUID, day_on: date) -> None:
        """Add a superseded plan, so that a round has one to name."""
        async with transaction(self.scope) as tx:
            await tx.execute(
                "INSERT INTO plan (id, territory_id, day_on, state, problem_hash, seed, iterations, travel_source, "
                "summary, body, made_at) VALUES ($1, $2, $3, 'superseded', '', 1, 0, 'none', '{}', '{}', now())",
                plan_id,
                self.territory_id,
                day_on,
            )

    async def add_shift(self, team: str, day_on: date) -> None:
        """Let a team work on a day, from 8 to 17 in UTC."""
        starts_at = datetime(day_on.year, day_on.month, day_on.day, 8, tzinfo=clock.now().tzinfo)
        await self.as_owner(
            "INSERT INTO shift (territory_id, id, team_id, day_on, starts_at, ends_at, doses_carried, tests_carried) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, 20)",
            new_id(),
            self.ids[team],
            day_on,
            starts_at,
            starts_at + timedelta(hours=SHIFT_HOURS),
            json.dumps({"flu": 20}),
        )

    async def _pen(self, tx: Transaction, installation_id: InstallationId, role: Role) -> Pen:
        actor = await tx.fetch_value(
            "SELECT actor FROM installation WHERE territory_id = $1 AND id = $2", self.territory_id, installation_id
        )
        scope = replace(self.scope, installation_id=installation_id)
        return Pen(scope, actor, str(self.users[role]))


async def make_ground(database: Database, *, is_demo: bool = False) -> Ground:
    """Make a territory and its first records, by ops of an import."""
    territory_id = TerritoryId(new_id())
    users = {role: UserId(new_id()) for role in (Role.FIELD_TEAM, Role.DISPATCHER, Role.CLINICAL_SUPERVISOR)}
    connection = await asyncpg.connect(database.owner_url)
    try:
        await connection.execute("SELECT set_config('maraude.territory', $1, false)", str(territory_id))
        await connection.execute(
            "INSERT INTO territory (id, slug, name, time_zone, inhabitants, is_demo, created_at) "
            "VALUES ($1, $2, 'T', 'Europe/Paris', 1000, $3, now())",
            territory_id,
            f"t{territory_id.hex[-8:]}",
            is_demo,
        )
        await connection.execute(
            "INSERT INTO zone (id, territory_id, code, name, geojson, inhabitants, facts_source) "
            "VALUES ($1, $2, 'z1', 'Zone 1', $3, 1000, 'test')",
            new_id(),
            territory_id,
            json.dumps(ZONE),
        )
        for role, user_id in users.items():
            await connection.execute(
                "INSERT INTO app_user (id, login, full_name, passphrase_hash, created_at) VALUES ($1, $2, 'U', '', now())",
                user_id,
                f"{role.value}-{user_id.hex[-8:]}",
            )
            await connection.execute(
                "INSERT INTO membership (territory_id, user_id, role, granted_at) VALUES ($1, $2, $3, now())",
                territory_id,
                user_id,
                role.value,
            )
    finally:
        await connection.close()
    ground = Ground(database, territory_id, users)
    await _first_records(ground)
    return ground


async def _first_records(ground: Ground) -> None:
    names = ("hotel", "shelter", "centre", "team", "other_team", "ada", "bob", "product", "campaign")
    ids = ground.ids = {name: new_id() for name in names}
    refused = await ground.desk(
        [
            place(ids["hotel"], "hotel", 2.35, 48.83),
            place(ids["shelter"], "shelter", 2.36, 48.84),
            place(ids["centre"], "centre", 2.34, 48.82),
            Act(
                "product",
                ids["product"],
                {"code": "flu", "name": "Flu", "doses_per_vial": 1},
                {"antigens": ["influenza"]},
            ),
            Act("campaign", ids["campaign"], {"name": "Flu", "antigen": "influenza", "state": "running"}),
            *(
                Act(
                    "team",
                    ids[name],
                    {"name": name, "mode": "foot", "start_place_id": str(ids["centre"])},
                    {"skills": ["nurse"]},
                )
                for name in ("team", "other_team")
            ),
            person(ids["ada"], ids["hotel"], "Ada", "1950-01-02"),
            person(ids["bob"], ids["hotel"], "Bob", "1960-03-04"),
        ],
        label="import",
    )
    assert refused == []


def place(place_id: UUID, kind: str, lon: float, lat: float) -> Act:
    """Return the act that makes a place."""
    return Act("place", place_id, {"kind": kind, "name": kind, "lon_e7": int(lon * 1e7), "lat_e7": int(lat * 1e7)})


def person(person_id: UUID, place_id: UUID, name: str, born_on: str) -> Act:
    """Return the act that makes a person who stands at a place."""
    fields: Mapping[str, Scalar] = {"given_name": name, "family_name": f"{name}sson", "born_on": born_on}
    return Act("person", person_id, {**fields, "place_id": str(place_id), "population_group": "homeless_hotel"})


def dose_of(person_id: str | UUID, given_on: str = "2026-11-20") -> dict[str, Any]:
    """Return the parts of an op that records a dose."""
    return {
        "set": {"person_id": str(person_id), "status": "given", "given_on": given_on, "source": "own"},
        "add": {"antigens": ["influenza"]},
    }


def _now_ms() -> int:
    return int(clock.now().timestamp() * 1000)
