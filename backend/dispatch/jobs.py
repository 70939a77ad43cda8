"""What the worker runs: plan a day in a thread while the lease is kept alive, and hand back how to save it."""

import asyncio
import time
from datetime import date
from typing import Any
from uuid import UUID

import structlog

from backend import clock
from backend.db.transaction import Transaction
from backend.dispatch import store
from backend.dispatch.draft import draft_of
from backend.dispatch.load_day import load_rest_of_day
from backend.dispatch.plan_day import Planned, Rejected, plan_day
from backend.dispatch.suppose import supposed
from backend.dispatch.travel import slug_of, sources_of, travel_of_day
from backend.ids import PlanId
from backend.jobs.run import Running, StoppedError
from backend.jobs.table import Save
from backend.problems import Problem as Told
from backend.settings import read_settings
from routing.budget import iterations_for
from routing.problem import Problem

log = structlog.get_logger()


async def plan_day_job(running: Running) -> Save:
    """Plan the day named in the job's arguments: {"day_on": "2026-11-23", "seconds": 10, "seed": 1}, and more of `Order`."""
    what_if = str(running.args.get("what_if", ""))
    day_on = date.fromisoformat(running.args["day_on"])
    seed = int(running.args["seed"])
    async with running.transaction() as tx:
        loaded = await load_rest_of_day(tx, day_on, clock.now())
        day = supposed(loaded, what_if, str(running.args.get("team_like", "")))
        kept = await store.find(tx, PlanId(UUID(running.args["keep"]))) if running.args.get("keep") else None
        slug = await slug_of(tx)
    if not day.teams:
        raise Told("teams_are_done" if day.teams_over else "no_team_works")
    running.report(done=0, of=1, step="travel")
    travel = await asyncio.to_thread(travel_of_day, day, sources_of(read_settings(), slug))
    seconds = float(running.args["seconds"])

    def horizon_of(problem: Problem) -> int:
        return iterations_for(problem, seed, seconds, time.monotonic)

    def report(progress: dict[str, Any]) -> None:
        running.report(**progress)

    draft = draft_of(kept.body) if kept else None
    outcome = await asyncio.to_thread(
        plan_day, day, travel, seed, horizon_of, running.keep_going, report, draft, what_if
    )
    if not running.keep_going():
        raise StoppedError
    if isinstance(outcome, Rejected):
        log.error("plan.rejected", job_id=str(running.leased.id), count=len(outcome.violations))
        raise Told("plan_rejected")
    return _save(running, day_on, seed, outcome)


def _save(running: Running, day_on: date, seed: int, planned: Planned) -> Save:
    async def save(tx: Transaction) -> dict[str, Any]:
        plan_id = store.new_plan_id()
        stored = store.StoredPlan(
            plan_id,
            day_on,
            "draft",
            1,
            planned.problem_hash,
            seed,
            planned.iterations,
            planned.travel_source,
            planned.summary,
            planned.body,
            clock.now(),
        )
        await store.add_draft(tx, stored, running.leased.id)
        return {"plan_id": str(plan_id), "summary": planned.summary, "iterations": planned.iterations}

    return save
