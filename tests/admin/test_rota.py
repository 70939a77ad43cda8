"""The desk's rota says what nobody covers; a calendar gives one user's shifts to whoever has its secret address."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backend.ids import new_id
from backend.log.desk import Act
from backend.rota.gaps import gaps, opening
from backend.rota.ical import Event, calendar
from backend.settings import Settings
from tests.admin.desk import TODAY, Desk, desk_of, send
from tests.conftest import Database

PARIS = "Europe/Paris"


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        yield opened


@given(
    day_on=some.sampled_from([date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 23)]),
    hours=some.lists(some.tuples(some.integers(0, 22), some.integers(1, 10)), max_size=5),
)
def test_every_minute_of_the_opening_is_covered_or_in_a_gap_and_never_both(
    day_on: date, hours: list[tuple[int, int]]
) -> None:
    midnight = datetime.combine(day_on, datetime.min.time(), ZoneInfo(PARIS))
    shifts = [
        (midnight + timedelta(hours=start), midnight + timedelta(hours=start + length)) for start, length in hours
    ]
    found = gaps(day_on, PARIS, shifts)
    opens, closes = opening(day_on, PARIS)
    at = opens
    while at < closes:
        covered = any(starts <= at < ends for starts, ends in shifts)
        assert covered != any(since <= at < until for since, until in found), at
        at += timedelta(minutes=30)


def test_calendar_folds_long_lines_and_escapes_text() -> None:
    at = datetime(2026, 11, 23, 8, tzinfo=UTC)
    lines = calendar("M", [Event(new_id(), at, at, "é" * 60 + ";,\\\nBEGIN:VALARM")], at).split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert b"BEGIN:VALARM" not in lines
    assert b"\\;\\,\\\\" in b"".join(lines)


async def test_rota_says_what_nobody_covers_until_somebody_does(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    shown = await browser.get(f"/rota?week={TODAY}")
    assert "7 plage(s) sans personne" in shown.text
    answer = await send(browser, shown, "/rota/add", user=str(desk.users["dora"]), day=str(TODAY))
    assert answer.status_code == 303
    shown = await browser.get(f"/rota?week={TODAY}")
    assert "6 plage(s) sans personne" in shown.text
    again = await send(browser, shown, "/rota/add", user=str(desk.users["dora"]), day=str(TODAY), **{"from": "19:00"})
    assert (again.status_code, "déjà de garde à ces heures" in again.text) == (400, True)
    assert await desk.value("SELECT count(*) FROM desk_shift WHERE territory_id = $1") == 1
    for week in ("9999-12-31", "0001-01-01"):
        assert "6 plage(s) sans personne" in (await browser.get(f"/rota?week={week}")).text  # as where no week is named
    edge = {"user": str(desk.users["dora"]), "day": "9999-12-31"}
    assert (await send(browser, shown, "/rota/add", **edge)).status_code == 404
    backwards = {"user": str(desk.users["dora"]), "day": str(TODAY), "from": "20:00", "to": "08:00"}
    assert (await send(browser, shown, "/rota/add", **backwards)).status_code == 400
    assert (await send(browser, shown, "/rota/add", user=str(desk.users["marc"]), day=str(TODAY))).status_code == 404
    assert (await send(browser, shown, "/rota/remove")).status_code == 303
    assert "7 plage(s) sans personne" in (await browser.get(f"/rota?week={TODAY}")).text


async def test_calendar_is_read_by_its_address_alone_until_it_is_closed(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/rota")
    await send(browser, shown, "/rota/add", user=str(desk.users["dora"]), day=str(TODAY + timedelta(days=1)))
    opened = await send(browser, await browser.get("/my-calendar"), "/my-calendar")
    path = "/calendar/" + opened.text.partition("/calendar/")[2].partition('"')[0]
    token = path.rpartition("/")[2]
    assert len(token) >= 43
    phone = desk.house.browser()
    read = await phone.get(path)
    assert read.headers["content-type"] == "text/calendar; charset=utf-8"
    there = await phone.head(path)
    assert (there.status_code, there.headers["content-type"]) == (200, read.headers["content-type"])
    assert await desk.value("SELECT count(*) FROM journal WHERE territory_id = $1 AND act = 'calendar_read'") == 1
    assert "DTSTART:20261123T070000Z" in read.text
    assert "SUMMARY:Régulation" in read.text
    assert token not in (await browser.get("/my-calendar")).text  # shown once
    sent_again = await browser.post("/my-calendar", data={"former": ""})  # the page reloaded
    assert "envoyée deux fois" in sent_again.text
    assert "/calendar/" not in sent_again.text.replace("/my-calendar", "")
    kept = await desk.value("SELECT token_hash FROM calendar_token WHERE territory_id = $1")
    assert token.encode() not in bytes(kept)
    assert (await phone.get(f"{path[:-1]}!")).status_code == 404
    assert (await phone.head(f"{path[:-1]}!")).status_code == 404
    assert (await phone.get("/rota")).status_code in (303, 401)  # it opens nothing else
    read_acts = "SELECT count(*) FROM journal WHERE territory_id = $1 AND act = 'calendar_read' AND user_id = $2"
    assert await desk.value(read_acts, desk.users["dora"]) == 1
    again = await send(browser, await browser.get("/my-calendar"), "/my-calendar")
    assert (await phone.get(path)).status_code == 404  # a new address closes the former one
    path = "/calendar/" + again.text.partition("/calendar/")[2].partition('"')[0]
    assert (await phone.get(path)).status_code == 200
    await send(browser, await browser.get("/my-calendar"), "/my-calendar/close")
    assert (await phone.get(path)).status_code == 404


async def test_hand_over_names_what_presses_and_not_what_can_wait(desk: Desk) -> None:
    place = await desk.value("SELECT id FROM place WHERE territory_id = $1 ORDER BY id LIMIT 1")
    for priority, reason in ((4, "zzurgent"), (1, "zztranquille")):
        asked = {
            "caller_role": "sas",
            "place_id": str(place),
            "received_at": "2026-11-22T08:00:00.000Z",
            "state": "open",
        }
        acts = [Act("request", new_id(), {**asked, "priority": priority, "reason": reason}, {"acts": ["screen"]})]
        assert not (await desk.write("dora", acts)).refused
    shown = await (await desk.house.signed_in("dora")).get("/handover")
    assert "zzurgent" in shown.text
    assert "zztranquille" not in shown.text
    assert "personne de 08:00" in shown.text  # nobody is on tomorrow's rota
