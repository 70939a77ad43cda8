"""This file answers `/plan`: choose a day, have it planned, read the plan, compare it, publish it.

The plan is made by a worker (backend/dispatch/jobs.py); publishing is backend/dispatch/publish.py. A plan that is no
longer what its reader saw is not published, and the page says so (R6).
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect

from admin.dispatcher.plan import view
from admin.dispatcher.plan.draw_map import draw_map
from admin.dispatcher.plan.draw_timeline import draw_timeline
from admin.dispatcher.plan.words import WORDS
from admin.shared import vocabulary
from admin.shared.desk_forms import desk_installation, posted, speaker_of, uuid_or_none
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from admin.shared.speaker import Speaker
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.clock import day_in
from backend.db.transaction import Transaction, transaction
from backend.dispatch import store
from backend.dispatch.ask import Order, ask_for_plan, latest_job
from backend.dispatch.compare import compare
from backend.dispatch.publish import publish
from backend.dispatch.read_day import list_plans, read_outlines, read_shifts, read_visits
from backend.ids import JobId, PlanId
from backend.jobs import store as jobs
from backend.journal.store import record as journal
from backend.problems import Problem
from backend.settings import Settings

Req = Request[Any, Any, Any]
_UNFINISHED = ("queued", "running")


@get("/plan", opt=needs(Right.PLAN_ROUNDS), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_plan(request: Req) -> Response[str]:
    """Show a day: its teams, the job that plans it, and one of its plans (the newest, unless another is asked for)."""
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        day_on = _day(request, say)
        plan = await _plan(tx, request, day_on)
        shifts = await read_shifts(tx, day_on)
        job = await latest_job(tx, day_on)
        facts = await _shown(tx, plan, shifts, say, request.app.state.settings) if plan else {}
        if plan:
            await journal(tx, "plan_read", "plan", [plan.id], at=request.app.state.now())
        return page(
            request,
            "dispatcher/plan/plan.html",
            WORDS,
            say=say,
            v=vocabulary,
            day_on=day_on,
            shifts=shifts,
            job=job if job and (job.state in _UNFINISHED or not plan or request.query_params.get("job")) else None,
            unfinished=bool(job and job.state in _UNFINISHED),
            plans=await list_plans(tx, day_on),
            plan=plan,
            published=request.query_params.get("done") == "published",
            **facts,
        )


@post("/plan", opt=needs(Right.PLAN_ROUNDS), status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def ask(request: Req) -> Response[Any]:
    """Ask a worker to plan the day."""
    form = await posted(request)
    fields = {name: form.text(name) for name in ("day_on", "seconds", "seed") if form.text(name)}
    try:
        order = msgspec.convert(fields, Order, strict=False)
    except msgspec.ValidationError:
        raise Problem("bad_request") from None
    async with transaction(scope_of(request)) as tx:
        if await ask_for_plan(tx, request.app.state.queue, order) is None:
            raise Problem("plan_running")
    return Redirect(f"/plan?day={order.day_on}&job=1", status_code=303)


@post(
    "/plan/cancel",
    opt=needs(Right.PLAN_ROUNDS),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def cancel(request: Req) -> Response[Any]:
    """Ask the job to stop; what it found so far is thrown away."""
    form = await posted(request)
    job_id = form.id("job_id")
    try:
        day_on = date.fromisoformat(form.text("day_on"))
    except ValueError:
        raise Problem("bad_request") from None
    if job_id is None:
        raise Problem("bad_request")
    async with transaction(scope_of(request)) as tx:
        await jobs.ask_to_cancel(tx, JobId(job_id))
    return Redirect(f"/plan?day={day_on}&job=1", status_code=303)


@post(
    "/plan/publish",
    opt=needs(Right.PLAN_ROUNDS),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def publish_plan(request: Req) -> Response[Any]:
    """Put the draft in force if nothing has changed since its reader saw it."""
    form, now = await posted(request), request.app.state.now()
    plan_id, over = form.id("plan_id"), form.id("over")
    if plan_id is None:
        raise Problem("bad_request")
    async with transaction(scope_of(request)) as tx:
        plan = await store.find(tx, PlanId(plan_id))
        if plan is None:
            raise Problem("not_found")
        await publish(tx, plan, await desk_installation(tx, request), now, PlanId(over) if over else None)
        await journal(tx, "plan_published", "plan", [plan_id], at=now)
    return Redirect(f"/plan?day={plan.day_on}&plan={plan_id}&done=published", status_code=303)


def _day(request: Req, say: Speaker) -> date:
    """Return the day asked for, tomorrow unless the address names another."""
    try:
        return date.fromisoformat(request.query_params.get("day", ""))
    except ValueError:
        return day_in(say.time_zone, request.app.state.now()) + timedelta(days=1)


async def _plan(tx: Transaction, request: Req, day_on: date) -> store.StoredPlan | None:
    asked: UUID | None = uuid_or_none(request.query_params.get("plan", ""))
    if asked is None:
        return await store.latest(tx, day_on)
    plan = await store.find(tx, PlanId(asked))
    if plan is None or plan.day_on != day_on:
        raise Problem("not_found")
    return plan


async def _shown(
    tx: Transaction, plan: store.StoredPlan, shifts: list[Any], say: Speaker, settings: Settings
) -> dict[str, Any]:
    """Return what the page shows of a plan, and how it differs from the one in force."""
    in_force = await store.in_force(tx, plan.day_on)
    other = in_force if in_force and in_force.id != plan.id else None
    difference = compare(other.body, plan.body) if other else None
    named = view.visit_ids(plan.body) | (view.visit_ids(other.body) if other else set())
    visits = await read_visits(tx, named)
    routes = view.routes_of(plan.body, visits)
    left_out = view.left_out_of(plan.body, visits, say)
    english = say.locale == "en"
    outlines = await read_outlines(tx)
    on_map = view.map_routes(routes, shifts, say), view.map_left_out(left_out)
    return {
        "in_force": in_force,
        "difference": difference,
        "visits": visits,
        "letters": {
            team: one["letter"]
            for body in (plan.body, *((other.body,) if other else ()))
            for team, one in body["teams"].items()
        },
        "routes": routes,
        "left_out": left_out,
        "map": draw_map(outlines, *on_map, WORDS["map"][english]),
        "map_data": {
            "outlines": outlines,
            "routes": msgspec.to_builtins(on_map[0]),
            "left_out": msgspec.to_builtins(on_map[1]),
            "words": {word: WORDS[word][english] for word in ("closer", "farther")},
            "tiles": settings.tiles,
            "tiles_credit": settings.tiles_credit,
        },
        "timeline": draw_timeline(view.timeline_rows(routes, say), WORDS["timeline"][english], WORDS["lunch"][english]),
    }


routes = [show_plan, ask, cancel, publish_plan]
