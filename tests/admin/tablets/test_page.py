"""The page of tablets in a browser of a territory's administrator."""

from collections.abc import AsyncIterator

import pytest

from backend.access import Role
from backend.settings import Settings
from backend.territory.generate import SLUG
from tests.admin.desk import Desk, Seen, desk_of
from tests.conftest import Database

MADE = "SELECT label FROM tablet WHERE territory_id = $1 AND label LIKE 'Zz%' ORDER BY label"
CODES = "SELECT count(*) FROM enrolment_code WHERE territory_id = $1 AND ends_at > $2 AND used_at IS NULL"


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        await opened.house.user("ada", SLUG, Role.TERRITORY_ADMINISTRATOR)
        yield opened


async def test_form_sent_again_adds_no_second_tablet_and_its_former_code_is_void(desk: Desk) -> None:
    browser = await desk.house.signed_in("ada")
    fields = Seen((await browser.get("/tablets")).text).form("/tablets") | {"label": "Zz1"}
    for _ in range(2):
        assert 'class="code"' in (await browser.post("/tablets", data=fields)).text
    assert [row["label"] for row in await desk.rows(MADE)] == ["Zz1"]
    assert await desk.value(CODES, desk.house.time()) == 1
    await browser.post("/tablets", data=fields | {"label": "Zz2"})  # the page gone back to, for another one
    assert [row["label"] for row in await desk.rows(MADE)] == ["Zz1", "Zz2"]
