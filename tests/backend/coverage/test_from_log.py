"""Every count of the read model is what the second implementation works out of the raw log, to the last digit."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from backend.coverage.rebuild import rebuild_in_steps
from backend.db.transaction import transaction
from backend.ids import new_id
from backend.log.desk import Act
from backend.log.follow import catch_up
from backend.settings import Settings
from tests.admin.desk import TODAY, Desk, desk_of
from tests.backend.coverage.second.counts import counts
from tests.backend.coverage.second.rows import rows_of
from tests.backend.coverage.test_keep import read_counts
from tests.backend.coverage.world import PARIS
from tests.conftest import Database


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as made:
        yield made


def drawn_acts(chance: Random, people: list[UUID], doses: list[UUID]) -> list[Act]:
    """Draw a dose given or not, a refusal, a test, a correction, a move, a death, an objection or a link."""
    person, on = chance.choice(people), (TODAY - timedelta(days=chance.randint(0, 500))).isoformat()
    who: dict[str, Any] = {"person_id": str(person)}
    antigens = {"antigens": [chance.choice(["influenza", "zoster", "covid"])]}
    made = {
        "given": (
            "dose",
            {**who, "status": "given", "given_on": on, "source": chance.choice(["own", "card"])},
            antigens,
        ),
        "not": (
            "dose",
            {**who, "status": "not_given", "not_given_reason": "refused", "given_on": on, "source": "own"},
            antigens,
        ),
        "refusal": (
            "consent",
            {**who, "act": "vaccinate", "decision": "refused", "decided_at": f"{on}T22:30:00.000Z"},
            {},
        ),
        "test": (
            "screening",
            {**who, "test_type": "pcr", "pathogen": "flu", "collected_at": f"{on}T08:00:00.000Z", "result": "detected"},
            {},
        ),
    }
    what = chance.choice([*made, "given", "given", "error", "group", "died", "objects", "link"])
    if what in made:
        kind, fields, added = made[what]
        record_id = new_id()
        doses += [record_id] if kind == "dose" else []
        return [Act(kind, record_id, dict(fields), added)]
    if what == "error":
        return [Act("dose", chance.choice(doses), {"state": "entered_in_error"})] if doses else []
    if what == "link":
        ends = {"person_id": str(min(person, people[0])), "other_id": str(max(person, people[0]))}
        return [Act("same_person", new_id(), {**ends, "joined": True})] if person != people[0] else []
    changes: dict[str, Act] = {
        "group": Act("person", person, {"population_group": chance.choice(["homeless_hotel", "other"])}),
        "died": Act("person", person, {"died_on": on}),
        "objects": Act("person", person, {}, {"objections": ["statistics"]}),
    }
    return [changes[what]]


async def test_counts_equal_the_raw_log(desk: Desk) -> None:
    chance = Random(2027)
    people = [row["id"] for row in await desk.rows("SELECT id FROM person WHERE territory_id = $1 ORDER BY id")]
    zoster: dict[str, Any] = {
        "name": "Zona",
        "antigen": "zoster",
        "starts_on": date(2025, 6, 1).isoformat(),
        "age_least_years": 65,
    }
    await desk.write("dora", [Act("campaign", new_id(), dict(zoster))])
    await rebuild_in_steps(desk.scope)
    doses: list[UUID] = []
    for turn in range(40):
        acts = [act for _ in range(3) for act in drawn_acts(chance, people, doses)]
        desk.house.time.pass_by(seconds=1)
        if acts:
            written = await desk.write("dora" if turn % 2 else "selma", acts)
            assert not written.refused
    while await catch_up(desk.scope, desk.house.time()):
        pass
    bodies = await desk.rows(
        "SELECT body FROM op WHERE territory_id = $1 AND verdict <> 'refused' ORDER BY received_at, actor, n"
    )
    zones = {
        row["id"]: row["zone_id"] for row in await desk.rows("SELECT id, zone_id FROM place WHERE territory_id = $1")
    }
    from_log = counts(rows_of([row["body"] for row in bodies], zones), PARIS)
    async with transaction(desk.scope) as tx:
        kept = await read_counts(tx)
    assert kept == from_log
    assert {"second_dose", "occasion", "screening", "person_by_week"} <= {key[0] for key in kept}
