"""A partner asks, follows their own requests, and reads nothing about anybody."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from backend.db.transaction import transaction
from backend.ids import new_id
from backend.log.desk import Act
from backend.retention import purges
from backend.retention.erase import erase_file
from backend.retention.rules import RuleName
from backend.settings import Settings
from tests.admin.desk import TODAY, Desk, desk_of, send
from tests.conftest import Database


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        yield opened


async def test_partner_asks_and_is_told_where_the_own_request_stands_and_nothing_else(desk: Desk) -> None:
    browser = await desk.house.signed_in("paul")
    shown = await browser.get("/partner")
    assert "Aucune demande" in shown.text
    typed: dict[str, Any] = {
        "family_name": "Zzpartenaire", "address": "3 rue Inventée, 75013 Paris", "reason": "zzmotif", "acts": "vaccinate"
    }  # fmt: skip
    assert (await send(browser, shown, "/partner", **{**typed, "address": ""})).status_code == 400
    done = await send(browser, shown, "/partner", **typed)
    assert done.status_code == 303
    row = (await desk.rows("SELECT * FROM request WHERE territory_id = $1 AND recorded_by = $2", desk.users["paul"]))[0]
    assert (row["caller_role"], row["state"]) == ("partner", "open")
    shown = await browser.get(done.headers["location"])
    assert str(row["id"])[-8:].upper() in shown.text
    assert "reçue" in shown.text
    assert "Zzpartenaire" not in shown.text
    assert "zzmotif" not in shown.text
    visit: dict[str, Any] = {"request_id": str(row["id"]), "place_id": str(row["place_id"]), "state": "attempted"}
    await desk.write("dora", [Act("visit", new_id(), visit), Act("request", row["id"], {"state": "accepted"})])
    shown = await browser.get("/partner")
    assert "acceptée" in shown.text
    assert "tentée" not in shown.text  # that nobody opened is no business of a partner
    first = new_id()  # the desk knew of it already: the partner's call and that one are joined, and its visit is made
    asked = {"caller_role": "sas", "place_id": str(row["place_id"]), "received_at": "2026-11-20T08:00:00.000Z"}
    asked |= {"state": "accepted"}
    made: dict[str, Any] = {"request_id": str(first), "place_id": str(row["place_id"]), "state": "done"}
    joined = Act("request", row["id"], add={"joined_to": [str(first)]})
    acts = [Act("request", first, {**asked}, {"acts": ["vaccinate"]}), Act("visit", new_id(), made), joined]
    assert not (await desk.write("dora", acts)).refused
    assert "faite" in (await browser.get("/partner")).text
    for path in ("/requests", "/follow-up", "/today", "/paper", "/rota"):
        assert (await browser.get(path)).status_code == 403, path
    assert "/partner" in (await browser.get("/")).text


async def test_partner_keeps_the_own_line_when_the_request_it_was_joined_to_is_erased(desk: Desk) -> None:
    browser = await desk.house.signed_in("paul")
    typed: dict[str, Any] = {"address": "3 rue Inventée, 75013 Paris", "acts": "vaccinate"}
    await send(browser, await browser.get("/partner"), "/partner", **typed)
    own = (await desk.rows("SELECT * FROM request WHERE territory_id = $1 AND recorded_by = $2", desk.users["paul"]))[0]
    first, somebody = new_id(), new_id()
    asked = {"caller_role": "sas", "received_at": "2026-11-20T08:00:00.000Z", "state": "accepted"}
    hotel = str(await desk.value("SELECT id FROM place WHERE territory_id = $1 AND kind = 'hotel' LIMIT 1"))
    acts = [
        Act("person", somebody, {"family_name": "Zzeffacee", "place_id": hotel}),
        Act("request", first, {**asked, "person_id": str(somebody), "place_id": hotel}),
        Act("request", own["id"], add={"joined_to": [str(first)]}),
    ]
    assert not (await desk.write("dora", acts)).refused
    number = str(own["id"])[-8:].upper()
    assert "acceptée" in (await browser.get("/partner")).text
    async with transaction(desk.scope) as tx:
        begun = await purges.begin(tx, RuleName.KNOWN_ONLY, TODAY, desk.house.time())
        erased = await erase_file(tx, begun.id, (somebody,))
    assert not erased.tied
    assert not await desk.rows("SELECT 1 FROM request WHERE territory_id = $1 AND id = $2", first)
    shown = (await browser.get("/partner")).text
    assert number in shown
    assert "suite effacée" in shown
    assert "Aucune demande" not in shown


async def test_partner_who_asks_in_series_is_slowed_down_for_a_minute(desk: Desk) -> None:
    browser = await desk.house.signed_in("paul")
    shown = await browser.get("/partner")
    typed: dict[str, Any] = {"address": "3 rue Inventée, 75013 Paris", "acts": "vaccinate"}
    codes = [(await send(browser, shown, "/partner", **typed)).status_code for _ in range(12)]
    assert codes == [303] * 10 + [429] * 2
    asked = "SELECT count(*) FROM request WHERE territory_id = $1 AND recorded_by = $2"
    assert await desk.value(asked, desk.users["paul"]) == 10
    assert (await browser.get("/partner")).status_code == 200
    desk.house.time.at += timedelta(minutes=1)
    assert (await send(browser, shown, "/partner", **typed)).status_code == 303


async def test_partner_sees_no_request_of_the_desk_or_of_another_partner(desk: Desk) -> None:
    place = await desk.value("SELECT id FROM place WHERE territory_id = $1 ORDER BY id LIMIT 1")
    asked = {
        "caller_role": "partner",
        "place_id": str(place),
        "received_at": "2026-11-22T08:00:00.000Z",
        "state": "open",
    }
    await desk.write("dora", [Act("request", new_id(), {**asked}, {"acts": ["screen"]})])
    assert "Aucune demande" in (await (await desk.house.signed_in("paul")).get("/partner")).text


async def test_partner_is_told_which_field_does_not_fit_and_keeps_the_form(desk: Desk) -> None:
    browser = await desk.house.signed_in("paul")
    typed: dict[str, Any] = {"family_name": "Zzan", "address": "3 rue Inventée", "acts": "vaccinate"}
    answer = await send(browser, await browser.get("/partner"), "/partner", **typed, born_on="0050-02-01")
    assert answer.status_code == 400
    assert "Né(e) le : cette date ne peut pas être gardée" in answer.text
    assert 'value="Zzan"' in answer.text
    assert 'name="born_on" autofocus' in answer.text
