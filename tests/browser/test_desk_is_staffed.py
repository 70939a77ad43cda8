"""The desk hands over and is staffed: what nobody covers is said at closing, until somebody is written down for it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, picture

pytestmark = pytest.mark.browser


def test_hours_that_nobody_covers_are_handed_over_until_somebody_is_on_the_rota(
    site: Site, sign_in: Callable[[str], Page]
) -> None:
    page = sign_in("dora")
    page.set_viewport_size({"width": 1000, "height": 640})
    page.goto("/handover")
    expect(page.locator("p.late")).to_contain_text("personne de 08:00 à 20:00")
    picture(page, "desk-handover")
    page.goto(f"/rota?week={site.tomorrow}")
    page.select_option("select[name=user]", label=site.users["dora"].full_name)
    page.select_option("select[name=day]", site.tomorrow.isoformat())
    page.fill("input[name=from]", "08:00")
    page.fill("input[name=to]", "14:00")
    page.locator("form[action='/rota/add'] button").click()
    expect(page.locator("main")).to_contain_text("08:00–14:00")
    picture(page, "desk-rota")
    page.goto("/handover")
    expect(page.locator("p.late")).to_contain_text("personne de 14:00 à 20:00")


def test_day_at_the_phone_is_counted_and_shown_with_its_share(site: Site, sign_in: Callable[[str], Page]) -> None:
    page = sign_in("dora")
    page.set_viewport_size({"width": 1000, "height": 640})
    page.goto("/phone")
    for name, count in (("answered", "45"), ("abandoned", "5"), ("missed", "2")):
        page.fill(f"input[name={name}]", count)
    page.locator("#count").press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.locator("tbody tr").nth(1)).to_contain_text("10 %")
    picture(page, "desk-phone")
