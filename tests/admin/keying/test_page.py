"""Each dose to key is listed until somebody says that they keyed it; who and when stays on the line."""

from collections.abc import AsyncIterator

import pytest

from backend.ids import new_id
from backend.log.desk import Act
from backend.settings import Settings
from tests.admin.desk import Desk, Seen, desk_of, send
from tests.conftest import Database


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        yield opened


async def test_dose_is_listed_until_it_is_keyed_and_then_says_by_whom(desk: Desk) -> None:
    person, dose = new_id(), new_id()
    given = {
        "person_id": str(person),
        "status": "given",
        "given_on": "2026-11-21",
        "source": "own",
        "lot_number": "LK3",
    }
    named = {"born_on": "1950-03-01", "family_name": "<b>Zzkey"}
    acts = [Act("person", person, {**named}), Act("dose", dose, {**given}, {"antigens": ["zoster"]})]
    assert (await desk.write("dora", acts)).refused == []
    period = {"since": "2026-11-21", "until": "2026-11-22"}
    browser = await desk.house.signed_in("selma")
    shown = await browser.get("/keying", params=period)
    assert "&lt;b&gt;Zzkey" in shown.text
    assert not Seen(shown.text).refused
    answer = await send(browser, shown, "/keying", dose=[str(dose), "no id"])
    assert "done=1" in answer.headers["location"]
    assert "Zzkey" not in (await browser.get("/keying", params=period)).text
    both = (await browser.get("/keying", params={**period, "keyed_too": "yes"})).text
    line = both.split("Zzkey")[1].split("</tr>")[0]
    assert "selma" in line.lower()
    assert "22/11/2026" in line
    acts_read = {row["act"] for row in await desk.rows("SELECT act FROM journal WHERE territory_id = $1")}
    assert {"keying_list_read", "doses_keyed"} <= acts_read


async def test_only_who_may_export_keys(desk: Desk) -> None:
    for login, status in (("dora", 403), ("marc", 403), ("selma", 200)):
        browser = await desk.house.signed_in(login)
        assert (await browser.get("/keying", params={"since": "x", "until": "2026-13-01"})).status_code == status


async def test_period_at_the_edge_of_the_calendar_is_the_usual_one(desk: Desk) -> None:
    browser = await desk.house.signed_in("selma")
    for edge in ("9999-12-31", "0001-01-01"):
        answer = await browser.post("/keying", data={"since": "0001-01-01", "until": edge})
        assert answer.headers["location"].startswith("/keying?since=2026-10-23&until=2026-11-22")
