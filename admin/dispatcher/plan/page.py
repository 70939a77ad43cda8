"""This file answers `/plan`: choose a day, have it planned, read the plan, compare it, publish it.

The plan is made by a worker (backend/dispatch/jobs.py); publishing is backend/dispatch/publish.py. A plan that is no
longer what its reader saw is not published, and the page says so (R6).
"""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect

from admin.dispatcher.plan import view
from admin.dispatcher.plan.by_hand_view import line_of, named_in, told_of
from admin.dispatcher.plan.by_hand_words import MOVES_SAID
from admin.dispatcher.plan.by_hand_words import WORDS as BY_HAND_WORDS
from admin.dispatcher.plan.draw_map import draw_map
from admin.dispatcher.plan.draw_timeline import draw_timeline
from admin.dispatcher.plan.parts import name_of, part_said, parts_of
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
from backend.dispatch.ask import Order, PlanningJob, ask_for_plan, latest_job
from backend.dispatch.compare import compare
from backend.dispatch.edit import Outcome, changes_since
from backend.dispatch.publish import publish
from backend.dispatch.read_day import list_plans, read_outlines, read_shifts, read_visits
from backend.dispatch.tell import news_of
from backend.ids import JobId, PlanId
from backend.jobs import store as jobs
from backend.journal.store import record as journal
from backend.journal.whom import persons_of_visits
from backend.problems import CATALOGUE, Problem
from backend.settings import Settings
from backend.visits.store import list_product_codes

Req = Request[Any, Any, Any]
_ORDER = ("day_on", "seconds", "seed", "keep", "what_if", "team_like")
_UNFINISHED = ("queued", "running")


@get("/plan", opt=needs(Right.PLAN_ROUNDS), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_plan(request: Req) -> Response[str]:
    """Show a day: its teams, the job that plans it, and one of its plans (the newest, unless another is asked for)."""
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        day_on = _day(request, say)
        return await _answer(tx, request, say, day_on, await _plan(tx, request, day_on))


async def answer_not_kept(tx: Transaction, request: Req, plan: store.StoredPlan, outcome: Outcome) -> Response[str]:
    """Show a plan as it is now, with why a change by hand of it is not kept."""
    return await _answer(tx, request, await speaker_of(tx, request), plan.day_on, plan, outcome)


async def _answer(
    tx: Transaction,
    request: Req,
    say: Speaker,
    day_on: date,
    plan: store.StoredPlan | None,
    outcome: Outcome | None = None,
) -> Response[str]:
    shifts = await read_shifts(tx, day_on)
    job = await latest_job(tx, day_on)
    facts = await _shown(tx, request, plan, shifts, say, outcome) if plan else {}
    if plan:
        seen = await persons_of_visits(tx, facts["visits"])
        await journal(tx, "plan_read", "person", seen, f"{plan.id}", at=request.app.state.now())
    return page(
        request,
        "dispatcher/plan/plan.html",
        {**WORDS, **BY_HAND_WORDS},
        say=say,
        v=vocabulary,
        day_on=day_on,
        shifts=shifts,
        job=job if job and (job.state in _UNFINISHED or not plan or request.query_params.get("job")) else None,
        why_failed=_why_failed(job, say),
        is_today=day_on == day_in(say.time_zone, request.app.state.now()),
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
    fields = {name: form.text(name) for name in _ORDER if form.text(name)}
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
        if await jobs.find(tx, JobId(job_id)) is None:
            raise Problem("not_found")
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
    plan_id, over, version = form.id("plan_id"), form.id("over"), form.text("version")
    if plan_id is None:
        raise Problem("bad_request")
    async with transaction(scope_of(request)) as tx:
        plan = await store.find(tx, PlanId(plan_id))
        if plan is None:
            raise Problem("not_found")
        if version != str(plan.version):
            raise Problem("plan_changed")
        await publish(tx, plan, await desk_installation(tx, request), now, PlanId(over) if over else None)
        await journal(tx, "plan_published", "plan", [plan_id], at=now)
    return Redirect(f"/plan?day={plan.day_on}&plan={plan_id}&done=published", status_code=303)


def _why_failed(job: PlanningJob | None, say: Speaker) -> str:
    """Return what stopped a run, where it is something that a dispatcher can change."""
    entry = CATALOGUE.get(job.problem_code or "") if job else None
    if entry is None:
        return ""
    return f"{entry.en} {entry.remedy_en}" if say.locale == "en" else f"{entry.fr} {entry.remedy_fr}"


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
    tx: Transaction, request: Req, plan: store.StoredPlan, shifts: list[Any], say: Speaker, outcome: Outcome | None
) -> dict[str, Any]:
    """Return what the page shows of a plan, how it differs from another, and what was changed of it by hand."""
    in_force = await store.in_force(tx, plan.day_on)
    other = await _other(tx, request, plan) or (in_force if in_force and in_force.id != plan.id else None)
    changes = await changes_since(tx, plan.id, 0)
    named = (
        view.visit_ids(in_force.body if in_force else plan.body)
        | view.visit_ids(plan.body)
        | (view.visit_ids(other.body) if other else set())
        | named_in(changes)
    )
    visits = await read_visits(tx, named)
    letters = {
        team: one["letter"]
        for body in (plan.body, *(one.body for one in (other, in_force) if one))
        for team, one in body["teams"].items()
    }
    routes = view.routes_of(plan.body, visits)
    lanes = view.lanes_of(plan.body, routes)
    english = say.locale == "en"
    parts = parts_of(plan.body)
    return {
        "in_force": in_force,
        "other": other,
        "news": news_of(in_force.body if in_force else None, plan.body),
        "difference": compare(other.body, plan.body) if other else None,
        "visits": visits,
        "letters": letters,
        "routes": routes,
        "lanes": lanes,
        "begun_at": msgspec.convert(plan.body["begun_at"], datetime) if plan.body.get("begun_at") else None,
        "already_late": view.already_late(plan.body, plan.day_on, say.time_zone, request.app.state.now()),
        "source": view.source_said(plan.travel_source, say),
        "left_out": (left_out := view.left_out_of(plan.body, visits, say)),
        "leftovers": view.leftovers_of(plan.body, visits),
        "products": dict(await list_product_codes(tx)),
        "locks": plan.body.get("locks", {}),
        "changes": changes,
        "history": [line_of(one, visits, letters, say, parts) for one in reversed(changes)],
        "told": told_of(outcome, visits, letters, say, parts) if outcome else None,
        "name_of": lambda name: name_of(visits, name, parts, say),
        "part_said": lambda name: part_said(name, parts, say),
        "timeline": draw_timeline(view.timeline_rows(lanes, say), WORDS["timeline"][english], WORDS["lunch"][english]),
        "moves": {word: BY_HAND_WORDS[word][english] for word in MOVES_SAID},
        **_pictures(await read_outlines(tx), routes, left_out, shifts, say, request.app.state.settings, plan.version),
    }


def _pictures(
    outlines: tuple[str, ...],
    routes: list[view.RouteShown],
    left_out: list[view.LeftOutShown],
    shifts: list[Any],
    say: Speaker,
    settings: Settings,
    version: int,
) -> dict[str, Any]:
    """Return the map, still and to be moved."""
    english = say.locale == "en"
    on_map = view.map_routes(routes, shifts, say), view.map_left_out(left_out)
    return {
        "map": draw_map(outlines, *on_map, WORDS["map"][english]),
        "map_data": {
            "version": version,
            "outlines": outlines,
            "routes": msgspec.to_builtins(on_map[0]),
            "left_out": msgspec.to_builtins(on_map[1]),
            "words": {word: WORDS[word][english] for word in ("closer", "farther")},
            "tiles": settings.tiles,
            "tiles_credit": settings.tiles_credit,
        },
    }


async def _other(tx: Transaction, request: Req, plan: store.StoredPlan) -> store.StoredPlan | None:
    """Return the plan of the same day that the address asks to compare with."""
    asked = uuid_or_none(request.query_params.get("with", ""))
    other = await store.find(tx, PlanId(asked)) if asked and asked != plan.id else None
    return other if other and other.day_on == plan.day_on else None


routes = [show_plan, ask, cancel, publish_plan]
