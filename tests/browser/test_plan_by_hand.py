"""A plan is changed by hand in a real browser: by dragging and by keyboard, taken back, and never over somebody's change."""

import itertools
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from backend import clock
from backend.access import Scope
from backend.db.transaction import transaction
from backend.dispatch import edit
from backend.dispatch.draft import Change
from backend.ids import PlanId
from backend.piccolo_conf import DB
from tests.browser.conftest import Site, apart, picture

pytestmark = pytest.mark.browser
SignIn = Callable[[str], Page]
PLAN_MILLISECONDS_MAX = 60_000


def newest(site: Site, day_on: date) -> Any:
    return site.rows(
        "SELECT id, version, body FROM plan WHERE territory_id = $1 AND day_on = $2 ORDER BY made_at DESC LIMIT 1",
        day_on,
    )[0]


async def change_beside(site: Site, plan_id: PlanId, version: int, visit: str) -> None:
    """Make a change as the supervisor, who has the same page open."""
    DB.point_at(site.settings.database_url)
    await DB.start_connection_pool(min_size=1, max_size=2)
    try:
        async with transaction(Scope(site.territory_id, site.users["selma"].id)) as tx:
            lock = Change(code="lock", visits=(visit,))
            assert isinstance(await edit.edit(tx, plan_id, version, lock, clock.now()), edit.Edited)
    finally:
        await DB.close_connection_pool()


def drag(page: Page, what: Locator, onto: Locator) -> None:
    """Drag as a hand does, in small steps, onto the left edge of a place."""
    what.hover(position={"x": 6, "y": 6})
    page.mouse.down()
    box, start = onto.bounding_box(), what.bounding_box()
    assert box is not None
    assert start is not None
    page.mouse.move(start["x"] + 14, start["y"] + 14, steps=4)
    page.mouse.move(box["x"] + 4, box["y"] + 8, steps=8)
    page.mouse.up()


def two_in_a_row(page: Page) -> tuple[str, str]:
    """Return two stops that follow each other, each one visit of one team: what leaves the plan alone, comes back alone."""
    lanes = [
        [chip.get_attribute("data-names") or "" for chip in lane.locator(".chip").all()]
        for lane in page.locator(".lane[data-team]").all()
    ]
    shared = {name.split("#")[0] for lane in lanes for names in lane for name in names.split(",") if "#" in name}
    for lane in lanes:
        for one, after in itertools.pairwise(lane):
            if not any("," in names or "/" in names or names.split("#")[0] in shared for names in (one, after)):
                return one, after
    raise AssertionError(lanes)


def test_plan_is_changed_by_dragging_and_by_keyboard_and_not_over_the_change_of_somebody_else(
    site: Site, sign_in: SignIn
) -> None:
    day_on = site.today + timedelta(days=1)
    page = sign_in("dora")
    page.goto(f"/plan?day={day_on}")
    page.fill("input[name=seconds]", "2")
    page.click("#make")
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(0, timeout=PLAN_MILLISECONDS_MAX)
    expect(page.locator("#publish")).to_be_visible()
    plan = newest(site, day_on)
    routes = json.loads(plan["body"])["plan"]["routes"]
    page.locator(".lanes").scroll_into_view_if_needed()
    names, after = two_in_a_row(page)
    chip = page.locator(f".chip[data-names='{names}']")
    expect(page.locator(".chip[draggable=true]").first).to_be_visible()  # the script is there
    drag(page, chip, page.locator(".lane[data-out]"))
    expect(page.locator("#told")).to_have_count(0)
    expect(page.locator("#board")).to_have_attribute("data-version", "2")
    expect(page.locator("#live li").first).to_contain_text("retiré")
    picture(page, "desk-plan-by-hand")
    drag(page, page.locator(f".chip.out[data-names='{names}']"), page.locator(f".chip[data-names='{after}']"))
    expect(page.locator("#board")).to_have_attribute("data-version", "3")
    kept = json.loads(newest(site, day_on)["body"])["plan"]["routes"]
    assert [[stop["visit"] for stop in route["stops"]] for route in kept] == [
        [stop["visit"] for stop in route["stops"]] for route in routes
    ]
    page.locator("#undo").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#board")).to_have_attribute("data-version", "4")
    page.select_option("#which", after)  # a form in use is not taken away when somebody else changes the plan
    page.locator("#which").focus()
    apart(change_beside(site, PlanId(plan["id"]), 4, after))
    page.get_by_role("button", name=re.compile("^Retirer$")).click()
    expect(page.get_by_role("alert")).to_contain_text("a changé depuis")
    expect(page.get_by_role("alert")).to_contain_text("verrouillé")
    assert newest(site, day_on)["version"] == 5
