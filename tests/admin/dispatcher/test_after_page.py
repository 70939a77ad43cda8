"""After visits: a result comes and is told, a contact is called once a day, a door shut three times waits for a decision."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from backend.db.transaction import transaction
from backend.dispatch.load_day import load_day
from backend.ids import new_id
from backend.log.desk import Act
from backend.settings import Settings
from tests.admin.desk import TODAY, TOMORROW, Desk, desk_of, send
from tests.conftest import Database

PAGE = "/follow-up"


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        yield opened


async def planned(desk: Desk) -> set[str]:
    """Return the visits that tomorrow's plan would be made of."""
    async with transaction(desk.scope) as tx:
        return {one.id for one in (await load_day(tx, TOMORROW, desk.house.time())).visits}


async def tried(desk: Desk, visit_id: UUID, day: str) -> None:
    """Let a team find a door shut on a day."""
    fields = {"visit_id": str(visit_id), "result": "absent", "departed_at": f"{day}T10:00:00.000Z"}
    acts = [Act("visit_outcome", new_id(), {**fields}), Act("visit", visit_id, {"state": "attempted"})]
    assert not (await desk.write("dora", acts)).refused


async def test_door_shut_three_times_is_on_no_plan_until_somebody_decides(desk: Desk) -> None:
    row = (
        await desk.rows(
            "SELECT id, request_id FROM visit WHERE territory_id = $1 AND state = 'wanted' AND request_id IS NOT NULL "
            "AND (not_before_on IS NULL OR not_before_on <= $2) ORDER BY id LIMIT 1",
            TODAY,
        )
    )[0]
    visit_id, browser = row["id"], await desk.house.signed_in("dora")
    for day in ("2026-11-18", "2026-11-19"):
        await tried(desk, visit_id, day)
    assert str(visit_id) in await planned(desk)
    assert str(visit_id) not in (await browser.get(PAGE)).text
    await tried(desk, visit_id, "2026-11-20")
    assert str(visit_id) not in await planned(desk)
    shown = await browser.get(PAGE)
    assert str(visit_id) in shown.text
    yesterday = await send(browser, shown, "/follow-up/door", do="again", from_on=str(TODAY - timedelta(days=1)))
    assert yesterday.status_code == 400
    again = await send(browser, shown, "/follow-up/door", do="again", from_on=str(TOMORROW), hours="16:30-19:30")
    assert again.status_code == 303
    changed = (
        await desk.rows("SELECT windows, not_before_on FROM visit WHERE territory_id = $1 AND id = $2", visit_id)
    )[0]
    assert (changed["windows"], changed["not_before_on"]) == (["16:30-19:30"], TOMORROW)
    assert str(visit_id) in await planned(desk)
    assert (await send(browser, shown, "/follow-up/door", do="no_more")).status_code == 409  # who comes late is told
    await tried(desk, visit_id, str(TOMORROW))
    shown = await browser.get(PAGE)
    assert (await send(browser, shown, "/follow-up/door", do="no_more")).status_code == 303
    assert (
        await desk.value("SELECT state FROM request WHERE territory_id = $1 AND id = $2", row["request_id"]) == "closed"
    )
    assert str(visit_id) not in (await browser.get(PAGE)).text
    assert str(visit_id) not in await planned(desk)


async def test_result_comes_is_told_and_is_nobodys_to_tell_any_more(desk: Desk) -> None:
    person = await desk.value("SELECT id FROM person WHERE territory_id = $1 ORDER BY id LIMIT 1")
    test_id = new_id()
    fields = {
        "person_id": str(person),
        "test_type": "pcr",
        "pathogen": "zzcov",
        "collected_at": "2026-11-20T10:00:00.000Z",
    }
    await desk.write("dora", [Act("screening", test_id, {**fields, "result": "pending"})])
    browser = await desk.house.signed_in("selma")
    shown = await browser.get(PAGE)
    assert "zzcov" in shown.text
    about = {"id": str(test_id)}
    assert (await send(browser, shown, "/follow-up/result", **about, result="perhaps")).status_code == 400
    assert (await send(browser, shown, "/follow-up/result", **about, result="detected")).status_code == 303
    assert (await send(browser, shown, "/follow-up/result", **about, result="not_detected")).status_code == 409
    shown = await browser.get(PAGE)
    assert (await send(browser, shown, "/follow-up/result", **about, do="told")).status_code == 303
    row = (await desk.rows("SELECT * FROM screening WHERE territory_id = $1 AND id = $2", test_id))[0]
    assert (row["result"], row["resulted_at"], row["told_at"]) == ("detected", desk.house.time(), desk.house.time())
    assert "zzcov" not in (await browser.get(PAGE)).text


async def test_contact_is_called_once_a_day_until_the_follow_up_ends(desk: Desk) -> None:
    ill, contact = (
        row["id"] for row in await desk.rows("SELECT id FROM person WHERE territory_id = $1 ORDER BY id LIMIT 2")
    )
    exposure = new_id()
    fields = {
        "index_person_id": str(ill),
        "contact_person_id": str(contact),
        "last_on": "2026-11-20",
        "follow_up": "listed",
    }
    await desk.write("dora", [Act("exposure", exposure, {**fields})])
    browser = await desk.house.signed_in("dora")
    shown = await browser.get(PAGE)
    assert str(contact) in shown.text
    assert str(ill) not in shown.text
    assert (await send(browser, shown, "/follow-up/contact", follow_up="under_follow_up")).status_code == 303
    assert str(exposure) not in (await browser.get(PAGE)).text
    desk.house.time.pass_by(days=1)
    browser = await desk.house.signed_in("dora")
    shown = await browser.get(PAGE)
    assert (
        str(exposure) not in shown.text
        or (await send(browser, shown, "/follow-up/contact", follow_up="completed")).status_code == 303
    )
    assert (await send(browser, shown, "/follow-up/contact", id=str(exposure), follow_up="lost")).status_code == 409
