"""This file answers `/centre`: the sessions of a day, and the sheet of one, with all that is done on it.

What is done is in backend/centre/day.py; what a form holds is read in admin/centre/read_forms.py.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post
from litestar.params import Parameter
from litestar.response import Redirect

from admin.centre.read_forms import read_closing, read_day, read_session, read_until
from admin.centre.words import KINDS, STATES, WORDS
from admin.shared.desk_forms import Posted, desk_installation, posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.centre import day, store
from backend.centre.closing import LotOfDay, Unbalanced
from backend.centre.day import Desk, Wish
from backend.centre.slots import Bookable, slots_of
from backend.clock import day_in
from backend.db.transaction import Transaction, transaction
from backend.edge.locale import locale_of
from backend.ids import new_id
from backend.journal.store import record as journal
from backend.people.find import find_people
from backend.problems import Problem
from backend.territory.time_zone import read_time_zone

Req = Request[Any, Any, Any]
SessionPath = Annotated[UUID, Parameter(description="The session's id.")]
_RUN = needs(Right.RUN_CENTRE)
LATER_DAYS = 200


class Slot(msgspec.Struct, frozen=True):
    """A slot of the sheet with who stands in it."""

    at: datetime
    free: int
    persons: tuple[store.OnSheet, ...]


class ClosingRow(msgspec.Struct, frozen=True):
    """A lot on the closing form."""

    lot_id: UUID
    name: str
    given: int
    opened: int
    wasted: int
    missing: int
    too_many: int


@get("/centre", opt=_RUN, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_sessions(request: Req) -> Response[str]:
    """Show the sessions of a day."""
    async with transaction(scope_of(request)) as tx:
        return await _sessions_page(tx, request)


@post("/centre", opt=_RUN, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def open_session(request: Req) -> Response[Any]:
    """Make a session."""
    form = await posted(request)
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        new = read_session(form, say.time_zone)
        if new is None:
            return await _sessions_page(tx, request, error=WORDS["bad_hours"][locale_of(request) == "en"])
        session_id = new_id()
        await (await _desk(tx, request)).write(day.session_act(session_id, new))
    return Redirect(f"/centre/{session_id}?done=1", status_code=303)


@get("/centre/{session_id:uuid}", opt=_RUN, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_sheet(request: Req, session_id: SessionPath) -> Response[str]:
    """Show the sheet of a session."""
    async with transaction(scope_of(request)) as tx:
        return await _sheet_page(tx, request, session_id)


@post(
    "/centre/{session_id:uuid}/find",
    opt=needs(Right.RUN_CENTRE, searches=True),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def find_on_sheet(request: Req, session_id: SessionPath) -> Response[str]:
    """Show the sheet with the people whom a name fits; the name is posted, so that it stands in no address."""
    typed = (await posted(request)).text("q")[:100]
    async with transaction(scope_of(request)) as tx:
        return await _sheet_page(tx, request, session_id, typed=typed)


@post(
    "/centre/{session_id:uuid}/{what:str}",
    opt=_RUN,
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def act_on_sheet(
    request: Req, session_id: SessionPath, what: Annotated[str, Parameter(description="The step.", max_length=20)]
) -> Response[Any]:
    """Do one step on the sheet; what cannot be done is said on the sheet itself."""
    form = await posted(request)
    async with transaction(scope_of(request)) as tx:
        desk = await _desk(tx, request)
        if what == "close":
            say = await speaker_of(tx, request)
            counted = read_closing(form)
            wrong = await day.close(desk, session_id, counted, form.text("reason"))
            if wrong:
                return await _sheet_page(
                    tx, request, session_id, error=say.word(WORDS, "unbalanced"), counted=counted, wrong=wrong
                )
        else:
            outcome = await _step(desk, session_id, what, form)
            if outcome is not Bookable.YES:
                error = WORDS[outcome.value][locale_of(request) == "en"]
                return await _sheet_page(tx, request, session_id, error=error)
    return Redirect(f"/centre/{session_id}?done=1", status_code=303)


async def _step(desk: Desk, session_id: UUID, what: str, form: Posted) -> Bookable:
    """Carry out a step that a form asked for; return why nobody was booked, or yes."""
    appointment_id, person_id = form.id("appointment"), form.id("person")
    outcome: UUID | Bookable = Bookable.YES
    if what == "book" and person_id and form.text("do") == "reserve":
        minutes = form.text("minutes")
        await day.add_to_reserve(
            desk, session_id, person_id, form.text("antigen"), int(minutes) if minutes.isdigit() else None
        )
    elif what == "book" and person_id:
        walk_in = form.text("slot") == "walk_in"
        slot_at = None if walk_in else _instant(form.text("slot"))
        outcome = await day.book(
            desk, session_id, Wish(person_id, form.text("antigen"), slot_at, "walk_in" if walk_in else "desk")
        )
    elif what == "step" and appointment_id and form.text("step") in ("arrived", "no_show", "cancelled"):
        await day.step(desk, session_id, appointment_id, form.text("step"))
    elif what == "vaccinate" and appointment_id and form.id("lot"):
        await day.vaccinate(desk, session_id, appointment_id, form.id("lot") or UUID(int=0))
    elif what == "second" and appointment_id and form.id("later"):
        outcome = await day.book_second(desk, session_id, appointment_id, form.id("later") or UUID(int=0))
    elif what == "offer" and form.text("doses").isdigit():
        session = await store.find_session(desk.tx, session_id)
        zone = await read_time_zone(desk.tx)
        until = read_until(form.text("until"), session.starts_at, zone) if session else None
        await day.offer_doses(desk, session_id, int(form.text("doses")), until)
    elif what == "accept" and form.id("reserve"):
        outcome = await day.accept_offer(desk, session_id, form.id("reserve") or UUID(int=0))
    else:
        raise Problem("bad_request")
    return outcome if isinstance(outcome, Bookable) else Bookable.YES


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Problem("bad_request", codes=["slot"]) from error
    if found.tzinfo is None:
        raise Problem("bad_request", codes=["slot"])
    return found


async def _desk(tx: Transaction, request: Req) -> Desk:
    return Desk(tx, await desk_installation(tx, request), request.app.state.now())


async def _sessions_page(tx: Transaction, request: Req, error: str = "") -> Response[str]:
    say = await speaker_of(tx, request)
    zone = ZoneInfo(say.time_zone)
    day_on = read_day(request.query_params.get("day", ""), day_in(say.time_zone, request.app.state.now()))
    since = datetime.combine(day_on, time.min, zone)
    return page(
        request,
        "centre/sessions.html",
        WORDS,
        say=say,
        kinds=KINDS,
        states=STATES,
        day_on=day_on,
        error=error,
        sessions=await store.list_sessions(tx, since, since + timedelta(days=1)),
        sites=await store.list_sites(tx),
    )


async def _sheet_page(
    tx: Transaction,
    request: Req,
    session_id: UUID,
    error: str = "",
    counted: Sequence[LotOfDay] = (),
    wrong: Sequence[Unbalanced] = (),
    typed: str = "",
) -> Response[str]:
    session = await store.find_session(tx, session_id)
    if session is None:
        raise Problem("not_found")
    say, now = await speaker_of(tx, request), request.app.state.now()
    sheet, reserve = await store.read_sheet(tx, session_id), await store.read_reserve(tx, session_id)
    found = await find_people(tx, typed) if typed else []
    shown = [*(one.person_id for one in sheet), *(one.person_id for one in reserve), *(one.id for one in found)]
    await journal(tx, "sheet_read", "person", list(dict.fromkeys(shown)), at=now)
    lots = await store.read_lots(tx, day_in(say.time_zone, now))
    return page(
        request,
        "centre/sheet.html",
        WORDS,
        say=say,
        kinds=KINDS,
        states=STATES,
        now=now,
        session=session,
        day_on=day_in(say.time_zone, session.starts_at),
        error=error,
        done=request.query_params.get("done", ""),
        slots=_slots(session, sheet),
        observed=[one for one in sheet if one.observed_until_at],
        reserve=reserve,
        lots=lots,
        later=await store.list_sessions(tx, session.ends_at, session.ends_at + timedelta(days=LATER_DAYS)),
        typed=typed,
        found=found,
        closing=_closing(lots, await store.read_given(tx, session_id), counted, wrong),
    )


def _slots(session: store.SessionShown, sheet: Sequence[store.OnSheet]) -> list[Slot]:
    by_slot: dict[datetime, list[store.OnSheet]] = defaultdict(list)
    for one in sheet:
        by_slot[one.slot_at].append(one)
    return [
        Slot(
            at,
            max(
                0,
                session.slot_persons
                - sum(one.state != "cancelled" and one.channel != "walk_in" for one in by_slot.get(at, ())),
            ),
            tuple(by_slot.get(at, ())),
        )
        for at in sorted({*slots_of(session.hours), *by_slot})
    ]


def _closing(
    lots: Sequence[store.LotToUse], given: dict[UUID, int], counted: Sequence[LotOfDay], wrong: Sequence[Unbalanced]
) -> list[ClosingRow]:
    said = {lot.lot_id: lot for lot in counted}
    faults = {one.lot_id: one for one in wrong}
    rows = []
    for lot in lots:
        one, fault = said.get(lot.id), faults.get(lot.id)
        vials = -(-given.get(lot.id, 0) // lot.doses_per_vial)
        opened = one.doses_opened if one else vials * lot.doses_per_vial
        rows.append(
            ClosingRow(
                lot.id,
                f"{lot.product_name} {lot.number}",
                given.get(lot.id, 0),
                opened,
                one.doses_wasted if one else 0,  # what was thrown away is counted, never proposed
                fault.missing if fault else 0,
                fault.too_many if fault else 0,
            )
        )
    return rows


routes = [show_sessions, open_session, show_sheet, find_on_sheet, act_on_sheet]
