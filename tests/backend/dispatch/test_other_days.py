"""Nobody is visited on two days for one wish: what stands in a plan in force of one day is no candidate of another."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from backend.db.transaction import transaction
from backend.dispatch import store
from backend.dispatch.load_day import load_day
from backend.dispatch.problem_of_day import visit_of
from backend.dispatch.publish import publish
from backend.ids import PlanId
from backend.log.desk import Act, installation_for
from backend.problems import Problem
from backend.settings import Settings
from tests.admin.desk import TOMORROW, Desk, desk_of
from tests.conftest import Database

NEXT = TOMORROW + timedelta(days=1)
TWICE = (
    "SELECT count(*) FROM (SELECT unnest(s.visit_ids) AS visit FROM stop s JOIN round r ON r.territory_id = s.territory_id "
    "AND r.id = s.round_id WHERE s.territory_id = $1 AND s.state = 'planned' AND r.state = 'published' "
    "GROUP BY visit HAVING count(DISTINCT r.day_on) > 1) two"
)
# A stop that makes its visits alone: the parts of a large hotel share one.
WHOLE = (
    "SELECT id, visit_ids FROM stop s WHERE territory_id = $1 AND NOT EXISTS (SELECT FROM stop o "
    "WHERE o.territory_id = s.territory_id AND o.id <> s.id AND o.visit_ids && s.visit_ids) ORDER BY id LIMIT 1"
)


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        yield opened


async def put_in_force(desk: Desk, plan_id: PlanId) -> set[str]:
    """Publish a plan; return the visits that it serves."""
    now = desk.house.time()
    async with transaction(desk.scope) as tx:
        plan = await store.find(tx, plan_id)
        assert plan is not None
        await publish(tx, plan, await installation_for(tx, "test", now), now)
    return {visit_of(stop["visit"]) for route in plan.body["plan"]["routes"] for stop in route["stops"]}


async def candidates(desk: Desk, day_on: date) -> set[str]:
    async with transaction(desk.scope) as tx:
        return {one.id for one in (await load_day(tx, day_on, desk.house.time())).visits}


async def test_visits_of_tomorrow_are_no_candidates_of_the_day_after_and_nobody_is_planned_twice(desk: Desk) -> None:
    before, before_next = await candidates(desk, TOMORROW), await candidates(desk, NEXT)
    served = await put_in_force(desk, await desk.draft())
    assert served
    assert await candidates(desk, TOMORROW) == before  # a day planned again keeps its own
    assert await candidates(desk, NEXT) == before_next - served
    later = await desk.draft(day_on=NEXT)
    told = await desk.value(
        "SELECT (summary->>'on_other_days')::int FROM plan WHERE territory_id = $1 AND id = $2", later
    )
    assert told == len(served)
    page = await (await desk.house.signed_in("dora")).get(f"/plan?day={NEXT}&plan={later}")
    assert f"non reprises ici : {told}<" in page.text
    assert not await put_in_force(desk, later) & served
    assert await desk.value(TWICE) == 0


async def test_plan_made_before_the_other_day_was_put_in_force_is_refused_with_a_sentence(desk: Desk) -> None:
    first, second = await desk.draft(), await desk.draft(day_on=NEXT)
    served = await put_in_force(desk, first)
    with pytest.raises(Problem) as refused:
        await put_in_force(desk, second)
    assert refused.value.code == "visits_on_other_days"
    assert await desk.value(TWICE) == 0
    again = await put_in_force(desk, await desk.draft(day_on=NEXT))
    assert not again & served


async def test_visit_may_be_planned_again_once_its_stop_is_withdrawn_or_its_day_is_past(desk: Desk) -> None:
    served = await put_in_force(desk, await desk.draft())
    stop = (await desk.rows(WHOLE))[0]
    freed = {str(one) for one in stop["visit_ids"]}
    assert not await candidates(desk, NEXT) & served
    await desk.write("dora", [Act("stop", stop["id"], {"state": "withdrawn"})])
    assert await candidates(desk, NEXT) & served == freed
    desk.house.time.pass_by(hours=48)  # the day is over, and nobody went
    assert await candidates(desk, NEXT) & served == served
