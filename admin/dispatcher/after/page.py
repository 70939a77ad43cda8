"""This file answers `/follow-up`: doors that stayed shut, results to come and to tell, contacts to call today.

Which ops each decision is, is decided in backend/visits/after.py.
"""

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, Response, get, post
from litestar.response import Redirect

from admin.dispatcher.after.words import CALLED, SETTINGS, TEST_RESULTS, TEST_TYPES, WORDS
from admin.dispatcher.requests.words import WINDOWS
from admin.shared import vocabulary
from admin.shared.desk_forms import Posted, desk_installation, posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.clock import day_in
from backend.db.transaction import Transaction, transaction
from backend.journal.store import record as journal
from backend.journal.whom import persons_of_visits
from backend.log.desk import Act, write
from backend.problems import Problem
from backend.territory.time_zone import read_time_zone
from backend.visits import after_store as store
from backend.visits.after import (
    AFTER_A_CALL,
    RESULTS,
    STILL_CALLED,
    again_acts,
    called_acts,
    no_more_acts,
    result_acts,
    told_acts,
)

Req = Request[Any, Any, Any]
_MAY = needs(Right.EDIT_PEOPLE)
_AGAIN_AFTER: Final = timedelta(days=7)


@get("/follow-up", opt=_MAY, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_follow_up(request: Req) -> Response[str]:
    """Show what waits after visits."""
    now = request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        today = day_in(say.time_zone, now)
        shut = await store.list_shut_doors(tx, say.time_zone)
        pending, to_tell = await store.list_pending(tx), await store.list_to_tell(tx, now)
        to_call = await store.list_to_call(tx, datetime.combine(today, time(), ZoneInfo(say.time_zone)))
        shown = {one.person_id for one in (*pending, *to_tell)} | {one.person_id for one in to_call}
        shown |= {*await persons_of_visits(tx, [one.id for one in shut])}
        await journal(tx, "follow_up_read", "person", sorted(shown, key=str), at=now)
    return page(
        request,
        "dispatcher/after/after.html",
        WORDS,
        say=say,
        v=vocabulary,
        shut=shut,
        pending=pending,
        to_tell=to_tell,
        to_call=to_call,
        again_on=today + _AGAIN_AFTER,
        today=today,
        windows=WINDOWS,
        test_types=TEST_TYPES,
        test_results=TEST_RESULTS,
        results=RESULTS,
        settings=SETTINGS,
        called=CALLED,
        after_a_call=AFTER_A_CALL,
        done=request.query_params.get("done") == "1",
    )


@post("/follow-up/result", opt=_MAY, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def note_result(request: Req) -> Response[Any]:
    """Note the result of a test that was pending, or that it was told."""
    form, now = await posted(request), request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        screening_id, row = await _held(tx, request, form, "screening")
        telling = form.text("do") == "told"
        if row["told_at"] is not None if telling else (row["result"] or "pending") != "pending":
            raise Problem("record_changed")
        acts = told_acts(screening_id, now) if telling else result_acts(screening_id, form.text("result"), now)
        await _write(tx, request, acts, "result_told" if telling else "result_noted", row["person_id"])
    return _back()


@post("/follow-up/contact", opt=_MAY, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def note_call(request: Req) -> Response[Any]:
    """Note what came of the call to a contact."""
    form = await posted(request)
    async with transaction(scope_of(request)) as tx:
        exposure_id, row = await _held(tx, request, form, "exposure")
        if (row["follow_up"] or "listed") not in STILL_CALLED:
            raise Problem("record_changed")
        await _write(
            tx, request, called_acts(exposure_id, form.text("follow_up")), "contact_called", row["contact_person_id"]
        )
    return _back()


@post("/follow-up/door", opt=_MAY, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def decide_on_door(request: Req) -> Response[Any]:
    """Decide on a visit that was tried in vain: another day, or no more."""
    form, now = await posted(request), request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        visit_id, _ = await _held(tx, request, form, "visit")
        time_zone = await read_time_zone(tx)
        found = await store.list_shut_doors(tx, time_zone, visit_id)
        if not found:
            raise Problem("record_changed")
        acts = None
        if form.text("do") == "no_more":
            acts = no_more_acts(found[0].request_id) if found[0].request_id else None
        else:
            from_on = _day(form.text("from_on"))
            hours = form.text("hours")
            if from_on is not None and from_on > day_in(time_zone, now) and (not hours or hours in WINDOWS):
                acts = again_acts(visit_id, from_on, [hours] if hours else [], found[0].windows)
        await _write(tx, request, acts, "door_decided", visit_id, "visit")
    return _back()


async def _held(tx: Transaction, request: Req, form: Posted, kind: str) -> tuple[UUID, Any]:
    """Return the record that a form names, kept from others until the end."""
    record_id = form.id("id")
    row = await store.hold(tx, await desk_installation(tx, request), kind, record_id) if record_id else None
    if record_id is None or row is None:
        raise Problem("not_found")
    return record_id, row


async def _write(
    tx: Transaction, request: Req, acts: list[Act] | None, word: str, about: UUID, kind: str = "person"
) -> None:
    now = request.app.state.now()
    if acts is None:
        raise Problem("bad_request")
    written = await write(tx, await desk_installation(tx, request), acts, now)
    if written.refused:
        raise Problem("bad_request", codes=sorted(set(written.refused)))
    await journal(tx, word, kind, [about], at=now)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _back() -> Redirect:
    return Redirect("/follow-up?done=1", status_code=303)


routes = [show_follow_up, note_result, note_call, decide_on_door]
