"""What follows the log never stands in the way of the log, and misses nothing that was handed in."""

import asyncio

from backend import clock
from backend.access import Role
from backend.db.transaction import transaction
from backend.doses.jobs import KIND, forecast_recompute_job
from backend.ids import JobId, new_id
from backend.jobs.run import Running
from backend.jobs.store import Leased
from backend.log.desk import Act
from backend.log.follow import NOTES_PER_STEP, catch_up, freshen
from tests.backend.ground import Ground, dose_of
from tests.backend.log.meetings import beside, until_done_or_blocked

_WAITING = "SELECT count(*) FROM follow_up WHERE territory_id = $1"
_COVERED = (
    "SELECT coalesce(sum(n), 0) FROM coverage_count JOIN coverage_cell c ON c.id = cell_id "
    "WHERE c.territory_id = $1 AND c.measure = 'dose_given'"
)


async def test_acts_are_stored_when_a_coverage_rebuild_waits_already(ground: Ground) -> None:
    """A rebuild is asked for once; asking again must not undo the transaction that holds somebody's entries."""
    for name in ("Covid", "MMR"):
        campaign = Act("campaign", new_id(), {"name": name, "antigen": "covid19", "state": "running"})
        assert await ground.desk([campaign], Role.DISPATCHER) == []
        await ground.follow()
    assert await ground.value("SELECT count(*) FROM campaign WHERE territory_id = $1") == 3
    waiting = await ground.fetch("SELECT state FROM job WHERE territory_id = $1 AND kind = 'coverage_rebuild'")
    assert [row["state"] for row in waiting] == ["queued"]


async def test_answer_waits_for_nothing_that_follows(ground: Ground) -> None:
    """A push is answered while somebody else keeps the followers' turn; what it touched is noted with it."""
    await ground.follow()
    pen = await ground.tablet_pen()
    assert await pen.put("dose", new_id(), **dose_of(ground.ids["ada"])) == "stored"
    assert (await ground.value(_WAITING), await ground.value(_COVERED)) == (1, 0)
    async with transaction(ground.scope) as tx:
        await tx.execute("SELECT pg_advisory_xact_lock(7227003, hashtext($1))", str(ground.territory_id))
        assert await beside(pen.put("dose", new_id(), **dose_of(ground.ids["bob"]))) == "stored"
        await beside(freshen(ground.scope, clock.now()))  # a page does not wait for its turn either
        job = beside(catch_up(ground.scope, clock.now()))
        await until_done_or_blocked(ground, job)
        assert not job.done()
    assert await job == 2
    assert (await ground.value(_WAITING), await ground.value(_COVERED)) == (0, 2)


async def test_nothing_is_noted_when_the_push_is_undone(ground: Ground) -> None:
    """S9: the note and what it is about are one transaction."""
    await ground.follow()
    pen = await ground.tablet_pen()
    op = pen.op("dose", new_id(), **dose_of(ground.ids["ada"]))
    with_gap = pen.op("dose", new_id(), **dose_of(ground.ids["ada"]))
    assert [one.word for one in (await pen.push(with_gap)).verdicts] == []
    assert await ground.value(_WAITING) == 0
    await pen.push(op, with_gap)
    assert await ground.value(_WAITING) == 1


async def test_notes_are_followed_once_when_pages_and_jobs_meet(ground: Ground) -> None:
    """S2: whoever takes a note takes it for all; a page takes a few and tells of the rest."""
    await ground.follow()
    pen = await ground.tablet_pen()
    for _ in range(NOTES_PER_STEP + 3):
        await pen.put("dose", new_id(), **dose_of(ground.ids["ada"]))
    await freshen(ground.scope, clock.now())
    assert await ground.value(_WAITING) == 3
    taken = await asyncio.gather(*(catch_up(ground.scope, clock.now()) for _ in range(4)))
    assert sorted(taken) == [0, 0, 0, 3]
    assert await ground.value(_COVERED) == NOTES_PER_STEP + 3


async def test_long_job_makes_way_and_asks_for_the_rest(ground: Ground) -> None:
    """A dispatcher's plan does not wait behind the forecasts of a whole town."""
    await ground.follow()
    async with transaction(ground.scope) as tx:
        await tx.execute("UPDATE forecast_person SET rules_version = 'a release before' WHERE territory_id = $1",
                         ground.territory_id)  # fmt: skip
    running = Running(Leased(JobId(new_id()), ground.territory_id, KIND, {}, new_id(), 1, None))
    running.makes_way = True
    save = await forecast_recompute_job(running)
    async with transaction(ground.scope) as tx:
        assert (await save(tx))["persons"] == 0
    asked = await ground.fetch("SELECT state FROM job WHERE territory_id = $1 AND kind = $2", KIND)
    assert [row["state"] for row in asked] == ["queued"]


async def test_note_that_cannot_be_followed_holds_up_no_other_and_no_page(ground: Ground) -> None:
    """A fault of ours in what follows must not keep everybody's doses from being counted; it stays and is told."""
    await ground.follow()
    await ground.as_owner("INSERT INTO follow_up (territory_id, noted, noted_at) VALUES ($1, 'no note', now())")
    pen = await ground.tablet_pen()
    assert await pen.put("dose", new_id(), **dose_of(ground.ids["ada"])) == "stored"
    await freshen(ground.scope, clock.now())
    assert (await ground.value(_WAITING), await ground.value(_COVERED)) == (2, 0)
    assert await catch_up(ground.scope, clock.now()) == 1
    assert (await ground.value(_WAITING), await ground.value(_COVERED)) == (1, 1)
    assert await catch_up(ground.scope, clock.now()) == 0  # the job ends, and the sweeper asks again later
