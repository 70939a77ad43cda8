"""Each night a territory is looked through once; what rotted is told to those who must know, and to nobody else."""

import json
from dataclasses import replace
from typing import Any

import pytest

from backend.access import Role
from backend.backup.jobs import territories_to_verify
from backend.db.transaction import transaction, transaction_of_jobs
from backend.ids import JobId
from backend.jobs import store
from backend.jobs.run import run
from backend.notices.store import Kind, own_notices
from backend.settings import Settings
from tests.backend.ground import Ground

ROTTEN = {
    "record": "UPDATE record SET content_sum = content_sum + 1 WHERE territory_id = $1 AND kind = 'person'",
    "bucket": "UPDATE bucket SET content_sum = content_sum + 1 WHERE territory_id = $1 AND id LIKE 'place:%'",
    "feed": "DELETE FROM feed WHERE territory_id = $1 AND bucket_id LIKE 'place:%'",
}


async def test_territory_is_asked_for_once_a_night_and_not_on_the_day_it_is_made(ground: Ground) -> None:
    assert not await _waits(ground)
    await ground.as_owner("UPDATE territory SET created_at = created_at - interval '2 days' WHERE id = $1")
    assert await _waits(ground)
    async with transaction_of_jobs() as tx:
        assert await store.ask_in(tx, ground.territory_id, "verify", {}, only_one_key="verify") is not None
    assert not await _waits(ground)
    await ground.as_owner("UPDATE job SET asked_at = asked_at - interval '1 day' WHERE territory_id = $1")
    assert await _waits(ground)


async def test_sound_territory_troubles_nobody(ground: Ground, settings: Settings) -> None:
    found = await _look(ground, settings)
    assert found["wrong"] == 0
    assert found["records"] > 0
    assert await _told(ground) == set()


@pytest.mark.parametrize("what", ROTTEN)
async def test_what_rotted_is_named_and_told_to_those_who_must_know(
    ground: Ground, settings: Settings, what: str
) -> None:
    await ground.as_owner(ROTTEN[what])
    found = await _look(ground, settings)
    assert found["wrong"] > 0
    assert any(one.startswith(what) for one in found["found"])
    assert await _told(ground) == {Role.CLINICAL_SUPERVISOR}


async def _waits(ground: Ground) -> bool:
    async with transaction_of_jobs() as tx:
        return ground.territory_id in await territories_to_verify(tx)


async def _look(ground: Ground, settings: Settings) -> dict[str, Any]:
    """Ask as the sweeper does, work as the worker does, and return the job's result."""
    async with transaction_of_jobs() as tx:
        job_id = await store.ask_in(tx, ground.territory_id, "verify", {}, only_one_key="verify")
    assert job_id is not None
    await run(JobId(job_id), settings)
    (row,) = await ground.fetch("SELECT state, result FROM job WHERE territory_id = $1 AND id = $2", job_id)
    assert row["state"] == "done"
    found: dict[str, Any] = json.loads(row["result"])
    return found


async def _told(ground: Ground) -> set[Role]:
    """Return who has a notice of it; each reads their own and nobody else's."""
    told = set()
    for role, user_id in ground.users.items():
        async with transaction(replace(ground.scope, user_id=user_id)) as tx:
            if any(one.kind == Kind.RECORDS_DIFFER for one in await own_notices(tx, user_id)):
                told.add(role)
    return told
