"""A plan of a day that has begun sends nobody out in the past, and says what it left out because of the hour."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from backend.db.transaction import transaction
from backend.dispatch import store
from backend.dispatch.draft import Change
from backend.dispatch.edit import Edited, edit
from backend.dispatch.load_day import load_rest_of_day
from backend.dispatch.problem_of_day import instant_of_second
from backend.ids import PlanId
from backend.settings import Settings
from tests.admin.desk import TODAY, TOMORROW, Desk, desk_of
from tests.conftest import Database

AFTERNOON = datetime(2026, 11, 22, 13, 45, tzinfo=UTC)  # a quarter to three in Paris: lunch is over


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        yield opened


async def starts(desk: Desk, plan_id: PlanId) -> list[datetime]:
    """Return when the teams of a plan of today leave."""
    body = json.loads(await desk.value("SELECT body FROM plan WHERE territory_id = $1 AND id = $2", plan_id))
    return [instant_of_second(TODAY, "Europe/Paris", route["depart_seconds"]) for route in body["plan"]["routes"]]


async def test_plan_for_today_starts_from_now_and_the_page_says_so(desk: Desk) -> None:
    desk.house.time.at = AFTERNOON
    over = await desk.value("SELECT id FROM team WHERE territory_id = $1 ORDER BY id LIMIT 1")
    letter = await desk.value("SELECT letter FROM team WHERE territory_id = $1 AND id = $2", over)
    await desk.rows(
        "UPDATE shift SET ends_at = $4 WHERE territory_id = $1 AND team_id = $2 AND day_on = $3 RETURNING id",
        over, TODAY, AFTERNOON - timedelta(minutes=1),
    )  # fmt: skip
    plan_id = await desk.draft(day_on=TODAY)
    left = await starts(desk, plan_id)
    assert left
    assert min(left) >= AFTERNOON
    browser = await desk.house.signed_in("dora")
    shown = (await browser.get(f"/plan?day={TODAY}&plan={plan_id}")).text
    assert "aucune équipe ne part avant 14:45" in shown
    assert f"sans tournée : {letter}." in shown
    assert 'id="already-late"' not in shown
    desk.house.time.at = AFTERNOON + timedelta(hours=1)
    later = await (await desk.house.signed_in("dora")).get(f"/plan?day={TODAY}&plan={plan_id}")
    assert 'id="already-late"' in later.text  # said before it is published


async def test_change_by_hand_of_a_draft_of_today_is_timed_from_now(desk: Desk) -> None:
    plan_id = await desk.draft(day_on=TODAY)
    now = desk.house.time.at = AFTERNOON
    async with transaction(desk.scope) as tx:
        plan = await store.find(tx, plan_id)
        assert plan is not None
        stops = [stop for route in plan.body["plan"]["routes"] for stop in route["stops"]]
        out = tuple(stop["visit"] for stop in stops if stop["start_seconds"] < 15 * 3600)
        outcome = await edit(tx, plan_id, 1, Change(code="leave_out", visits=out[:100]), now)
    assert isinstance(outcome, Edited)
    assert min(await starts(desk, plan_id)) >= now


async def test_day_that_has_not_begun_is_planned_whole(desk: Desk) -> None:
    async with transaction(desk.scope) as tx:
        day = await load_rest_of_day(tx, TOMORROW, AFTERNOON)
    assert day.begun_at is None
    assert min(team.starts_at for team in day.teams) < AFTERNOON + timedelta(days=1)
