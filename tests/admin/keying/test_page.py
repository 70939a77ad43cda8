"""Each dose to key is listed until somebody says that they keyed it; who and when stays on the line."""

import re
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


async def test_long_list_has_pages_and_every_dose_stands_on_one_of_them(desk: Desk) -> None:
    """A month of a large territory is thousands of lines: a browser drew them for seconds."""
    person, doses = new_id(), [new_id() for _ in range(205)]
    given = {"person_id": str(person), "status": "given", "given_on": "2026-11-20", "source": "own"}
    acts = [Act("dose", dose, {**given}, {"antigens": ["zoster"]}) for dose in doses]
    assert not (await desk.write("dora", [Act("person", person, {"family_name": "Zzpages"})])).refused
    for first in range(0, len(acts), 100):
        assert not (await desk.write("dora", acts[first : first + 100])).refused
    browser = await desk.house.signed_in("selma")
    period = {"since": "2026-11-20", "until": "2026-11-20"}
    pages = [await browser.get("/keying", params={**period, "page": page}) for page in ("x", "2", "3", "99")]
    listed = [re.findall(r'name="dose" value="([^"]+)"', shown.text) for shown in pages]
    others = await desk.value(
        "SELECT count(*) FROM dose WHERE territory_id = $1 AND given_on = '2026-11-20' AND source = 'own' AND status = 'given'"
    )
    assert [len(one) for one in listed[:2]] == [100, 100]
    assert len({*listed[0], *listed[1], *listed[2]}) == others
    assert listed[3] == listed[2]  # beyond the end is the last page
    assert not Seen(pages[1].text).refused
    answer = await send(browser, pages[1], "/keying", dose=listed[1][:2])
    assert answer.headers["location"].endswith("&page=2&done=2")
    after = re.findall(r'name="dose" value="([^"]+)"', (await browser.get(answer.headers["location"])).text)
    assert after == [*listed[1][2:], *listed[2][:2]]
