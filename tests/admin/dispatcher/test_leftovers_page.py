"""This file holds the plan page to naming who may take the doses that a round will have left of an open vial."""

import json
from collections.abc import AsyncIterator

import pytest

from backend.dispatch.problem_of_day import visit_of
from backend.settings import Settings
from tests.admin.desk import TOMORROW, Desk, desk_of, send
from tests.conftest import Database

VIALS_OF_SIX = "comirnaty_lp81"
BODY = "SELECT body FROM plan WHERE territory_id = $1 AND id = $2"


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        yield opened


async def test_doses_left_over_name_who_waits_for_them_and_nobody_who_is_on_a_round(desk: Desk) -> None:
    """A dose is thrown away when the one who could take it is named too late, or is expected elsewhere."""
    plan_id = await desk.draft()
    browser = await desk.house.signed_in("dora")
    page = f"/plan?day={TOMORROW}&plan={plan_id}"
    body = json.loads(await desk.value(BODY, plan_id))
    assert [one["reserves"] for one in body["leftovers"]] == [[] for _ in body["leftovers"]]
    assert "Attendent à proximité" in (await browser.get(page)).text

    wanting = {
        str(row["id"])
        for row in await desk.rows(f"SELECT id FROM visit WHERE territory_id = $1 AND '{VIALS_OF_SIX}' = ANY(products)")
    }
    last = {one["after_visit"] for one in body["leftovers"]}
    stops = [stop["visit"] for route in body["plan"]["routes"] for stop in route["stops"]]
    waits = next(name for name in stops if visit_of(name) in wanting and name not in last and "/" not in name)
    shown = await browser.get(page)
    done = await send(browser, shown, "/plan/change", code="leave_out", visits=waits, where="")
    assert done.status_code == 303, done.text
    body = json.loads(await desk.value(BODY, plan_id))
    assert {name for one in body["leftovers"] for name in one["reserves"]} == {waits}
    told = (await browser.get(page)).text.split('id="leftovers"')[1].split("</section>")[0]
    assert VIALS_OF_SIX not in told, "a product has its name, not its code"
    assert told.count("<td>personne</td>") == sum(not one["reserves"] for one in body["leftovers"])
