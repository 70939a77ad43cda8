"""This file answers `/people/<id>/vaccination`: every dose with its verdict, what is due, corrections, adverse events.

Verdicts and dates come from backend/doses/engine with the rule lines used; what may be said of them is decided in
backend/doses/advice.py, what a correction writes in backend/doses/correct.py.
"""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import Parameter
from litestar.response import Redirect

from admin.review.words import FIELDS
from admin.shared import vocabulary
from admin.shared.desk_forms import Posted, desk_installation, posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from admin.vaccination import words
from admin.vaccination.read_forms import read_correction, read_declared, read_event
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of, signed_of
from backend.clock import day_in
from backend.db.transaction import Transaction, transaction
from backend.doses import declaration as declared
from backend.doses.correct import acts_of_correction
from backend.doses.current import current_forecast
from backend.doses.not_given import REASONS as NOT_GIVEN
from backend.doses.read_chart import (
    ChartDose,
    ChartPerson,
    read_chart_doses,
    read_chart_events,
    read_chart_person,
    read_products,
    territory_name,
)
from backend.ids import new_id
from backend.journal.store import record as journal
from backend.log.desk import Act, write
from backend.people.others import other_values
from backend.problems import Problem

Req = Request[Any, Any, Any]
PersonPath = Annotated[UUID, Parameter(description="The person's id.")]
DosePath = Annotated[UUID, Parameter(description="The dose record's id.")]
EventPath = Annotated[UUID, Parameter(description="The adverse event's id.")]
_SEE = needs(Right.SEE_PEOPLE)
_EDIT = needs(Right.EDIT_PEOPLE)


@get("/people/{person_id:uuid}/vaccination", opt=_SEE, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_vaccination(request: Req, person_id: PersonPath) -> Response[str]:
    """Show a person's doses with their verdicts, and what is due."""
    async with transaction(scope_of(request)) as tx:
        facts = await _chart(tx, request, person_id)
    return page(request, "vaccination/vaccination.html", words.WORDS, **facts)


@get("/people/{person_id:uuid}/letter", opt=_SEE, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_letter(request: Req, person_id: PersonPath) -> Response[str]:
    """Show the letter to the person's doctor, to be printed."""
    async with transaction(scope_of(request)) as tx:
        facts = await _chart(tx, request, person_id)
        name = await territory_name(tx)
        await journal(tx, "letter_printed", "person", [person_id], at=request.app.state.now())
    own = [dose for dose in facts["doses"] if dose.is_given and dose.source == "own"]
    return page(request, "vaccination/letter.html", words.WORDS, **{**facts, "own": own, "territory": name})


@get(
    "/people/{person_id:uuid}/doses/{dose_id:uuid}/correct",
    opt=_EDIT,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def show_correction(request: Req, person_id: PersonPath, dose_id: DosePath) -> Response[str]:
    """Ask what is wrong with a dose record, and what is right."""
    async with transaction(scope_of(request)) as tx:
        return await _correction_page(tx, request, person_id, dose_id, Posted({}))


@post(
    "/people/{person_id:uuid}/doses/{dose_id:uuid}/correct",
    opt=_EDIT,
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def correct(request: Req, person_id: PersonPath, dose_id: DosePath) -> Response[Any]:
    """Mark a dose as entered in error, and add the right one."""
    form = await posted(request)
    async with transaction(scope_of(request)) as tx:
        correction = read_correction(form)
        if isinstance(correction, str):
            return await _correction_page(tx, request, person_id, dose_id, form, correction)
        _, dose = await _person_and_dose(tx, person_id, dose_id)
        known = {code: antigens for code, _, antigens in await read_products(tx)}
        acts = acts_of_correction(dose.to_correct(), correction, known.get(correction.product_code, ()), new_id())
        await _write(tx, request, acts)
        await journal(tx, "dose_corrected", "dose", [dose_id], at=request.app.state.now())
    return Redirect(f"/people/{person_id}/vaccination?done=1", status_code=303)


@get("/people/{person_id:uuid}/adverse-events/new", opt=_EDIT, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_new_event(request: Req, person_id: PersonPath) -> Response[str]:
    """Offer the form of an adverse event."""
    async with transaction(scope_of(request)) as tx:
        return await _event_form(tx, request, person_id, Posted({}))


@post(
    "/people/{person_id:uuid}/adverse-events/new",
    opt=_EDIT,
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def report_event(request: Req, person_id: PersonPath) -> Response[Any]:
    """Write an adverse event down."""
    form, now, event_id = await posted(request), request.app.state.now(), new_id()
    async with transaction(scope_of(request)) as tx:
        await _person(tx, person_id)
        act = read_event(form, person_id, event_id, now, (await speaker_of(tx, request)).time_zone)
        if isinstance(act, str):
            return await _event_form(tx, request, person_id, form, act)
        await _write(tx, request, [act])
        await journal(tx, "adverse_event_reported", "adverse_event", [event_id], at=now)
    return Redirect(f"/people/{person_id}/adverse-events/{event_id}", status_code=303)


@get(
    "/people/{person_id:uuid}/adverse-events/{event_id:uuid}",
    opt=_SEE,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def show_event(request: Req, person_id: PersonPath, event_id: EventPath) -> Response[str]:
    """Show an adverse event with the text to declare, and how many others followed the same lot."""
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        person = await _person(tx, person_id)
        doses = await read_chart_doses(tx, person.record_ids)
        events = await read_chart_events(tx, person.record_ids, doses)
        found = next((one for one in events if one.id == event_id), None)
        if found is None:
            raise Problem("not_found")
        name = await territory_name(tx)
        await journal(tx, "adverse_event_read", "adverse_event", [event_id], at=request.app.state.now())
    return page(
        request,
        "vaccination/event.html",
        words.WORDS,
        say=say,
        person=person,
        found=found,
        text=declared.declaration(found.event, name, say.time_zone),
        serious=declared.is_serious(found.event.serious, found.event.signs),
        d=declared,
        may_edit=signed_of(request).may(Right.EDIT_PEOPLE),
    )


@post(
    "/people/{person_id:uuid}/adverse-events/{event_id:uuid}",
    opt=_EDIT,
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def note_declared(request: Req, person_id: PersonPath, event_id: EventPath) -> Response[Any]:
    """Note when an event was declared and under which reference, or how it ended."""
    form = await posted(request)
    async with transaction(scope_of(request)) as tx:
        person = await _person(tx, person_id)
        events = await read_chart_events(tx, person.record_ids, [])
        if event_id not in {one.id for one in events}:
            raise Problem("not_found")
        await _write(tx, request, [read_declared(form, event_id)])
        await journal(tx, "adverse_event_declared", "adverse_event", [event_id], at=request.app.state.now())
    return Redirect(f"/people/{person_id}/adverse-events/{event_id}", status_code=303)


async def _chart(tx: Transaction, request: Req, person_id: UUID) -> dict[str, Any]:
    say = await speaker_of(tx, request)
    now = request.app.state.now()
    person = await _person(tx, person_id)
    forecast = await current_forecast(tx, person_id, day_in(say.time_zone, now))
    doses = await read_chart_doses(tx, person.record_ids)
    events = await read_chart_events(tx, person.record_ids, doses)
    await journal(tx, "forecast_read", "person", [person_id], at=now)
    verdicts: dict[str, list[Any]] = {}
    for one in forecast.forecasts if forecast else []:
        for verdict in one.doses:
            verdicts.setdefault(verdict.id, []).append((one, verdict))
    return {
        "say": say,
        "v": vocabulary,
        "w": words,
        "person": person,
        "others": await other_values(tx, person.record_ids),
        "fields": FIELDS,
        "forecast": forecast,
        "doses": doses,
        "verdicts": verdicts,
        "unread": {one.id: one for one in forecast.unread} if forecast else {},
        "events": events,
        "d": declared,
        "not_given": {code: (one.fr, one.en) for code, one in NOT_GIVEN.items()},
        "done": request.query_params.get("done") == "1",
        "may_edit": signed_of(request).may(Right.EDIT_PEOPLE),
    }


async def _person(tx: Transaction, person_id: UUID) -> ChartPerson:
    person = await read_chart_person(tx, person_id)
    if person is None:
        raise Problem("not_found")
    return person


async def _person_and_dose(tx: Transaction, person_id: UUID, dose_id: UUID) -> tuple[ChartPerson, ChartDose]:
    person = await _person(tx, person_id)
    doses = await read_chart_doses(tx, person.record_ids)
    found = next((dose for dose in doses if dose.id == dose_id and not dose.in_error), None)
    if found is None:
        raise Problem("not_found")
    return person, found


async def _correction_page(
    tx: Transaction, request: Req, person_id: UUID, dose_id: UUID, form: Posted, error: str = ""
) -> Response[str]:
    person, dose = await _person_and_dose(tx, person_id, dose_id)
    say, products = await speaker_of(tx, request), await read_products(tx)
    await journal(tx, "dose_read", "dose", [dose_id], at=request.app.state.now())
    facts: dict[str, Any] = {
        "say": say,
        "person": person,
        "dose": dose,
        "products": products,
        "form": form,
        "error": error,
    }
    return page(request, "vaccination/correct.html", words.WORDS, status=400 if error else 200, **facts)


async def _event_form(tx: Transaction, request: Req, person_id: UUID, form: Posted, error: str = "") -> Response[str]:
    person = await _person(tx, person_id)
    doses = [dose for dose in await read_chart_doses(tx, person.record_ids) if dose.is_given]
    await journal(tx, "doses_read", "person", [person_id], at=request.app.state.now())
    facts: dict[str, Any] = {
        "say": await speaker_of(tx, request),
        "person": person,
        "doses": doses,
        "form": form,
        "error": error,
    }
    return page(request, "vaccination/new_event.html", words.WORDS, status=400 if error else 200, d=declared, **facts)


async def _write(tx: Transaction, request: Req, acts: list[Act]) -> None:
    written = await write(tx, await desk_installation(tx, request), acts, request.app.state.now())
    if written.refused:
        raise Problem("bad_request", codes=sorted(set(written.refused)))


routes = [
    show_vaccination,
    show_letter,
    show_correction,
    correct,
    show_new_event,
    report_event,
    show_event,
    note_declared,
]
