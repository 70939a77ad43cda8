"""Ask a worker to plan a day: one job per territory and day at a time, on the queue once this is committed."""

import asyncio
import json
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from rq import Queue

from backend.db.transaction import Transaction
from backend.ids import JobId
from backend.jobs import store as jobs
from backend.jobs.queue import enqueue_or_leave


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which day to plan, for how many seconds of search at most, and the seed that replays it.

    `keep` names a plan whose locks and shares stand. `what_if` asks what one more hour for every team, or one more team
    like `team_like`, would bring: such a plan is compared and never published.
    """

    day_on: date
    seconds: Annotated[int, msgspec.Meta(ge=1, le=300)] = 10
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**31)] = 1
    keep: UUID | None = None
    what_if: Literal["", "hour", "team"] = ""
    team_like: UUID | None = None


@dataclass(frozen=True)
class PlanningJob:
    """A planning job of a day as the desk shows it."""

    id: JobId
    state: str
    progress: dict[str, Any]
    problem_code: str | None


async def ask_for_plan(tx: Transaction, queue: Queue, order: Order) -> JobId | None:
    """Write the job down and wake a worker after the commit; None if that day is being planned already."""
    args: dict[str, Any] = {"day_on": order.day_on.isoformat(), "seconds": order.seconds, "seed": order.seed}
    args |= {"keep": str(order.keep or ""), "what_if": order.what_if, "team_like": str(order.team_like or "")}
    job_id = await jobs.ask(tx, "plan_day", args, only_one_key=_key(order.day_on))
    if job_id is None:
        return None

    async def wake() -> None:
        await asyncio.to_thread(enqueue_or_leave, queue, job_id)

    tx.after_commit(wake)
    return job_id


async def latest_job(tx: Transaction, day_on: date) -> PlanningJob | None:
    """Return the job that was asked last for a day."""
    row = await tx.fetch_row(
        "SELECT id, state, progress, problem_code FROM job WHERE territory_id = $1 AND only_one_key = $2 "
        "ORDER BY asked_at DESC LIMIT 1",
        tx.scope.territory_id,
        _key(day_on),
    )
    if row is None:
        return None
    return PlanningJob(JobId(row["id"]), row["state"], json.loads(row["progress"]), row["problem_code"])


def _key(day_on: date) -> str:
    return f"plan_day {day_on}"
