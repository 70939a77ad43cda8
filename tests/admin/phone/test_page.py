"""The figures of the desk's phone: taken in from an exchange or counted, never made up, and from a call to the visit."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from backend.ids import new_id
from backend.log.desk import Act
from backend.settings import Settings
from tests.admin.desk import Desk, Seen, desk_of, send
from tests.conftest import Database

LIST = "date;issue;attente\n" + "\n".join(
    [f"21/11/2026 09:{minute:02};répondu;{minute}" for minute in range(8)]
    + [
        "21/11/2026 10:00;Abandonné;40",
        "2026-11-21 21:30:00;fermé;",
        "2026-11-20 08:01;answered;7",
    ]
)


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        yield opened


async def take_in(browser: httpx.AsyncClient, content: str) -> httpx.Response:
    shown = await browser.get("/phone")
    fields = Seen(shown.text).form("/phone/import")
    return await browser.post("/phone/import", data=fields, files={"file": ("appels.csv", content.encode("cp1252"))})


async def figures(browser: httpx.AsyncClient, since: str, until: str) -> dict[str, list[str]]:
    """Return the lines of the file, by day."""
    answer = await browser.get(f"/phone.csv?since={since}&until={until}")
    lines = [line.split(";") for line in answer.content.decode("utf-8-sig").splitlines()[1:]]
    return {day: rest for day, *rest in lines}


async def test_list_of_an_exchange_becomes_counts_by_day(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    done = await take_in(browser, LIST)
    assert done.headers["location"] == "/phone?saved=2&since=2026-11-20&until=2026-11-21"
    told = await figures(browser, "2026-11-20", "2026-11-21")
    assert told["2026-11-21"][:6] == ["exchange", "8", "1", "1", "11", "3"]
    assert told[""][:5] == ["exchange", "9", "1", "1", "10"]
    assert await desk.value("SELECT count(*) FROM phone_day WHERE territory_id = $1") == 2
    assert (await take_in(browser, LIST)).status_code == 303  # the same list again counts nobody twice
    assert await figures(browser, "2026-11-20", "2026-11-21") == told


async def test_list_with_a_line_that_cannot_be_read_is_not_taken_at_all(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    answer = await take_in(browser, LIST + "\nhier;répondu;3\n22/11/2026 09:00;perdu;3\n22/11/2026 09:00;répondu;-3")
    assert answer.status_code == 400
    assert answer.text.count('<tr class="bad">') == 3
    with_numbers = await take_in(browser, "date;issue;appelant\n22/11/2026 09:00;answered;0612345678\n")
    assert with_numbers.status_code == 400  # who called is no column of ours
    assert await desk.value("SELECT count(*) FROM phone_day WHERE territory_id = $1") == 0


async def test_day_that_nobody_told_of_is_unknown_until_the_desk_counts_it(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    assert (await figures(browser, "2026-11-22", "2026-11-22"))["2026-11-22"][:6] == ["", "", "", "", "", ""]
    shown = await browser.get("/phone")
    assert (await send(browser, shown, "/phone/count", answered="30", abandoned="10", missed="2")).status_code == 303
    assert (await figures(browser, "2026-11-22", "2026-11-22"))["2026-11-22"][:5] == ["desk", "30", "10", "2", "25"]
    await take_in(browser, "date;issue\n22/11/2026 09:00;answered\n")  # the exchange goes before the desk
    assert (await figures(browser, "2026-11-22", "2026-11-22"))["2026-11-22"][:4] == ["exchange", "1", "0", "0"]
    for typed in ({"day_on": "2026-11-23"}, {"answered": "-1"}, {"missed": "x"}):
        counts = {"answered": "1", "abandoned": "1", "missed": "1"} | typed
        assert (await send(browser, shown, "/phone/count", **counts)).status_code == 400


async def test_hours_run_from_the_call_to_the_first_visit_made(desk: Desk) -> None:
    place = await desk.value("SELECT id FROM place WHERE territory_id = $1 ORDER BY id LIMIT 1")
    visits = [new_id(), new_id()]
    for number, visit_id in enumerate(visits):
        request_id = new_id()
        asked: dict[str, Any] = {"caller_role": "sas", "channel": "phone", "place_id": str(place), "state": "accepted"}
        await desk.write(
            "dora",
            [
                Act(
                    "request",
                    request_id,
                    {**asked, "received_at": f"2025-03-0{number + 1}T08:00:00.000Z"},
                    {"acts": ["screen"]},
                ),
                Act("visit", visit_id, {"request_id": str(request_id), "place_id": str(place), "state": "wanted"}),
            ],
        )
    for result, at in (("absent", "2025-03-02T09:00:00.000Z"), ("done", "2025-03-03T10:00:00.000Z")):
        outcome: dict[str, Any] = {"visit_id": str(visits[0]), "result": result, "arrived_at": at}
        assert not (await desk.write("dora", [Act("visit_outcome", new_id(), outcome)])).refused
    told = await figures(await desk.house.signed_in("dora"), "2025-03-01", "2025-03-02")
    assert told["2025-03-01"][-3:] == ["1", "1", "50"]
    assert told["2025-03-02"][-3:] == ["1", "0", ""]


async def test_page_speaks_english_and_is_for_planners(desk: Desk) -> None:
    assert "Share abandoned" in (await (await desk.house.signed_in("dora")).get("/phone?locale=en")).text
    assert (await (await desk.house.signed_in("marc")).get("/phone")).status_code == 403
