"""The figures of the desk's phone: taken in from an exchange or counted, never made up, and from a call to the visit."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import median_low
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest

from backend.clock import wire_instant
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
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
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
        refused = await send(browser, shown, "/phone/count", **counts)
        assert refused.status_code == 400
        assert f'value="{counts["answered"]}"' in refused.text
        assert ("pas encore venu" if "day_on" in typed else "il faut un jour et trois nombres") in refused.text


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


def second_figures(calls: list[dict[str, Any]], day_on: date) -> list[str]:
    """Return requests, visits made and median hours of a day, the slow way: call after call, each asked for itself."""
    requests, hours = 0, []
    for call in calls:
        if call["channel"] != "phone" or call["at"].astimezone(ZoneInfo("Europe/Paris")).date() != day_on:
            continue
        requests += 1
        wish = [one for one in calls if (one["joined"] or one["id"]) == (call["joined"] or call["id"])]
        made = [one["done_at"] for one in wish if one["done_at"]]
        earlier = [one for one in wish if one["channel"] == "phone" and one["at"] < call["at"]]
        if made and not earlier:
            hours.append(max(0, int((min(made) - call["at"]).total_seconds() // 3600)))
    return [str(requests), str(len(hours)), str(median_low(hours)) if hours else ""]


async def test_joined_calls_are_so_many_calls_and_one_wish_that_waits_since_the_first(desk: Desk) -> None:
    """Some wishes of one to four calls, by phone or by a partner, over midnight, some visited by either's visit."""
    chance, start = Random(6), datetime(2025, 4, 1, 20, 5, tzinfo=UTC)
    place = await desk.value("SELECT id FROM place WHERE territory_id = $1 ORDER BY id LIMIT 1")
    calls: list[dict[str, Any]] = []
    acts: list[Act] = []
    for _ in range(30):
        stays: UUID | None = None
        for minutes in chance.sample(range(0, 60 * 24 * 4, 60), k=chance.choice([1, 1, 2, 4])):
            id_, at = new_id(), start + timedelta(minutes=minutes)
            channel, done = chance.choice(["phone", "phone", "partner"]), chance.random() < 0.3
            done_at = at + timedelta(hours=chance.randint(1, 90)) if done else None
            calls.append({"id": id_, "joined": stays, "channel": channel, "at": at, "done_at": done_at})
            asked: dict[str, Any] = {
                "caller_role": "sas",
                "channel": channel,
                "place_id": str(place),
                "received_at": wire_instant(at),
            }
            link = {"joined_to": [str(stays)]} if stays else {}
            acts.append(Act("request", id_, asked, {"acts": ["screen"], **link}))
            if done_at:
                visit_id = new_id()
                outcome: dict[str, Any] = {
                    "visit_id": str(visit_id),
                    "result": "done",
                    "arrived_at": wire_instant(done_at),
                }
                acts.append(Act("visit", visit_id, {"request_id": str(id_), "place_id": str(place), "state": "done"}))
                acts.append(Act("visit_outcome", new_id(), outcome))
            stays = stays or id_
    for first in range(0, len(acts), 50):
        assert not (await desk.write("dora", acts[first : first + 50])).refused
    told = await figures(await desk.house.signed_in("dora"), "2025-04-01", "2025-04-06")
    days = [date(2025, 4, number) for number in range(1, 7)]
    assert {day: told[day][-3:] for day in map(str, days)} == {str(day): second_figures(calls, day) for day in days}
    assert sum(int(told[str(day)][-2]) for day in days) < sum(one["done_at"] is not None for one in calls)
    separate = [Act("request", one["id"], remove={"joined_to": [str(one["joined"])]}) for one in calls if one["joined"]]
    assert not (await desk.write("dora", separate)).refused
    told = await figures(await desk.house.signed_in("dora"), "2025-04-01", "2025-04-06")
    apart = [{**one, "joined": None} for one in calls]
    assert {day: told[day][-3:] for day in map(str, days)} == {str(day): second_figures(apart, day) for day in days}


async def test_page_speaks_english_and_is_for_planners(desk: Desk) -> None:
    assert "Share abandoned" in (await (await desk.house.signed_in("dora")).get("/phone?locale=en")).text
    assert (await (await desk.house.signed_in("marc")).get("/phone")).status_code == 403
