"""A dispatcher's day in a real browser, on a real server with a real worker: by keyboard, live, and in two languages."""

import sys
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from backend.ids import new_id
from backend.log.desk import Act
from tests.browser.conftest import Site, has_map, picture
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser
SignIn = Callable[[str], Page]
CALL_SECONDS_MAX = 90
PLAN_MILLISECONDS_MAX = 60_000


def test_call_becomes_a_visit_within_ninety_seconds_by_keyboard_alone(
    site: Site, sign_in: SignIn, capsys: pytest.CaptureFixture[str]
) -> None:
    person = site.rows(
        "SELECT id, given_name, family_name FROM person WHERE territory_id = $1 AND family_name IS NOT NULL ORDER BY id LIMIT 1"
    )[0]
    page = sign_in("dora")
    page.goto("/requests")
    by_hand = Keyboard(page)
    by_hand.tab_to("a[href='/requests/new']")
    by_hand.press("Enter")
    expect(page.locator("#q")).to_be_focused()
    by_hand.type(f"{person['given_name']} {person['family_name']}")
    expect(page.locator(f"#p{person['id']}")).to_be_visible()
    by_hand.press("ArrowDown", "Space")
    expect(page.locator("#proposals input:checked")).to_have_count(1)
    by_hand.tab_to("input[name=acts][value=vaccinate]")
    by_hand.press("Space")
    by_hand.tab_to("select[name=priority]")
    by_hand.press("4")
    by_hand.tab_to("input[name=reason]")
    by_hand.type("ne sort plus depuis sa chute")
    picture(page, "desk-call")
    by_hand.tab_to("#save")
    by_hand.press("Enter")
    page.wait_for_url("**/requests?done=saved_visit")
    expect(page.get_by_role("status")).to_be_visible()
    visit = site.rows(
        "SELECT state, priority FROM visit WHERE territory_id = $1 AND person_id = $2 ORDER BY id DESC", person["id"]
    )[0]
    assert (visit["state"], visit["priority"]) == ("wanted", 4)
    with capsys.disabled():
        sys.stdout.write(f" [{by_hand.keys} keys, {by_hand.thoughts} steps, {by_hand.seconds:.1f} s by the model]")
    assert by_hand.seconds <= CALL_SECONDS_MAX


def test_day_is_planned_with_progress_published_and_followed_live(site: Site, sign_in: SignIn) -> None:
    page = sign_in("dora")
    page.goto(f"/plan?day={site.tomorrow}")
    page.fill("input[name=seconds]", "3")
    page.click("#make")
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(
        0, timeout=PLAN_MILLISECONDS_MAX
    )  # the page goes on by itself
    expect(page.locator("#publish")).to_be_visible()
    stops = page.locator("script#map-data")
    if has_map(site):
        drawn = page.evaluate("text => JSON.parse(text).routes.flatMap(one => one.stops).length", stops.text_content())
        expect(page.locator("#map .pin:not(:text('×'))")).to_have_count(drawn)
    else:
        expect(page.locator("svg")).to_have_count(2)
    page.click("#publish")
    page.wait_for_url("**done=published")
    expect(page.get_by_role("status")).to_contain_text("publié")
    page.locator("h2", has_text="Déroulé").scroll_into_view_if_needed()
    picture(page, "desk-plan")
    page.goto(f"/today?day={site.tomorrow}")
    rounds = site.rows("SELECT id FROM round WHERE territory_id = $1 AND state = 'published'")
    expect(page.locator("#live section")).to_have_count(len(rounds))
    stop = site.rows(
        "SELECT s.id, s.arrival_planned_at FROM stop s JOIN round r ON r.territory_id = s.territory_id AND r.id = s.round_id "
        "WHERE s.territory_id = $1 AND r.state = 'published' ORDER BY s.id LIMIT 1"
    )[0]
    expect(page.locator(".tag.good")).to_have_count(0)
    page.wait_for_timeout(500)  # the stream says once that it is open
    site.write("dora", [Act("stop", stop["id"], {"state": "done"})])
    expect(page.locator(".tag.good")).to_have_count(1)
    picture(page, "desk-today")
    _insert_an_urgent_visit(site, page)


def _insert_an_urgent_visit(site: Site, page: Page) -> None:
    """Put a visit that came up during the day where it costs least."""
    place = site.rows("SELECT place_id FROM visit WHERE territory_id = $1 AND state = 'planned' ORDER BY id LIMIT 1")[0]
    visit_id = new_id()
    fields: dict[str, Any] = {
        "place_id": str(place["place_id"]),
        "service_minutes": 10,
        "priority": 4,
        "state": "wanted",
    }
    site.write("dora", [Act("visit", visit_id, {**fields}, {"acts": ["educate"]})])
    page.click("#to-change")
    page.select_option("#visit", str(visit_id))
    page.click("#find")
    page.get_by_role("button", name="Insérer ici").first.click(timeout=PLAN_MILLISECONDS_MAX)
    page.wait_for_url("**/today?day=*")
    stops = site.rows(
        "SELECT id FROM stop WHERE territory_id = $1 AND $2 = ANY(visit_ids) AND state = 'planned'", visit_id
    )
    assert len(stops) == 1


def test_job_is_stopped_when_its_reader_says_so(site: Site, sign_in: SignIn) -> None:
    page = sign_in("dora")
    page.goto(f"/plan?day={site.tomorrow}")
    plans = site.rows("SELECT count(*) AS n FROM plan WHERE territory_id = $1")[0]["n"]
    page.fill("input[name=seconds]", "120")
    page.click("#make")
    page.click("#cancel")
    expect(page.get_by_role("status")).to_contain_text("arrêté", timeout=PLAN_MILLISECONDS_MAX)
    assert site.rows("SELECT count(*) AS n FROM plan WHERE territory_id = $1")[0]["n"] == plans


def test_conflict_is_settled_by_the_supervisor_and_gone_from_everybodys_list(site: Site, sign_in: SignIn) -> None:
    person_id = new_id()
    site.write("dora", [Act("person", person_id, {"given_name": "Awa", "family_name": "Zzdiop"})])
    for login, born_on in (("dora", "1950-03-04"), ("selma", "1951-03-04")):
        site.write(login, [Act("person", person_id, {"born_on": born_on}, seen={})])
    page = sign_in("selma")
    page.goto("/reviews")
    page.locator("tr", has_text="Zzdiop").locator("a").click()
    expect(page.locator("main")).to_contain_text("Dora Régulation")
    picture(page, "desk-review")
    page.get_by_role("radio", name="1951").check()
    page.fill("input[name=note]", "carte d'identité vue")
    page.keyboard.press("Enter")
    page.wait_for_url("**/reviews?done=1")
    expect(page.locator("tr", has_text="Zzdiop")).to_have_count(0)
    row = site.rows("SELECT born_on, disputed FROM person WHERE territory_id = $1 AND id = $2", person_id)[0]
    assert (row["born_on"].isoformat(), row["disputed"]) == ("1951-03-04", [])


def test_another_desk_sees_a_new_request_without_reloading(site: Site, sign_in: SignIn) -> None:
    page = sign_in("dora")
    page.goto("/requests?state=open")
    page.wait_for_timeout(500)  # the stream says once that it is open
    place = site.rows("SELECT id FROM place WHERE territory_id = $1 AND kind = 'hotel' ORDER BY id LIMIT 1")[0]["id"]
    fields = {"caller_role": "sas", "place_id": str(place), "received_at": "2026-01-01T08:00:00.000Z", "state": "open"}
    site.write("dora", [Act("request", new_id(), {**fields, "reason": "vue en direct"}, {"acts": ["screen"]})])
    expect(page.locator("#live")).to_contain_text("vue en direct")


def test_roster_of_sixty_with_five_bad_lines_is_shown_and_its_good_lines_taken(site: Site, sign_in: SignIn) -> None:
    lines = [f"Zzroster;Personne{number};{1940 + number % 50};{100 + number}" for number in range(55)]
    lines += ["Zzroster;Bad;31/02/1950;1", "Zzroster;Bad;1850;2", ";;1950;3", "Zzroster;Bad;demain;4", lines[0]]
    data = "nom;prénom;date de naissance;chambre\n" + "\n".join(lines)
    page = sign_in("dora")
    page.goto("/lists")
    file = FilePayload(name="hotel.csv", mimeType="text/csv", buffer=data.encode("cp1252"))
    page.set_input_files("#file", [file])
    page.click("#look")
    expect(page.locator("tr.bad")).to_have_count(5)
    known = "SELECT count(*) AS n FROM person WHERE territory_id = $1 AND family_name = 'Zzroster'"
    assert site.rows(known)[0]["n"] == 0
    picture(page, "desk-list")
    page.click("#take")
    expect(page.get_by_role("status")).to_contain_text("55")
    assert site.rows(known)[0]["n"] == 55


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (820, 1180)])
def test_no_page_is_wider_than_its_screen(site: Site, sign_in: SignIn, width: int, height: int) -> None:
    page = sign_in("dora")
    page.set_viewport_size({"width": width, "height": height})
    for path in (
        "/",
        "/requests",
        "/requests/new",
        "/lists",
        "/plan",
        "/today",
        "/today/change",
        "/reviews",
        "/tablets",
        "/teams",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.get_by_role("main").locator("tbody a").first.click()
    page.wait_for_url("**/teams/*")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
