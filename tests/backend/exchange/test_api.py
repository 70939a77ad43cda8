"""Records leave and enter by the right, with a trace, entry by entry, in the real database."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.access import Role, Scope
from backend.db.transaction import transaction
from backend.exchange import api
from backend.exchange.required import faults_of
from backend.ids import new_id
from backend.log.desk import act_of_fields, installation_for
from backend.settings import Settings
from tests.backend.accounts.house import House, house_of
from tests.backend.doses.ward import NOW, Ward
from tests.conftest import Database

WHY = {"reason": "demande de la personne"}


@pytest.fixture
async def house(database: Database, settings: Settings) -> AsyncIterator[House]:
    async with house_of(database, settings, *api.routes) as made:
        made.app.state.now = made.time
        yield made


async def ward_in(house: House, slug: str) -> Ward:
    scope = Scope(await house.territory(slug))
    async with transaction(scope) as tx:
        ward = Ward(scope, await installation_for(tx, "test", NOW))
    product = {"code": "fluad", "name": "Fluad", "nuva_code": "VAC0230", "cip_code": "3400930304716"}
    await ward.write(act_of_fields("product", new_id(), {**product, "antigens": ["influenza"]}))
    return ward


async def supervisor(house: House) -> httpx.AsyncClient:
    await house.user("eve", "paris", Role.CLINICAL_SUPERVISOR)
    return await house.signed_in("eve")


def lines(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_what_leaves_in_bulk_is_valid_and_leaves_out_who_objects(house: House) -> None:
    ward = await ward_in(house, "paris")
    person = await ward.person(given_name="Awa", identity_status="provisional")
    dose = await ward.dose(person, antigens=["influenza"], product_code="fluad", source="own")
    hidden = await ward.person(objections=["sharing"])
    await ward.dose(hidden, antigens=["influenza"])
    browser = await supervisor(house)
    found = {kind: lines(await browser.get(f"/api/export/fhir/{kind}", params=WHY)) for kind in api._RESOURCES}
    assert all(faults_of(one) == [] for resources in found.values() for one in resources)
    assert [one["id"] for one in found["Patient"]] == [str(person)]
    assert [one["id"] for one in found["Immunization"]] == [str(dose)]
    assert {one["immunizationEvent"]["reference"] for one in found["ImmunizationEvaluation"]} == {
        f"Immunization/{dose}"
    }
    assert [one["id"] for one in found["ImmunizationRecommendation"]] == [str(person)]
    assert str(hidden) not in json.dumps(found)
    bundle = (await browser.get(f"/api/people/{person}/fhir", params=WHY)).json()
    assert faults_of(bundle) == []
    assert len(bundle["entry"]) == sum(len(resources) for resources in found.values())
    acts = await house.as_owner(
        "SELECT act, reason FROM journal WHERE act LIKE '%exported'", territory_id=ward.scope.territory_id
    )
    assert [(row["act"], row["reason"]) for row in acts] == [("bulk_exported", WHY["reason"])] * 4 + [
        ("person_exported", WHY["reason"])
    ]
    named = await house.as_owner(
        "SELECT subject_ids, reason FROM journal WHERE act = 'left_in_bulk'", territory_id=ward.scope.territory_id
    )
    assert {row["reason"] for row in named} == set(found)
    assert all(person in row["subject_ids"] and hidden not in row["subject_ids"] for row in named)


async def test_objection_to_one_purpose_keeps_a_person_out_of_that_one_alone(house: House) -> None:
    ward = await ward_in(house, "paris")
    people = {word: await ward.person(objections=[word]) for word in ("research", "register", "statistics")}
    for person in people.values():
        await ward.dose(person, antigens=["influenza"], product_code="fluad", source="own", lot_number=str(person))
    browser = await supervisor(house)

    async def sent(**more: str) -> set[str]:
        found = lines(await browser.get("/api/export/fhir/Patient", params={**WHY, **more}))
        return {one["id"] for one in found}

    assert await sent() == {str(one) for one in people.values()}
    assert await sent(purpose="research") == {str(people["register"]), str(people["statistics"])}
    period = {"since": "2000-01-01", "until": "2100-01-01"}
    keyed = (await browser.get("/api/export/keying.csv", params={**WHY, **period})).text
    assert [word for word, person in people.items() if str(person) in keyed] == ["research", "statistics"]
    assert (await browser.get("/api/export/fhir/Patient", params={**WHY, "purpose": "sale"})).status_code == 400


async def test_import_answers_for_each_entry_and_counts_each_dose_once(house: House) -> None:
    ward = await ward_in(house, "paris")
    person = await ward.person()
    browser = await supervisor(house)
    nuva = [{"system": "http://smt.esante.gouv.fr/terminologie-nuva", "code": "VAC0567"}]
    good = {
        "resourceType": "Immunization",
        "id": "their-own-1",
        "status": "completed",
        "vaccineCode": {"coding": nuva},
        "patient": {"reference": f"Patient/{person}"},
        "occurrenceDateTime": "2026-09-01",
    }
    entries = [
        good,
        good,
        {**good, "id": "their-own-2", "patient": {"reference": f"Patient/{new_id()}"}},
        {**good, "id": "their-own-3", "status": "done"},
        {**good, "id": str(person)},
        "no entry",
    ]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in entries]}
    first = (await browser.post("/api/import/fhir", json=bundle)).json()
    assert [one["outcome"] for one in first] == ["stored", "already", "refused", "refused", "refused", "refused"]
    assert [one["faults"][0]["why"] for one in first[2:]] == [
        "person_not_known",
        "not_in_value_set",
        "id_of_another_record",
        "unknown_resource",
    ]
    again = (await browser.post("/api/import/fhir", json=bundle)).json()
    assert [one["outcome"] for one in again] == ["already", "already", *["refused"] * 4]
    async with transaction(ward.scope) as tx:
        rows = await tx.fetch("SELECT id, person_id, product_code, source FROM dose")
    assert [(row["id"], row["person_id"], row["product_code"], row["source"]) for row in rows] == [
        (UUID(first[0]["dose_id"]), person, "VAC0567", "register")
    ]
    forecast = lines(await browser.get("/api/export/fhir/ImmunizationRecommendation", params=WHY))[0]
    zoster = next(one for one in forecast["recommendation"] if one["targetDisease"]["text"] == "zoster")
    assert zoster["doseNumberPositiveInt"] == 2


async def test_leaving_needs_the_right_the_territory_and_a_code_given_lately(house: House) -> None:
    paris, lyon = await ward_in(house, "paris"), await ward_in(house, "lyon")
    person, other = await paris.person(), await lyon.person()
    await house.user("bob", "paris", Role.DISPATCHER)
    eve, bob = await supervisor(house), await house.signed_in("bob")
    for path in (f"/api/people/{person}/fhir", "/api/export/fhir/Patient", "/api/export/keying.csv"):
        params = {**WHY, "since": "2026-01-01", "until": "2026-12-31"}
        assert (await bob.get(path, params=params)).status_code == 403
        assert (await eve.get(path, params=params)).status_code == 200
    assert (await eve.get(f"/api/people/{other}/fhir", params=WHY)).status_code == 404
    assert (await eve.get("/api/export/fhir/Patient")).status_code == 400
    assert (await eve.get("/api/export/fhir/User", params=WHY)).status_code == 404
    assert (await bob.post("/api/import/fhir", json={"resourceType": "Bundle"})).status_code == 403
    house.time.pass_by(minutes=6)
    late = await eve.get("/api/export/fhir/Patient", params=WHY)
    assert (late.status_code, late.json()["code"]) == (403, "reauthentication_needed")


async def test_keying_list_leaves_out_what_is_keyed_and_is_safe_in_a_spreadsheet(house: House) -> None:
    ward = await ward_in(house, "paris")
    person = await ward.person(family_name='=HYPERLINK("x")', given_name="Awa")
    dose = await ward.dose(person, antigens=["influenza"], product_code="fluad", source="own", lot_number="L1")
    await ward.dose(person, antigens=["influenza"], source="card")
    browser = await supervisor(house)
    period = {**WHY, "since": "2026-11-01", "until": "2026-11-30"}
    answer = await browser.get("/api/export/keying.csv", params=period)
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = answer.content.decode("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert rows[1].startswith('"\'=HYPERLINK(""x"")";Awa;01/03/1950;F;Fluad;3400930304716;L1;')
    assert (await browser.post("/api/export/keyed", json={"dose_ids": [str(dose)]})).json() == {"keyed": 1}
    assert (await browser.post("/api/export/keyed", json={"dose_ids": [str(dose)]})).json() == {"keyed": 0}
    left = (await browser.get("/api/export/keying.csv", params=period)).content.decode("utf-8-sig").splitlines()
    both = (await browser.get("/api/export/keying.csv", params={**period, "keyed_too": "true"})).text.splitlines()
    assert (len(left), len(both)) == (1, 2)


async def test_receipt_is_escaped_and_never_called_a_certificate(house: House) -> None:
    ward = await ward_in(house, "paris")
    person = await ward.person(given_name="<script>x</script>")
    dose = await ward.dose(person, antigens=["influenza"], product_code="fluad", source="own")
    refused = await ward.dose(person, status="not_given", not_given_reason="refused", antigens=["influenza"])
    browser = await supervisor(house)
    page = (await browser.get(f"/api/doses/{dose}/receipt")).text
    assert "<script>" not in page
    assert "<svg" in page
    assert "sans valeur officielle" in page
    assert "certificat" not in page.lower()
    assert (await browser.get(f"/api/doses/{refused}/receipt")).status_code == 404


async def test_forecast_for_others_is_answered_or_refused_with_paths(house: House) -> None:
    await ward_in(house, "paris")
    browser = await supervisor(house)
    patient = {"name": "patient", "resource": {"resourceType": "Patient", "birthDate": "1950-03-01"}}
    good = await browser.post("/api/fhir/$immds-forecast", json={"resourceType": "Parameters", "parameter": [patient]})
    assert good.status_code == 200, good.text
    assert good.json()["parameter"][0]["name"] == "recommendation"
    bad = await browser.post("/api/fhir/$immds-forecast", json={"resourceType": "Parameters", "parameter": []})
    assert bad.status_code == 400
    assert bad.json()["details"]["faults"] == [{"path": "Parameters.patient", "why": "missing"}]


async def test_bulk_file_that_left_comes_back_line_by_line(house: House) -> None:
    ward = await ward_in(house, "paris")
    person = await ward.person()
    dose = await ward.dose(person, antigens=["zoster"], product_code="VAC0567")
    browser = await supervisor(house)
    left = (await browser.get("/api/export/fhir/Immunization", params=WHY)).content
    other = left.replace(str(dose).encode(), str(new_id()).encode())
    path = "/api/import/fhir.ndjson"
    found = (await browser.post(path, content=left + b"no json\n" + other, headers={"Content-Type": "x/y"})).json()
    assert [one["outcome"] for one in found] == ["already", "refused", "stored"]
    assert [one["number"] for one in found] == [0, 1, 2]
    assert (await browser.post(path, content=b"{}\n" * 501)).status_code == 400
    assert (await browser.post(path, content=b"[" * 3000)).json()[0]["outcome"] == "refused"
