"""A national identity number is shown after a fresh code alone, finds its person, and is in no address, log or record."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from admin.files import number_page
from admin.files import page as files_page
from backend.ids import new_id
from backend.log.desk import Act
from backend.settings import Settings
from tests.admin import desk as desks
from tests.admin.desk import Desk, desk_of, send
from tests.conftest import Database

NUMBER = "255081416802538"
SHOWN = "2 55 08 14 168 025 38"


@pytest.fixture
async def desk(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(desks, "PAGES", (*desks.PAGES, files_page, number_page))
    async with desk_of(database, settings, people=20) as opened:
        yield opened


async def _person(desk: Desk, **fields: str) -> UUID:
    person_id = new_id()
    await desk.write("dora", [Act("person", person_id, dict(fields))])
    return person_id


async def test_number_goes_with_a_document_to_a_qualified_identity_and_is_found(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    zoe = await _person(desk, given_name="Zoé", family_name="Zzroy", sex="female", born_on="1955-08-02")
    browser, path = await desk.house.signed_in("selma"), f"/files/{zoe}/identity"

    async def post(do: str, **typed: str) -> str:
        answer = await send(browser, await browser.get(path), path, do=do, **typed)
        assert answer.status_code == 303, answer.text
        assert "location" in answer.headers
        assert NUMBER not in answer.headers["location"]
        return str(await desk.value("SELECT identity_status FROM person WHERE territory_id = $1 AND id = $2", zoe))

    assert await post("number", number=SHOWN) == "retrieved"
    shown = await browser.get(path)
    assert SHOWN in shown.text
    assert "ne peut pas servir" in shown.text
    assert await post("document") == "qualified"
    assert "ne peut pas servir" not in (await browser.get(path)).text
    found = await send(browser, await browser.get("/files"), "/files/by-number", number=NUMBER)
    assert found.headers["location"] == f"/files/{zoe}"
    assert NUMBER not in (await browser.get(f"/files/{zoe}/json")).text
    rows = await desk.rows("SELECT convert_from(body, 'UTF8') AS body FROM op WHERE territory_id = $1")
    assert not [row for row in rows if NUMBER in row["body"]]
    acts = await desk.rows("SELECT act FROM journal WHERE territory_id = $1 AND act LIKE 'identity%' ORDER BY seq")
    assert [row["act"] for row in acts] == [
        "identity_number_retrieved", "identity_number_read", "identity_number_read", "identity_document_checked",
        "identity_number_read", "identity_number_searched",
    ]  # fmt: skip
    assert await post("doubt") == "retrieved"
    assert await post("remove") == "provisional"
    assert SHOWN not in (await browser.get(path)).text
    spoken = capsys.readouterr()
    assert NUMBER not in spoken.out + spoken.err


async def test_number_that_cannot_be_theirs_is_refused_with_its_reason(desk: Desk) -> None:
    mina = await _person(desk, given_name="Mina", family_name="Zzroy", sex="male", born_on="1955-08-02")
    alias = await _person(desk, alias="Mama")
    twin = await _person(desk, given_name="Zoé", family_name="Zzroy", sex="female", born_on="1955-08-02")
    other = await _person(desk, given_name="Zoé", family_name="Zzroi", sex="female", born_on="1955-08-02")
    browser = await desk.house.signed_in("selma")
    for person_id, number, words in (
        (mina, "2 55 08 14 168 025 39", "la clé ne convient pas"),
        (mina, NUMBER, "contredit : sexe"),
        (alias, NUMBER, "il reste un alias"),
        (twin, NUMBER, ""),
        (other, NUMBER, "a déjà ce matricule"),
    ):
        path = f"/files/{person_id}/identity"
        answer = await send(browser, await browser.get(path), path, do="number", number=number)
        assert answer.status_code == (400 if words else 303)
        assert words in answer.text
    assert await desk.value("SELECT count(*) FROM identity_number WHERE territory_id = $1") == 1


async def test_number_asks_for_a_code_given_lately_and_for_the_right(desk: Desk) -> None:
    zoe = await _person(desk, given_name="Zoé", family_name="Zzroy")
    browser = await desk.house.signed_in("selma")
    desk.house.time.pass_by(minutes=6)
    assert (await browser.get(f"/files/{zoe}/identity")).status_code == 303
    assert (await (await desk.house.signed_in("dora")).get(f"/files/{zoe}/identity")).status_code == 403
