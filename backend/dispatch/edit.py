"""Change a draft plan by hand, or take a change back: load, let the referee decide, keep it with its next version.

Two dispatchers may work on one draft. Who changes a version that is no longer the newest is told what the others did,
and nothing is written. A change that breaks a rule is told with everything that it breaks, and nothing is written (R4).
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from backend.db.transaction import Transaction
from backend.dispatch import store
from backend.dispatch.day import Day
from backend.dispatch.draft import Change, Draft, Impossible, changed, draft_of
from backend.dispatch.load_day import load_rest_of_day
from backend.dispatch.plan_day import body_of, hash_of, order_in, source_of, summary_of
from backend.dispatch.problem_of_day import problem_of_day
from backend.dispatch.travel import known_travel
from backend.ids import PlanId
from routing.by_hand import by_hand
from routing.check import Violation
from routing.problem import Problem

UNDO = {"code": "undo"}
EFFECTS = ("visits_planned", "people_planned", "travel_minutes", "doses_wasted_expected", "cost")


@dataclass(frozen=True)
class Edited:
    """The draft after the change, and its figures before and after."""

    plan: store.StoredPlan
    before: dict[str, Any]


@dataclass(frozen=True)
class ChangeMade:
    """A change that somebody made of a draft: the version after it, what, and who."""

    version: int
    change: dict[str, Any]
    full_name: str
    made_at: datetime
    undone: bool


@dataclass(frozen=True)
class Stale:
    """Somebody changed the draft meanwhile: what was done since the version that was seen."""

    since: tuple[ChangeMade, ...]


@dataclass(frozen=True)
class Breaks:
    """The change would break these rules."""

    violations: tuple[Violation, ...]


@dataclass(frozen=True)
class CannotBeDone:
    """The change says nothing that could be done, or the plan is no draft that may be changed."""

    why: Impossible | str


Outcome = Edited | Stale | Breaks | CannotBeDone


async def edit(tx: Transaction, plan_id: PlanId, version: int, change: Change, now: datetime) -> Outcome:
    """Make one change of the draft that its author saw in this version."""
    plan = await _locked(tx, plan_id, version)
    if not isinstance(plan, store.StoredPlan):
        return plan
    before = draft_of(plan.body)
    after = changed(before, change)
    if not isinstance(after, Draft):
        return CannotBeDone(after)
    outcome = await _try(tx, plan, after, now)
    if isinstance(outcome, Edited):
        await _remember(tx, outcome, msgspec.to_builtins(change), before, now)
    return outcome


async def undo(tx: Transaction, plan_id: PlanId, version: int, now: datetime) -> Outcome:
    """Take back the last change that stands, as a version of its own."""
    plan = await _locked(tx, plan_id, version)
    if not isinstance(plan, store.StoredPlan):
        return plan
    last = await tx.fetch_row(
        "SELECT version, before FROM plan_change WHERE territory_id = $1 AND plan_id = $2 AND NOT undone "
        "ORDER BY version DESC LIMIT 1",
        tx.scope.territory_id,
        plan_id,
    )
    if last is None:
        return CannotBeDone("nothing_to_undo")
    outcome = await _try(tx, plan, msgspec.json.decode(last["before"], type=Draft), now)
    if isinstance(outcome, Edited):
        await tx.execute(
            "UPDATE plan_change SET undone = true WHERE territory_id = $1 AND plan_id = $2 AND version = $3",
            tx.scope.territory_id,
            plan_id,
            last["version"],
        )
        await _remember(tx, outcome, UNDO, draft_of(plan.body), now)
    return outcome


async def changes_since(tx: Transaction, plan_id: PlanId, version: int) -> tuple[ChangeMade, ...]:
    """Return what was changed of a plan after a version, the oldest first."""
    rows = await tx.fetch(
        "SELECT c.version, c.change, c.undone, c.made_at, coalesce(u.full_name, '') AS full_name FROM plan_change c "
        "LEFT JOIN app_user u ON u.id = c.made_by WHERE c.territory_id = $1 AND c.plan_id = $2 AND c.version > $3 "
        "ORDER BY c.version",
        tx.scope.territory_id,
        plan_id,
        version,
    )
    return tuple(
        ChangeMade(row["version"], json.loads(row["change"]), row["full_name"], row["made_at"], row["undone"])
        for row in rows
    )


async def _locked(tx: Transaction, plan_id: PlanId, version: int) -> store.StoredPlan | Stale | CannotBeDone:
    """Return the draft, locked to this transaction, if it is still what its reader saw."""
    plan = await store.find_locked(tx, plan_id)
    if plan is None:
        return CannotBeDone("not_there")
    if plan.state != "draft" or plan.body.get("what_if"):
        return CannotBeDone("no_draft")
    return plan if plan.version == version else Stale(await changes_since(tx, plan_id, version))


async def _try(tx: Transaction, plan: store.StoredPlan, draft: Draft, now: datetime) -> Outcome:
    """Time the draft on the day as it is now, let the referee look, and keep it if nothing breaks."""
    day = await load_rest_of_day(tx, plan.day_on, now)
    travel = await known_travel(tx, day)
    if any(visit.people_count < draft.parts.get(visit.id, 1) for visit in day.visits):
        return CannotBeDone("too_few_people")
    problem = problem_of_day(day, travel, draft.locks, draft.parts)
    told = {stop["visit"]: stop["start_seconds"] for route in plan.body["plan"]["routes"] for stop in route["stops"]}
    made = by_hand(problem, order_in(problem, draft), told)
    if made.violations:
        return Breaks(made.violations)
    reasons = _reasons(plan.body["left_out"], [out.visit for out in made.plan.left_out])
    after = store.StoredPlan(
        plan.id, plan.day_on, "draft", plan.version + 1, hash_of(problem), plan.seed, plan.iterations, source_of(travel),
        summary_of(day, problem, made.plan), body_of(day, problem, made.plan, reasons, _only_known(draft, problem, day), ""),
        plan.made_at,
    )  # fmt: skip
    await store.replace_draft(tx, after)
    await tx.execute("SELECT pg_notify('maraude', $1)", f"territory:{tx.scope.territory_id}")
    return Edited(after, plan.summary)


def _reasons(former: list[dict[str, Any]], out: list[str]) -> list[dict[str, Any]]:
    """Return why each visit is left out: as the planner said, or because somebody took it out by hand."""
    known = {one["visit"]: one for one in former}
    return [known.get(name) or {"visit": name, "code": "by_hand", "teams": [], "relaxations": []} for name in out]


def _only_known(draft: Draft, problem: Problem, day: Day) -> Draft:
    visits = {visit.id for visit in day.visits}
    return Draft(
        draft.routes,
        {name: team for name, team in draft.locks.items() if name in problem.visit_by_id},
        {name: parts for name, parts in draft.parts.items() if name in visits},
    )


async def _remember(tx: Transaction, edited: Edited, change: dict[str, Any], before: Draft, now: datetime) -> None:
    effect = {name: edited.plan.summary[name] - edited.before[name] for name in EFFECTS}
    await tx.execute(
        "INSERT INTO plan_change (territory_id, plan_id, version, change, before, undone, made_by, made_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        tx.scope.territory_id,
        edited.plan.id,
        edited.plan.version,
        json.dumps({**change, "effect": effect}),
        msgspec.json.encode(before).decode(),
        change == UNDO,
        tx.scope.user_id,
        now,
    )
