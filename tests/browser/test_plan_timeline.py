"""A stop is moved on the timeline of a draft: by keyboard with each step said, by mouse, and by finger."""

import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from backend.ids import PlanId, new_id
from backend.log.desk import Act
from tests.browser.conftest import Site, apart, picture
from tests.browser.test_plan_by_hand import PLAN_MILLISECONDS_MAX, change_beside, newest

pytestmark = pytest.mark.browser
STEPS_MOST = 40
CHECKED_MILLISECONDS_MAX = 30_000


def easy_visits(site: Site) -> list[str]:
    """Write visits of ten minutes that any team may make at any hour; return their ids."""
    acts, visits = [], []
    for number in range(4):
        place_id, visit_id = new_id(), new_id()
        where = {"lon_e7": 23_560_000 + number * 3_000, "lat_e7": 488_290_000}
        wish: dict[str, Any] = {"place_id": str(place_id), "service_minutes": 10, "people_count": 1, "state": "wanted"}
        acts += [
            Act("place", place_id, {"kind": "home", "name": f"Déroulé {number}", **where}),
            Act(
                "visit",
                visit_id,
                {**wish, "priority": 4, "not_before_on": site.tomorrow.isoformat()},
                {"acts": ["educate"]},
            ),
        ]
        visits.append(str(visit_id))
    site.write("dora", acts)
    return visits


def routes_of(site: Site) -> dict[str, list[str]]:
    """Return the visits of each team in the newest plan, in their order."""
    body = json.loads(newest(site, site.tomorrow)["body"])
    return {one["team"]: [stop["visit"] for stop in one["stops"]] for one in body["plan"]["routes"]}


def bar(page: Page, name: str) -> Locator:
    return page.locator(f"#timeline [data-names='{name}']")


def middle_of(shown: Locator) -> tuple[float, float]:
    box = shown.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def row_of(page: Page, team: str) -> float:
    """Return the height at which a team's row lies on the screen."""
    return middle_of(page.locator(f"#timeline [data-team='{team}'] .ground"))[1]


def version(page: Page, number: int) -> None:
    expect(page.locator("#board")).to_have_attribute("data-version", str(number), timeout=CHECKED_MILLISECONDS_MAX)
    expect(page.locator("#timeline")).to_have_attribute("data-ready", "1")


def to_the_end_by_keyboard(page: Page, name: str, team: str) -> None:
    """Take a stop, choose a team and the last place by what is said, and put it down."""
    said, letter = (
        page.locator("#timeline-said"),
        page.locator(f"#timeline [data-team='{team}']").get_attribute("data-letter"),
    )
    rows = [one.get_attribute("data-team") for one in page.locator("#timeline [data-team]").all()]
    own = page.locator(f"#timeline [data-team]:has([data-names='{name}'])").get_attribute("data-team")
    bar(page, name).focus()
    page.keyboard.press("Enter")
    expect(said).to_contain_text("pris")
    steps = rows.index(team) - rows.index(own)
    for _ in range(abs(steps)):
        page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
    expect(said).to_contain_text(f"équipe {letter}, ")
    for _ in range(STEPS_MOST):
        if "à la fin" in (said.text_content() or ""):
            break
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")


def drag_by_finger(page: Page, name: str, right: float) -> None:
    """Draw a stop along its row with a finger."""
    page.locator("#timeline").scroll_into_view_if_needed()
    devtools = page.context.new_cdp_session(page)
    x, y = middle_of(bar(page, name))
    path = [(x + (right - x) * part / 8, y) for part in range(9)]
    devtools.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for at in path[1:]:
        devtools.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": at[0], "y": at[1]}]})
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_stop_is_moved_on_the_timeline_by_keyboard_by_mouse_and_by_finger(
    site: Site, sign_in: Callable[[str], Page]
) -> None:
    visits = easy_visits(site)
    page = sign_in("dora")
    page.goto(f"/plan?day={site.tomorrow}")
    page.fill("input[name=seconds]", "1")
    page.click("#make")
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(0, timeout=PLAN_MILLISECONDS_MAX)
    version(page, 1)
    page.set_viewport_size({"width": 1280, "height": 3000})  # both ends of a drag are to be seen
    was = routes_of(site)
    name = next(one for one in visits if any(one in stops for stops in was.values()))
    own = next(team for team, stops in was.items() if name in stops)
    other = min((team for team in was if team != own), key=lambda team: len(was[team]))

    to_the_end_by_keyboard(page, name, other)
    version(page, 2)
    expect(page.locator("#timeline-said")).to_contain_text("déplacé")
    expect(bar(page, name)).to_be_focused()
    assert routes_of(site)[other] == [*was[other], name]
    page.set_viewport_size({"width": 1280, "height": 720})
    page.locator("#timeline-hand").scroll_into_view_if_needed()
    picture(page, "desk-plan-timeline")
    page.set_viewport_size({"width": 1280, "height": 3000})

    page.locator("#timeline").scroll_into_view_if_needed()
    first = bar(page, was[other][0])
    page.mouse.move(*middle_of(bar(page, name)))
    page.mouse.down()
    page.mouse.move(middle_of(first)[0] - 40, row_of(page, other), steps=8)
    expect(page.locator("#timeline .over")).to_have_attribute("data-team", other)
    page.mouse.up()
    version(page, 3)
    assert routes_of(site)[other] == [name, *was[other]]

    drag_by_finger(page, name, 1230)
    version(page, 4)
    assert routes_of(site)[other] == [*was[other], name]

    bar(page, name).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")
    expect(page.locator("#timeline-said")).to_contain_text("reste à sa place")
    apart(change_beside(site, PlanId(newest(site, site.tomorrow)["id"]), 4, was[other][0]))
    to_the_end_by_keyboard(page, name, own)
    expect(page.locator("#timeline-said")).to_contain_text(re.compile("a changé depuis"))
    version(page, 5)
    assert name in routes_of(site)[other]
    site.write("dora", [Act("visit", UUID(one), {"state": "cancelled"}) for one in visits])  # no other test plans them
