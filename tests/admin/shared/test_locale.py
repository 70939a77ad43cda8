"""A language that was chosen stays until somebody signs out, and what a page's script asks for speaks as its page does."""

import re
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest

from admin.sign_in import page as sign_in_page
from backend.ids import new_id
from backend.log.desk import Act
from backend.settings import Settings
from tests.admin import desk as desks
from tests.admin.desk import TOMORROW, Desk, Seen, desk_of, send
from tests.admin.shared.test_static_files import FOLDER
from tests.admin.two_languages import french_in
from tests.conftest import Database

ASKS: Final = re.compile(r"\bfetch\(([^,;]+)|\.open\(\s*[^,]+,\s*([^;]+)\);|new EventSource\(([^;]+)\);")
# News that something changed: no words in them (what they carry is shown below).
NEWS: Final = ("/live", "/api/jobs/")
ADDRESS: Final = re.compile(
    r"\bdata-(?!rows)[\w-]+=\"(/[^\"]+)\""
)  # rows: a link that is followed, nothing that is fetched


@pytest.fixture
async def desk(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(desks, "PAGES", (*desks.PAGES, sign_in_page))
    async with desk_of(database, settings) as opened:
        yield opened


def asked_without_a_language(script: str) -> list[str]:
    """Return what a script asks for otherwise than by `spoken`, but for news."""
    asked = ["".join(one).strip() for one in ASKS.findall(script)]
    return [one for one in asked if not one.startswith("spoken(") and not any(news in one for news in NEWS)]


def test_every_script_asks_in_the_language_of_its_page() -> None:
    scripts = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.js")}
    assert {name: found for name, text in scripts.items() if (found := asked_without_a_language(text))} == {}
    assert sum(len(ASKS.findall(text)) for text in scripts.values()) >= 8
    planted = 'await fetch(box.dataset.ways);\nrequest.open("GET", location.href);\nnew EventSource("/told");'
    assert len(asked_without_a_language(planted)) == 3


async def test_every_address_that_a_script_is_given_answers_in_the_language_asked_for(desk: Desk) -> None:
    """Asked by somebody whose own language is French, and who chose French in another window."""
    desk.house.app.state.update(
        {"libraries": {"leaflet-0/dist/leaflet.js": b""}}
    )  # pages with a map name more addresses
    draft = await desk.draft()
    place = str(await desk.value("SELECT id FROM place WHERE territory_id = $1 AND lon_e7 IS NOT NULL LIMIT 1"))
    asked = {"caller_role": "sas", "place_id": place, "received_at": "2026-11-22T07:00:00.000Z", "state": "open"}
    await desk.write("dora", [Act("request", new_id(), {**asked}, {"acts": ["screen"]})])
    browser = await desk.house.signed_in("dora")
    pages = [f"/plan?day={TOMORROW}&plan={draft}", "/requests", "/requests/new"]
    given: dict[str, Any] = {}
    for page in pages:
        shown = await browser.get(f"{page}{'&' if '?' in page else '?'}locale=fr")
        given |= {one.replace("&amp;", "&"): shown for one in ADDRESS.findall(shown.text) if "/static/" not in one}
    change = next(shown for one, shown in given.items() if one.startswith("/plan/ways"))
    found = {}
    for address, shown in [*given.items(), ("/plan/change", change)]:
        spoken = f"{address}{'&' if '?' in address else '?'}locale=en"
        by_script = {"sec-fetch-mode": "cors"}
        if address in ("/requests/proposals", "/plan/change"):
            form = "/requests/new" if address == "/requests/proposals" else address
            fields = Seen(shown.text).form(form) | {"q": "rue", "code": "undo"}
            answer = await browser.post(spoken, data=fields, headers=by_script)
        else:
            answer = await browser.get(spoken, headers=by_script)
        assert answer.status_code == 200, f"{address}: {answer.text[:200]}"
        assert "set-cookie" not in answer.headers or "locale=" not in answer.headers["set-cookie"], address
        found[address.partition("?")[0]] = french_in(answer.text)
    assert set(found) >= {"/plan/ways", "/requests/marks", "/requests/proposals", "/plan/change"}
    assert {address: words for address, words in found.items() if words} == {}
    assert french_in((await browser.get("/requests")).text), "the choice of the other window"


async def test_choice_of_a_language_stays_from_page_to_page_until_the_sign_out(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    assert 'lang="fr"' in (await browser.get("/requests")).text
    assert 'lang="en"' in (await browser.get("/requests?locale=en")).text
    shown = await browser.get("/requests")
    assert 'lang="en"' in shown.text
    assert "There is nothing at this address." in (await browser.get("/requests/no-such-page")).text
    await send(browser, shown, "/sign-out")
    assert "locale" not in browser.cookies
    assert 'lang="fr"' in (await browser.get("/sign-in")).text
