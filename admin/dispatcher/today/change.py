"""This file answers `/today/change`: an urgent visit put into a round, a team that drops out, a message to a team.

What is offered is decided in routing/insert.py and routing/replan.py. A choice names the plan and the instant it was
shown for: another plan in force by then is a problem that is told, and the same instant gives the same answer again.
"""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect

from admin.dispatcher.today.change_words import WORDS
from admin.shared import vocabulary
from admin.shared.desk_forms import Posted, desk_installation, posted, speaker_of, uuid_or_none
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.clock import day_in, wire_instant
from backend.db.transaction import Transaction, transaction
from backend.dispatch import store
from backend.dispatch.amend import amend
from backend.dispatch.problem_of_day import visit_of
from backend.dispatch.read_day import read_shifts, read_visits
from backend.dispatch.read_rounds import read_waiting_visits
from backend.dispatch.running_day import RunningDay, load_running, offers_for, without
from backend.ids import new_id
from backend.journal.store import record as journal
from backend.journal.whom import persons_of_visits
from backend.log.desk import Act, write
from backend.problems import Problem
from backend.territory.time_zone import read_time_zone
from routing.replan import Replanned

Req = Request[Any, Any, Any]
_MAY = needs(Right.PLAN_ROUNDS)
_SEED: Final = 1
_THINKING: Final = timedelta(minutes=10)
_CHARACTERS_MAX: Final = 1000


@get("/today/change", opt=_MAY, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_changes(request: Req) -> Response[str]:
    """Show what may be changed today; with `visit`, the best places for it; with `out`, the day without that team."""
    now = request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        day_on = _day(request.query_params.get("day", ""), day_in(say.time_zone, now))
        in_force = await store.in_force(tx, day_on)
        facts = await _shown(tx, request, in_force, now) if in_force else {}
        waiting = await read_waiting_visits(tx, _named(in_force) if in_force else set(), day_on)
        named = {*(one.id for one in waiting), *facts.get("visits", {}), *(_named(in_force) if in_force else ())}
        await journal(tx, "rounds_read", "person", await persons_of_visits(tx, named), f"{day_on}", at=now)
        return page(
            request,
            "dispatcher/today/change.html",
            WORDS,
            say=say,
            v=vocabulary,
            day_on=day_on,
            at=wire_instant(now),
            in_force=in_force,
            shifts=await read_shifts(tx, day_on),
            waiting=waiting,
            **{"chosen": "", "out": "", "visits": {}, **facts},
        )


@post("/today/insert", opt=_MAY, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def insert_visit(request: Req) -> Response[Any]:
    """Put a visit where its reader chose; the offer is made again, so that what is done is what was shown."""
    form, now = await posted(request), request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        running = await _running(tx, form, now)
        offered = await asyncio.to_thread(offers_for, running, form.text("visit"))
        chosen = next((one for one in offered if ",".join(one.teams) == form.text("teams")), None)
        if chosen is None:
            raise Problem("plan_changed")
        plan_id = await amend(tx, running, running.problem, chosen.plan, await desk_installation(tx, request), now)
        await journal(tx, "plan_amended", "plan", [plan_id], at=now)
    return Redirect(f"/today?day={running.day.day_on}&done=inserted", status_code=303)


@post("/today/out", opt=_MAY, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def take_team_out(request: Req) -> Response[Any]:
    """Give the visits of a team that drops out to others, as shown."""
    form, now = await posted(request), request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        running = await _running(tx, form, now)
        found = await asyncio.to_thread(without, running, form.text("out"), _SEED)
        if found is None:
            raise Problem("plan_changed")
        problem, replanned = found
        plan_id = await amend(tx, running, problem, replanned.plan, await desk_installation(tx, request), now)
        await journal(tx, "plan_amended", "plan", [plan_id], at=now)
    return Redirect(f"/today?day={running.day.day_on}&done=out", status_code=303)


@post("/today/message", opt=_MAY, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def send_message(request: Req) -> Response[Any]:
    """Send a message to a team: an op that its tablet gets at its next sync."""
    form, now = await posted(request), request.app.state.now()
    team, text = form.id("team"), form.text("text")[:_CHARACTERS_MAX]
    if team is None or not text:
        raise Problem("bad_request")
    async with transaction(scope_of(request)) as tx:
        day_on = _day(form.text("day"), day_in(await read_time_zone(tx), now))
        if str(team) not in {one.team_id for one in await read_shifts(tx, day_on)}:
            raise Problem("not_found")
        said = {"team_id": str(team), "text": text, "sent_at": wire_instant(now), "state": "sent"}
        written = await write(tx, await desk_installation(tx, request), [Act("message", new_id(), dict(said))], now)
        if written.refused:
            raise Problem("bad_request", codes=written.refused)
        await journal(tx, "message_sent", "team", [team], at=now)
    return Redirect(f"/today?day={day_on}&done=message", status_code=303)


async def _shown(tx: Transaction, request: Req, in_force: store.StoredPlan, now: datetime) -> dict[str, Any]:
    """Return the offers for a visit, or the day without a team, whichever the address asks for."""
    visit, out = uuid_or_none(request.query_params.get("visit", "")), uuid_or_none(request.query_params.get("out", ""))
    if visit is None and out is None:
        return {}
    running = await load_running(tx, in_force, now)
    letters = {team.id: team.letter for team in running.day.teams}
    if visit is not None:
        offered = await asyncio.to_thread(offers_for, running, str(visit))
        named = {visit_of(move.visit) for one in offered for move in one.moves} | {str(visit)}
        shown = await read_visits(tx, named)
        if str(visit) not in shown:
            raise Problem("not_found")
        return {"chosen": str(visit), "offers": offered, "visits": shown, "letters": letters}
    found = await asyncio.to_thread(without, running, str(out), _SEED)
    replanned: Replanned | None = found[1] if found else None
    names = {visit_of(name) for name in (*replanned.moved, *replanned.dropped)} if replanned else set[str]()
    return {
        "out": str(out),
        "replanned": replanned,
        "team_of": replanned.plan.team_of if replanned else {},
        "visits": await read_visits(tx, names),
        "letters": letters,
        "visit_of": visit_of,
    }


async def _running(tx: Transaction, form: Posted, now: datetime) -> RunningDay:
    """Return the day as it was shown: the plan in force then must be in force now."""
    plan_id = form.id("plan_id")
    try:
        day_on = date.fromisoformat(form.text("day"))
        at = msgspec.convert(form.text("at"), datetime)
    except (ValueError, msgspec.ValidationError):
        raise Problem("bad_request") from None
    in_force = await store.in_force(tx, day_on)
    if plan_id is None or in_force is None or in_force.id != plan_id or not now - _THINKING <= at <= now:
        raise Problem("plan_changed")
    return await load_running(tx, in_force, at)


def _named(plan: store.StoredPlan) -> set[str]:
    return {visit_of(stop["visit"]) for route in plan.body["plan"]["routes"] for stop in route["stops"]}


def _day(text: str, today: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today


routes = [show_changes, insert_visit, take_team_out, send_message]
