"""The map of the backlog has the filters of the table, says what has no position, and is noted in the journal."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from backend.ids import new_id
from backend.log.desk import Act
from backend.settings import Settings
from tests.admin.desk import Desk, desk_of
from tests.conftest import Database


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        yield opened


async def marks(desk: Desk, query: str) -> Any:
    browser = await desk.house.signed_in("dora")
    answer = await browser.get(f"/requests/marks?{query}")
    assert answer.status_code == 200
    return json.loads(answer.text)


async def test_map_shows_each_place_once_with_what_the_filters_of_the_table_let_through(desk: Desk) -> None:
    places = await desk.rows("SELECT id FROM place WHERE territory_id = $1 AND lon_e7 IS NOT NULL ORDER BY id LIMIT 2")
    nowhere = new_id()
    acts = [Act("place", nowhere, {"kind": "home", "name": "Sans position"})]
    for place_id, priority in ((places[0]["id"], 1), (places[0]["id"], 4), (places[1]["id"], 2), (nowhere, 4)):
        fields: dict[str, Any] = {
            "caller_role": "sas",
            "place_id": str(place_id),
            "state": "on_hold",
            "priority": priority,
        }
        acts.append(
            Act("request", new_id(), {**fields, "received_at": "2026-11-22T08:00:00.000Z"}, {"acts": ["trace"]})
        )
    await desk.write("dora", acts)
    shown = await marks(desk, "state=on_hold&act=trace")
    told = {one["place_id"]: (one["requests"], one["priority"], one["age"]) for one in shown["marks"]}
    assert told == {str(places[0]["id"]): (2, 4, "on_time"), str(places[1]["id"]): (1, 2, "on_time")}
    assert "1 demande(s) sans position" in shown["told"]
    assert [one["priority"] for one in (await marks(desk, "state=on_hold&act=trace&priority=2"))["marks"]] == [2]
    assert len((await marks(desk, f"state=on_hold&place={places[0]['id']}"))["marks"]) == 1
    browser = await desk.house.signed_in("dora")
    table = (await browser.get(f"/requests?state=on_hold&act=trace&place={places[0]['id']}")).text
    assert table.count("<tr data-place=") == 2
    assert 'href="/requests?state=on_hold&amp;act=trace">' in table  # back to every place, the other filters kept


async def test_looking_at_the_map_is_noted_with_the_places_shown(desk: Desk) -> None:
    shown = await marks(desk, "state=all")
    noted = await desk.rows("SELECT subject_ids FROM journal WHERE territory_id = $1 AND act = 'requests_mapped'")
    assert {str(one) for one in noted[0]["subject_ids"]} == {one["place_id"] for one in shown["marks"]} != set()


async def test_page_says_that_the_table_tells_the_same_where_no_map_was_brought(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    assert "pas installée sur ce serveur" in (await browser.get("/requests")).text  # desks in tests have no libraries
