"""A request that waits says why, alone or with others, and its clock goes on."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from backend.ids import new_id
from backend.log.desk import Act
from backend.settings import Settings
from tests.admin.desk import Desk, desk_of, send
from tests.conftest import Database


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        yield opened


async def _requests(desk: Desk, count: int) -> list[UUID]:
    ids = [new_id() for _ in range(count)]
    asked = {"caller_role": "sas", "received_at": "2026-11-22T08:00:00.000Z", "state": "open"}
    await desk.write("dora", [Act("request", one, {**asked, "priority": 3}, {"acts": ["screen"]}) for one in ids])
    return ids


async def test_pause_says_why_and_the_days_go_on(desk: Desk) -> None:
    (one,) = await _requests(desk, 1)
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests?state=open")
    said = {"step": "on_hold", "on_hold_reason": "other", "on_hold_note": "part <b>lundi</b>"}
    assert (await send(browser, shown, f"/requests/{one}/state", **said)).headers["location"] == "/requests"
    text = (await browser.get("/requests?state=on_hold")).text
    assert "part &lt;b&gt;lundi&lt;/b&gt;" in text
    assert "le délai court toujours" in text
    assert "en retard" not in text
    desk.house.time.at += timedelta(days=4)  # priority 3 waits three days
    browser = await desk.house.signed_in("dora")
    assert "en retard" in (await browser.get("/requests?state=on_hold")).text
    assert "its clock goes on" in (await browser.get("/requests?state=on_hold&locale=en")).text


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"on_hold_reason": "because"},
        {"on_hold_reason": "other"},
        {"on_hold_reason": "other", "on_hold_note": "x" * 201},
    ],
)
async def test_pause_without_a_reason_changes_nothing_alone_or_with_others(desk: Desk, said: dict[str, str]) -> None:
    ids = await _requests(desk, 2)
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests?state=open")
    alone = await send(browser, shown, f"/requests/{ids[0]}/state", step="on_hold", **said)
    assert alone.headers["location"] == "/requests?done=why"
    chosen = {"request": [str(one) for one in ids], "step": "on_hold", **said}
    together = await send(browser, shown, "/requests/bulk", **chosen)
    assert together.headers["location"].endswith("done=why")
    assert 'role="alert"' in (await browser.get(together.headers["location"])).text
    states = await desk.rows("SELECT DISTINCT state FROM request WHERE territory_id = $1 AND id = ANY($2)", ids)
    assert [row["state"] for row in states] == ["open"]


async def test_chosen_requests_wait_for_one_reason(desk: Desk) -> None:
    ids = await _requests(desk, 3)
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests?state=open")
    said = {"on_hold_reason": "consent_awaited", "on_hold_note": "tuteur"}
    await send(browser, shown, "/requests/bulk", request=[str(one) for one in ids], step="on_hold", **said)
    rows = await desk.rows(
        "SELECT DISTINCT state, on_hold_reason, on_hold_note FROM request WHERE territory_id = $1 AND id = ANY($2)", ids
    )
    assert [tuple(row) for row in rows] == [("on_hold", "consent_awaited", "tuteur")]
