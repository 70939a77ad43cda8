"""Each dose to key is listed until somebody says that they keyed it; who and when stays on the line."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from admin.keying.page import PAGE_ROWS
from backend.ids import new_id
from backend.log.desk import Act
from backend.settings import Settings
from tests.admin.desk import Desk, Seen, desk_of
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
    answer = await _press(browser, shown, "mark", [str(dose), "no id"])
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
    answer = await _press(browser, pages[1], "mark", listed[1][:2])
    assert answer.headers["location"].endswith("&page=2&done=2")
    after = _boxes((await browser.get(answer.headers["location"])).text)
    assert [*after] == [*listed[1][2:], *listed[2][:2]]


async def test_ticks_stay_from_page_to_page_until_they_are_noted_or_taken_back(desk: Desk) -> None:
    person, doses = new_id(), [new_id() for _ in range(PAGE_ROWS + 5)]
    given = {"person_id": str(person), "status": "given", "given_on": "2026-11-20", "source": "own"}
    acts = [Act("dose", dose, {**given}, {"antigens": ["zoster"]}) for dose in doses]
    assert not (await desk.write("dora", [Act("person", person, {"family_name": "Zzticks"}), *acts[:50]])).refused
    assert not (await desk.write("dora", acts[50:])).refused
    browser = await desk.house.signed_in("selma")
    first = await browser.get("/keying", params={"since": "2026-11-20", "until": "2026-11-20"})
    kept, taken_back = [*_boxes(first.text)][:2]
    second = await _press(browser, first, "2", [kept, taken_back])
    assert kept not in str(second.url)
    assert "2 cochée(s) sur d" in second.text
    here = next(iter(_boxes(second.text)))
    again = await _press(browser, second, "1", [here])
    assert [one for one, ticked in _boxes(again.text).items() if ticked] == [kept, taken_back]
    last = await _press(browser, again, "2", [kept])
    assert [one for one, ticked in _boxes(last.text).items() if ticked] == [here]
    answer = await _press(browser, last, "mark", [here])
    noted = await desk.rows("SELECT id FROM keyed_dose WHERE territory_id = $1")
    assert {str(row["id"]) for row in noted} == {kept, here}
    assert "cochée(s) sur d" not in (await browser.get(answer.headers["location"])).text


def _boxes(text: str) -> dict[str, bool]:
    """Return the doses of a page and whether each is ticked."""
    found = re.findall(r'type="checkbox" name="dose" value="([^"]+)"( checked)?', text)
    return {dose: bool(checked) for dose, checked in found}


async def _press(browser: httpx.AsyncClient, shown: httpx.Response, button: str, ticked: list[str]) -> httpx.Response:
    """Send the page's form as a browser does: what is ticked on it, what it carries along, and the button."""
    fields: dict[str, Any] = Seen(shown.text).form("/keying")
    carried = re.findall(r'type="hidden" name="dose" value="([^"]+)"', shown.text)
    go = {} if button == "mark" else {"go": button}
    others = {name: value for name, value in fields.items() if name not in ("dose", "go")}
    return await browser.post("/keying", data={**others, **go, "dose": [*carried, *ticked]})
