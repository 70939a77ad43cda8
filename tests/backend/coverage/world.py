"""A small territory in the real database whose rows tests change one by one, as the projection of ops does."""

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

from backend.access import Role, Scope
from backend.coverage.touched import Change
from backend.db.transaction import Transaction
from backend.ids import TerritoryId, new_id
from sync.kinds import KINDS, Policy
from tests.conftest import Database

START = date(2026, 10, 14)
PARIS = "Europe/Paris"
# How many records of each kind a drawn world may have, in the order in which they may refer to each other.
SLOTS = {
    "product": 2,
    "lot": 2,
    "vial": 3,
    "campaign": 2,
    "place": 4,
    "household": 2,
    "person": 6,
    "same_person": 4,
    "request": 3,
    "visit": 3,
    "visit_outcome": 4,
    "dose": 8,
    "consent": 2,
    "screening": 2,
    "education_session": 2,
}


class World:
    """The rows of one territory, in Python and in the database, kept equal."""

    def __init__(self, scope: Scope, zones: int = 3) -> None:
        self.scope = scope
        self.rows: dict[str, dict[UUID, dict[str, Any]]] = defaultdict(dict)
        self.zones = [new_id() for _ in range(zones)]
        self.ids = {kind: [new_id() for _ in range(n)] for kind, n in SLOTS.items()}
        self.actor = 0

    async def put(self, tx: Transaction, kind: str, record_id: UUID, fields: dict[str, Any]) -> Change:
        """Write a record's fields over what it holds, and say what changed."""
        before = self.rows[kind].get(record_id)
        after = {**(before or _empty(kind)), **fields}
        columns = sorted(after)
        values = ", ".join(f"${number}" for number in range(3, 3 + len(columns)))
        sets = ", ".join(f"{column} = excluded.{column}" for column in columns)
        await tx.execute(
            f"INSERT INTO {kind} (id, territory_id, {', '.join(columns)}) VALUES ($1, $2, {values}) "
            f"ON CONFLICT (territory_id, id) DO UPDATE SET {sets}",
            record_id,
            self.scope.territory_id,
            *(after[column] for column in columns),
        )
        self.rows[kind][record_id] = after
        return Change(kind, record_id, before, after)

    async def put_op(self, tx: Transaction, kind: str, record_id: UUID, received_at: datetime) -> None:
        """Write down that a tablet's op about a record arrived."""
        op_id = new_id()
        self.actor += 1
        await tx.execute(
            "INSERT INTO op (territory_id, actor, n, id, hash, record_id, kind, verdict, body, received_at) "
            "SELECT $1, actor, $2, $3, '', $4, $5, 'stored', '', $6 FROM installation WHERE territory_id = $1",
            self.scope.territory_id,
            self.actor,
            op_id,
            record_id,
            kind,
            received_at,
        )
        self.rows["op"][op_id] = {"record_id": record_id, "received_at": received_at}


def _empty(kind: str) -> dict[str, Any]:
    fields = KINDS[kind].fields
    row: dict[str, Any] = {name: [] if field.policy is Policy.SET else None for name, field in fields.items()}
    return {**row, "zone_id": None} if kind == "place" else row


async def make_world(database: Database, zones: int = 3) -> World:
    """Make a territory with so many zones, each richer than the one before, and one tablet."""
    world = World(Scope(TerritoryId(new_id()), roles=frozenset({Role.CENTRE_MANAGER})), zones)
    connection = await asyncpg.connect(database.owner_url)
    territory, tablet = world.scope.territory_id, new_id()
    await connection.execute("SELECT set_config('maraude.territory', $1, false)", str(territory))
    await connection.execute(
        "INSERT INTO territory (id, slug, name, time_zone, inhabitants, created_at) "
        "VALUES ($1, $2, 'T', 'Europe/Paris', 1, now())",
        territory,
        str(territory),
    )
    for number, zone_id in enumerate(world.zones):
        await connection.execute(
            "INSERT INTO zone (id, territory_id, code, name, geojson, inhabitants, facts_source, income_median) "
            "VALUES ($1, $2, $3, $3, $4, 1000, 'test', $5)",
            zone_id,
            territory,
            f"z{number}",
            json.dumps(
                {
                    "type": "Polygon",
                    "coordinates": [[[2 + number, 48], [3 + number, 48], [3 + number, 49], [2 + number, 48]]],
                }
            ),
            15_000 + 1000 * number,
        )
    await connection.execute(
        "INSERT INTO tablet (id, territory_id, label, state, enrolled_at) VALUES ($1, $2, 't', 'active', now())",
        tablet,
        territory,
    )
    await connection.execute(
        "INSERT INTO installation (id, territory_id, tablet_id, state, made_at) VALUES ($1, $2, $3, 'active', now())",
        new_id(),
        territory,
        tablet,
    )
    await connection.close()
    return world


DAYS = [START + timedelta(days=days) for days in (-400, -1, 0, 1, 8, 40, 200)]
BIRTHS = [None, date(1935, 5, 5), date(1961, 10, 14), date(1961, 10, 15), date(2010, 2, 28)]
# 23:30 UTC is the next day in Paris.
INSTANTS = [None, *(datetime(on.year, on.month, on.day, 23, 30, tzinfo=UTC) for on in DAYS)]
STATES = [None, "recorded", "entered_in_error"]


def fields_of(world: World, kind: str, chance: Random) -> dict[str, Any]:
    """Draw the fields of a record; references go to records that exist."""
    pick = chance.choice

    def needed(to: str) -> UUID:
        return pick([one for one in world.ids[to] if one in world.rows[to]])

    def ref(to: str) -> UUID | None:
        return pick([None, *(one for one in world.ids[to] if one in world.rows[to])])

    drawn: dict[str, Callable[[], dict[str, Any]]] = {
        "product": lambda: {"code": pick(["p1", "p2"])},
        "lot": lambda: {"product_id": needed("product")},
        "vial": lambda: {
            "lot_id": needed("lot"),
            "doses_nominal": pick([1, 2, 3]),
            "opened_at": pick(INSTANTS),
            "state": pick(["sealed", "opened", "empty", "discarded"]),
        },
        "campaign": lambda: {
            "name": "c",
            "antigen": pick(["influenza", "covid", "zoster"]),
            "age_least_years": pick([None, 0, 65]),
            "population_groups": pick([[], ["homeless_hotel", "other"]]),
            "starts_on": pick([START, None]),
            "ends_on": pick([None, START + timedelta(days=60)]),
        },
        "place": lambda: {
            "kind": pick(["home", "hotel", None]),
            "state": pick([None, "active", "closed"]),
            "zone_id": pick([None, *world.zones]),
        },
        "household": lambda: {"place_id": ref("place")},
        "person": lambda: {
            "place_id": ref("place"),
            "household_id": ref("household"),
            "population_group": pick([None, "homeless_hotel", "housebound_elderly", "other"]),
            "born_on": pick(BIRTHS),
            "died_on": pick([None, None, None, *DAYS]),
            "objections": pick([[], [], [], ["statistics"], ["reminders"]]),
        },
        "same_person": lambda: {
            "person_id": needed("person"),
            "other_id": needed("person"),
            "joined": pick([True, True, False, None]),
        },
        "request": lambda: {
            "person_id": ref("person"),
            "household_id": ref("household"),
            "place_id": ref("place"),
            "received_at": pick(INSTANTS),
            "state": pick([None, "open", "on_hold", "accepted", "closed"]),
            "joined_to": pick([[], [], *([one] for one in world.rows["request"])]),
        },
        "visit": lambda: {"person_id": ref("person"), "place_id": needed("place")},
        "visit_outcome": lambda: {
            "visit_id": needed("visit"),
            "result": pick(["done", "refused", "absent"]),
            "arrived_at": pick(INSTANTS),
            "departed_at": pick(INSTANTS),
            "state": pick(STATES),
        },
        "dose": lambda: {
            "person_id": needed("person"),
            "visit_id": ref("visit"),
            "vial_id": ref("vial"),
            "status": pick(["given", "given", "not_given"]),
            "not_given_reason": pick([None, "refused", "absent"]),
            "antigens": pick([["influenza"], ["covid"], ["influenza", "covid"], ["zoster"], []]),
            "lot_number": pick([None, "L1"]),
            "expires_on": pick([None, START]),
            "given_on": pick(DAYS),
            "given_at": pick(INSTANTS),
            "source": pick([None, "own", "own", "card"]),
            "state": pick(STATES),
        },
        "consent": lambda: {
            "person_id": needed("person"),
            "act": pick(["vaccinate", "screen"]),
            "decision": pick(["refused", "given"]),
            "reason": pick([None, "fear"]),
            "decided_at": pick(INSTANTS),
            "state": pick(STATES),
        },
        "screening": lambda: {
            "person_id": needed("person"),
            "pathogen": pick([None, "flu"]),
            "result": pick([None, "detected", "not_done"]),
            "collected_at": pick(INSTANTS),
            "resulted_at": pick(INSTANTS),
            "told_at": pick(INSTANTS),
            "state": pick(STATES),
        },
        "education_session": lambda: {
            "person_ids": sorted({needed("person") for _ in range(chance.randint(0, 3))}),
            "held_at": pick(INSTANTS),
            "state": pick(STATES),
        },
    }
    return drawn[kind]()
