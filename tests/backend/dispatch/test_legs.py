"""The way that a published stop names is the way that the planner reckoned with, whatever waits and lunches lie beside it."""

import itertools

import msgspec

from backend.dispatch.legs import travel_seconds
from routing.plan import Route
from routing.problem import Problem
from routing.solve import solve
from tests.routing.random_problems import a_problem

SEEDS = range(40, 46)


def test_legs_of_a_route_are_those_of_the_problem() -> None:
    seen = lunches = 0
    for seed in SEEDS:
        problem = a_problem(seed, visits=24, teams=4, plain=True)
        for route in solve(problem, seed, iterations=60).plan.routes:
            assert travel_seconds(msgspec.to_builtins(route)) == legs_of(problem, route)
            seen += len(route.stops)
            lunches += route.lunch is not None
    assert seen > 30
    assert lunches > 3


def legs_of(problem: Problem, route: Route) -> list[int]:
    """Return what the problem's own table says of each leg."""
    team = problem.team_by_id[route.team]
    places = [team.start_place, *(problem.visit_by_id[visit].place for visit in route.visits)]
    return [problem.seconds(team.mode, one, other) for one, other in itertools.pairwise(places)]
