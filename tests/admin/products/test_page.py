"""Products name the source of each value and are taken in once; vials show their use-by and where each dose went."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from backend.access import Role, Scope
from backend.db.transaction import transaction
from backend.doses.take_products import take_products
from backend.ids import new_id
from backend.log.desk import Act, installation_for
from backend.settings import Settings
from backend.territory.facts import load_facts
from backend.territory.store import write_territory
from tests.admin.desk import Desk, Seen, bare, desk_of, send
from tests.backend.log.meetings import beside
from tests.conftest import Database


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        yield opened


async def test_every_value_of_a_product_has_its_source(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    page = (await browser.get("/products")).text
    assert not Seen(page).refused
    for said in ("Comirnaty LP.8.1", "NUVA 1.3.23", "12 h après ouverture", "70 j décongelé", "3400930325506", "lossy"):
        assert said in page, said
    assert page.count("BDPM May 2026") >= 17


async def test_bare_territory_takes_products_in_and_none_twice(desk: Desk) -> None:
    """Two who keep the stock take the same in at once: each product is there once, with its sources."""
    catalogue = {one.code for one in load_facts().products}
    territory_id = await write_territory(desk.house.database.owner_url, bare("bourg"), desk.house.time())
    for login, role in (("mina", Role.CENTRE_MANAGER), ("dan", Role.DISPATCHER)):
        await desk.house.user(login, "bourg", role)
    sam_id = await desk.house.user("sam", "bourg", Role.CLINICAL_SUPERVISOR)
    mina, sam, dan = [await desk.house.signed_in(login) for login in ("mina", "sam", "dan")]
    shown = await mina.get("/products")
    assert not Seen(shown.text).refused
    assert "/vials" not in Seen(shown.text).addresses  # a page that hers would not open
    assert {code for code in catalogue if f'value="{code}"' in shown.text} == catalogue
    assert 'id="take"' not in (await dan.get("/products")).text
    assert (
        await dan.post("/products", data={**Seen((await dan.get("/products")).text).forms[-1][1], "code": "efluelda"})
    ).status_code == 403
    wanted = ["efluelda", "comirnaty_lp81"]
    of_sam = await sam.get("/products")
    async with transaction(Scope(territory_id, sam_id)) as tx:
        installation_id = await installation_for(tx, "desk", desk.house.time())
        taken = await take_products(tx, installation_id, wanted, desk.house.time())
        task = beside(send(mina, shown, "/products", code=wanted))
        await desk.until_done_or_blocked(task)
    assert taken == ["Comirnaty LP.8.1 30 µg", "Efluelda"]
    assert (await task).headers["location"] == "/products?taken=0"
    assert (await send(sam, of_sam, "/products", code=wanted)).headers["location"] == "/products?taken=0"
    assert (await send(mina, shown, "/products", code=[*wanted, "shingrix"])).headers["location"] == "/products?taken=1"
    assert (await send(mina, shown, "/products", code="no_such_code")).status_code == 400
    async with transaction(Scope(territory_id)) as tx:
        here = await tx.fetch("SELECT * FROM product WHERE territory_id = $1 ORDER BY code", territory_id)
    assert [row["code"] for row in here] == ["comirnaty_lp81", "efluelda", "shingrix"]
    assert (here[0]["doses_per_vial"], here[0]["hours_after_opening"], here[0]["storage"]) == (6, 12, "frozen")
    assert "doses_per_vial: BDPM May 2026 (Licence Ouverte)" in here[0]["value_sources"]
    after = (await mina.get("/products?taken=1")).text
    assert "12 h après ouverture" in after
    assert 'value="efluelda"' not in after
    assert "Efluelda" in (await mina.get("/stock")).text  # a lot of it can be received now
    everything = (await (await desk.house.signed_in("selma")).get("/products")).text
    assert "Tous les produits du catalogue sont ici." in everything


async def test_vial_shows_the_earliest_of_its_clocks_and_what_became_of_each_dose(desk: Desk) -> None:
    vial, person = new_id(), new_id()
    fields: dict[str, Any] = {"doses_nominal": 6, "state": "opened", "opened_at": "2026-11-22T08:00:00.000Z", "lot_number": "LV7",
              "product_code": "comirnaty_lp81", "expires_on": "2026-12-31"}  # fmt: skip
    given = {"person_id": str(person), "status": "given", "given_on": "2026-11-22", "vial_id": str(vial)}
    acts = [
        Act("vial", vial, {**fields}, inc={"doses_wasted": 1}),
        Act("person", person, {"born_on": "1950-03-01"}),
        *(Act("dose", new_id(), {**given}, {"antigens": ["covid19"]}) for _ in range(2)),
        Act("dose", new_id(), {**given, "state": "entered_in_error"}, {"antigens": ["covid19"]}),
    ]
    assert (await desk.write("dora", acts)).refused == []
    browser = await desk.house.signed_in("dora")
    page = (await browser.get("/vials", params={"locale": "en"})).text
    assert not Seen(page).refused
    assert "because of opening" in page
    assert "Sun 22 Nov 2026 21:00" in page  # twelve hours after 9:00 in Paris
    row = page.split("LV7")[1].split("</tr>")[0]
    assert [cell.split("<")[0] for cell in row.split('<td class="number">')[1:]] == ["2", "1", "3", "6"]
    assert ">open<" in row
    assert '<a href="/due?antigen=covid19">who could take what is left</a>' in row
    desk.house.time.pass_by(hours=13)
    late = await (await desk.house.signed_in("dora")).get("/vials", params={"locale": "en"})
    assert "out of time" in late.text
