"""The map beside the backlog in a real browser: a thousand places on one canvas, and rows and places chosen together."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from backend.ids import new_id
from backend.log.desk import Act
from tests.browser.conftest import Site, has_map, picture

pytestmark = pytest.mark.browser
SignIn = Callable[[str], Page]
PLACES = 1000
BACKLOG = "/requests?act=trace&state=on_hold"
RING = """(canvas) => {
  const size = [canvas.width, canvas.height], pixels = canvas.getContext("2d").getImageData(0, 0, ...size).data;
  let count = 0, x = 0, y = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    if (pixels[at] !== 0xd9 || pixels[at + 1] !== 0x7a || pixels[at + 2] !== 0) continue;
    count += 1; x += (at / 4) % size[0]; y += Math.floor(at / 4 / size[0]);
  }
  const box = canvas.getBoundingClientRect(), map = canvas.closest(".map-canvas").getBoundingClientRect();
  return { x: box.left - map.left + x / count * box.width / size[0], y: box.top - map.top + y / count * box.height / size[1] };
}"""
WEST_E7, SOUTH_E7, COLUMNS = 23_000_000, 488_200_000, 80  # a dozen points apart when all of them are to be seen


def waiting_at(number: int, reason: str, act: str = "trace") -> list[Act]:
    """Return a place of a grid, and a request that waits there."""
    place_id, request_id = new_id(), new_id()
    where = {"lon_e7": WEST_E7 + number % COLUMNS * 20_600, "lat_e7": SOUTH_E7 + number // COLUMNS * 13_600}
    asked: dict[str, Any] = {"caller_role": "sas", "place_id": str(place_id), "state": "on_hold", "reason": reason}
    return [
        Act("place", place_id, {"kind": "home", "name": f"Lieu {number}", "address": f"Lieu {number}", **where}),
        Act("request", request_id, {**asked, "received_at": "2026-01-01T08:00:00.000Z", "priority": 1 + number % 4},
            {"acts": [act]}),
    ]  # fmt: skip


def test_thousand_places_are_on_one_canvas_and_tied_to_the_rows(site: Site, sign_in: SignIn) -> None:
    if not has_map(site):
        pytest.skip("no map: the library was not brought")
    page = sign_in("dora")
    page.set_viewport_size({"width": 1000, "height": 600})
    page.goto("/requests?state=all")
    expect(page.locator("#backlog-map[data-marks]")).to_be_visible()
    page.locator("#live tr[data-place] a, #live tr[data-place] button").first.focus()
    expect(page.locator("#live tr[aria-current]")).not_to_have_count(0)
    picture(page, "desk-backlog-map")
    page.set_viewport_size({"width": 1280, "height": 720})
    site.write("dora", [act for number in range(PLACES) for act in waiting_at(number, "sur la carte")])
    page.goto(BACKLOG)
    map_box, rows = page.locator("#backlog-map"), page.locator("#live tr[data-place]")
    expect(map_box).to_have_attribute("data-marks", str(PLACES))
    assert page.locator("#backlog-map .map-canvas *").count() < 20  # one canvas, not an element for each place
    place, other = (str(rows.nth(number).get_attribute("data-place")) for number in (0, 50))
    rows.nth(0).locator("input[type=checkbox]").focus()
    expect(map_box).to_have_attribute("data-chosen", place)
    expect(rows.nth(0)).to_have_attribute("aria-current", "location")
    point = _point_of_the_chosen(page)
    rows.nth(50).locator("input[type=checkbox]").focus()
    expect(map_box).to_have_attribute("data-chosen", other)
    _click(page, point)
    expect(map_box).to_have_attribute("data-chosen", place)
    expect(rows.nth(0).locator("input[type=checkbox]")).to_be_focused()
    expect(rows.nth(0)).to_be_in_viewport()
    page.goto(f"{BACKLOG}&page=5")
    expect(map_box).to_have_attribute("data-marks", str(PLACES))
    _click(page, point)
    expect(page.locator("#map-told a")).to_be_focused()  # its row is on another page
    page.keyboard.press("Enter")
    page.wait_for_url(f"**&place={place}")
    expect(rows).to_have_count(1)
    page.goto(f"{BACKLOG}&priority=4")
    expect(map_box).to_have_attribute("data-marks", str(PLACES // 4))


def _point_of_the_chosen(page: Page) -> dict[str, float]:
    """Return where on the map's canvas the ring of the chosen place is."""
    found: dict[str, float] = page.locator("#backlog-map canvas").evaluate(RING)
    return found


def _click(page: Page, point: dict[str, float]) -> None:
    page.locator("#backlog-map .map-canvas").click(position={"x": point["x"], "y": point["y"]})


def test_place_with_coordinates_of_another_continent_does_not_make_the_map_show_the_world(
    site: Site, sign_in: SignIn
) -> None:
    if not has_map(site):
        pytest.skip("no map: the library was not brought")
    west, east, far = (waiting_at(number, "zzloin", "educate") for number in (0, COLUMNS - 1, 1))
    far[0].set.update({"lon_e7": 1_512_000_000, "lat_e7": -338_700_000})
    site.write("dora", [*west, *east, *far])
    page = sign_in("dora")
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto("/requests?act=educate&state=on_hold")
    expect(page.locator("#backlog-map[data-marks]")).to_be_visible()
    page.locator(f"#live tr[data-place='{east[0].record_id}'] input[type=checkbox]").focus()
    expect(page.locator("#backlog-map")).to_have_attribute("data-chosen", str(east[0].record_id))
    width = page.locator("#backlog-map .map-canvas").evaluate("(map) => map.clientWidth")
    assert _point_of_the_chosen(page)["x"] > width / 2  # on a map with Australia, all of the territory is at its left
