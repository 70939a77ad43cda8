"""Keep plans: a draft when the referee accepts one, published when a dispatcher says so. Scope on every statement."""

import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from backend.db.transaction import Transaction
from backend.ids import JobId, PlanId, new_id


@dataclass(frozen=True)
class StoredPlan:
    """A plan as it is kept: `body` is the planner's documented JSON with the reasons of what is left out."""

    id: PlanId
    day_on: date
    state: str
    version: int
    problem_hash: str
    seed: int
    iterations: int
    travel_source: str
    summary: dict[str, Any]
    body: dict[str, Any]
    made_at: datetime


_COLUMNS = "id, day_on, state, version, problem_hash, seed, iterations, travel_source, summary, body, made_at"


async def add_draft(tx: Transaction, plan: StoredPlan, job_id: JobId | None) -> None:
    """Save a plan that the referee accepted; one job makes one plan, a person any number."""
    await tx.execute(
        "INSERT INTO plan (id, territory_id, day_on, state, job_id, problem_hash, seed, iterations, travel_source, "
        "summary, body, made_at) VALUES ($1, $2, $3, 'draft', $4, $5, $6, $7, $8, $9, $10, $11)",
        plan.id,
        tx.scope.territory_id,
        plan.day_on,
        job_id,
        plan.problem_hash,
        plan.seed,
        plan.iterations,
        plan.travel_source,
        json.dumps(plan.summary),
        json.dumps(plan.body),
        plan.made_at,
    )


async def find(tx: Transaction, plan_id: PlanId) -> StoredPlan | None:
    """Return a plan of this territory."""
    row = await tx.fetch_row(
        f"SELECT {_COLUMNS} FROM plan WHERE territory_id = $1 AND id = $2", tx.scope.territory_id, plan_id
    )
    return None if row is None else _plan(row)


async def find_locked(tx: Transaction, plan_id: PlanId) -> StoredPlan | None:
    """Return a plan that nobody else may change before this transaction ends."""
    row = await tx.fetch_row(
        f"SELECT {_COLUMNS} FROM plan WHERE territory_id = $1 AND id = $2 FOR UPDATE", tx.scope.territory_id, plan_id
    )
    return None if row is None else _plan(row)


async def replace_draft(tx: Transaction, plan: StoredPlan) -> None:
    """Save the next version of a draft that this transaction has locked."""
    await tx.execute(
        "UPDATE plan SET version = $3, problem_hash = $4, travel_source = $5, summary = $6, body = $7 "
        "WHERE territory_id = $1 AND id = $2 AND state = 'draft'",
        tx.scope.territory_id,
        plan.id,
        plan.version,
        plan.problem_hash,
        plan.travel_source,
        json.dumps(plan.summary),
        json.dumps(plan.body),
    )


async def copy_as_draft(tx: Transaction, plan: StoredPlan, at: datetime) -> PlanId:
    """Make a draft of a plan in force, to be changed by hand and published in its place."""
    copy = replace(plan, id=new_plan_id(), made_at=at)
    await add_draft(tx, copy, None)
    return copy.id


async def in_force(tx: Transaction, day_on: date) -> StoredPlan | None:
    """Return the published plan of a day (R6)."""
    row = await tx.fetch_row(
        f"SELECT {_COLUMNS} FROM plan WHERE territory_id = $1 AND day_on = $2 AND state = 'published'",
        tx.scope.territory_id,
        day_on,
    )
    return None if row is None else _plan(row)


async def latest(tx: Transaction, day_on: date) -> StoredPlan | None:
    """Return the newest plan of a day, draft or published."""
    row = await tx.fetch_row(
        f"SELECT {_COLUMNS} FROM plan WHERE territory_id = $1 AND day_on = $2 ORDER BY made_at DESC, id DESC LIMIT 1",
        tx.scope.territory_id,
        day_on,
    )
    return None if row is None else _plan(row)


async def lock_plans(tx: Transaction) -> None:
    """Let nobody else put a plan of this territory in force before this transaction ends: a visit stands on one day."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{tx.scope.territory_id} plan")


async def mark_published(tx: Transaction, plan: StoredPlan, at: datetime) -> bool:
    """Put a draft in force in place of the former plan; False if somebody else changed it meanwhile."""
    await tx.execute(
        "UPDATE plan SET state = 'superseded' WHERE territory_id = $1 AND day_on = $2 AND state = 'published'",
        tx.scope.territory_id,
        plan.day_on,
    )
    touched = await tx.execute(
        "UPDATE plan SET state = 'published', published_at = $4, published_by = $5 "
        "WHERE territory_id = $1 AND id = $2 AND version = $3 AND state = 'draft'",
        tx.scope.territory_id,
        plan.id,
        plan.version,
        at,
        tx.scope.user_id,
    )
    return touched == 1


def new_plan_id() -> PlanId:
    """Return a new plan's id."""
    return PlanId(new_id())


def _plan(row: Any) -> StoredPlan:
    return StoredPlan(
        PlanId(row["id"]),
        row["day_on"],
        row["state"],
        row["version"],
        row["problem_hash"],
        row["seed"],
        row["iterations"],
        row["travel_source"],
        json.loads(row["summary"]),
        json.loads(row["body"]),
        row["made_at"],
    )
