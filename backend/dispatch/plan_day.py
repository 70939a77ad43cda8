"""Plan one day: build the problem, search while time lasts, let the referee check, say why visits are left out.

Pure but for the clock and the travel sources that come in as arguments. A plan that the referee rejects is an outcome
of its own and is never saved (R4).
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from backend.clock import wire_instant
from backend.dispatch.day import Day
from backend.dispatch.draft import Draft
from backend.dispatch.problem_of_day import problem_of_day, visit_of
from routing.by_hand import Order, by_hand
from routing.check import Violation, check
from routing.cost import evaluate
from routing.explain import left_out
from routing.jsonio import write_problem
from routing.plan import Plan
from routing.problem import Problem, VisitId
from routing.reserve import leftovers
from routing.solve import Progress, solve
from routing.travel import Travel

KeepGoing = Callable[[], bool]
Report = Callable[[dict[str, Any]], None]
Horizon = Callable[[Problem], int]  # how many iterations to spread the search over, e.g. by routing.budget


@dataclass(frozen=True)
class Planned:
    """A plan that the referee accepted, with what a dispatcher reads first."""

    plan: Plan
    iterations: int
    problem_hash: str
    travel_source: str
    summary: dict[str, Any]
    body: dict[str, Any]


@dataclass(frozen=True)
class Rejected:
    """A plan that the referee did not accept: a defect of the planner, told and not saved."""

    violations: tuple[Violation, ...]


def plan_day(
    day: Day,
    travel: Mapping[str, Travel],
    seed: int,
    horizon_of: Horizon,
    keep_going: KeepGoing,
    report: Report,
    kept: Draft | None = None,
    what_if: str = "",
) -> Planned | Rejected:
    """Return the plan of a day; `keep_going` ends the search early, `report` hears how far it is.

    `kept` is a draft whose locks and shares stand and from whose order the search starts; `what_if` is kept in the body.
    """
    draft = kept or Draft({})
    problem = problem_of_day(day, dict(travel), draft.locks, draft.parts)
    horizon = horizon_of(problem)

    def on_progress(progress: Progress) -> None:
        report({"done": progress.iterations, "of": progress.horizon, "cost": progress.cost, "step": "search"})

    warm = by_hand(problem, order_in(problem, draft)) if kept else None
    start = warm.plan if warm and not warm.violations else None
    solved = solve(problem, seed, start, iterations=horizon, keep_going=keep_going, on_progress=on_progress)
    report({"done": solved.iterations, "of": horizon, "step": "referee"})
    violations = check(problem, solved.plan)
    if violations:
        return Rejected(tuple(violations))
    return Planned(
        solved.plan,
        solved.iterations,
        hash_of(problem),
        source_of(travel),
        summary_of(day, problem, solved.plan),
        body_of(day, problem, solved.plan, msgspec.to_builtins(left_out(problem, solved.plan)), draft, what_if),
    )


def order_in(problem: Problem, draft: Draft) -> Order:
    """Return the order of a draft with what the problem knows: a visit that is gone meanwhile is passed over."""
    return {
        team.id: [VisitId(name) for name in draft.routes.get(team.id, ()) if name in problem.visit_by_id]
        for team in problem.teams
    }


def hash_of(problem: Problem) -> str:
    """Return the hash under which a plan remembers its problem."""
    return hashlib.sha256(write_problem(problem)).hexdigest()


def source_of(travel: Mapping[str, Travel]) -> str:
    """Return where the travel times come from, in words."""
    return "; ".join(sorted({table.source for table in travel.values()}))


def summary_of(day: Day, problem: Problem, plan: Plan) -> dict[str, Any]:
    """Return the figures that a dispatcher reads first."""
    score = evaluate(problem, plan)
    served = {visit_of(stop.visit) for route in plan.routes for stop in route.stops}
    wanted = {visit_of(visit.id) for visit in problem.visits}
    return {
        "visits_wanted": len(wanted),
        "visits_planned": len(served),
        "visits_left_out": len(wanted - served),
        "people_planned": sum(problem.visit_by_id[stop.visit].persons for route in plan.routes for stop in route.stops),
        "teams": len(plan.routes),
        "travel_minutes": score.travel_seconds // 60,
        "doses_wasted_expected": score.doses_wasted,
        "misplaced": len(day.misplaced),
        "on_other_days": day.on_other_days,
        "cost": score.total,
    }


def body_of(
    day: Day, problem: Problem, plan: Plan, reasons: Sequence[Mapping[str, Any]], draft: Draft, what_if: str
) -> dict[str, Any]:
    """Return a plan as it is kept: with why visits are left out, whom doses left over may go to, locks, teams' names."""
    return {
        "plan": msgspec.to_builtins(plan),
        "left_out": list(reasons),
        "left_out_by_code": dict(Counter(reason["code"] for reason in reasons)),
        "leftovers": msgspec.to_builtins(leftovers(problem, plan)),
        "misplaced": list(day.misplaced),
        "teams": {team.id: {"name": team.name, "letter": team.letter, "mode": team.mode} for team in day.teams},
        "locks": dict(draft.locks),
        "parts": dict(draft.parts),
        "what_if": what_if,
        "weights_version": day.weights_version,
        "begun_at": wire_instant(day.begun_at) if day.begun_at else "",
        "teams_over": list(day.teams_over),
    }
