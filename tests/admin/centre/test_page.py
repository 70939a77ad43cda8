"""A day at the centre: fifty want the last place, a walk-in, a dose, and a closing that does not balance."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from backend.access import Scope
from backend.centre.day import Desk as CentreDesk
from backend.centre.day import NewSession, Wish, book, session_act
from backend.centre.slots import Bookable
from backend.db.transaction import transaction
from backend.ids import new_id
from backend.log.desk import Act, installation_for
from backend.settings import Settings
from tests.admin.desk import TODAY, Desk, Seen, desk_of, send
from tests.conftest import Database

NINE = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings, people=60) as made:
        yield made


async def a_session(desk: Desk, persons: int = 1) -> UUID:
    session_id = new_id()
    place = await desk.value("SELECT id FROM place WHERE territory_id = $1 AND kind <> 'home' ORDER BY id")
    new = NewSession("centre", place, NINE, NINE + timedelta(hours=1), 20, persons, ("influenza",))
    await desk.write("dora", [session_act(session_id, new)])
    return session_id


async def a_lot(desk: Desk, doses: int = 1) -> UUID:
    product_id, lot_id = new_id(), new_id()
    await desk.write(
        "dora",
        [
            Act("product", product_id, {"code": "FLU-T", "name": "Grippe T", "doses_per_vial": doses}, {"antigens": ["influenza"]}),
            Act("lot", lot_id, {"product_id": str(product_id), "number": "L-77", "expires_on": "2027-06-30", "state": "available"}),
        ],
    )  # fmt: skip
    return lot_id


async def test_of_fifty_at_once_one_gets_the_last_place(desk: Desk) -> None:
    session_id = await a_session(desk)
    people = [
        row["id"] for row in await desk.rows("SELECT id FROM person WHERE territory_id = $1 ORDER BY id LIMIT 50")
    ]
    assert len(people) == 50

    async def want(person_id: UUID) -> UUID | Bookable:
        async with transaction(Scope(desk.territory_id, desk.users["dora"])) as tx:
            pen = CentreDesk(tx, await installation_for(tx, f"desk {person_id}", NINE), NINE)
            return await book(pen, session_id, Wish(person_id, "influenza", NINE, "phone"))

    found = await asyncio.gather(*(want(person_id) for person_id in people))
    assert sorted(one is Bookable.FULL for one in found) == [False] + [True] * 49
    assert await desk.value("SELECT count(*) FROM appointment WHERE territory_id = $1") == 1


async def test_day_with_a_dose_missing_is_closed_only_with_a_reason(desk: Desk) -> None:
    session_id, lot_id = await a_session(desk), await a_lot(desk, doses=6)
    person = (
        await desk.rows(
            "SELECT id, family_name FROM person WHERE territory_id = $1 AND family_name IS NOT NULL ORDER BY id"
        )
    )[0]
    browser = await desk.house.signed_in("dora")
    address = f"/centre/{session_id}"
    shown = await send(browser, await browser.get(address), f"{address}/find", q=person["family_name"])
    assert shown.status_code == 200, shown.text
    walk_in = {"person": str(person["id"]), "antigen": "influenza", "slot": "walk_in", "do": ""}
    assert (await send(browser, shown, f"{address}/book", **walk_in)).status_code == 303
    again = await send(browser, shown, f"{address}/book", **walk_in)
    assert "déjà un créneau" in again.text
    line = await desk.value("SELECT id FROM appointment WHERE territory_id = $1")
    sheet = await browser.get(address)
    given = await send(browser, sheet, f"{address}/vaccinate", appointment=str(line), lot=str(lot_id))
    assert given.status_code == 303, given.text
    doses = "SELECT status, source FROM dose WHERE territory_id = $1 AND person_id = $2 AND lot_number = 'L-77'"
    dose = (await desk.rows(doses, person["id"]))[0]
    assert (dose["status"], dose["source"]) == ("given", "own")

    sheet = await browser.get(address)
    counts = {f"opened:{lot_id}": "6", f"wasted:{lot_id}": "4", "reason": ""}
    refused = await send(browser, sheet, f"{address}/close", **counts)
    assert refused.status_code == 200
    assert "1 manquantes" in refused.text
    assert await desk.value("SELECT state FROM site_session WHERE territory_id = $1") == "planned"
    closed = await send(browser, refused, f"{address}/close", **{**counts, "reason": "une dose tombée"})
    assert closed.status_code == 303, closed.text
    row = (await desk.rows("SELECT state, balance_reason FROM site_session WHERE territory_id = $1"))[0]
    assert (row["state"], row["balance_reason"]) == ("closed", "une dose tombée")
    moves = await desk.rows("SELECT kind, doses FROM stock_move WHERE territory_id = $1 ORDER BY kind")
    assert [(one["kind"], one["doses"]) for one in moves] == [("discarded", 4), ("missing", 1), ("used", 1)]
    after = await browser.get(address)
    assert not Seen(after.text).refused
    assert (await send(browser, sheet, f"{address}/close", **counts)).status_code == 409


async def test_doses_left_are_offered_and_an_offer_expires(desk: Desk) -> None:
    session_id = await a_session(desk)
    people = [row["id"] for row in await desk.rows("SELECT id FROM person WHERE territory_id = $1 ORDER BY id LIMIT 2")]
    browser = await desk.house.signed_in("dora")
    address = f"/centre/{session_id}"
    for person_id, minutes in zip(people, ("40", "5"), strict=True):
        sheet = await browser.get("/centre")
        posted = {"person": str(person_id), "antigen": "influenza", "minutes": minutes, "do": "reserve"}
        token = Seen(sheet.text).form("/centre")
        assert (await browser.post(f"{address}/book", data={**token, **posted})).status_code == 303
    sheet = await browser.get(address)
    assert (await send(browser, sheet, f"{address}/offer", doses="1", until="")).status_code == 303
    near = await desk.value("SELECT id FROM reserve WHERE territory_id = $1 AND person_id = $2", people[1])
    assert await desk.value("SELECT state FROM reserve WHERE territory_id = $1 AND id = $2", near) == "offered"
    sheet = await browser.get(address)
    desk.house.time.pass_by(minutes=11)
    late = await browser.post(
        f"{address}/accept", data={**Seen(sheet.text).form(f"{address}/accept"), "reserve": str(near)}
    )
    assert late.status_code == 409
    assert (await send(browser, sheet, f"{address}/offer", doses="1", until="")).status_code == 303
    states = await desk.rows("SELECT state FROM reserve WHERE territory_id = $1 ORDER BY minutes_to_arrive")
    assert [one["state"] for one in states] == ["lapsed", "offered"]


async def test_manager_sees_no_sheet(desk: Desk) -> None:
    session_id = await a_session(desk)
    browser = await desk.house.signed_in("marc")
    assert (await browser.get("/centre")).status_code == 403
    assert (await browser.get(f"/centre/{session_id}")).status_code == 403


async def test_day_at_the_edge_of_the_calendar_is_today(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    for edge in ("9999-12-31", "0001-01-01"):
        shown = await browser.get(f"/centre?day={edge}")
        assert shown.status_code == 200
        assert str(TODAY) in shown.text
