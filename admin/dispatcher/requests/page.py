"""This file answers `/requests`: the backlog with its filters in the address, a call, and accepting a request.

What a call becomes is decided in backend/visits/call.py; how long one may wait, in backend/visits/ageing.py.
"""

from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import Parameter
from litestar.response import Redirect

from admin.dispatcher.requests.filters import address_of, filters_of
from admin.dispatcher.requests.read_call import read_wanted
from admin.dispatcher.requests.read_script import filled, script_shown, words_of_script
from admin.dispatcher.requests.unfit import Unreadable, first_unfit, sentence_of, unfit_of
from admin.dispatcher.requests.words import HOLD_WORDS, TO_WHOM, WINDOWS, WORDS
from admin.dispatcher.requests.write_call import CallRefusedError, write_call
from admin.shared import vocabulary
from admin.shared.desk_forms import Posted, desk_installation, mark, posted, speaker_of, uuid_or_none
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.clock import day_in
from backend.db.transaction import Transaction, transaction
from backend.edge.locale import locale_of
from backend.ids import new_id
from backend.journal.store import record as journal
from backend.journal.whom import persons_of_requests
from backend.log.desk import write
from backend.people.find import find_people, find_places
from backend.problems import Problem
from backend.visits import store
from backend.visits.ageing import age
from backend.visits.hold import NOTE_MOST, STEPS, step_act
from backend.visits.join_store import hold_requests
from backend.visits.lifecycle import may_follow
from backend.visits.protocol import active_on
from backend.visits.read_protocols import read_protocols
from backend.visits.store import PAGE_ROWS
from backend.visits.take import NotTaken, Wanted, accept_request

Req = Request[Any, Any, Any]
RequestPath = Annotated[UUID, Parameter(description="The request's id.")]


@get("/requests", opt=needs(Right.SEE_PEOPLE), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_backlog(request: Req) -> Response[str]:
    """Show the requests that wait, the most pressing first."""
    filters = filters_of(request)
    now = request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        today = day_in(say.time_zone, now)
        backlog = await store.read_backlog(tx, filters, today)
        zones = await store.list_zones(tx)
        seen = await persons_of_requests(tx, [row.id for row in backlog.rows])
        await journal(tx, "requests_read", "person", seen, at=now)
    ages = {
        row.id: age(day_in(say.time_zone, row.received_at), row.due_on, row.priority, today) for row in backlog.rows
    }
    return page(
        request,
        "dispatcher/requests/backlog.html",
        WORDS,
        say=say,
        v=vocabulary,
        filters=filters,
        backlog=backlog,
        ages=ages,
        zones=zones,
        last_page=max(1, -(-backlog.count // PAGE_ROWS)),
        address=lambda path="/requests", **more: address_of(filters, path, **more),
        done=request.query_params.get("done", ""),
        counted=[request.query_params.get(name, "0")[:4] for name in ("changed", "left")],
        may_follow=may_follow,
        may_plan=scope_of(request).may(Right.PLAN_ROUNDS),
        to_whom=TO_WHOM,
        hold_words=HOLD_WORDS,
        note_most=NOTE_MOST,
        words_of_script=lambda row: words_of_script(
            read_protocols(), row.protocol_version, row.reason_code, row.red_flags, say.locale
        ),
    )


@get("/requests/new", opt=needs(Right.PLAN_ROUNDS), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_call(request: Req) -> Response[str]:
    """Offer the form of a call."""
    async with transaction(scope_of(request)) as tx:
        return await _call_page(tx, request, Posted({"accept": ["yes"]}))


@post(
    "/requests/proposals",
    opt=needs(Right.PLAN_ROUNDS, searches=True),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def propose(request: Req) -> Response[str]:
    """Give the known people and places that match what is being typed, as the part of the page that shows them."""
    typed = (await posted(request)).text("q")[:100]
    async with transaction(scope_of(request)) as tx:
        facts = await _proposals(tx, request, typed)
    return page(request, "dispatcher/requests/proposals.html", WORDS, **facts)


@post(
    "/requests/new",
    opt=needs(Right.PLAN_ROUNDS, searches=True),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def take_call(request: Req) -> Response[Any]:
    """Write a call down, or show it again with what is missing; searching shows who is known."""
    form, now = await posted(request), request.app.state.now()
    if form.text("do") in {"search", "script"}:
        async with transaction(scope_of(request)) as tx:
            return await _call_page(tx, request, form)
    try:
        async with transaction(scope_of(request)) as tx:
            done = await write_call(tx, request, form, now)
    except CallRefusedError as fault:  # outside of the transaction, which keeps nothing of it
        async with transaction(scope_of(request)) as tx:
            return await _call_page(tx, request, form, fault.unfit)
    return Redirect(f"/requests?done={done}", status_code=303)


@get(
    "/requests/{request_id:uuid}/accept",
    opt=needs(Right.PLAN_ROUNDS),
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def show_acceptance(request: Req, request_id: RequestPath) -> Response[str]:
    """Ask what the visit of a request takes."""
    async with transaction(scope_of(request)) as tx:
        found = await _found(tx, request_id)
        form = Posted({"people_count": [str(found.people_known)], "language": [found.language]})
        return await _acceptance_page(tx, request, found, form)


@post(
    "/requests/{request_id:uuid}/accept",
    opt=needs(Right.PLAN_ROUNDS),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def accept(request: Req, request_id: RequestPath) -> Response[Any]:
    """Accept a request as a visit."""
    form, now = await posted(request), request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        found = await _found(tx, request_id)
        wanted = first_unfit(form) or _wanted(form, found.acts)
        if isinstance(wanted, Unreadable):
            return await _acceptance_page(tx, request, found, form, wanted)
        visit_id = new_id()
        done = await accept_request(tx, await desk_installation(tx, request), request_id, visit_id, wanted, now)
        if isinstance(done, NotTaken):
            raise Problem(done.problem, codes=list(done.codes))
        placed = await store.has_position(tx, visit_id)
    return Redirect(f"/requests?done={'saved_visit' if placed else 'saved_nowhere'}", status_code=303)


@post(
    "/requests/{request_id:uuid}/state",
    opt=needs(Right.PLAN_ROUNDS),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def change_state(request: Req, request_id: RequestPath) -> Response[Any]:
    """Put a request on hold with the reason why, or revoke it."""
    form, now = await posted(request), request.app.state.now()
    step = form.text("step")
    async with transaction(scope_of(request)) as tx:
        found = await _found(tx, request_id)
        if step not in STEPS or not may_follow(found.state, step):
            raise Problem("record_changed")
        act = step_act(request_id, step, form.text("on_hold_reason"), form.text("on_hold_note"))
        if act is None:
            return Redirect("/requests?done=why", status_code=303)
        if (await write(tx, await desk_installation(tx, request), [act], now)).refused:
            raise Problem("bad_request")
    return Redirect("/requests", status_code=303)


@post(
    "/requests/bulk",
    opt=needs(Right.PLAN_ROUNDS),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def change_many(request: Req) -> Response[Any]:
    """Put the chosen requests on hold, or revoke them; one that has moved on meanwhile stays as it is, and is counted."""
    form, now = await posted(request), request.app.state.now()
    step, chosen = form.text("step"), {one for text in form.texts("request") if (one := uuid_or_none(text))}
    if step not in STEPS or not chosen or len(chosen) > PAGE_ROWS:
        raise Problem("bad_request")
    filters = dict(parse_qsl(form.text("filters")))
    steps = {one: step_act(one, step, form.text("on_hold_reason"), form.text("on_hold_note")) for one in chosen}
    if None in steps.values():
        return Redirect("/requests?" + urlencode({**filters, "done": "why"}), status_code=303)
    async with transaction(scope_of(request)) as tx:
        installation_id = await desk_installation(tx, request)
        states = await hold_requests(tx, installation_id, chosen)
        acts = [
            act
            for one, state in states.items()
            if state != "accepted" and may_follow(state, step) and (act := steps[one])
        ]
        if acts and (await write(tx, installation_id, acts, now)).refused:
            raise Problem("bad_request")
        await journal(tx, "requests_changed", "request", [act.record_id for act in acts], at=now)
    told = {"done": "changed", "changed": len(acts), "left": len(chosen) - len(acts)}
    return Redirect("/requests?" + urlencode({**filters, **told}), status_code=303)


async def _call_page(tx: Transaction, request: Req, form: Posted, unfit: Unreadable | None = None) -> Response[str]:
    facts = await _proposals(tx, request, form.text("q")[:100])
    facts |= await _choices(tx, request)
    today = day_in(facts["say"].time_zone, request.app.state.now())
    protocol = active_on(read_protocols(), today)
    if form.text("do") == "script":
        form = filled(form, protocol, today)
    facts |= {**script_shown(form, protocol, today), "to_whom": TO_WHOM}
    facts |= {"form": form, "no_act": unfit is not None and unfit.word == "choose_act", **_said(request, unfit)}
    return page(request, "dispatcher/requests/new.html", WORDS, status=400 if unfit else 200, **facts)


def _said(request: Req, unfit: Unreadable | None) -> dict[str, Any]:
    """Return what a page says of a field that does not fit, and where it says it."""
    error = sentence_of(unfit, WORDS, english=locale_of(request) == "en") if unfit else ""
    return {"error": error, "fault": unfit.field if unfit else "", "mark": mark}


async def _found(tx: Transaction, request_id: UUID) -> store.RequestDetail:
    found = await store.find_request(tx, request_id)
    if found is None:
        raise Problem("not_found")
    return found


def _wanted(form: Posted, acts: tuple[str, ...]) -> Wanted | Unreadable:
    try:
        return read_wanted(form, acts)
    except msgspec.ValidationError as error:
        return unfit_of(error)


async def _acceptance_page(
    tx: Transaction, request: Req, found: store.RequestDetail, form: Posted, unfit: Unreadable | None = None
) -> Response[str]:
    seen = await persons_of_requests(tx, [found.id])
    await journal(tx, "request_read", "person", seen, f"{found.id}", at=request.app.state.now())
    facts = {**await _choices(tx, request), **_said(request, unfit), "asked": found, "form": form}
    return page(request, "dispatcher/requests/accept.html", WORDS, status=400 if unfit else 200, **facts)


async def _proposals(tx: Transaction, request: Req, typed: str) -> dict[str, Any]:
    people, places = await find_people(tx, typed), await find_places(tx, typed)
    if people:
        await journal(tx, "people_searched", "person", [one.id for one in people], at=request.app.state.now())
    say = await speaker_of(tx, request)
    return {"people": people, "places": places, "typed": typed, "say": say, "v": vocabulary}


async def _choices(tx: Transaction, request: Req) -> dict[str, Any]:
    products = await store.list_product_codes(tx)
    return {"say": await speaker_of(tx, request), "v": vocabulary, "windows": WINDOWS, "products": products}


routes = [show_backlog, show_call, propose, take_call, show_acceptance, accept, change_state, change_many]
