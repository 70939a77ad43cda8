"""An administrator is led to the reference tables after a fresh code; nobody else is."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from admin.reference import page as reference_page
from admin.reference.words import TO_CHANGE, TO_READ
from backend.access import Role
from backend.accounts import reference_pass
from backend.accounts.sessions import REAUTHENTICATED_FOR
from backend.reference_admin.tables import REACH, May
from backend.settings import Settings
from backend.territory.generate import SLUG
from tests.admin import desk as desks
from tests.admin.desk import Desk, Seen, desk_of
from tests.conftest import Database

BESIDE = "https://maraude.example:8766"


@pytest.fixture
async def desk(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(desks, "PAGES", (*desks.PAGES, reference_page, reference_pass))
    async with desk_of(database, replace(settings, reference_admin_url=f"{BESIDE}/"), people=1) as opened:
        await opened.house.user("alice", SLUG, Role.TERRITORY_ADMINISTRATOR)
        yield opened


async def test_administrator_is_led_there_after_a_fresh_code(desk: Desk) -> None:
    browser = await desk.house.signed_in("alice")
    shown = await browser.get("/reference-tables")
    assert shown.status_code == 200, shown.text
    assert f"{BESIDE}/" in Seen(shown.text).addresses
    assert "coverage targets by zone" in (await browser.get("/reference-tables?locale=en")).text
    desk.house.time.pass_by(minutes=6)
    late = await browser.get("/reference-tables")
    assert (late.status_code, late.headers["location"]) == (303, "/reauthenticate?next=%2Freference-tables")


async def test_pass_says_until_when_something_may_be_changed(desk: Desk) -> None:
    browser = await desk.house.signed_in("alice")
    told = (await browser.get("/api/reference-pass")).json()
    assert (told["login"], told["territory_id"]) == ("alice", str(desk.territory_id))
    assert told["may_change_until"] <= (desk.house.time() + REAUTHENTICATED_FOR).isoformat().replace("+00:00", "Z")
    assert told["may_change_until"] > (desk.house.time() + timedelta(minutes=4)).isoformat().replace("+00:00", "Z")


async def test_nobody_else_passes(desk: Desk) -> None:
    for login in ("dora", "selma", "marc", "paul"):
        browser = await desk.house.signed_in(login)
        assert (await browser.get("/api/reference-pass")).status_code == 403, login
        assert (await browser.get("/reference-tables")).status_code == 403, login


async def test_a_request_from_there_is_refused_here(desk: Desk) -> None:
    """Cookies know no ports: only what a browser says of where it comes from tells that origin from ours."""
    browser = await desk.house.signed_in("alice")
    header = {"X-Maraude-Request": "1"}
    for foreign in (
        {"Origin": BESIDE},
        {"Origin": BESIDE, "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        refused = await browser.post("/api/sign-out", headers={**header, **foreign})
        assert (refused.status_code, refused.json()["code"]) == (403, "csrf"), foreign
    assert (await browser.post("/api/sign-out", headers=header)).status_code == 204


def test_page_names_the_tables_that_are_reached() -> None:
    assert list(TO_CHANGE) == [one.table._meta.tablename for one in REACH if one.may is not May.READ]
    assert list(TO_READ) == [one.table._meta.tablename for one in REACH if one.may is May.READ]
