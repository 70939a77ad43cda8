"""Stock: a lot comes in, a fridge gets warm, a supervisor decides, a lot is recalled and its people are listed."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from backend.db.transaction import transaction
from backend.ids import new_id
from backend.log.desk import Act
from backend.settings import Settings
from sync.ops import Scalar
from tests.admin.desk import TODAY, Desk, Seen, desk_of, send
from tests.conftest import Database


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as made:
        yield made


async def received(desk: Desk, browser: Any, number: str) -> tuple[str, str]:
    """Receive a lot of thirty doses at a place; return the ids of lot and place."""
    place = str(await desk.value("SELECT id FROM place WHERE territory_id = $1 AND kind <> 'home' ORDER BY id"))
    shown = await browser.get("/stock")
    product = Seen(shown.text).form("/stock/receive")
    product_id = str(await desk.value("SELECT id FROM product WHERE territory_id = $1 AND code = 'FLU-T'"))
    fields = {
        **product,
        "product": product_id,
        "number": number,
        "expires_on": "2027-06-30",
        "doses": "30",
        "place": place,
    }
    assert (await browser.post("/stock/receive", data=fields)).status_code == 303
    return str(await desk.value("SELECT id FROM lot WHERE territory_id = $1 AND number = $2", number)), place


async def with_product(desk: Desk) -> None:
    fields = {"code": "FLU-T", "name": "Grippe T", "storage": "cold"}
    await desk.write("dora", [Act("product", new_id(), dict(fields), {"antigens": ["influenza"]})])


async def test_warm_fridge_holds_lots_back_until_the_supervisor_decides(desk: Desk) -> None:
    await with_product(desk)
    marc, selma = await desk.house.signed_in("marc"), await desk.house.signed_in("selma")
    lot_id, place = await received(desk, marc, "COLD-1")
    shown = await marc.get("/stock")
    assert shown.status_code == 200, shown.text
    warm = await send(marc, shown, "/stock/temperature", place=place, celsius="9,5")
    assert warm.headers["location"] == "/stock?done=excursion_opened"
    state = "SELECT state FROM lot WHERE territory_id = $1 AND id = $2"
    assert await desk.value(state, lot_id) == "quarantined"
    excursion = str(await desk.value("SELECT id FROM excursion WHERE territory_id = $1"))
    choice = {"excursion": excursion, "decision": "release", "reason": "deux minutes, avis du fabricant"}
    assert (await send(marc, shown, "/stock/move", **choice)).status_code == 200
    assert (
        await marc.post("/stock/decide", data={**Seen(shown.text).form("/stock/move"), **choice})
    ).status_code == 403
    shown = await selma.get("/stock")
    assert (await send(selma, shown, "/stock/decide", **choice)).status_code == 303
    assert await desk.value(state, lot_id) == "available"
    assert (await send(selma, shown, "/stock/decide", **choice)).status_code == 409


async def test_recall_lists_people_to_those_who_may_see_them_alone(desk: Desk) -> None:
    await with_product(desk)
    marc, selma = await desk.house.signed_in("marc"), await desk.house.signed_in("selma")
    lot_id, _ = await received(desk, marc, "BAD-1")
    person = (
        await desk.rows(
            "SELECT id, family_name FROM person WHERE territory_id = $1 AND family_name IS NOT NULL ORDER BY id"
        )
    )[0]
    dose: dict[str, Any] = {
        "person_id": str(person["id"]),
        "status": "given",
        "given_on": "2026-11-20",
        "lot_number": "BAD-1",
    }
    await desk.write("dora", [Act("dose", new_id(), {**dose, "product_code": "FLU-T"}, {"antigens": ["influenza"]})])
    shown = await marc.get(f"/stock/lots/{lot_id}")
    assert person["family_name"] not in shown.text
    assert (await send(marc, shown, f"/stock/lots/{lot_id}/recall")).status_code == 303
    assert await desk.value("SELECT state FROM lot WHERE territory_id = $1 AND id = $2", lot_id) == "recalled"
    listed = await selma.get(f"/stock/lots/{lot_id}")
    assert person["family_name"] in listed.text
    assert not Seen(listed.text).refused
    noted = await desk.rows("SELECT subject_ids FROM journal WHERE territory_id = $1 AND act = 'lot_people_read'")
    assert [list(one["subject_ids"]) for one in noted] == [[person["id"]]]


async def test_lot_that_has_expired_is_asked_about_and_held_back(desk: Desk) -> None:
    await with_product(desk)
    marc = await desk.house.signed_in("marc")
    _, place = await received(desk, marc, "GOOD-1")
    product = str(await desk.value("SELECT id FROM product WHERE territory_id = $1 AND code = 'FLU-T'"))
    old = {"product": product, "number": "OLD-1", "expires_on": "2020-01-31", "doses": "10", "place": place}
    state = "SELECT state FROM lot WHERE territory_id = $1 AND number = 'OLD-1'"
    asked = await send(marc, await marc.get("/stock"), "/stock/receive", **old)
    assert "Ce lot est périmé" in asked.text
    assert await desk.value(state) is None
    assert (await send(marc, asked, "/stock/receive")).status_code == 303
    assert await desk.value(state) == "quarantined"


async def test_number_of_a_lot_names_one_lot_of_a_product(desk: Desk) -> None:
    await with_product(desk)
    marc = await desk.house.signed_in("marc")
    lot_id, place = await received(desk, marc, "TWICE-1")
    product = str(await desk.value("SELECT id FROM product WHERE territory_id = $1 AND code = 'FLU-T'"))
    other = {"product": product, "number": "twice-1", "expires_on": "2027-07-31", "doses": "10", "place": place}
    refused = await send(marc, await marc.get("/stock"), "/stock/receive", **other)
    assert "le lot TWICE-1 de ce produit est déjà inscrit, péremption" in refused.text
    same = await send(marc, await marc.get("/stock"), "/stock/receive", **{**other, "expires_on": "2027-06-30"})
    assert same.status_code == 303
    lots = await desk.rows("SELECT id FROM lot WHERE territory_id = $1 AND lower(number) = 'twice-1'")
    assert [str(one["id"]) for one in lots] == [lot_id]
    assert ": 40" in (await marc.get("/stock")).text


async def test_move_needs_its_places(desk: Desk) -> None:
    await with_product(desk)
    marc = await desk.house.signed_in("marc")
    lot_id, place = await received(desk, marc, "M-1")
    shown = await marc.get("/stock")
    half = {"kind": "transferred", "lot": lot_id, "doses": "5", "from": place, "to": ""}
    assert "incomplet" in (await send(marc, shown, "/stock/move", **half)).text
    away = {"kind": "discarded", "lot": lot_id, "doses": "5", "from": place, "to": "", "cause": "broken"}
    assert (await send(marc, shown, "/stock/move", **away)).status_code == 303
    assert ": 25" in (await marc.get("/stock")).text


async def test_bags_of_the_day_say_what_came_back_and_what_is_missing(desk: Desk) -> None:
    await with_product(desk)
    team = await desk.value("SELECT id FROM team WHERE territory_id = $1 ORDER BY letter LIMIT 1")
    place = str(await desk.value("SELECT id FROM place WHERE territory_id = $1 ORDER BY id"))
    round_id, visit_id, day = new_id(), new_id(), TODAY.isoformat()
    async with transaction(desk.scope) as tx:
        plan_id = await tx.fetch_value(
            "INSERT INTO plan (id, territory_id, day_on, state, problem_hash, seed, iterations, travel_source, summary, body, "
            "made_at) VALUES ($2, $1, $3, 'published', '', 1, 0, '', '{}', '{}', now()) RETURNING id",
            desk.territory_id, new_id(), TODAY,
        )  # fmt: skip
    about: dict[str, Scalar] = {"plan_id": str(plan_id), "team_id": str(team), "day_on": day, "state": "returned"}
    at_place: dict[str, Scalar] = {"place_id": place}
    here: dict[str, Scalar] = {
        "visit_id": str(visit_id),
        "status": "given",
        "given_on": day,
        "source": "own",
        "product_code": "FLU-T",
    }
    counts = {"doses_carried": ["FLU-T x 20"], "doses_returned": ["FLU-T x 17"]}
    acts = [
        Act("round", round_id, {**about, "tests_carried": 8, "tests_returned": 5}, counts),
        Act("visit", visit_id, {**at_place, "state": "planned"}, {"acts": ["vaccinate"]}),
        Act("stop", new_id(), {**at_place, "round_id": str(round_id), "state": "done"}, {"visit_ids": [str(visit_id)]}),
    ]  # fmt: skip
    for number in range(2):
        person = new_id()
        dose = Act("dose", new_id(), {**here, "person_id": str(person)})
        acts += [Act("person", person, {"given_name": f"B{number}"}), dose]
    assert not (await desk.write("dora", acts)).refused
    marc = await desk.house.signed_in("marc")
    section = (await marc.get("/stock")).text.split('id="bags"')[1].split("</section>")[0]
    shown = " ".join(re.sub("<[^>]+>", " ", section).split())
    assert "FLU-T 20 2 0 17 1 à vérifier" in shown
    assert "Tests : emporté 8 · rendu 5" in shown
    other = [
        Act("round", round_id, add={"doses_returned": ["FLU-T x 18"]})
    ]  # the team's other tablet counted otherwise
    assert not (await desk.write("dora", other)).refused
    assert "deux comptes différents" in (await marc.get("/stock")).text
