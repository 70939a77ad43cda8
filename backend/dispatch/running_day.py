"""Load a day that has begun as a routing problem: what is done or about to begin is frozen, the rest may still change.

The plan in force is what the teams were told; a visit that was cancelled since is no longer in it. What is frozen is
decided in routing/replan.py.
"""

from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from backend.db.transaction import Transaction
from backend.dispatch import store
from backend.dispatch.day import Day
from backend.dispatch.draft import Draft, draft_of
from backend.dispatch.load_day import load_day
from backend.dispatch.problem_of_day import problem_of_day, second_of_day, visit_of
from backend.dispatch.travel import known_travel
from routing.insert import Offer, offers
from routing.plan import Plan, Route, plan_of
from routing.problem import Problem, TeamId, VisitId
from routing.replan import Replanned, frozen_at, replan, without_team
from routing.travel import Travel

ITERATIONS = 4_000
"""Of a re-plan while somebody waits: about a second for a full day."""


@dataclass(frozen=True)
class RunningDay:
    """A day at an instant: the plan in force with today's visits, and the problem with what is done frozen."""

    in_force: store.StoredPlan
    day: Day
    travel: dict[str, Travel]
    draft: Draft
    problem: Problem
    plan: Plan


async def load_running(tx: Transaction, in_force: store.StoredPlan, at: datetime) -> RunningDay:
    """Return the day of a plan in force as it stands at an instant."""
    named = {visit_of(stop["visit"]) for route in in_force.body["plan"]["routes"] for stop in route["stops"]}
    day = await load_day(tx, in_force.day_on, at, named)
    travel = await known_travel(tx, day)
    draft = draft_of(in_force.body)
    begun = await _begun(tx, in_force)
    problem, plan = _standing(day, travel, draft, in_force, at)
    frozen = {visit_of(stop.visit) for stop in problem.frozen}
    if ahead := begun - frozen:  # done sooner than planned: nobody is to go there again
        day = replace(day, visits=tuple(visit for visit in day.visits if visit.id not in ahead))
        problem, plan = _standing(day, travel, draft, in_force, at)
    return RunningDay(in_force, day, travel, draft, problem, plan)


def _standing(
    day: Day, travel: dict[str, Travel], draft: Draft, in_force: store.StoredPlan, at: datetime
) -> tuple[Problem, Plan]:
    problem = problem_of_day(day, travel, draft.locks, draft.parts)
    plan = _known(problem, msgspec.convert(in_force.body["plan"], Plan))
    return frozen_at(problem, plan, max(0, second_of_day(day, at))), plan


async def _begun(tx: Transaction, in_force: store.StoredPlan) -> set[str]:
    """Return the visits of stops where a team has been, or is."""
    rows = await tx.fetch(
        "SELECT unnest(s.visit_ids) AS visit_id FROM stop s JOIN round r ON r.territory_id = s.territory_id "
        "AND r.id = s.round_id WHERE s.territory_id = $1 AND r.day_on = $2 AND s.state IN ('arrived', 'skipped', 'done')",
        tx.scope.territory_id,
        in_force.day_on,
    )
    return {str(row["visit_id"]) for row in rows}


def offers_for(running: RunningDay, visit_id: str) -> tuple[Offer, ...]:
    """Return up to three places for an urgent visit, the cheapest first; none when it is unknown or planned already."""
    name = VisitId(visit_id)
    if name not in running.problem.visit_by_id or name in running.plan.team_of:
        return ()
    return offers(running.problem, running.plan, name)


def without(running: RunningDay, team_id: str, seed: int) -> tuple[Problem, Replanned] | None:
    """Return what becomes of the day when a team drops out; None if the plan gives it nothing that is still to do."""
    if not any(route.team == team_id for route in running.plan.routes):
        return None
    problem = without_team(running.problem, TeamId(team_id))
    return problem, replan(problem, running.plan, seed, ITERATIONS)


def _known(problem: Problem, plan: Plan) -> Plan:
    """Return the plan without visits that are cancelled since; the others keep their times."""
    kept: list[Route] = []
    for route in plan.routes:
        stops = tuple(stop for stop in route.stops if stop.visit in problem.visit_by_id)
        if stops and route.team in problem.team_by_id:
            gone = [one.visit not in problem.visit_by_id for one in route.stops]
            lunch = route.lunch
            if lunch is not None:
                after = lunch.after_stops - sum(gone[: lunch.after_stops])
                lunch = msgspec.structs.replace(lunch, after_stops=after)
            kept.append(msgspec.structs.replace(route, stops=stops, lunch=lunch))
    return plan_of(problem, tuple(kept))
