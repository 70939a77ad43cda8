"""Write a drawn world into a real database through the real log: kinds of people who are alike, and the work of a town."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from backend.access import Role, Scope
from backend.accounts.user_changes import Added, NewUser, add_user
from backend.clock import wire_instant
from backend.coverage.rebuild import rebuild_in_steps
from backend.db.transaction import transaction
from backend.ids import InstallationId, new_id
from backend.log.desk import Act, installation_for, write
from backend.log.follow import catch_up
from tests.backend.coverage.world import World
from tests.conftest import Database

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
BATCH = 200


@dataclass(frozen=True)
class Dose:
    """A dose given, or not given for a reason, so many days ago."""

    antigen: str
    days_ago: int
    reason: str = ""
    source: str = "own"
    lot: bool = True
    at_door: bool = False  # recorded on a tablet


@dataclass(frozen=True)
class Screened:
    """A test so many days ago, its result and the hours until then and until it was told (None: not yet)."""

    days_ago: int
    pathogen: str = "flu"
    result: str = "detected"
    hours: int | None = None
    hours_told: int | None = None


@dataclass(frozen=True)
class Alike:
    """So many people who are alike; a zone of None means no address."""

    n: int
    zone: int | None = 0
    group: str | None = "other"
    born_on: date | None = date(1950, 1, 1)
    doses: tuple[Dose, ...] = ()
    refused_days_ago: int | None = None
    tests: tuple[Screened, ...] = ()
    met_days_ago: int | None = None
    died_days_ago: int | None = None
    objects: bool = False
    known_twice: bool = False


@dataclass(frozen=True)
class Vial:
    """A vial of six, opened or not, with so many doses given out of it."""

    state: str
    opened: bool
    given: int = 0


@dataclass(frozen=True)
class Drawn:
    """All that a world holds besides its campaigns."""

    people: tuple[Alike, ...]
    requests_days_ago: tuple[int, ...] = ()
    joined_days_ago: tuple[int, ...] = ()  # further calls, joined to the first of the requests
    visited_days_ago: tuple[int | None, ...] = ()  # hotels, by zone
    vials: tuple[Vial, ...] = ()


def ago(days: int, hour: int = 9) -> str:
    return wire_instant(NOW.replace(hour=hour) - timedelta(days=days))


def day_ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


CAMPAIGNS: tuple[dict[str, Any], ...] = (
    {"name": "Grippe", "antigen": "influenza", "age_least_years": 65, "starts_on": "2026-10-14"},
    {"name": "Zona", "antigen": "zoster", "starts_on": "2025-01-01", "ends_on": "2026-12-31"},
)


async def write_drawn(database: Database, world: World, drawn: Drawn) -> list[UUID]:
    """Write a world through the log, desk and tablet, let coverage follow, and return its campaigns."""
    campaigns = [new_id() for _ in CAMPAIGNS]
    desk: list[Act] = [Act("campaign", id_, dict(fields)) for id_, fields in zip(campaigns, CAMPAIGNS, strict=True)]
    tablet: list[Act] = []
    places = [new_id() for _ in world.zones]
    for number, place_id in enumerate(places):
        where = {"lon_e7": 28_000_000 + 10_000_000 * number, "lat_e7": 482_000_000}
        desk.append(Act("place", place_id, {"kind": "hotel", "name": f"Hotel {number}", **where}))
    _add_work(desk, places, drawn)
    for alike in drawn.people:
        _add_alike(desk, tablet, places, alike)
    async with transaction(world.scope) as tx:
        own = await installation_for(tx, "test", NOW)
    await _write(world.scope, own, desk)
    if tablet:
        await _write(*await _tablet(database, world), tablet)
    while await catch_up(world.scope, NOW):
        pass
    await rebuild_in_steps(world.scope)
    return campaigns


async def _write(scope: Scope, installation_id: InstallationId, acts: list[Act]) -> None:
    for first in range(0, len(acts), BATCH):
        async with transaction(scope) as tx:
            written = await write(tx, installation_id, acts[first : first + BATCH], NOW)
        assert not written.refused, written.refused


async def _tablet(database: Database, world: World) -> tuple[Scope, InstallationId]:
    """Return the scope of a nurse and the installation of the world's tablet."""
    added = await add_user(str(world.scope.territory_id), NewUser("nora", "Nora", frozenset({Role.FIELD_TEAM})), NOW)
    assert isinstance(added, Added)
    connection = await asyncpg.connect(database.owner_url)
    await connection.execute("SELECT set_config('maraude.territory', $1, false)", str(world.scope.territory_id))
    found = await connection.fetchval("SELECT id FROM installation WHERE tablet_id IS NOT NULL")
    await connection.close()
    return Scope(world.scope.territory_id, added.user_id), InstallationId(found)


def _add_work(acts: list[Act], places: list[UUID], drawn: Drawn) -> None:
    asked = {"caller_role": "person", "place_id": str(places[0])}
    requests = [new_id() for _ in drawn.requests_days_ago]
    arrived = zip(requests, drawn.requests_days_ago, strict=True)
    acts += [Act("request", id_, {**asked, "received_at": ago(days)}) for id_, days in arrived]
    for days in drawn.joined_days_ago if requests else ():
        link = {"joined_to": [str(requests[0])]}
        acts.append(Act("request", new_id(), {**asked, "received_at": ago(days)}, link))
    for place_id, days_ago in zip(places, drawn.visited_days_ago, strict=False):
        if days_ago is not None:
            visit_id = new_id()
            outcome = {"visit_id": str(visit_id), "result": "done", "arrived_at": ago(days_ago)}
            acts += [Act("visit", visit_id, {"place_id": str(place_id)}), Act("visit_outcome", new_id(), dict(outcome))]
    product_id, lot_id = new_id(), new_id()
    acts.append(Act("product", product_id, {"code": "p", "name": "P", "doses_per_vial": 6}))
    acts.append(Act("lot", lot_id, {"product_id": str(product_id), "number": "L", "expires_on": "2030-01-01"}))
    for vial in drawn.vials:
        vial_id, taker = new_id(), new_id()
        fields: dict[str, Any] = {"lot_id": str(lot_id), "doses_nominal": 6, "state": vial.state}
        acts.append(Act("vial", vial_id, {**fields, **({"opened_at": ago(3)} if vial.opened else {})}))
        if vial.given:
            acts.append(Act("person", taker, {"population_group": "other"}))
        of_vial = {"person_id": str(taker), "status": "given", "given_on": day_ago(3), "vial_id": str(vial_id)}
        acts += [Act("dose", new_id(), dict(of_vial), {"antigens": ["tetanus"]}) for _ in range(vial.given)]


def _add_alike(desk: list[Act], tablet: list[Act], places: list[UUID], alike: Alike) -> None:
    ids = [new_id() for _ in range(alike.n)]
    facts: dict[str, Any] = {
        "population_group": alike.group,
        "born_on": alike.born_on.isoformat() if alike.born_on else None,
        "place_id": str(places[alike.zone]) if alike.zone is not None else None,
        "died_on": day_ago(alike.died_days_ago) if alike.died_days_ago is not None else None,
    }
    known = {name: value for name, value in facts.items() if value is not None}
    for id_ in ids:
        objections = {"objections": ["statistics"]} if alike.objects else {}
        desk.append(Act("person", id_, dict(known), objections))
        seen_as = id_
        if alike.known_twice:
            seen_as = new_id()
            ends = {"person_id": str(min(id_, seen_as)), "other_id": str(max(id_, seen_as))}
            desk += [Act("person", seen_as, {"room": "1"}), Act("same_person", new_id(), {**ends, "joined": True})]
        for dose in alike.doses:
            (tablet if dose.at_door else desk).append(_dose(seen_as, dose))
        desk += [_test(seen_as, test) for test in alike.tests]
        if alike.refused_days_ago is not None:
            refusal = {
                "act": "vaccinate",
                "decision": "refused",
                "reason": "fear",
                "decided_at": ago(alike.refused_days_ago),
            }
            desk.append(Act("consent", new_id(), {"person_id": str(seen_as), **refusal}))
    if alike.met_days_ago is not None and ids:
        held: dict[str, Any] = {"held_at": ago(alike.met_days_ago), "people_present": len(ids)}
        desk.append(Act("education_session", new_id(), dict(held), {"person_ids": [str(one) for one in ids]}))


def _dose(person_id: UUID, dose: Dose) -> Act:
    fields: dict[str, Any] = {"person_id": str(person_id), "given_on": day_ago(dose.days_ago), "source": dose.source}
    fields |= {"status": "not_given", "not_given_reason": dose.reason} if dose.reason else {"status": "given"}
    fields |= {"lot_number": "L", "expires_on": "2030-01-01"} if dose.lot else {}
    fields |= {"given_at": ago(dose.days_ago)} if dose.at_door else {}
    return Act("dose", new_id(), fields, {"antigens": [dose.antigen]})


def _test(person_id: UUID, test: Screened) -> Act:
    began = NOW - timedelta(days=test.days_ago)
    fields: dict[str, Any] = {"test_type": "pcr", "pathogen": test.pathogen, "collected_at": wire_instant(began)}
    for name, hours in (("resulted_at", test.hours), ("told_at", test.hours_told)):
        fields |= {name: wire_instant(began + timedelta(hours=hours))} if hours is not None else {}
    return Act("screening", new_id(), {"person_id": str(person_id), **fields, "result": test.result})
