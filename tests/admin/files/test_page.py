"""A person's file is found without a name in the address, whole, readable and as JSON; objections are ops that are honoured."""

import json
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from admin.files import page as files_page
from backend.ids import new_id
from backend.log.desk import Act
from backend.settings import Settings
from tests.admin import desk as desks
from tests.admin.desk import Desk, Seen, desk_of, send
from tests.conftest import Database


@pytest.fixture
async def desk(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(desks, "PAGES", (*desks.PAGES, files_page))
    async with desk_of(database, settings, people=20) as opened:
        yield opened


async def _awa(desk: Desk) -> tuple[UUID, UUID]:
    """Write down somebody known by an alias alone, with a dose and an exposure to somebody else."""
    awa, other = new_id(), new_id()
    await desk.write("dora", [
        Act("person", awa, {"alias": "Mama =Zzawa", "born_on": "1950-03-04", "population_group": "homeless_hotel"}),
        Act("person", other, {"given_name": "Zzother"}),
        Act("dose", new_id(), {"person_id": str(awa), "status": "given", "given_on": "2026-11-02", "source": "own",
                               "note": "<b>bras</b>"}, {"antigens": ["influenza"]}),
        Act("exposure", new_id(), {"index_person_id": str(other), "contact_person_id": str(awa), "last_on": "2026-11-01"}),
    ])  # fmt: skip
    return awa, other


async def test_file_is_found_read_and_given_with_everything_and_nobody_else(desk: Desk) -> None:
    awa, other = await _awa(desk)
    browser = await desk.house.signed_in("selma")
    found = await send(browser, await browser.get("/files"), "/files", name="mama")
    assert f"/files/{awa}" in found.text
    shown = await browser.get(f"/files/{awa}")
    assert shown.status_code == 200, shown.text
    for words in ("Mama =Zzawa", "04/03/1950", "02/11/2026", "influenza", "&lt;b&gt;bras&lt;/b&gt;", "people_searched"):
        assert words in shown.text, words
    assert Seen(shown.text).refused == []
    assert "Born" not in shown.text
    assert "born on" in (await browser.get(f"/files/{awa}?locale=en")).text
    whole = await browser.get(f"/files/{awa}/json")
    content = json.loads(whole.text)
    assert {one["kind"] for one in content["records"]} == {"person", "dose", "exposure"}
    assert content["records"][0]["fields"]["alias"] == "Mama =Zzawa"
    assert "given_name" not in content["records"][0]["fields"]
    assert {one["act"] for one in content["looks"]} >= {"people_searched", "person_file_read"}
    assert await desk.rows("SELECT 1 FROM journal WHERE territory_id = $1 AND act = 'person_file_exported'")
    assert str(other) not in whole.text + shown.text
    assert "Zzother" not in whole.text + shown.text


async def test_file_asks_for_a_code_given_lately_and_comes_back_to_it(desk: Desk) -> None:
    awa, _ = await _awa(desk)
    browser = await desk.house.signed_in("selma")
    desk.house.time.pass_by(minutes=6)
    late = await browser.get(f"/files/{awa}")
    assert late.status_code == 303
    assert late.headers["location"] == f"/reauthenticate?next=%2Ffiles%2F{awa}"
    assert not await desk.rows("SELECT 1 FROM journal WHERE territory_id = $1 AND act = 'person_file_read'")
    assert (await (await desk.house.signed_in("dora")).get(f"/files/{awa}")).status_code == 403


async def test_objections_are_ops_on_every_joined_record_and_can_be_taken_back(desk: Desk) -> None:
    awa, _ = await _awa(desk)
    twin = new_id()
    await desk.write("dora", [
        Act("person", twin, {"alias": "Zzawa"}),
        Act("same_person", new_id(), {"person_id": str(awa), "other_id": str(twin), "joined": True}),
    ])  # fmt: skip
    browser = await desk.house.signed_in("selma")
    path = f"/files/{awa}"
    for wanted in (["statistics", "research"], ["register"], []):
        answer = await browser.post(path, data={**Seen((await browser.get(path)).text).form(path), "do": "objections",
                                                "objection": wanted})  # fmt: skip
        assert answer.status_code == 303, answer.text
        rows = await desk.rows("SELECT objections FROM person WHERE territory_id = $1 AND id = ANY($2)", [awa, twin])
        assert [row["objections"] for row in rows] == [sorted(wanted)] * 2
    refused = await send(browser, await browser.get(path), path, do="objections", objection="everything")
    assert refused.status_code == 400


async def test_file_is_held_and_released_with_a_reason(desk: Desk) -> None:
    awa, _ = await _awa(desk)
    browser = await desk.house.signed_in("selma")
    path = f"/files/{awa}"
    assert (await send(browser, await browser.get(path), path, do="hold", reason="x")).status_code == 400
    await send(browser, await browser.get(path), path, do="hold", reason="procédure en cours")
    shown = await browser.get(path)
    assert "procédure en cours" in shown.text
    assert await desk.value("SELECT count(*) FROM retention_hold WHERE territory_id = $1") == 1
    await send(browser, shown, path, do="release")
    assert await desk.value("SELECT count(*) FROM retention_hold WHERE territory_id = $1") == 0
