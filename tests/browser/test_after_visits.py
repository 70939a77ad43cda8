"""What comes after visits is dealt with on one page, and a partner asks from outside and sees nobody's file."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from backend.ids import new_id
from backend.log.desk import Act
from tests.browser.conftest import Site, picture

pytestmark = pytest.mark.browser
SignIn = Callable[[str], Page]


def test_shut_door_is_decided_a_result_is_entered_and_told_and_a_contact_called(site: Site, sign_in: SignIn) -> None:
    place, visit, ill, contact, result, exposure = (new_id() for _ in range(6))
    before = [(site.today - timedelta(days=days)).isoformat() for days in (4, 3, 2)]
    site.write("dora", [
        Act("place", place, {"kind": "home", "name": "14 rue du Suivi", "contact_phone": "01 99 00 12 34"}),
        Act("visit", visit, {"place_id": str(place), "service_minutes": 15, "state": "attempted"}, {"acts": ["vaccinate"]}),
        *(Act("visit_outcome", new_id(), {"visit_id": str(visit), "result": "absent", "departed_at": f"{day}T10:00:00.000Z"})
          for day in before),
        Act("person", ill, {"given_name": "Zia", "family_name": "Zzindex", "phone": "06 99 00 12 34"}),
        Act("person", contact, {"given_name": "Yves", "family_name": "Zzcontact", "phone": "06 99 00 56 78"}),
        Act("screening", result, {"person_id": str(ill), "test_type": "pcr", "pathogen": "sars-cov-2", "result": "pending",
                                  "collected_at": f"{before[2]}T10:00:00.000Z"}),
        Act("exposure", exposure, {"index_person_id": str(ill), "contact_person_id": str(contact), "last_on": before[2],
                                   "follow_up": "listed"}),
    ])  # fmt: skip
    page = sign_in("dora")
    page.goto("/follow-up")
    picture(page, "desk-follow-up")
    page.locator("tr", has_text="14 rue du Suivi").get_by_role("button", name="Repasser").click()
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.locator("tr", has_text="14 rue du Suivi")).to_have_count(0)
    page.locator("tr", has_text="Yves Zzcontact").locator("select").select_option("under_follow_up")
    page.locator("tr", has_text="Yves Zzcontact").get_by_role("button").click()
    expect(page.locator("tr", has_text="Yves Zzcontact")).to_have_count(0)
    page.locator("tr", has_text="Zia Zzindex").locator("select").select_option("detected")
    page.locator("tr", has_text="Zia Zzindex").get_by_role("button").click()
    page.locator("tr", has_text="Zia Zzindex").get_by_role("button", name="Zia Zzindex").click()
    expect(page.locator("tr", has_text="Zia Zzindex")).to_have_count(0)
    row = site.rows("SELECT result, told_at FROM screening WHERE territory_id = $1 AND id = $2", result)[0]
    assert row["result"] == "detected"
    assert row["told_at"] is not None
    again = site.rows("SELECT not_before_on FROM visit WHERE territory_id = $1 AND id = $2", visit)[0]
    assert again["not_before_on"] > site.today
    site.write("dora", [Act("visit", visit, {"state": "cancelled"})])  # no other test plans it


def test_partner_asks_for_a_visit_and_is_told_where_it_stands_and_nothing_of_anybody(
    site: Site, sign_in: SignIn
) -> None:
    page = sign_in("paul")
    page.locator("a[href='/partner']").first.click()
    page.fill("input[name=family_name]", "Zzdupartenaire")
    page.fill("input[name=address]", "3 rue Inventée, 75013 Paris")
    page.fill("input[name=reason]", "ne sort plus")
    page.check("input[name=acts][value=vaccinate]")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.locator("main table")).to_contain_text("reçue")
    expect(page.locator("main")).not_to_contain_text("Zzdupartenaire")
    picture(page, "desk-partner")
    request = site.rows("SELECT id FROM request WHERE territory_id = $1 AND reason = 'ne sort plus'")[0]
    site.write("dora", [Act("request", request["id"], {"state": "accepted"})])
    page.reload()
    expect(page.locator("main table")).to_contain_text("acceptée")
    site.write("dora", [Act("request", request["id"], {"state": "revoked"})])
