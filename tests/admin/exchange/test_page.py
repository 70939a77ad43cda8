"""Persons and doses from elsewhere are taken in entry by entry; who may be known already is proposed and never joined."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from backend.ids import new_id
from backend.log.desk import Act
from backend.log.follow import catch_up
from backend.settings import Settings
from tests.admin.desk import Desk, Seen, desk_of
from tests.conftest import Database

SYSTEM = "https://elsewhere.test/ipp"


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings, people=10) as opened:
        yield opened


def patient(number: str, family: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient", "id": number, "identifier": [{"system": SYSTEM, "value": number}],
        "name": [{"family": family, "given": ["Awa"]}], "birthDate": "1950-03-01", **more,
    }  # fmt: skip


def dose(number: str, patient_number: str) -> dict[str, Any]:
    nuva = {"system": "http://smt.esante.gouv.fr/terminologie-nuva", "code": "VAC0567"}
    return {
        "resourceType": "Immunization", "id": number, "status": "completed", "vaccineCode": {"coding": [nuva]},
        "patient": {"reference": f"Patient/{patient_number}"}, "occurrenceDateTime": "2026-09-01",
    }  # fmt: skip


async def handed_in(browser: httpx.AsyncClient, *resources: Any) -> httpx.Response:
    form = Seen((await browser.get("/import")).text).form("/import")
    form.pop("file", None)
    content = "\n".join(json.dumps(one) for one in resources).encode()
    return await browser.post("/import", data=form, files={"file": ("p.ndjson", content, "application/x-ndjson")})


async def test_each_entry_has_its_outcome_and_the_same_file_twice_counts_once(desk: Desk) -> None:
    selma = await desk.house.signed_in("selma")
    sent = [
        dose("d1", "77"),
        patient("77", "Zzimport", address=[{"city": "Paris"}]),
        patient("78", "x", name=[]),
        dose("d2", "9"),
        {"resourceType": "Device"},
    ]
    shown = await handed_in(selma, *sent)
    assert shown.status_code == 200, shown.text
    assert not Seen(shown.text).refused
    for said in (
        "<b>2</b> prises",
        "<b>3</b> refusées",
        "ne nomme pas une personne",
        "ni Patient ni Immunization",
        "adresse laissée",
    ):
        assert said in shown.text, said
    rows = await desk.rows(
        "SELECT p.family_name, p.identity_status, d.product_code, d.source FROM person p JOIN dose d "
        "ON d.territory_id = p.territory_id AND d.person_id = p.id WHERE p.territory_id = $1 AND p.family_name = 'Zzimport'"
    )
    assert [tuple(row) for row in rows] == [("Zzimport", "provisional", "VAC0567", "register")]
    again = await handed_in(selma, *sent)
    assert "<b>2</b> déjà là" in again.text
    assert await desk.value("SELECT count(*) FROM person WHERE territory_id = $1 AND family_name = 'Zzimport'") == 1
    acts = {row["act"] for row in await desk.rows("SELECT act FROM journal WHERE territory_id = $1")}
    assert {"people_imported", "bundle_imported"} <= acts
    english = await selma.get("/import?locale=en")
    assert "Nothing known is replaced" in english.text


async def test_who_may_be_known_is_proposed_for_review_and_not_joined(desk: Desk) -> None:
    known = new_id()
    person = {"family_name": "Zztwin", "given_name": "Awa", "born_on": "1950-03-01", "sex": "female"}
    assert (await desk.write("dora", [Act("person", known, {**person})])).refused == []
    selma = await desk.house.signed_in("selma")
    shown = await handed_in(selma, patient("80", "Zztwin"))
    assert "peut-être la même personne" in shown.text
    assert f"/people/{known}/vaccination" in shown.text
    await catch_up(desk.scope, desk.house.time())
    reviews = await desk.rows("SELECT record_ids FROM review WHERE territory_id = $1 AND rule = 'duplicate_person'")
    assert [str(known) in {str(one) for one in row["record_ids"]} for row in reviews] == [True]
    assert not await desk.rows("SELECT 1 FROM same_person WHERE territory_id = $1")


async def test_import_is_for_who_may_and_tells_what_is_no_file(desk: Desk) -> None:
    selma, dora = await desk.house.signed_in("selma"), await desk.house.signed_in("dora")
    assert (await dora.get("/import")).status_code == 403
    assert (await handed_in(selma)).status_code == 400
    many = await handed_in(selma, *[{"resourceType": "Device"}] * 501)
    assert many.status_code == 400
    assert "Plus de 500" in many.text
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient("90", "Zzbundle")}]}
    assert "<b>1</b> prises" in (await handed_in(selma, bundle)).text
