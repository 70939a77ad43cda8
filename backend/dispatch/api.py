"""Let dispatchers ask for a plan, read it and publish it."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import JSONBody, Parameter

from backend.access import Right
from backend.accounts.authenticate import needs, scope_of, signed_of
from backend.db.transaction import transaction
from backend.dispatch import store
from backend.dispatch.ask import Order
from backend.dispatch.ask import ask_for_plan as ask
from backend.dispatch.publish import publish
from backend.ids import PlanId
from backend.journal.store import record as journal
from backend.log.desk import installation_for
from backend.problems import Problem

Req = Request[Any, Any, Any]
PlanPath = Annotated[UUID, Parameter(description="The plan's id.")]


class PlanAnswer(msgspec.Struct):
    """A plan as the desk reads it."""

    id: UUID
    day_on: date
    state: str
    version: int
    seed: int
    iterations: int
    travel_source: str
    summary: dict[str, Any]
    body: dict[str, Any]


@post("/api/plans", opt=needs(Right.PLAN_ROUNDS), tags=["dispatch"], status_code=202)
async def ask_for_plan(request: Req, data: JSONBody[Order]) -> dict[str, str]:
    """Ask a worker to plan a day; the answer names the job to watch. One job per territory and day at a time."""
    async with transaction(scope_of(request)) as tx:
        job_id = await ask(tx, request.app.state.queue, data)
        if job_id is None:
            raise Problem("plan_running")
    return {"job_id": str(job_id)}


@get("/api/plans/{plan_id:uuid}", opt=needs(Right.SEE_PLANS), tags=["dispatch"])
async def read_plan(request: Req, plan_id: PlanPath) -> PlanAnswer:
    """Return a plan with its routes, and the visits left out with their reasons."""
    async with transaction(scope_of(request)) as tx:
        plan = await store.find(tx, PlanId(plan_id))
        if plan is None:
            raise Problem("not_found")
        await journal(tx, "plan_read", "plan", [plan_id], at=request.app.state.now())
    return PlanAnswer(
        plan.id,
        plan.day_on,
        plan.state,
        plan.version,
        plan.seed,
        plan.iterations,
        plan.travel_source,
        plan.summary,
        plan.body,
    )


@post("/api/plans/{plan_id:uuid}/publish", opt=needs(Right.PLAN_ROUNDS), tags=["dispatch"], status_code=200)
async def publish_plan(request: Req, plan_id: PlanPath) -> dict[str, Any]:
    """Put a draft in force: its rounds travel to the tablets at their next sync."""
    now = request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        plan = await store.find(tx, PlanId(plan_id))
        if plan is None:
            raise Problem("not_found")
        installation_id = await installation_for(tx, "desk", now, signed_of(request).session.id)
        rounds = await publish(tx, plan, installation_id, now)
        await journal(tx, "plan_published", "plan", [plan_id], at=now)
    return {"rounds": [str(round_id) for round_id in rounds]}


routes = [ask_for_plan, read_plan, publish_plan]
