"""A day that runs is changed: an urgent visit where it costs least, a team out, a message; what is done stays done."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.access import Role
from backend.ids import PlanId, new_id
from backend.log.desk import Act
from backend.settings import Settings
from backend.territory.generate import SLUG
from tests.admin.desk import TOMORROW, Desk, Seen, desk_of, send
from tests.conftest import Database

CHANGE = f"/today/change?day={TOMORROW}"
STOPS = (
    "SELECT s.id, s.state, s.visit_ids, s.arrival_planned_at, r.team_id FROM stop s JOIN round r ON "
    "r.territory_id = s.territory_id AND r.id = s.round_id WHERE s.territory_id = $1 AND r.state <> 'withdrawn' "
    "AND s.state <> 'withdrawn' ORDER BY s.arrival_planned_at, s.id"
)


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        yield opened


async def running(desk: Desk) -> tuple[httpx.AsyncClient, PlanId]:
    """Publish tomorrow's plan, and let it be ten o'clock of that day."""
    plan_id = await desk.draft(iterations=300)
    browser = await desk.house.signed_in("dora")
    shown = await browser.get(f"/plan?day={TOMORROW}&plan={plan_id}")
    assert (await send(browser, shown, "/plan/publish")).status_code == 303
    desk.house.time.at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    return await desk.house.signed_in("dora"), plan_id


async def urgent(desk: Desk) -> str:
    """Add a visit of twenty minutes near another one, as urgent as can be."""
    place = await desk.value(
        "SELECT place_id FROM visit WHERE territory_id = $1 AND state = 'planned' ORDER BY id LIMIT 1"
    )
    visit_id = new_id()
    fields: dict[str, Any] = {"place_id": str(place), "people_count": 1, "service_minutes": 10, "priority": 4}
    await desk.write("dora", [Act("visit", visit_id, {**fields, "state": "wanted"}, {"acts": ["educate"]})])
    return str(visit_id)


async def test_map_of_the_day_has_every_stop_with_how_it_stands_and_the_ways_between(desk: Desk) -> None:
    browser, _ = await running(desk)
    stops = [row for row in await desk.rows(STOPS) if row["state"] == "planned"]
    await desk.write("dora", [Act("stop", stops[0]["id"], {"state": "done"})])
    shown = (await browser.get(f"/today?day={TOMORROW}")).text
    drawn = shown.split('id="map"')[1].split("</details>")[0]
    assert drawn.count("<circle") == len(stops)
    assert "✓</text>" in drawn
    told = (await browser.get(f"/today/ways?day={TOMORROW}")).json()
    assert sum(len(route) for route in told["routes"]) == drawn.count("<circle")  # each team starts somewhere known
    assert "aucune rue" in told["told"]
    await desk.house.user("nina", SLUG, Role.FIELD_TEAM)
    team = await desk.house.signed_in("nina")
    assert (await team.get(f"/today/ways?day={TOMORROW}")).json()["routes"] == []  # who is of no team sees no round


async def test_urgent_visit_goes_where_its_reader_chose_and_no_stop_changes_its_team(desk: Desk) -> None:
    browser, former = await running(desk)
    before = {row["id"]: row for row in await desk.rows(STOPS)}
    visit = await urgent(desk)
    shown = await browser.get(f"{CHANGE}&visit={visit}")
    offers = re.findall(r'name="teams" value="([^"]+)"', shown.text)
    assert 1 <= len(offers) <= 3
    done = await send(browser, shown, "/today/insert")
    assert done.status_code == 303, done.text
    assert "La visite est insérée" in (await browser.get(done.headers["location"])).text
    after = {row["id"]: row for row in await desk.rows(STOPS)}
    placed = [row for row in after.values() if visit in {str(one) for one in row["visit_ids"]}]
    assert len(placed) == 1
    assert all(after[one]["team_id"] == row["team_id"] for one, row in before.items() if one in after)
    states = await desk.rows("SELECT id, state FROM plan WHERE territory_id = $1 ORDER BY made_at")
    assert [row["state"] for row in states] == ["superseded", "published"]
    assert states[0]["id"] == former
    assert await desk.value("SELECT state FROM visit WHERE territory_id = $1 AND id = $2", placed[0]["visit_ids"][0])
    # who looked at the former plan is told, and nothing is written twice
    assert (await send(browser, shown, "/today/insert")).status_code == 409
    assert len(await desk.rows(STOPS)) == len(after)


async def test_team_that_drops_out_gives_its_visits_to_others_and_keeps_what_it_has_done(desk: Desk) -> None:
    browser, _ = await running(desk)
    stops = await desk.rows(STOPS)
    teams = [row["team_id"] for row in stops]
    team = max(set(teams), key=lambda one: (teams.count(one), str(one)))
    first = next(row for row in stops if row["team_id"] == team)
    await desk.write("dora", [Act("stop", first["id"], {"state": "done"})])
    shown = await browser.get(f"{CHANGE}&out={team}")
    done = await send(browser, shown, "/today/out")
    assert done.status_code == 303, done.text
    assert "équipe sont réparties" in (await browser.get(done.headers["location"])).text
    left = [row for row in await desk.rows(STOPS) if row["team_id"] == team]
    assert first["id"] in {row["id"] for row in left}
    gone = {str(one) for row in stops if row["team_id"] == team for one in row["visit_ids"]}
    kept = {str(one) for row in left for one in row["visit_ids"]}
    again = [str(one) for row in await desk.rows(STOPS) if row["team_id"] != team for one in row["visit_ids"]]
    assert not kept & set(again)
    assert set(again) & gone or len(kept) == len(gone)


async def test_stops_name_the_way_to_them_when_published_and_when_the_day_changes(desk: Desk) -> None:
    browser, _ = await running(desk)
    before = await ways_that_fit(desk)
    team = (await desk.rows(STOPS))[-1]["team_id"]  # who is still on the way for longest
    shown = await browser.get(f"{CHANGE}&out={team}")
    assert (await send(browser, shown, "/today/out")).status_code == 303
    after = await ways_that_fit(desk)
    assert after - before  # stops that were made anew for another team name theirs too


async def ways_that_fit(desk: Desk) -> set[UUID]:
    """Return the stops that stand, after a look that each way fits between the end of the stop before and the arrival."""
    rows = await desk.rows(
        "SELECT s.id, s.travel_seconds, extract(epoch FROM s.arrival_planned_at - lag(s.arrival_planned_at + "
        "s.service_minutes * interval '1 minute') OVER (PARTITION BY s.round_id ORDER BY s.position)) AS seconds_since "
        "FROM stop s WHERE s.territory_id = $1 AND s.state <> 'withdrawn'"
    )
    assert len(rows) > 10
    for row in rows:
        assert row["travel_seconds"] > 0
        assert (
            row["seconds_since"] is None or row["travel_seconds"] < row["seconds_since"] + 60
        )  # service is whole minutes
    return {row["id"] for row in rows}


async def test_sheets_hold_every_stop_of_every_round_and_their_reading_is_journaled(desk: Desk) -> None:
    browser, _ = await running(desk)
    stops = await desk.rows(STOPS)
    sheets = await browser.get(f"/today/sheets?day={TOMORROW}")
    assert sheets.text.count('<td class="blank">') == len(stops)
    assert sheets.text.count('class="sheet"') == len({row["team_id"] for row in stops})
    assert await desk.value("SELECT count(*) FROM journal WHERE territory_id = $1 AND act = 'sheets_read'") == 1


async def test_message_is_an_op_for_the_team_and_pages_speak_both_languages(desk: Desk) -> None:
    browser, _ = await running(desk)
    shown = await browser.get(CHANGE)
    team = re.search(r'<select name="team"><option value="([^"]+)"', shown.text)
    assert team is not None
    said = await send(browser, shown, "/today/message", team=team[1], text="Passez d'abord au 12")
    assert said.status_code == 303
    assert "Le message est envoyé" in (await browser.get(said.headers["location"])).text
    assert await desk.value("SELECT text FROM message WHERE territory_id = $1") == "Passez d'abord au 12"
    assert (await send(browser, shown, "/today/message", team=team[1], text="")).status_code == 400
    elsewhere = await send(browser, shown, "/today/message", team=str(new_id()), text="à personne")
    assert elsewhere.status_code == 404
    for locale in ("fr", "en"):
        assert not Seen((await browser.get(f"{CHANGE}&locale={locale}")).text).refused
