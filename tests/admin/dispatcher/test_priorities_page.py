"""A supervisor sets what a good plan is worth to the territory, in words; the next plan follows, and every change stays."""

from collections.abc import AsyncIterator

import pytest

from backend.access import Scope
from backend.db.transaction import transaction
from backend.dispatch.load_day import load_day
from backend.dispatch.weights import SETTABLE
from backend.dispatch.weights_store import read_weights
from backend.settings import Settings
from tests.admin.desk import TOMORROW, Desk, Seen, desk_of, send
from tests.conftest import Database

WHY = "Les flacons manquent cette semaine."


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        yield opened


async def test_weights_set_by_a_supervisor_are_those_of_the_next_plan(desk: Desk) -> None:
    before = await desk.draft()
    browser = await desk.house.signed_in("selma")
    shown = await browser.get("/priorities")
    assert not Seen(shown.text).refused
    answer = await send(browser, shown, "/priorities", wasted_dose="6", full_load="90", reason=WHY)
    assert answer.status_code == 303, answer.text
    again = await browser.get(answer.headers["location"])
    assert WHY in again.text
    assert "version 1" in again.text
    after = await desk.draft()
    plans = {
        row["id"]: row
        for row in await desk.rows(
            "SELECT id, problem_hash, body->>'weights_version' AS version FROM plan WHERE territory_id = $1"
        )
    }
    assert (plans[before]["version"], plans[after]["version"]) == ("0", "1")
    assert plans[before]["problem_hash"] != plans[after]["problem_hash"]
    async with transaction(desk.scope) as tx:
        weights = (await load_day(tx, TOMORROW, desk.house.time())).weights
    assert (weights.wasted_dose, weights.full_load, weights.left_out_point) == (360, 5400, 3600)
    rows = await desk.rows("SELECT user_id, reason FROM journal WHERE territory_id = $1 AND act = 'weights_set'")
    assert [(row["user_id"], row["reason"]) for row in rows] == [(desk.users["selma"], WHY)]


async def test_dispatcher_sees_them_and_cannot_set_them(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/priorities", params={"locale": "en"})
    assert shown.status_code == 200
    assert 'name="wasted_dose"' not in shown.text
    token = Seen(shown.text).forms[-1][1]
    assert (await browser.post("/priorities", data={**token, "reason": WHY})).status_code in {403, 404}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"wasted_dose": "61"}, "hors des bornes"),
        ({"left_out_point": "20", "wasted_dose": "30"}, "un flacon jeté compterait plus"),
        ({"left_out_point": "15", "wasted_dose": "0", "other_member": "120"}, "le confort d"),
        ({"left_out_point": "600"}, "plus qu&#39;une promesse"),
        ({"overtime_second": "beaucoup"}, "nombre entier"),
        ({"reason": "bof"}, "Dites pourquoi"),
    ],
)
async def test_weights_that_turn_an_order_round_are_refused_and_nothing_typed_is_lost(
    desk: Desk, typed: dict[str, str], said: str
) -> None:
    browser = await desk.house.signed_in("selma")
    shown = await browser.get("/priorities")
    answer = await send(browser, shown, "/priorities", **{"reason": WHY, **typed})
    assert answer.status_code == 400
    assert said in answer.text
    assert all(f'value="{text}"' in answer.text for text in typed.values())
    async with transaction(desk.scope) as tx:
        assert (await read_weights(tx)).version == 0


async def test_of_two_who_set_them_at_once_the_second_is_told(desk: Desk) -> None:
    browser = await desk.house.signed_in("selma")
    shown = await browser.get("/priorities")
    assert (await send(browser, shown, "/priorities", wasted_dose="6", reason=WHY)).status_code == 303
    late = await send(browser, shown, "/priorities", wasted_dose="1", reason=WHY)
    assert late.status_code == 409
    async with transaction(Scope(desk.territory_id)) as tx:
        in_force = await read_weights(tx)
    assert (in_force.version, in_force.weights.wasted_dose) == (1, 360)


def test_every_original_value_is_whole_in_its_unit_and_between_its_bounds() -> None:
    """Else a territory that saves the page as it is would change its plans."""
    assert [one.name for one in SETTABLE if not one.least <= one.default <= one.most] == []
    assert [one.name for one in SETTABLE if one.default * one.unit.seconds_per_unit != one.default_seconds] == []
