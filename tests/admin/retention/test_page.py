"""Who manages retention sees what is due without a name, asks for a purge after a fresh code, and gets the certificate."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from admin.retention import page as retention_page
from backend.access import Role
from backend.settings import Settings
from backend.territory.generate import SLUG
from tests.admin import desk as desks
from tests.admin.desk import Desk, Seen, desk_of, send
from tests.conftest import Database


@pytest.fixture
async def desk(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(desks, "PAGES", (*desks.PAGES, retention_page))
    async with desk_of(database, settings, people=20) as opened:
        await opened.house.user("alice", SLUG, Role.TERRITORY_ADMINISTRATOR)
        yield opened


async def test_what_is_due_is_shown_without_names_and_asked_for_once(desk: Desk) -> None:
    assert not await desk.rows("SELECT 1 FROM job WHERE territory_id = $1 AND kind = 'purge'")
    desk.house.time.at = datetime(2090, 1, 1, 9, tzinfo=UTC)
    browser = await desk.house.signed_in("alice")
    shown = await browser.get("/retention")
    assert shown.status_code == 200, shown.text
    assert "R. 1112-7" in shown.text
    assert "20 ans" in shown.text
    names = await desk.rows("SELECT family_name FROM person WHERE territory_id = $1 AND length(family_name) > 4")
    assert names
    assert not [row["family_name"] for row in names if row["family_name"] in shown.text]
    assert Seen(shown.text).refused == []
    asked = await send(browser, shown, "/retention/purge", rule="care_file")
    assert asked.status_code == 303, asked.text
    (job,) = await desk.rows("SELECT args FROM job WHERE territory_id = $1 AND kind = 'purge'")
    assert job["args"] == '{"rule": "care_file"}'
    again = await send(browser, shown, "/retention/purge", rule="care_file")
    assert again.status_code == 409
    assert "Erased" not in shown.text
    assert "Kept for" in (await browser.get("/retention?locale=en")).text


async def test_purge_asks_for_a_code_given_lately_and_for_the_right(desk: Desk) -> None:
    desk.house.time.at = datetime(2090, 1, 1, 9, tzinfo=UTC)
    browser = await desk.house.signed_in("alice")
    shown = await browser.get("/retention")
    desk.house.time.pass_by(minutes=6)
    late = await send(browser, shown, "/retention/purge", rule="care_file")
    assert late.status_code in {303, 403}
    assert not await desk.rows("SELECT 1 FROM job WHERE territory_id = $1 AND kind = 'purge'")
    supervisor = await desk.house.signed_in("selma")
    assert (await supervisor.get("/retention")).status_code == 403
