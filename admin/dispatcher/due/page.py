"""This file answers `/due`: to whom a vaccination is due, by zone and group, and makes requests for those chosen.

Who is due is kept by backend/doses/keep.py; for whom a request may be made is decided in backend/doses/ask_visits.py.
"""

from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect

from admin.dispatcher.due.words import WORDS
from admin.shared import vocabulary
from admin.shared.desk_forms import Posted, desk_installation, posted, speaker_of, uuid_or_none
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of, signed_of
from backend.clock import day_in
from backend.db.transaction import transaction
from backend.doses.ask_visits import requests_for
from backend.doses.due import PAGE_ROWS, DueFilters, read_due_chosen, read_due_list
from backend.doses.rules.words import Release, release_on
from backend.edge.locale import locale_of
from backend.ids import new_id
from backend.journal.store import record as journal
from backend.log.desk import write
from backend.log.follow import freshen
from backend.people.find import find_people
from backend.problems import Problem
from backend.visits.store import list_zones
from backend.visits.take import request_act

Req = Request[Any, Any, Any]


@get("/due", opt=needs(Right.SEE_PEOPLE), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_due(request: Req) -> Response[str]:
    """Show to whom the chosen vaccination is due today."""
    return await _due_page(request, "")


@post("/due/find", opt=needs(Right.SEE_PEOPLE), status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def find_somebody(request: Req) -> Response[str]:
    """Show the people whom a name fits; the name is posted, so that it stands in no address."""
    return await _due_page(request, (await posted(request)).text("q")[:100])


async def _due_page(request: Req, typed: str) -> Response[str]:
    now = request.app.state.now()
    await freshen(scope_of(request), now)
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        today = day_in(say.time_zone, now)
        antigens = _antigens(release_on(today))
        filters = _filters(request.query_params, antigens)
        listed = await read_due_list(tx, filters, today)
        zones = await list_zones(tx)
        people = await find_people(tx, typed)
        if people:
            await journal(tx, "people_searched", "person", [one.id for one in people], at=now)
        await journal(tx, "due_list_read", "person", [line.person_id for line in listed.lines], at=now)
    return page(
        request,
        "dispatcher/due/due.html",
        WORDS,
        say=say,
        v=vocabulary,
        filters=filters,
        antigens=antigens,
        zones=zones,
        listed=listed,
        typed=typed,
        people=people,
        last_page=max(1, -(-listed.count // PAGE_ROWS)),
        address=lambda **more: _address(filters, **more),
        made=request.query_params.get("made", ""),
        left_out=request.query_params.get("left_out", ""),
        may_ask=signed_of(request).may(Right.PLAN_ROUNDS),
    )


@post("/due", opt=needs(Right.PLAN_ROUNDS), status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def ask_for(request: Req) -> Response[Any]:
    """Make a request for each person chosen to whom it is still due."""
    form, now = await posted(request), request.app.state.now()
    await freshen(scope_of(request), now)
    async with transaction(scope_of(request)) as tx:
        today = day_in((await speaker_of(tx, request)).time_zone, now)
        antigens = _antigens(release_on(today))
        filters = _filters({name: form.text(name) for name in DueFilters.__struct_fields__}, antigens)
        lines = await read_due_chosen(tx, filters, today, _chosen(form))
        reason = f"{WORDS['reason'][locale_of(request) == 'en']} : {antigens[filters.antigen]}"
        bulk = requests_for(lines, reason)
        acts = [request_act(new_id(), asked, now) for asked in bulk.asked]
        if acts and (await write(tx, await desk_installation(tx, request), acts, now)).refused:
            raise Problem("bad_request")
        await journal(tx, "requests_made_from_due", "person", [one.person_id for one in lines], at=now)
    left_out = sum(bulk.left_out.values())
    return Redirect(_address(filters, made=len(acts), left_out=left_out), status_code=303)


def _antigens(release: Release) -> dict[str, str]:
    """Return the antigens that rules speak of today, with the name of their vaccine group."""
    return {antigen: group.name for group in release.rules.groups for antigen in group.antigens}


def _filters(given: Any, antigens: dict[str, str]) -> DueFilters:
    """Return the filters; one that cannot be read counts as none, and the first antigen stands where none is named."""
    named = {name: given.get(name) for name in DueFilters.__struct_fields__ if given.get(name)}
    try:
        filters = msgspec.convert(named, DueFilters, strict=False)
    except msgspec.ValidationError:
        filters = DueFilters()
    antigen = filters.antigen if filters.antigen in antigens else next(iter(sorted(antigens)), "")
    return msgspec.structs.replace(filters, antigen=antigen, page=max(1, min(filters.page, 10_000)))


def _chosen(form: Posted) -> set[Any]:
    return {found for text in form.texts("person") if (found := uuid_or_none(text)) is not None}


def _address(filters: DueFilters, **more: Any) -> str:
    kept = {**msgspec.structs.asdict(filters), **more}
    return "/due?" + urlencode({name: value for name, value in kept.items() if value not in ("", None)})


routes = [show_due, find_somebody, ask_for]
