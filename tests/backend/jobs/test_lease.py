"""The lease fences: who lost it saves nothing, whatever it still believes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from backend.db.transaction import Transaction, transaction, transaction_of_jobs
from backend.dispatch import store as plans
from backend.ids import JobId, new_id
from backend.jobs import store
from backend.jobs.run import Running, StoppedError, _finish
from tests.backend.ground import Ground, make_ground


async def _ask(ground: Ground, key: str = "k") -> JobId:
    async with transaction(ground.scope) as tx:
        job_id = await store.ask(tx, "plan_day", {"day_on": "2026-11-23"}, only_one_key=key)
    assert job_id is not None
    return job_id


async def _lease(job_id: JobId) -> store.Leased | None:
    async with transaction_of_jobs() as tx:
        return await store.take_lease(tx, job_id, 60)


async def _expire(ground: Ground, job_id: JobId) -> None:
    await ground.fetch(
        "UPDATE job SET lease_until = now() - interval '1 second' WHERE territory_id = $1 AND id = $2", job_id
    )


def _saving(leased: store.Leased) -> Any:
    async def save(tx: Transaction) -> dict[str, Any]:
        at = datetime(2026, 11, 22, tzinfo=UTC)
        plan = plans.StoredPlan(plans.new_plan_id(), at.date(), "draft", 1, "", 1, 1, "none", {}, {}, at)
        await plans.add_draft(tx, plan, leased.id)
        return {"plan_id": str(plan.id)}

    return save


async def test_old_worker_saves_no_row_when_another_took_its_lease(ground: Ground) -> None:
    job_id = await _ask(ground)
    old = await _lease(job_id)
    assert old is not None
    assert await _lease(job_id) is None
    await _expire(ground, job_id)
    new = await _lease(job_id)
    assert new is not None
    async with transaction_of_jobs() as tx:
        assert await store.renew_lease(tx, old, 60, {"done": 1}) == "lost"
    with pytest.raises(StoppedError):
        await _finish(Running(old), _saving(old))
    assert await ground.value("SELECT count(*) FROM plan WHERE territory_id = $1") == 0
    assert await _finish(Running(new), _saving(new)) == "done"
    with pytest.raises(StoppedError):
        await _finish(Running(old), _saving(old))
    (row,) = await ground.fetch("SELECT state, attempts, progress FROM job WHERE territory_id = $1 AND id = $2", job_id)
    assert tuple(row) == ("done", 2, "{}")
    assert await ground.value("SELECT count(*) FROM plan WHERE territory_id = $1") == 1


async def test_job_stays_running_when_its_save_breaks(ground: Ground) -> None:
    """The end and the result are one transaction: a result that cannot be saved leaves no job that claims it."""
    job_id = await _ask(ground)
    leased = await _lease(job_id)
    assert leased is not None

    async def save(_tx: Transaction) -> dict[str, Any]:
        raise ValueError("the save broke")

    with pytest.raises(ValueError, match="the save broke"):
        await _finish(Running(leased), save)
    (row,) = await ground.fetch("SELECT state, result FROM job WHERE territory_id = $1 AND id = $2", job_id)
    assert tuple(row) == ("running", None)


async def test_job_is_given_up_when_its_attempts_are_used_up(ground: Ground) -> None:
    """A job that kills every worker must not go round for ever."""
    job_id = await _ask(ground)
    for _ in range(3):
        assert await _lease(job_id) is not None
        await _expire(ground, job_id)
    assert await _lease(job_id) is None
    async with transaction_of_jobs() as tx:
        assert await store.give_up_on_the_hopeless(tx) == [job_id]
    (row,) = await ground.fetch("SELECT state, problem_code FROM job WHERE territory_id = $1 AND id = $2", job_id)
    assert tuple(row) == ("failed", "internal")


async def test_job_of_another_territory_is_not_found_when_somebody_asks_for_it(ground: Ground) -> None:

    job_id = await _ask(ground)
    other = await make_ground(ground.database)
    async with transaction(other.scope) as tx:
        assert await store.find(tx, job_id) is None
        assert not await store.ask_to_cancel(tx, job_id)
        assert await store.find(tx, JobId(new_id())) is None


async def test_one_job_waits_when_two_ask_for_the_same(ground: Ground) -> None:
    """One run per territory and day: the second is told so, and the transaction that asked goes on."""
    await _ask(ground)
    async with transaction(ground.scope) as tx:
        assert await store.ask(tx, "plan_day", {}, only_one_key="k") is None
        assert await tx.fetch_value("SELECT 1") == 1
    assert await _ask(ground, "another") is not None
