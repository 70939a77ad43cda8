"""A draft is changed by hand: what breaks is told and not kept, a stale change is told what the others did."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Literal

import pytest

from backend.access import Scope
from backend.db.transaction import transaction
from backend.dispatch import store
from backend.dispatch.draft import Change, Draft, changed, draft_of
from backend.dispatch.edit import Breaks, CannotBeDone, Edited, Outcome, Stale, changes_since, edit, undo
from backend.dispatch.load_day import load_day
from backend.dispatch.travel import known_travel
from backend.ids import PlanId
from backend.settings import Settings
from tests.admin.desk import TOMORROW, Desk, desk_of
from tests.conftest import Database

ROUNDS = 50


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        yield opened


async def change_as(desk: Desk, login: str, plan_id: PlanId, version: int, change: Change | None) -> Outcome:
    """Make a change, or take the last one back, as somebody of the desk in a transaction of their own."""
    async with transaction(Scope(desk.territory_id, desk.users[login])) as tx:
        if change is None:
            return await undo(tx, plan_id, version, desk.house.time())
        return await edit(tx, plan_id, version, change, desk.house.time())


async def read(desk: Desk, plan_id: PlanId) -> store.StoredPlan:
    async with transaction(desk.scope) as tx:
        plan = await store.find(tx, plan_id)
    assert plan is not None
    return plan


def visits_of(draft: Draft) -> list[str]:
    return [name for names in draft.routes.values() for name in names]


async def test_change_is_kept_with_its_next_version_and_taken_back(desk: Desk) -> None:
    plan_id = await desk.draft()
    first = await read(desk, plan_id)
    draft = draft_of(first.body)
    visit = visits_of(draft)[0]
    out = await change_as(desk, "dora", plan_id, 1, Change(code="leave_out", visits=(visit,)))
    assert isinstance(out, Edited)
    assert out.plan.version == 2
    assert [one["code"] for one in out.plan.body["left_out"] if one["visit"] == visit] == ["by_hand"]
    assert out.plan.summary["visits_planned"] == first.summary["visits_planned"] - 1
    back = await change_as(desk, "dora", plan_id, 2, None)
    assert isinstance(back, Edited)
    assert draft_of(back.plan.body) == draft
    assert back.plan.version == 3
    assert await change_as(desk, "dora", plan_id, 3, None) == CannotBeDone("nothing_to_undo")


async def test_everything_that_breaks_is_told_and_nothing_is_kept(desk: Desk) -> None:
    """R4: all visits of the day to one team is more than its shift holds."""
    plan_id = await desk.draft()
    draft = draft_of((await read(desk, plan_id)).body)
    team = next(team for team, names in draft.routes.items() if names)
    told = await change_as(desk, "dora", plan_id, 1, Change(code="move", visits=tuple(visits_of(draft)), team=team))
    assert isinstance(told, Breaks)
    assert len({one.rule for one in told.violations}) >= 1
    assert (await read(desk, plan_id)).version == 1


async def test_lock_holds_its_visit_until_it_is_unlocked(desk: Desk) -> None:
    plan_id = await desk.draft()
    draft = draft_of((await read(desk, plan_id)).body)
    team, names = next((team, names) for team, names in draft.routes.items() if names)
    other = next(one for one in draft.routes if one != team)
    assert isinstance(await change_as(desk, "dora", plan_id, 1, Change(code="lock", visits=names[:1])), Edited)
    moved = await change_as(desk, "dora", plan_id, 2, Change(code="move", visits=names[:1], team=other))
    assert isinstance(moved, Breaks)
    assert "pin" in {one.rule.value for one in moved.violations}
    assert isinstance(await change_as(desk, "dora", plan_id, 2, Change(code="unlock", visits=names[:1])), Edited)


async def test_hotel_is_split_and_no_person_is_counted_twice(desk: Desk) -> None:
    plan_id = await desk.draft()
    plan = await read(desk, plan_id)
    rows = await desk.rows("SELECT id, people_count FROM visit WHERE territory_id = $1 AND people_count >= 2")
    several = {str(row["id"]) for row in rows}
    visit = next(name for name in visits_of(draft_of(plan.body)) if name in several)
    told = await change_as(desk, "dora", plan_id, 1, Change(code="split", visits=(visit,), parts=2))
    assert isinstance(told, Edited | Breaks)  # two stops may take longer than the day allows
    if isinstance(told, Edited):
        assert {f"{visit}/1", f"{visit}/2"} <= set(visits_of(draft_of(told.plan.body)))
        assert told.plan.summary["people_planned"] == plan.summary["people_planned"]
    many = await change_as(desk, "dora", plan_id, (await read(desk, plan_id)).version, Change(
        code="split", visits=(visit,), parts=8))  # fmt: skip
    assert not isinstance(many, Stale)


async def test_stand_in_for_a_travel_server_that_is_away_is_not_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with transaction(desk.scope) as tx:
        day = await load_day(tx, TOMORROW, desk.house.time())
        monkeypatch.setenv("MARAUDE_TRAVEL_SERVER", "osrm+http://127.0.0.1:1")
        away = await known_travel(tx, replace(day, places=day.places[:2]))
        monkeypatch.delenv("MARAUDE_TRAVEL_SERVER")
        back = await known_travel(tx, replace(day, places=day.places[:2]))
    assert all(one.origin.instead_because for one in away.values())
    assert not any(one.origin.instead_because for one in back.values())


async def test_published_plan_is_not_changed_in_place(desk: Desk) -> None:
    plan_id = await desk.draft()
    await desk.rows("UPDATE plan SET state = 'published' WHERE territory_id = $1 RETURNING id")
    told = await change_as(desk, "dora", plan_id, 1, Change(code="lock", visits=("x",)))
    assert told == CannotBeDone("no_draft")


async def test_no_change_is_lost_and_no_visit_is_given_twice_when_two_dispatchers_work_on_one_plan(desk: Desk) -> None:
    """Fifty random interleavings: each reads, thinks, and writes what it saw; who is late is told what changed."""
    plan_id = await desk.draft(iterations=200)
    kept: list[Change] = []
    stale = 0
    first = draft_of((await read(desk, plan_id)).body)
    for seed in range(ROUNDS):
        chance = random.Random(seed)
        seen = await read(desk, plan_id)
        late = chance.random() < 0.5
        made = [a_change(draft_of(seen.body), chance) for _ in range(2)]
        tries: list[Any] = [change_as(desk, login, plan_id, seen.version, change)
                            for login, change in zip(("dora", "david"), made, strict=True)]  # fmt: skip
        # one after the other, both having seen the same; or both at once
        outcomes = [await tries[0], await tries[1]] if late else list(await asyncio.gather(*tries))
        done = [change for change, outcome in zip(made, outcomes, strict=True) if isinstance(outcome, Edited)]
        assert len(done) <= 1
        if done:
            others = [outcome for outcome in outcomes if isinstance(outcome, Stale)]
            stale += len(others)
            for other in others:
                assert [one.version for one in other.since] == [seen.version + 1]
                assert [one.change["code"] for one in other.since] == [done[0].code]
        kept += done
        assert (await read(desk, plan_id)).version == 1 + len(kept)
    last = draft_of((await read(desk, plan_id)).body)
    folded = first
    for change in kept:
        step = changed(folded, change)
        assert isinstance(step, Draft)
        folded = step
    assert last == folded
    names = visits_of(last)
    assert len(names) == len(set(names))
    assert len(kept) >= ROUNDS // 5
    assert stale >= ROUNDS // 5
    async with transaction(desk.scope) as tx:
        assert len(await changes_since(tx, plan_id, 1)) == len(kept)


def a_change(draft: Draft, chance: random.Random) -> Change:
    """Return a change that a dispatcher might make: mostly moves within a team, which seldom break anything."""
    team, names = chance.choice([(team, names) for team, names in draft.routes.items() if names])
    codes: tuple[Literal["lock", "unlock", "leave_out", "move"], ...] = ("lock", "unlock", "leave_out", "move", "move")
    code = chance.choice(codes)
    before = chance.choice(("", *names))
    if code != "move":
        return Change(code=code, visits=(chance.choice(names),))
    moving = chance.choice([name for name in visits_of(draft) if name != before] or list(names))
    return Change(code="move", visits=(moving,), team=team, before=before if before != moving else "")
