"""This file lets records leave and enter: FHIR bundles and bulk files, a forecast for others, receipts, keying lists.

Leaving in bulk needs a right of its own, a code given lately and a reason; every act is journaled.
"""

from collections.abc import AsyncIterator, Callable
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromQuery, JSONBody, Parameter, QueryParameter
from litestar.response import Stream

from backend.access import Right, Scope
from backend.accounts.authenticate import needs, scope_of, signed_of
from backend.clock import day_in
from backend.db.transaction import Transaction, transaction
from backend.doses.current import current_forecast
from backend.doses.load import time_zone
from backend.doses.rules.words import release_on
from backend.doses.unsigned_store import unsigned_rules
from backend.exchange import store
from backend.exchange.immds import immds_forecast
from backend.exchange.keying import keying_list
from backend.exchange.receipt import receipt_page
from backend.exchange.resources import Resource
from backend.exchange.take_in import ENTRIES_MAX, EntryOutcome, entries_of_lines, take_in
from backend.exchange.to_fhir import (
    PersonRow,
    bundle_of,
    evaluations_of,
    immunization_of,
    patient_of,
    recommendation_of,
)
from backend.journal import store as journal
from backend.log.desk import installation_for
from backend.problems import Problem

Req = Request[Any, Any, Any]
Id = Annotated[UUID, Parameter(description="The record's id.")]
Reason = Annotated[str, QueryParameter(min_length=3, max_length=500, description="Why the records leave.")]
Purpose = Annotated[
    Literal["care", "research"], QueryParameter(description="What the records leave for: objections are by purpose.")
]
KindPath = Annotated[str, Parameter(description="The type of resource, as FHIR names it.")]
_BATCH: Final = 100
_FHIR: Final = "application/fhir+json"


class ImportBody(msgspec.Struct):
    """A FHIR Bundle whose entries are Patients and Immunizations; anything else in it is refused entry by entry."""

    resource_type: Literal["Bundle"] = msgspec.field(name="resourceType")
    entry: Annotated[list[Any], msgspec.Meta(max_length=ENTRIES_MAX)] = []


class KeyedBody(msgspec.Struct, forbid_unknown_fields=True):
    """The doses that somebody has keyed into the register."""

    dose_ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=500)]


@get("/api/people/{person_id:uuid}/fhir", opt=needs(Right.EXPORT, reauthenticated=True), tags=["exchange"])
async def export_person(request: Req, person_id: Id, reason: Reason) -> Response[bytes]:
    """Return everything about a person's vaccinations as a FHIR bundle."""
    now = request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        person = await store.find_person(tx, person_id)
        if person is None:
            raise Problem("not_found")
        await journal.record(tx, "person_exported", "person", [person_id], reason, at=now)
        on = day_in(await time_zone(tx), now)
        found: list[Resource] = []
        for kind in _RESOURCES:
            found += await _resources(tx, kind, [person], on)
    return Response(msgspec.json.encode(bundle_of(found)), media_type=_FHIR)


@get("/api/export/fhir/{kind:str}", opt=needs(Right.EXPORT, reauthenticated=True), tags=["exchange"])
async def export_all(request: Req, kind: KindPath, reason: Reason, purpose: Purpose = "care") -> Stream:
    """Return every resource of a type, one a line, read in short transactions; who objects to the purpose is left out."""
    if kind not in _RESOURCES:
        raise Problem("not_found")
    scope, now = scope_of(request), request.app.state.now()
    async with transaction(scope) as tx:
        await journal.record(
            tx, "bulk_exported", kind, (), reason if purpose == "care" else f"{purpose}: {reason}", at=now
        )
        on = day_in(await time_zone(tx), now)
    return Stream(
        _lines(scope, kind, on, _OBJECTIONS[purpose], request.app.state.now),
        media_type="application/fhir+ndjson",
        headers={"Content-Disposition": f'attachment; filename="{kind}.ndjson"'},
    )


@post("/api/import/fhir", opt=needs(Right.EXPORT, reauthenticated=True), tags=["exchange"], status_code=200)
async def import_bundle(request: Req, data: JSONBody[ImportBody]) -> list[EntryOutcome]:
    """Take a bundle of Patients and Immunizations in; each entry has its own outcome, and none takes another with it."""
    return await _take(request, data.entry)


async def _take(request: Req, entries: list[Any]) -> list[EntryOutcome]:
    now = request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        installation_id = await installation_for(tx, "fhir import", now)
        on = day_in(await time_zone(tx), now)
        return await take_in(tx, installation_id, entries, on, now)


@post("/api/import/fhir.ndjson", opt=needs(Right.EXPORT, reauthenticated=True), tags=["exchange"], status_code=200)
async def import_lines(request: Req) -> list[EntryOutcome]:
    """Take a bulk file in, one Patient or Immunization a line, as it leaves; a line that is no JSON is refused by its number."""
    entries = entries_of_lines(await request.body())
    if len(entries) > ENTRIES_MAX:
        raise Problem("bad_request", entries_max=ENTRIES_MAX)
    return await _take(request, entries)


@post("/api/fhir/$immds-forecast", opt=needs(Right.SEE_PEOPLE), tags=["exchange"], status_code=200)
async def forecast_for_others(request: Req, data: JSONBody[dict[str, Any]]) -> Response[bytes]:
    """Answer a history with a forecast, in the manner of HL7 ImmDS; nothing of it is kept."""
    async with transaction(scope_of(request)) as tx:
        today = day_in(await time_zone(tx), request.app.state.now())
        unsigned = await unsigned_rules(tx)
    answer = immds_forecast(data, today, release_on, unsigned)
    if isinstance(answer, list):
        raise Problem("bad_request", faults=[{"path": fault.path, "why": fault.why} for fault in answer])
    return Response(msgspec.json.encode(answer), media_type=_FHIR)


@get("/api/doses/{dose_id:uuid}/receipt", opt=needs(Right.SEE_PEOPLE), tags=["exchange"], media_type="text/html")
async def print_receipt(request: Req, dose_id: Id) -> str:
    """Return the local receipt of a dose that was given; it is no certificate."""
    async with transaction(scope_of(request)) as tx:
        found = await store.find_dose(tx, dose_id)
        if found is None or found[0].status != "given" or found[0].state == "entered_in_error":
            raise Problem("not_found")
        await journal.record(tx, "receipt_printed", "dose", [dose_id], at=request.app.state.now())
    return receipt_page(*found)


@get("/api/export/keying.csv", opt=needs(Right.EXPORT, reauthenticated=True), tags=["exchange"], media_type="text/csv")
async def list_to_key(
    request: Req, since: FromQuery[date], until: FromQuery[date], reason: Reason, *, keyed_too: FromQuery[bool] = False
) -> Response[bytes]:
    """Return our own doses of a period to key into the national register, those already keyed left out."""
    async with transaction(scope_of(request)) as tx:
        rows = await store.to_key(tx, since, until, keyed_too=keyed_too)
        ids = [row.dose_id for row in rows]
        await journal.record(tx, "keying_list_exported", "dose", ids, reason, at=request.app.state.now())
    return Response(
        keying_list(rows),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="keying-{since}-{until}.csv"'},
    )


@post("/api/export/keyed", opt=needs(Right.EXPORT), tags=["exchange"], status_code=200)
async def mark_keyed(request: Req, data: JSONBody[KeyedBody]) -> dict[str, int]:
    """Note that doses have been keyed, by whom and when."""
    now = request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        count = await store.mark_keyed(tx, data.dose_ids, signed_of(request).user_id, now)
        await journal.record(tx, "doses_keyed", "dose", data.dose_ids, at=now)
    return {"keyed": count}


_RESOURCES: Final = ("Patient", "Immunization", "ImmunizationEvaluation", "ImmunizationRecommendation")


# Which objections keep a person out of an export for a purpose.
_OBJECTIONS: Final = {"care": ("sharing",), "research": ("sharing", "research")}


async def _lines(
    scope: Scope, kind: str, on: date, objections: tuple[str, ...], clock: Callable[[], datetime]
) -> AsyncIterator[bytes]:
    """Yield the resources, each batch with an entry in the journal that names whom it is about."""
    last = UUID(int=0)
    while True:
        async with transaction(scope) as tx:
            persons = await store.persons_after(tx, last, _BATCH, objections)
            found = await _resources(tx, kind, persons, on)
            if persons:
                await journal.record(tx, "left_in_bulk", "person", [one.id for one in persons], kind, at=clock())
        for resource in found:
            yield msgspec.json.encode(resource) + b"\n"
        if len(persons) < _BATCH:
            return
        last = persons[-1].id


async def _resources(tx: Transaction, kind: str, persons: list[PersonRow], on: date) -> list[Resource]:
    if kind == "Patient":
        return [patient_of(person) for person in persons]
    if kind == "Immunization":
        return [immunization_of(dose) for dose in await store.doses_of(tx, [person.id for person in persons])]
    found: list[Resource] = []
    for person in persons:
        forecast = await current_forecast(tx, person.id, on)
        if forecast is None or forecast.human_id != person.id:  # the joined human's own line says it all
            continue
        if kind == "ImmunizationEvaluation":
            found += evaluations_of(forecast)
        elif (recommendation := recommendation_of(forecast)) is not None:
            found.append(recommendation)
    return found


routes = [
    export_person,
    export_all,
    import_bundle,
    import_lines,
    forecast_for_others,
    print_receipt,
    list_to_key,
    mark_keyed,
]
