"""Products name the source of each value; vials show their use-by and where each dose went."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from backend.ids import new_id
from backend.log.desk import Act
from backend.settings import Settings
from tests.admin.desk import Desk, Seen, desk_of
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
