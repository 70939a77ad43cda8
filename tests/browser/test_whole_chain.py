"""One chain: three hundred visits and sixteen teams planned by the worker, changed by drag, published, on a tablet."""

import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.sync_api import Page, expect

from backend.ids import new_id
from backend.log.desk import Act
from backend.reference_tablet.tablet import Tablet
from sync.view import view
from tests.browser.conftest import Site
from tests.browser.test_plan_by_hand import drag, newest

pytestmark = pytest.mark.browser
VISITS, TEAMS = 300, 16
PLAN_MILLISECONDS_MAX = 60_000
SYNC_SECONDS_MAX = 30


def three_hundred_visits(site: Site) -> list[Any]:
    """Write short visits on a grid of homes for tomorrow; return their ids."""
    acts, visits = [], []
    for number in range(VISITS):
        place_id, visit_id = new_id(), new_id()
        where = {"lon_e7": 23_300_000 + number % 20 * 20_000, "lat_e7": 488_200_000 + number // 20 * 12_000}
        wish: dict[str, Any] = {"place_id": str(place_id), "service_minutes": 12, "people_count": 1, "state": "wanted"}
        acts += [
            Act("place", place_id, {"kind": "home", "name": f"Chaîne {number}", **where}),
            Act("visit", visit_id, {**wish, "not_before_on": site.tomorrow.isoformat()}, {"acts": ["educate"]}),
        ]
        visits.append(visit_id)
    site.write("dora", acts)
    return visits


def sixteen_teams(site: Site) -> None:
    """Add teams like those that are there, with their shift of tomorrow, until there are sixteen on shift."""
    shown = site.rows(
        "SELECT t.id, t.mode, t.start_place_id FROM team t JOIN shift s ON s.territory_id = t.territory_id AND s.team_id = t.id "
        "WHERE t.territory_id = $1 AND s.day_on = $2 ORDER BY t.letter",
        site.tomorrow,
    )
    for number, like in enumerate(shown[: max(0, TEAMS - len(shown))]):
        team_id, place = new_id(), str(like["start_place_id"])
        fields: dict[str, Any] = {
            "name": f"Renfort {number}",
            "letter": f"{number}",
            "mode": like["mode"],
            "state": "active",
        }
        site.write("dora", [Act("team", team_id, {**fields, "start_place_id": place, "end_place_id": place})])
        site.rows(
            "INSERT INTO shift (territory_id, id, team_id, day_on, starts_at, ends_at) SELECT territory_id, $2, $3, day_on, "
            "starts_at, ends_at FROM shift WHERE territory_id = $1 AND team_id = $4 AND day_on = $5 RETURNING id",
            new_id(), team_id, like["id"], site.tomorrow,
        )  # fmt: skip


def test_three_hundred_visits_are_planned_changed_by_drag_published_and_on_a_tablet(
    site: Site, sign_in: Callable[[str], Page], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sixteen_teams(site)
    visits = three_hundred_visits(site)
    page = sign_in("dora")
    page.goto(f"/plan?day={site.tomorrow}")
    page.fill("input[name=seconds]", "3")
    page.click("#make")
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(0, timeout=PLAN_MILLISECONDS_MAX)
    plan = json.loads(newest(site, site.tomorrow)["body"])["plan"]
    own = {str(one) for one in visits}
    route = next(one for one in plan["routes"] if sum(stop["visit"] in own for stop in one["stops"]) > 1)
    out = next(stop["visit"] for stop in reversed(route["stops"]) if stop["visit"] in own)
    expect(page.locator(".chip[draggable=true]").first).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 4000})  # both ends of the drag are to be seen
    page.locator(".lanes").scroll_into_view_if_needed()
    began = time.perf_counter()
    drag(page, page.locator(f".chip[data-names='{out}']"), page.locator(".lane[data-out]"))
    expect(page.locator("#board")).to_have_attribute("data-version", "2")
    seconds = time.perf_counter() - began
    expect(page.locator("#to-publish summary")).to_contain_text("à prévenir")
    page.click("#publish")
    page.wait_for_url("**done=published")
    planned = sum(stop["visit"] in own for one in plan["routes"] for stop in one["stops"])
    with capsys.disabled():
        sys.stdout.write(
            f" [{planned} of {VISITS} visits with {len(plan['routes'])} teams; dragged, kept and shown in {seconds * 1000:.0f} ms]"
        )
    assert planned >= VISITS * 0.9
    held = _visits_on_a_tablet(site, page, route["team"], tmp_path)
    expected = {stop["visit"].partition("#")[0].partition("/")[0] for stop in route["stops"]} - {out}
    assert held == expected
    site.write("dora", [Act("visit", one, {"state": "cancelled"}) for one in visits])  # no other test plans them


def _visits_on_a_tablet(site: Site, page: Page, team: str, folder: Path) -> set[str]:
    """Hand a tablet out to a team at the desk, let it sync, and return the visits of the stops that it holds."""
    page.goto("/tablets")
    page.fill("input[name=label]", "Tablette de la chaîne")
    page.select_option("select[name=team_id]", team)
    page.get_by_role("button", name="Ajouter").click()
    code = page.locator("code, .code").first.text_content() or ""
    tablet = Tablet(folder, site.url)
    assert tablet.enrol(str(site.territory_id), code.strip())
    assert tablet.sync_until_complete(SYNC_SECONDS_MAX, random.Random(1)).complete
    held = [state for bucket in tablet.store.buckets().values() for state in bucket.values() if state.kind == "stop"]
    tablet.close()
    return {
        str(one)
        for state in held
        if view(state).values.get("state") == "planned"
        for one in cast("list[str]", view(state).values["visit_ids"])
    }
