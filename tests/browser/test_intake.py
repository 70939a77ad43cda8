"""A call by its script, in a real browser and by keyboard alone."""

import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from backend.ids import new_id
from backend.log.desk import Act
from tests.browser.conftest import Site, picture
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser
SignIn = Callable[[str], Page]
CALL_SECONDS_MAX = 90


def test_call_follows_the_script_and_a_red_flag_hands_it_over_within_ninety_seconds(
    site: Site, sign_in: SignIn, capsys: pytest.CaptureFixture[str]
) -> None:
    page = sign_in("dora")
    for flagged in (False, True):
        person = site.rows(
            "SELECT id, given_name, family_name FROM person WHERE territory_id = $1 AND family_name IS NOT NULL "
            "AND given_name IS NOT NULL AND place_id IS NOT NULL ORDER BY id DESC LIMIT 1"  # a home is known
        )[0]
        page.goto("/requests")
        by_hand = Keyboard(page)
        by_hand.tab_to("a[href='/requests/new']")
        by_hand.press("Enter")
        expect(page.locator("#q")).to_be_focused()
        by_hand.type(f"{person['given_name']} {person['family_name']}")
        expect(page.locator(f"#p{person['id']}")).to_be_visible()
        by_hand.press("ArrowDown", "Space")
        by_hand.tab_to("#reason_code")
        by_hand.type("fi")  # a list is chosen from by typing its beginning
        expect(page.locator("#reason_code")).to_have_value("respiratory_at_home")
        script = page.locator("fieldset[data-reason=respiratory_at_home]")
        expect(script).to_be_visible()
        expect(page.locator("input[name=acts]:checked")).to_have_count(2)
        expect(page.locator("select[name=priority]")).to_have_value("3")
        if flagged:
            by_hand.tab_to("fieldset[data-reason=respiratory_at_home] input[value=breathing]")
            by_hand.press("Space")
            expect(page.get_by_role("alert")).to_contain_text("appelez le 15 maintenant")
            expect(page.locator("select[name=priority]")).to_have_value("4")
            picture(page, "desk-script")
            by_hand.press("Space")
            expect(page.get_by_role("alert")).to_have_text("")
            expect(page.locator("select[name=priority]")).to_have_value("3")
            by_hand.press("Space")
        by_hand.tab_to("input[name=reason]")
        by_hand.type("tousse depuis lundi")
        by_hand.tab_to("#save")
        by_hand.press("Enter")
        page.wait_for_url("**/requests?done=saved_*")
        row = site.rows(
            "SELECT state, redirected_to, red_flags, priority, reason_code FROM request WHERE territory_id = $1 "
            "AND person_id = $2 ORDER BY received_at DESC LIMIT 1", person["id"],
        )[0]  # fmt: skip
        stands = ("redirected", "samu", ["breathing"], 4) if flagged else ("accepted", None, [], 3)
        assert (row["state"], row["redirected_to"], row["red_flags"], row["priority"]) == stands
        assert row["reason_code"] == "respiratory_at_home"
        with capsys.disabled():
            sys.stdout.write(f" [{by_hand.keys} keys, {by_hand.thoughts} steps, {by_hand.seconds:.1f} s by the model]")
        assert by_hand.seconds <= CALL_SECONDS_MAX


def test_one_call_told_twice_is_joined_put_on_hold_and_separated_by_keyboard(site: Site, sign_in: SignIn) -> None:
    place = site.rows("SELECT id FROM place WHERE territory_id = $1 AND kind = 'hotel' ORDER BY id DESC LIMIT 1")[0][
        "id"
    ]
    older, younger = new_id(), new_id()
    for hour, one in ((7, older), (8, younger)):
        asked = {
            "caller_role": "sas",
            "place_id": str(place),
            "received_at": f"2026-11-20T{hour:02}:00:00.000Z",
            "state": "open",
        }
        site.write("dora", [Act("request", one, {**asked}, {"acts": ["educate"]})])
    page = sign_in("dora")
    page.goto(f"/requests?state=open&place={place}")
    by_hand = Keyboard(page)
    for one in sorted((older, younger), key=lambda one: page.locator(f"#b{one}").bounding_box()["y"]):  # type: ignore[index]
        page.locator(f"#b{one}").focus()
        by_hand.press("Space")
    page.locator("#join").focus()
    picture(page, "desk-join")
    by_hand.press("Enter")
    page.wait_for_url("**/requests?done=joined")
    expect(page.get_by_role("status")).to_contain_text("une seule reste au tableau")
    page.goto(f"/requests?state=open&place={place}")
    expect(page.locator(f"#b{younger}")).to_have_count(0)
    expect(page.locator("#live")).to_contain_text("1 autre(s) appel(s) joint(s)")
    page.locator(f"#hold{older}").focus()
    by_hand.press("Enter")
    by_hand.press("Tab")
    by_hand.type("ne")
    page.locator(f"#on_hold{older}").focus()
    by_hand.press("Enter")
    page.wait_for_url("**/requests")
    page.goto(f"/requests?state=on_hold&place={place}")
    expect(page.locator("#live")).to_contain_text("ne répond pas au téléphone")
    expect(page.locator("#live")).to_contain_text("le délai court toujours")
    page.goto(f"/requests?state=joined&place={place}")
    page.locator(f"#separate{younger}").focus()
    by_hand.press("Enter")
    page.wait_for_url("**/requests?done=separated")
    page.goto(f"/requests?state=open&place={place}")
    expect(page.locator(f"#b{younger}")).to_have_count(1)


def test_call_sent_after_the_session_ended_is_sent_again_from_the_page_that_kept_it(
    site: Site, sign_in: SignIn, browser: Browser
) -> None:
    signed = sign_in("dora").context.cookies()  # what signing in once more in another window will give
    context = browser.new_context(base_url=site.url, locale="fr-FR")
    context.add_cookies([{**one} for one in signed])  # type: ignore[typeddict-item]
    page = context.new_page()
    page.goto("/requests/new")
    page.locator("summary", has_text="Une adresse encore inconnue").click()
    page.fill("input[name=address]", "3 rue Zzgardée")
    page.check("input[name=acts][value=screen]")
    context.clear_cookies()  # signed out in another window of this browser
    page.click("#save")
    expect(page.get_by_role("alert")).to_contain_text("n'est pas perdu")
    beside = page.get_by_role("link", name="Se connecter dans une nouvelle fenêtre")
    expect(beside).to_have_attribute("target", "_blank")
    context.add_cookies([{**one} for one in signed if "form" not in one["name"]])  # type: ignore[typeddict-item]
    page.get_by_role("button", name="envoyer à nouveau").click()
    page.wait_for_url("**/requests?done=saved*")
    assert len(site.rows("SELECT 1 FROM place WHERE territory_id = $1 AND address = '3 rue Zzgardée'")) == 1
    context.close()
