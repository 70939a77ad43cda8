"""Plan one day: build the problem, search while time lasts, let the referee check, say why visits are left out.

Pure but for the clock and the travel sources that come in as arguments. A plan that the referee rejects is an outcome
of its own and is never saved (R4).
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from backend.dispatch.day import Day
from backend.dispatch.problem_of_day import problem_of_day, visit_of
from routing.check import Violation, check
from routing.cost import evaluate
from routing.explain import left_out
from routing.jsonio import write_problem
from routing.plan import Plan
from routing.problem import Problem
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
    day: Day, travel: Mapping[str, Travel], seed: int, horizon_of: Horizon, keep_going: KeepGoing, report: Report
) -> Planned | Rejected:
    """Return the plan of a day; `keep_going` ends the search early, `report` hears how far it is."""
    problem = problem_of_day(day, dict(travel))
    horizon = horizon_of(problem)

    def on_progress(progress: Progress) -> None:
        report({"done": progress.iterations, "of": progress.horizon, "cost": progress.cost, "step": "search"})

    solved = solve(problem, seed, iterations=horizon, keep_going=keep_going, on_progress=on_progress)
    report({"done": solved.iterations, "of": horizon, "step": "referee"})
    violations = check(problem, solved.plan)
    if violations:
        return Rejected(tuple(violations))
    sources = sorted({table.source for table in travel.values()})
    return Planned(
        solved.plan,
        solved.iterations,
        hashlib.sha256(write_problem(problem)).hexdigest(),
        "; ".join(sources),
        _summary(day, problem, solved.plan),
        _body(day, problem, solved.plan),
    )


def _summary(day: Day, problem: Problem, plan: Plan) -> dict[str, Any]:
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
        "cost": score.total,
    }


def _body(day: Day, problem: Problem, plan: Plan) -> dict[str, Any]:
    reasons = left_out(problem, plan)
    return {
        "plan": msgspec.to_builtins(plan),
        "left_out": msgspec.to_builtins(reasons),
        "left_out_by_code": dict(Counter(reason.code.value for reason in reasons)),
        "misplaced": list(day.misplaced),
        "teams": {team.id: {"name": team.name, "letter": team.letter, "mode": team.mode} for team in day.teams},
    }
