"""This file answers `/rota`: who answers at the desk when, a week at a time, and which stretches nobody covers.

What must be covered is decided in backend/rota/gaps.py.
"""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect

from admin.rota.words import WORDS
from admin.shared.desk_forms import day_or_none, posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.clock import day_in
from backend.db.transaction import Transaction, transaction
from backend.edge.locale import locale_of
from backend.ids import new_id
from backend.journal.store import record as journal
from backend.problems import Problem
from backend.rota import store
from backend.rota.gaps import CLOSES, OPENS, Stretch, gaps
from backend.rota.store import DeskShift
from backend.territory.time_zone import read_time_zone

Req = Request[Any, Any, Any]
_MAY = needs(Right.PLAN_ROUNDS)
WEEK_DAYS = 7


class RotaDay(msgspec.Struct, frozen=True):
    """A day of the rota: its shifts, and the stretches that nobody covers."""

    day_on: date
    shifts: tuple[DeskShift, ...]
    gaps: tuple[Stretch, ...]


@get("/rota", opt=_MAY, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_rota(request: Req) -> Response[str]:
    """Show the rota of a week."""
    async with transaction(scope_of(request)) as tx:
        return await _rota_page(tx, request, day_or_none(request.query_params.get("week", "")))


@post("/rota/add", opt=_MAY, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def add(request: Req) -> Response[Any]:
    """Write a shift down."""
    form, now = await posted(request), request.app.state.now()
    user_id, on = form.id("user"), day_or_none(form.text("day"))
    async with transaction(scope_of(request)) as tx:
        if user_id is None or on is None or user_id not in {one for one, _ in await store.list_staff(tx)}:
            raise Problem("not_found")
        zone = ZoneInfo(await read_time_zone(tx))
        try:
            starts, ends = (time.fromisoformat(form.text(name)) for name in ("from", "to"))
        except ValueError:
            starts, ends = CLOSES, OPENS
        if starts >= ends:
            return await _rota_page(tx, request, on, WORDS["bad_hours"][locale_of(request) == "en"])
        shift = DeskShift(new_id(), user_id, "", datetime.combine(on, starts, zone), datetime.combine(on, ends, zone))
        if not await store.add_shift(tx, shift, now):
            return await _rota_page(tx, request, on, WORDS["there_already"][locale_of(request) == "en"])
        await journal(tx, "rota_changed", "user", [user_id], at=now)
    return Redirect(f"/rota?week={on}", status_code=303)


@post("/rota/remove", opt=_MAY, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def remove(request: Req) -> Response[Any]:
    """Take a shift away."""
    form = await posted(request)
    shift_id, on = form.id("id"), day_or_none(form.text("week"))
    async with transaction(scope_of(request)) as tx:
        if shift_id is None or not await store.remove_shift(tx, shift_id):
            raise Problem("not_found")
        await journal(tx, "rota_changed", "desk_shift", [shift_id], at=request.app.state.now())
    return Redirect(f"/rota?week={on}" if on else "/rota", status_code=303)


async def _rota_page(tx: Transaction, request: Req, on: date | None, error: str = "") -> Response[str]:
    say = await speaker_of(tx, request)
    today = day_in(say.time_zone, request.app.state.now())
    monday = (on or today) - timedelta(days=(on or today).weekday())
    days = []
    for day_on in (monday + timedelta(days=number) for number in range(WEEK_DAYS)):
        midnight = datetime.combine(day_on, time(), ZoneInfo(say.time_zone))
        shifts = await store.list_shifts(tx, midnight, midnight + timedelta(days=1))
        found = gaps(day_on, say.time_zone, [(one.starts_at, one.ends_at) for one in shifts])
        days.append(RotaDay(day_on, tuple(shifts), tuple(found)))
    return page(
        request,
        "rota/rota.html",
        WORDS,
        status=400 if error else 200,
        say=say,
        error=error,
        days=days,
        monday=monday,
        gap_count=sum(len(one.gaps) for one in days),
        staff=await store.list_staff(tx),
        opens=f"{OPENS:%H:%M}",
        closes=f"{CLOSES:%H:%M}",
    )


routes = [show_rota, add, remove]
