"""The vaccination pages of the matrix: who is due, a person's doses, adverse events, keying, vials and products."""

import json
from typing import Any, Final
from uuid import UUID

from backend import clock
from backend.access import Right
from backend.ids import new_id
from backend.log.desk import Act
from tests.trust import town as making
from tests.trust.asking import Ask, Call, Entry, in_parts, own, plain
from tests.trust.town import Territory, Town


def _of_chart(path: str) -> Ask:
    async def ask(_town: Town, where: Territory, _user: UUID | None) -> Call:
        person_id = where.ids["person"]
        return Call(path.format(id=person_id), id=person_id)

    return ask


def _of_dose(form: dict[str, str] | None = None) -> Ask:
    async def ask(town: Town, where: Territory, _user: UUID | None) -> Call:
        dose_id = await making.add_dose(town, where)
        return Call(f"/people/{where.ids['person']}/doses/{dose_id}/correct", form=form, id=dose_id)

    return ask


def _of_event(form: dict[str, str] | None = None) -> Ask:
    async def ask(town: Town, where: Territory, _user: UUID | None) -> Call:
        event_id = await making.add_adverse_event(town, where)
        return Call(f"/people/{where.ids['person']}/adverse-events/{event_id}", form=form, id=event_id)

    return ask


async def _report_event(_town: Town, where: Territory, _user: UUID | None) -> Call:
    person_id = where.ids["person"]
    return Call(f"/people/{person_id}/adverse-events/new", form={"signs": "fever"}, id=person_id)


async def _import_lines(_town: Town, where: Territory, _user: UUID | None) -> Call:
    person_id = where.ids["person"]
    nuva = {"system": "http://smt.esante.gouv.fr/terminologie-nuva", "code": "VAC0567"}
    line = {
        "resourceType": "Immunization", "id": str(new_id()), "status": "completed", "vaccineCode": {"coding": [nuva]},
        "patient": {"reference": f"Patient/{person_id}"}, "occurrenceDateTime": "2026-09-01",
    }  # fmt: skip
    return Call("/api/import/fhir.ndjson", raw=json.dumps(line).encode(), id=person_id, shows="stored")


async def _keyed(town: Town, where: Territory, _user: UUID | None) -> Call:
    dose_id = await making.add_dose(town, where)
    return Call("/keying", form={"dose": str(dose_id)}, id=dose_id)


async def _find_due(_town: Town, where: Territory, _user: UUID | None) -> Call:
    return Call("/due/find", form={"q": f"Ada {where.id}"}, shows=f"/people/{where.ids['person']}")


async def _chosen_of_due(_town: Town, where: Territory, _user: UUID | None) -> Call:
    person_id = where.ids["person"]
    return Call("/due", form={"antigen": "zoster", "person": str(person_id)}, id=person_id)


async def _import_by_page(town: Town, where: Territory, user: UUID | None) -> Call:
    line = await _import_lines(town, where, user)
    return Call("/import", **in_parts({}, "file", line.raw or b""), id=line.id, shows="prise</span>")


async def _vials(town: Town, where: Territory, _user: UUID | None) -> Call:
    lot_id, number = new_id(), new_id().hex
    fields = {"product_id": str(where.ids["product"]), "number": number, "expires_on": "2027-01-01"}
    vial: dict[str, Any] = {"lot_id": str(lot_id), "opened_at": clock.wire_instant(clock.now()), "doses_nominal": 10}
    await town.at_desk(where, Act("lot", lot_id, {**fields}), Act("vial", new_id(), vial))
    return Call("/vials", shows=number)


ROUTES: Final[dict[tuple[str, str], Entry]] = {
    ("GET", "/due"): Entry(Right.SEE_PEOPLE, plain("/due"), page=True, act="due_list_read"),
    ("POST", "/due/find"): Entry(Right.SEE_PEOPLE, _find_due, page=True, act="people_searched"),
    ("POST", "/due"): Entry(
        Right.PLAN_ROUNDS,
        _chosen_of_due,
        passed=303,
        scoped=True,
        each=True,
        page=True,
        act="requests_made_from_due",
    ),
    ("GET", "/people/{person_id:uuid}/vaccination"): Entry(
        Right.SEE_PEOPLE, _of_chart("/people/{id}/vaccination"), scoped=True, page=True, act="forecast_read"
    ),
    ("GET", "/people/{person_id:uuid}/letter"): Entry(
        Right.SEE_PEOPLE, _of_chart("/people/{id}/letter"), scoped=True, page=True, act="letter_printed"
    ),
    ("GET", "/people/{person_id:uuid}/doses/{dose_id:uuid}/correct"): Entry(
        Right.EDIT_PEOPLE, _of_dose(), scoped=True, page=True, act="dose_read"
    ),
    ("POST", "/people/{person_id:uuid}/doses/{dose_id:uuid}/correct"): Entry(
        Right.EDIT_PEOPLE,
        _of_dose({"reason": "wrong person"}),
        passed=303,
        scoped=True,
        page=True,
        act="dose_corrected",
    ),
    ("GET", "/people/{person_id:uuid}/adverse-events/new"): Entry(
        Right.EDIT_PEOPLE, _of_chart("/people/{id}/adverse-events/new"), scoped=True, page=True, act="doses_read"
    ),
    ("POST", "/people/{person_id:uuid}/adverse-events/new"): Entry(
        Right.EDIT_PEOPLE, _report_event, passed=303, scoped=True, page=True, act="adverse_event_reported"
    ),
    ("GET", "/people/{person_id:uuid}/adverse-events/{event_id:uuid}"): Entry(
        Right.SEE_PEOPLE, _of_event(), scoped=True, page=True, act="adverse_event_read"
    ),
    ("POST", "/people/{person_id:uuid}/adverse-events/{event_id:uuid}"): Entry(
        Right.EDIT_PEOPLE,
        _of_event({"declared_on": "2026-11-22"}),
        passed=303,
        scoped=True,
        page=True,
        act="adverse_event_declared",
    ),
    ("POST", "/api/import/fhir.ndjson"): Entry(
        Right.EXPORT, _import_lines, scoped=True, each=True, reauthenticated=True, act="bundle_imported"
    ),
    ("GET", "/keying"): Entry(Right.EXPORT, plain("/keying"), page=True, act="keying_list_read"),
    ("POST", "/keying"): Entry(Right.EXPORT, _keyed, passed=303, scoped=True, each=True, page=True, act="doses_keyed"),
    ("GET", "/import"): Entry(Right.EXPORT, own("/import"), page=True),
    ("POST", "/import"): Entry(
        Right.EXPORT, _import_by_page, page=True, scoped=True, each=True, reauthenticated=True, act="bundle_imported"
    ),
    ("GET", "/rules"): Entry(Right.SEE_RULES, plain("/rules", shows="influenza"), page=True),
    ("POST", "/rules"): Entry(
        Right.CHOOSE_RULES,
        plain("/rules", form={"unsigned_rules": "labelled", "reason": "commission"}),
        passed=303,
        page=True,
        reauthenticated=True,
        act="unsigned_rules_chosen",
    ),
    ("GET", "/products"): Entry(Right.SEE_RULES, plain("/products", shows="Flu"), page=True),
    ("POST", "/products"): Entry(
        # Each product is taken in once: of all who may, only the first of them writes something.
        Right.MANAGE_STOCK,
        plain("/products", form={"code": "efluelda"}),
        passed=303,
        page=True,
        proved="tests/admin/products/test_page.py::test_bare_territory_takes_products_in_and_none_twice",
    ),
    ("GET", "/vials"): Entry(Right.SEE_ROUNDS, _vials, page=True),
}
