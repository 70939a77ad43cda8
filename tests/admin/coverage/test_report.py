"""The month's pack is opened and read: PDF text, workbook cells, CSV lines and FHIR hold the figures of the page."""

import io
import json
import zipfile
from collections.abc import AsyncIterator

import openpyxl
import pytest
from pypdf import PdfReader

from admin.coverage import page, report
from backend.access import Role
from backend.coverage import api
from backend.db.transaction import transaction
from backend.ids import new_id
from backend.log.desk import Act, installation_for, write
from backend.settings import Settings
from tests.admin.desk import send
from tests.backend.accounts.house import House, house_of
from tests.backend.coverage.test_api import ask, town
from tests.conftest import Database


@pytest.fixture
async def house(database: Database, settings: Settings) -> AsyncIterator[House]:
    async with house_of(database, settings, *api.routes, *page.routes, *report.routes) as made:
        made.app.state.now = made.time
        yield made


async def test_pack_holds_the_figures_of_the_page_with_definitions(house: House) -> None:
    world = await town(house, "paris")
    await house.user("awa", "paris", Role.CENTRE_MANAGER)
    browser = await house.signed_in("awa")
    figures = await ask(browser, world)
    assert figures["total"]["known"]["percent"] == "68.2"
    answer = await browser.get("/coverage/report/zip", params={"month": "2026-11"})
    assert answer.status_code == 200, answer.text
    pack = zipfile.ZipFile(io.BytesIO(answer.content))
    names = pack.namelist()

    text = "\n".join(one.extract_text() for one in PdfReader(io.BytesIO(pack.read("report-2026-11.pdf"))).pages)
    assert "Rapport mensuel de vaccination, 11/2026 - paris" in text
    assert "68,2" in text
    assert "masqué" in text
    assert "known_coverage" in text

    book = openpyxl.load_workbook(io.BytesIO(pack.read("report-2026-11.xlsx")))
    sheet = book["Couverture par zone"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    whole = rows[-1]
    assert whole[:4] == ["Tout le territoire", 44, 30, 68.2]
    assert rows[0][0] == "z0 =Zone 0"
    assert rows[1][8] == "masqué"
    assert not [cell for one in book for row in one.iter_rows() for cell in row if cell.data_type == "f"]

    french = next(name for name in names if name.startswith("csv-french") and "by_zone" in name)
    assert "68,2" in pack.read(french).decode("utf-8-sig").splitlines()[-1].split(";")
    opened = next(name for name in names if name.startswith("csv-open") and "by_zone" in name)
    assert "68.2" in pack.read(opened).decode().splitlines()[-1].split(",")

    bundle = json.loads(pack.read("report-2026-11-measure-report.json"))
    group = bundle["entry"][0]["resource"]["group"][0]
    assert [one["count"] for one in group["population"]] == [30, 44]
    assert group["measureScore"]["value"] == 68.2
    strata = group["stratifier"][0]["stratum"]
    assert "count" not in strata[1]["population"][1]
    assert (await browser.get("/coverage/report/doc")).status_code == 404


async def test_objective_is_measured_against_its_target(house: House) -> None:
    world = await town(house, "paris")
    await house.user("selma", "paris", Role.CLINICAL_SUPERVISOR)
    browser = await house.signed_in("selma")
    shown = await browser.get("/coverage/report", params={"month": "2026-11"})
    assert shown.status_code == 200, shown.text
    unknown = {"name": "x", "campaign": str(world.zones[0]), "indicator": "known_coverage", "target": "75"}
    assert (await send(browser, shown, "/coverage/report", **unknown)).status_code == 400
    # A campaign of the log: what the town's rows hold was never written by an op.
    campaign_id = new_id()
    async with transaction(world.scope) as tx:
        fields = {"name": "Zona", "antigen": "zoster", "starts_on": "2026-01-01"}
        await write(
            tx,
            await installation_for(tx, "t", house.time()),
            [Act("campaign", campaign_id, dict(fields))],
            house.time(),
        )
    added = {
        "name": "Zona 65+",
        "campaign": str(campaign_id),
        "indicator": "known_coverage",
        "target": "75",
        "weight": "3",
    }
    assert (await send(browser, shown, "/coverage/report", **added)).status_code == 303
    after = await browser.get("/coverage/report")
    assert "Zona 65+" in after.text
    assert "non mesuré" in after.text
