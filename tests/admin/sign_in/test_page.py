"""Somebody signs in with plain forms, in French or English, without a script and without an outside address."""

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from admin.sign_in import own_page, page
from backend.access import Role
from backend.accounts import user_changes
from backend.accounts.authenticate import check_every_route_has_a_right
from backend.accounts.csrf import HEADER
from backend.accounts.user_changes import Added, NewUser
from backend.settings import Settings
from tests.backend.accounts.house import PASSPHRASE, House, house_of
from tests.conftest import Database


class Forms(HTMLParser):
    """Read the forms of a page as a browser would: action, and the fields that are filled already."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note a form, or a field of the last one."""
        at = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.found.append((at["action"], {}))
        elif tag in {"input", "button"} and "name" in at and self.found:
            self.found[-1][1][at["name"]] = at.get("value", "")


@pytest.fixture
async def house(database: Database, settings: Settings) -> AsyncIterator[House]:
    async with house_of(database, settings, *page.routes, *own_page.routes) as made:
        yield made


def plain_browser(house: House) -> httpx.AsyncClient:
    """Return a browser that sends what a browser sends: no header of ours."""
    browser = house.browser()
    browser.headers.pop(HEADER)
    return browser


async def submit(browser: httpx.AsyncClient, shown: httpx.Response, action: str, **typed: str) -> httpx.Response:
    """Fill in and send the form with this action; forms of the page carry their hidden fields."""
    fields = next(fields for found, fields in Forms(shown.text).found if found == action)
    return await browser.post(action, data={**fields, **typed})


async def _awa(house: House, *roles: Role) -> None:
    await house.territory("paris")
    await house.user("awa", "paris", *(roles or (Role.DISPATCHER,)))


async def _signed_in(house: House) -> httpx.AsyncClient:
    browser = plain_browser(house)
    answer = await submit(browser, await browser.get("/sign-in"), "/sign-in", login="awa", passphrase=PASSPHRASE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/code")
    answer = await submit(browser, await browser.get("/sign-in/code"), "/sign-in/code", code=house.code())
    assert (answer.status_code, answer.headers["location"]) == (303, "/"), answer.text
    house.time.pass_by(seconds=30)
    return browser


async def test_dispatcher_signs_in_by_forms_and_out_again(house: House) -> None:
    await _awa(house)
    browser = await _signed_in(house)
    assert (await browser.get("/probe/plan")).status_code == 200
    shown = await browser.get("/my-sessions")
    out = await submit(browser, shown, "/sign-out")
    assert (out.status_code, out.headers["location"]) == (303, "/sign-in")
    assert (await browser.get("/probe/plan")).status_code == 401


async def test_new_colleague_sets_up_by_forms(house: House) -> None:
    await house.territory("paris")
    added = await user_changes.add_user("paris", NewUser("lea", "Léa", frozenset({Role.DISPATCHER})), house.time())
    assert isinstance(added, Added)
    browser = plain_browser(house)
    code = added.set_up_code or ""
    weak = await submit(browser, await browser.get("/set-up"), "/set-up", code=code, passphrase="azertyuiopazertyuiop")
    assert weak.status_code == 400
    assert 'role="alert"' in weak.text
    done = await submit(browser, weak, "/set-up", code=code, passphrase=PASSPHRASE)
    assert done.headers["location"] == "/sign-in/enrol"
    shown = await browser.get("/sign-in/enrol")
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", shown.text)
    assert secret is not None
    wrong = await submit(browser, shown, "/sign-in/enrol", code="000000")
    assert wrong.status_code == 401
    assert secret.group() in wrong.text
    kept = await submit(browser, wrong, "/sign-in/enrol", code=house.code(secret.group(1)))
    assert len(re.findall(r"<li><code>[A-Z2-7-]{19}</code>", kept.text)) == 10
    assert (await browser.get("/probe/plan")).status_code == 200


async def test_wrong_passphrase_says_so_in_the_language_and_keeps_the_login(house: House) -> None:
    await _awa(house)
    for locale, sentence in (("fr", "ne convient pas"), ("en", "does not fit")):
        browser = plain_browser(house)
        shown = await browser.get("/sign-in", params={"locale": locale})
        answer = await submit(browser, shown, "/sign-in", login="awa", passphrase="<b>wrong</b>")
        assert answer.status_code == 401
        assert sentence in answer.text
        assert 'value="awa"' in answer.text
        assert "wrong" not in answer.text
        assert f'<html lang="{locale}">' in answer.text


async def test_markup_typed_as_login_is_shown_as_text(house: House) -> None:
    browser = plain_browser(house)
    answer = await submit(
        browser, await browser.get("/sign-in"), "/sign-in", login='"><script>alert(1)</script>', passphrase="x"
    )
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text


async def test_page_of_somebody_not_signed_in_leads_to_sign_in(house: House) -> None:
    asked = await plain_browser(house).get("/my-sessions")
    assert asked.headers["location"] == "/sign-in?next=%2Fmy-sessions"
    for path in ("/reauthenticate", "/sign-in/code", "/sign-in/enrol", "/sign-in/territory"):
        answer = await plain_browser(house).get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


async def test_who_signs_in_comes_back_to_the_page_that_was_asked_for(house: House) -> None:
    await _awa(house)
    browser = await _signed_in(house)
    await house.as_owner("DELETE FROM sign_in_session")
    asked = await browser.get("/my-sessions?locale=fr&a=b")
    assert asked.headers["location"] == "/sign-in?next=%2Fmy-sessions%3Flocale%3Dfr%26a%3Db&ended=reading"
    shown = await browser.get(asked.headers["location"])
    assert "Votre session a pris fin" in shown.text
    wrong = await submit(browser, shown, "/sign-in", login="awa", passphrase="une autre phrase")
    half = await submit(browser, wrong, "/sign-in", login="awa", passphrase=PASSPHRASE)
    house.time.pass_by(seconds=60)
    done = await submit(browser, await browser.get(half.headers["location"]), "/sign-in/code", code=house.code())
    assert done.headers["location"] == "/my-sessions?locale=fr&a=b"
    away = await plain_browser(house).get("/sign-in?next=//evil.test")
    assert "evil.test" not in away.text.partition("<main")[2]
    sent = await plain_browser(house).get("/sign-in?ended=sending")
    assert "pas enregistré" in sent.text


async def test_form_without_its_token_is_refused_on_a_page(house: House) -> None:
    await _awa(house)
    browser = await _signed_in(house)
    answer = await browser.post("/sign-out", data={})
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")
    assert (await browser.get("/api/me")).status_code == 200


async def test_territory_is_chosen_by_form(house: House) -> None:
    await _awa(house)
    await house.territory("lyon")
    await user_changes.add_user("lyon", NewUser("awa", "Awa", frozenset({Role.FIELD_TEAM})), house.time())
    browser = plain_browser(house)
    await submit(browser, await browser.get("/sign-in"), "/sign-in", login="awa", passphrase=PASSPHRASE)
    answer = await submit(browser, await browser.get("/sign-in/code"), "/sign-in/code", code=house.code())
    assert answer.headers["location"] == "/sign-in/territory"
    shown = await browser.get("/sign-in/territory")
    forms = [fields for action, fields in Forms(shown.text).found if action == "/sign-in/territory"]
    assert len(forms) == 2
    chosen = await browser.post("/sign-in/territory", data=forms[0])
    assert chosen.headers["location"] == "/"
    assert (await browser.get("/probe/plan")).status_code == 403  # Lyon comes first: a field team there


async def test_own_session_is_ended_and_passphrase_changed_by_form(house: House) -> None:
    await _awa(house)
    other, browser = await _signed_in(house), await _signed_in(house)
    shown = await browser.get("/my-sessions")
    assert " UTC<" not in shown.text  # in the territory's time, as everywhere
    ends = [fields for action, fields in Forms(shown.text).found if action == "/my-sessions/end"]
    assert len(ends) == 2
    assert (await browser.post("/my-sessions/end", data=ends[1])).headers["location"] == "/my-sessions"
    assert (await other.get("/api/me")).status_code == 401
    wanted = "un parapluie bleu sèche devant la gare"
    action = "/my-sessions/passphrase"
    refused = await submit(browser, shown, action, former="une autre phrase", wanted=wanted)
    assert refused.status_code == 401
    done = await submit(browser, refused, action, former=PASSPHRASE, wanted=wanted)
    assert 'role="status"' in done.text


async def test_reauthentication_goes_on_where_it_was_asked_for_and_nowhere_else(house: House) -> None:
    await _awa(house)
    browser = await _signed_in(house)
    house.time.pass_by(minutes=6)
    asked = await browser.get("/sign-in/enrol")
    assert asked.headers["location"] == "/reauthenticate?next=%2Fsign-in%2Fenrol"
    shown = await browser.get(asked.headers["location"])
    wrong = await submit(browser, shown, "/reauthenticate", code="000000")
    assert wrong.status_code == 401
    done = await submit(browser, wrong, "/reauthenticate", code=house.code())
    assert done.headers["location"] == "/sign-in/enrol"
    house.time.pass_by(seconds=30)
    shown = await browser.get("/reauthenticate", params={"next": "//evil.test"})
    done = await submit(browser, shown, "/reauthenticate", code=house.code())
    assert done.headers["location"] == "/"


@pytest.mark.parametrize("path", ["/sign-in", "/set-up", "/my-sessions", "/reauthenticate", "/sign-in/enrol"])
async def test_page_names_no_outside_address_and_no_script_or_style(house: House, path: str) -> None:
    """What the page would fetch from elsewhere tells elsewhere who works here."""
    await _awa(house)
    browser = await _signed_in(house) if path not in {"/sign-in", "/set-up"} else plain_browser(house)
    shown = await browser.get(path)
    text = shown.text
    assert shown.headers["content-type"] == "text/html; charset=utf-8"
    assert text.startswith("<!doctype html>")
    for address in re.findall(r"""(?:href|src|action)\s*=\s*["']?([^"'\s>]+)""", text):
        assert address.startswith(("/", "?", "#")), address
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", text)
    named = set(re.findall(r"https?://[^\s\"'<]+", text))
    assert named <= {"http://www.w3.org/2000/svg"}


async def test_pages_have_their_right_each(house: House) -> None:
    check_every_route_has_a_right(house.app)


async def test_extra_field_in_a_form_is_refused(house: House) -> None:
    await _awa(house)
    browser = plain_browser(house)
    extra: dict[str, Any] = {"login": "awa", "passphrase": PASSPHRASE, "roles": "auditor"}
    answer = await submit(browser, await browser.get("/sign-in"), "/sign-in", **extra)
    assert answer.status_code == 400
    assert "session" not in browser.cookies
