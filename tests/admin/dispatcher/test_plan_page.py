"""A plan is read, compared and published by who saw it; whoever publishes after somebody else is told so."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator

import httpx
import pytest

from backend.access import Role
from backend.dispatch.travel import extract_path
from backend.ids import PlanId
from backend.settings import Settings
from backend.territory.generate import SLUG
from tests.admin.desk import TOMORROW, Desk, Seen, desk_of, send
from tests.conftest import Database
from tests.data_files import data_path

PUBLISH, CHANGE = "/plan/publish", "/plan/change"


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        yield opened


async def _show(browser: httpx.AsyncClient, plan_id: PlanId | None = None) -> httpx.Response:
    query = f"?day={TOMORROW}" + (f"&plan={plan_id}" if plan_id else "")
    answer = await browser.get(f"/plan{query}")
    assert answer.status_code == 200, answer.text
    return answer


async def test_plan_is_asked_for_once_and_cancelled(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    shown = await _show(browser)
    asked = await send(browser, shown, "/plan", seconds="3")
    assert asked.headers["location"].startswith("/plan?day=2026-11-23")
    assert (await send(browser, shown, "/plan")).status_code == 409
    watching = await browser.get(asked.headers["location"])
    assert "<progress" in watching.text
    assert (await send(browser, watching, "/plan/cancel")).status_code == 303
    assert await desk.value("SELECT state FROM job WHERE territory_id = $1 AND kind = 'plan_day'") == "cancelled"
    assert "<progress" not in (await browser.get(asked.headers["location"])).text


async def test_map_of_a_plan_is_told_the_streets_where_they_are_known_and_says_where_not(
    desk: Desk, settings: Settings
) -> None:
    plan_id = await desk.draft()
    browser = await desk.house.signed_in("dora")
    shown = (await _show(browser, plan_id)).text
    assert f'data-ways="/plan/ways?plan={plan_id}"' in shown
    without = (await browser.get(f"/plan/ways?plan={plan_id}")).json()
    in_english = (await browser.get(f"/plan/ways?plan={plan_id}&locale=en")).json()
    assert in_english["told"].startswith("The dashed lines are straight")  # as the page that asks
    assert "aucune rue n'est connue" in without["told"]
    assert not any(way for route in without["routes"] for way in route)
    extract = extract_path(settings.home, SLUG)
    extract.parent.mkdir(parents=True)
    shutil.copy(data_path("osm/paris_hashcode2014_13e14e.osm.pbf"), extract)
    told = (await browser.get(f"/plan/ways?plan={plan_id}")).json()
    assert [len(route) for route in told["routes"]] == [len(route) for route in without["routes"]]
    along = [way for route in told["routes"] for way in route if len(way) > 2]
    assert along
    assert "suivent les rues" in told["told"]


async def test_plan_shows_every_visit_once_on_a_route_or_left_out_with_a_reason(desk: Desk) -> None:
    """R1 on the page: what the plan holds is what its reader sees."""
    plan_id = await desk.draft()
    browser = await desk.house.signed_in("dora")
    for locale in ("fr", "en"):
        answer = await browser.get(f"/plan?day={TOMORROW}&plan={plan_id}&locale={locale}")
        summary = (await browser.get(f"/plan?day={TOMORROW}")).text
        assert summary.count("<svg") == 2
        seen = Seen(answer.text)
        assert not seen.refused
        assert all(address.startswith(("/", "?", "#")) for address in seen.addresses)
    shown_last = (await browser.get(f"/plan?day={TOMORROW}&plan={plan_id}&locale=en")).text
    body = await desk.value("SELECT body->'plan'->'routes' FROM plan WHERE territory_id = $1 AND id = $2", plan_id)
    assert body
    counts = (await desk.rows("SELECT (summary->>'visits_planned')::int AS planned FROM plan WHERE territory_id = $1"))[
        0
    ]
    assert f'<div class="figure">{counts["planned"]}</div>' in shown_last
    named = await desk.value("SELECT subject_ids FROM journal WHERE territory_id = $1 AND act = 'plan_read' LIMIT 1")
    left_out = await desk.value("SELECT body->>'left_out' FROM plan WHERE territory_id = $1 AND id = $2", plan_id)
    people = await desk.rows(
        "SELECT DISTINCT person_id, id FROM visit WHERE territory_id = $1 AND person_id IS NOT NULL"
    )
    shown = {one["person_id"] for one in people if str(one["id"]) in f"{body}{left_out}"}
    assert shown
    assert shown <= set(named)


async def test_published_plan_becomes_rounds_and_the_other_draft_is_compared_with_it(desk: Desk) -> None:
    first, second = await desk.draft(), await desk.draft(seed=2, iterations=5)
    browser = await desk.house.signed_in("dora")
    done = await send(browser, await _show(browser, first), PUBLISH)
    assert done.headers["location"] == f"/plan?day={TOMORROW}&plan={first}&done=published"
    rounds = await desk.value("SELECT count(*) FROM round WHERE territory_id = $1 AND plan_id = $2", first)
    assert rounds > 0
    other = await _show(browser, second)
    assert "Comparé au plan en vigueur" in other.text
    assert "Trajets (min)" in other.text
    assert "sera remplacé" in other.text
    today = await browser.get(f"/today?day={TOMORROW}")
    assert today.text.count("<section") == rounds
    await send(browser, other, PUBLISH)
    states = await desk.rows("SELECT id, state FROM plan WHERE territory_id = $1")
    assert {row["id"]: row["state"] for row in states} == {first: "superseded", second: "published"}
    withdrawn = "SELECT count(*) FROM round WHERE territory_id = $1 AND plan_id = $2 AND state = 'withdrawn'"
    assert await desk.value(withdrawn, first) == rounds


async def test_stale_publish_is_refused_with_a_sentence_and_changes_nothing(desk: Desk) -> None:
    first, second = await desk.draft(), await desk.draft(seed=2)
    dora, david = await desk.house.signed_in("dora"), await desk.house.signed_in("david")
    read_before = await _show(dora, second)
    await send(david, await _show(david, first), PUBLISH)
    refused = await send(dora, read_before, PUBLISH)
    assert refused.status_code == 409
    assert "a changé depuis que vous l'avez ouvert" in refused.text.replace("&#39;", "'")
    assert await desk.value("SELECT state FROM plan WHERE territory_id = $1 AND id = $2", first) == "published"
    assert await desk.value("SELECT count(*) FROM round WHERE territory_id = $1 AND plan_id = $2", second) == 0


async def test_one_of_two_desks_publishes_when_both_do_at_the_same_moment(desk: Desk) -> None:
    first, second = await desk.draft(), await desk.draft(seed=2)
    dora, david = await desk.house.signed_in("dora"), await desk.house.signed_in("david")
    pages = await _show(dora, first), await _show(david, second)
    answers = await asyncio.gather(send(dora, pages[0], PUBLISH), send(david, pages[1], PUBLISH))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert await desk.value("SELECT count(*) FROM plan WHERE territory_id = $1 AND state = 'published'") == 1
    live = "SELECT count(DISTINCT plan_id) FROM round WHERE territory_id = $1 AND state <> 'withdrawn'"
    assert await desk.value(live) == 1


async def test_manager_neither_plans_nor_publishes(desk: Desk) -> None:
    plan_id = await desk.draft()
    browser = await desk.house.signed_in("marc")
    assert (await browser.get("/plan")).status_code == 403
    assert (await browser.post(PUBLISH, data={"plan_id": str(plan_id)})).status_code == 403


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("path", ["/", "/requests", "/requests/new", "/plan", "/today", "/reviews", "/tablets"])
async def test_page_names_our_own_addresses_alone_and_keeps_the_strict_policy(
    desk: Desk, path: str, locale: str
) -> None:
    browser = await desk.house.signed_in("dora")
    answer = await browser.get(path, params={"locale": locale})
    assert answer.status_code == 200, answer.text
    seen = Seen(answer.text)
    assert not seen.refused
    assert all(address.startswith(("/", "?", "#")) for address in seen.addresses)
    assert f'<html lang="{locale}">' in answer.text
    assert seen.tags.count("h1") == 1


async def test_words_are_said_whatever_python_calls_by_their_name(desk: Desk) -> None:
    """`copy` and `values` are words of pages, and methods of a dict: the button of a published plan showed the latter."""
    plan_id = await desk.draft()
    browser = await desk.house.signed_in("dora")
    assert (await send(browser, await _show(browser, plan_id), PUBLISH)).status_code == 303
    shown = (await _show(browser, plan_id)).text
    assert "Modifier (dans un nouveau brouillon)" in shown
    assert "built-in" not in shown


async def test_page_of_another_territory_is_not_found(desk: Desk) -> None:
    plan_id = await desk.draft()
    await desk.house.territory("lyon")
    await desk.house.user("luc", "lyon", Role.DISPATCHER)
    browser = await desk.house.signed_in("luc")
    assert (await browser.get(f"/plan?day={TOMORROW}&plan={plan_id}")).status_code == 404
    assert (await browser.post(PUBLISH, data={"plan_id": str(plan_id)})).status_code == 404


async def test_change_by_hand_is_kept_or_told_with_everything_that_breaks_and_a_stale_one_with_what_was_done(
    desk: Desk,
) -> None:
    plan_id = await desk.draft()
    browser, other = await desk.house.signed_in("dora"), await desk.house.signed_in("david")
    seen = await _show(browser, plan_id)
    routes = json.loads(
        await desk.value("SELECT body->'plan'->'routes' FROM plan WHERE territory_id = $1 AND id = $2", plan_id)
    )
    names = [stop["visit"] for route in routes for stop in route["stops"]]
    broken = await send(
        browser, seen, CHANGE, code="move", visits=",".join(names), where=f"{routes[0]['team']}|", parts="2"
    )
    assert 'role="alert"' in broken.text
    alert = broken.text.split('role="alert"')[1].split("</div>")[0]
    assert "il casserait" in alert
    assert "<li>" in alert
    assert "<li></li>" not in alert
    kept = await send(browser, seen, CHANGE, code="lock", visits=names[0])
    assert kept.headers["location"] == f"/plan?day={TOMORROW}&plan={plan_id}"
    stale = await send(other, await _show(other, plan_id), CHANGE, code="lock", visits=names[1], version="1")
    assert "a changé depuis" in stale.text
    assert "Dora" in stale.text
    assert "verrouillé" in stale.text
    assert (await send(browser, seen, PUBLISH)).status_code == 409  # what was read is not what would be published
    undone = await send(browser, await _show(browser, plan_id), CHANGE, code="undo")
    assert undone.status_code == 303
    for locale in ("fr", "en"):
        page = await browser.get(f"/plan?day={TOMORROW}&plan={plan_id}&locale={locale}")
        assert not Seen(page.text).refused


async def test_history_names_a_team_where_a_visit_goes_to_one_and_not_where_it_is_taken_out(desk: Desk) -> None:
    """The list of targets goes along with every button: what is taken out of B is not "taken out (A)"."""
    plan_id = await desk.draft()
    browser = await desk.house.signed_in("dora")
    body = json.loads(await desk.value("SELECT body FROM plan WHERE territory_id = $1 AND id = $2", plan_id))
    one, other = (route for route in body["plan"]["routes"][:2])
    letter = body["teams"][other["team"]]["letter"]
    visit = one["stops"][-1]["visit"]
    where = f"{other['team']}|{other['stops'][0]['visit']}"
    kept = await send(browser, await _show(browser, plan_id), CHANGE, code="leave_out", visits=visit, where=where)
    assert kept.status_code == 303
    history = (await _show(browser, plan_id)).text.split('id="live"')[1].split("</section>")[0]
    assert " : retiré " in history
    assert f"({letter})" not in history
    change = await desk.value("SELECT change FROM plan_change WHERE territory_id = $1 AND plan_id = $2", plan_id)
    assert json.loads(change)["team"] == ""


async def test_team_swapped_with_itself_is_asked_for_two_teams(desk: Desk) -> None:
    plan_id = await desk.draft()
    browser = await desk.house.signed_in("dora")
    team = str(await desk.value("SELECT id FROM team WHERE territory_id = $1 ORDER BY id LIMIT 1"))
    told = await send(browser, await _show(browser, plan_id), CHANGE, code="swap", team=team, other_team=team)
    assert "choisissez deux équipes différentes" in told.text
    assert "dans le plan" not in told.text.split('role="alert"')[1].split("</div>")[0]


async def test_plan_in_force_is_changed_in_a_draft_of_its_own(desk: Desk) -> None:
    plan_id = await desk.draft()
    browser = await desk.house.signed_in("dora")
    await send(browser, await _show(browser, plan_id), PUBLISH)
    copied = await send(browser, await _show(browser, plan_id), "/plan/copy")
    states = await desk.rows("SELECT id, state FROM plan WHERE territory_id = $1 ORDER BY made_at")
    assert [row["state"] for row in states] == ["published", "draft"]
    assert copied.headers["location"].endswith(str(states[1]["id"]))


async def test_what_if_is_compared_and_never_published(desk: Desk) -> None:
    plan_id, supposed = await desk.draft(), await desk.draft(seed=2)
    await desk.rows(
        """UPDATE plan SET body = body || '{"what_if": "hour"}' WHERE territory_id = $1 AND id = $2 RETURNING id""",
        supposed,
    )
    browser = await desk.house.signed_in("dora")
    shown = await browser.get(f"/plan?day={TOMORROW}&plan={supposed}&with={plan_id}")
    assert "se compare et ne se publie pas" in shown.text
    assert "Comparé au plan calculé" in shown.text
    assert PUBLISH not in shown.text
    draft = await _show(browser, plan_id)
    assert (await send(browser, draft, PUBLISH, plan_id=str(supposed))).status_code == 409


async def test_page_says_before_publishing_who_is_told_what(desk: Desk) -> None:
    """First everybody on the plan; over a plan in force only who has news, with the hour said before and now."""
    plan_id = await desk.draft()
    browser = await desk.house.signed_in("dora")
    shown = await _show(browser, plan_id)
    planned = await desk.value(
        "SELECT (summary->>'visits_planned')::int FROM plan WHERE territory_id = $1 AND id = $2", plan_id
    )
    assert f"à prévenir ({planned}) : {planned} nouvelle(s), 0 déplacée(s), 0 retirée(s)" in shown.text
    assert (await send(browser, shown, PUBLISH)).status_code == 303
    copied = await send(browser, await _show(browser, plan_id), "/plan/copy")
    draft = await browser.get(copied.headers["location"])
    assert "à prévenir (0) : 0 nouvelle(s), 0 déplacée(s), 0 retirée(s)" in draft.text
    body = json.loads(await desk.value("SELECT body FROM plan WHERE territory_id = $1 AND id = $2", plan_id))
    alone = [
        route["stops"] for route in body["plan"]["routes"] if not any("#" in one["visit"] for one in route["stops"])
    ]
    visit = next(stop["visit"] for stops in alone for stop in reversed(stops) if "/" not in stop["visit"])
    answer = await send(browser, draft, CHANGE, code="leave_out", visits=visit)
    assert answer.status_code == 303
    assert "0 nouvelle(s), 0 déplacée(s), 1 retirée(s)" in (await browser.get(answer.headers["location"])).text


async def test_parts_of_a_split_visit_are_named_by_place_part_and_team_wherever_they_are_chosen(desk: Desk) -> None:
    """An id says nothing to whoever moves the second half of a hotel to another team."""
    plan_id = await desk.draft()
    browser = await desk.house.signed_in("dora")
    several = await desk.rows("SELECT id, people_count FROM visit WHERE territory_id = $1 AND people_count >= 2")
    routes = json.loads(
        await desk.value("SELECT body->'plan'->'routes' FROM plan WHERE territory_id = $1 AND id = $2", plan_id)
    )
    names = {stop["visit"] for route in routes for stop in route["stops"]} & {str(row["id"]) for row in several}
    kept = None
    for name in sorted(names):  # of some, two stops are longer than the team's day
        kept = await send(browser, await _show(browser, plan_id), CHANGE, code="split", visits=name, parts="2")
        if kept.status_code == 303:
            break
    assert kept is not None
    assert kept.status_code == 303
    for locale, words in (("fr", "partie {} sur 2"), ("en", "part {} of 2")):
        shown = (await browser.get(f"/plan?day={TOMORROW}&plan={plan_id}&locale={locale}")).text
        which = shown.split('id="which"')[1].split("</select>")[0]
        options = dict(re.findall(r'<option value="([^"]*)">([^<]*)</option>', which))
        for number in (1, 2):
            assert re.match(rf"[A-Z]+\d+ .*\S – {words.format(number)}$", options[f"{name}/{number}"])
        assert not [text for text in options.values() if re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", text)]
