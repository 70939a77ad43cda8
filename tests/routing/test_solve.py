"""This file holds the search to R3 and to what a planner must never do: forget, or get worse with more help."""

import os
import subprocess
import sys
from dataclasses import replace

import msgspec

from routing.cost import evaluate
from routing.jsonio import write_plan
from routing.plan import Plan
from routing.problem import Pair, Problem, TeamId, Visit, VisitId, Window
from routing.solve import solve
from tests.routing.random_problems import a_problem


def test_solve_repeats_itself_when_seed_and_iterations_are_the_same() -> None:
    """R3: pauses, progress and the caller's questions change nothing."""
    problem = a_problem(11, visits=40, teams=5)
    asked: list[int] = []
    plain = solve(problem, 3, iterations=400)
    watched = solve(problem, 3, iterations=400, on_progress=lambda progress: asked.append(progress.iterations))
    assert plain == watched
    assert asked[-1] == 400


def test_solve_returns_the_best_plan_so_far_when_told_to_stop() -> None:
    problem = a_problem(12, visits=40, teams=5)
    stopped = solve(problem, 3, iterations=10**9, keep_going=iter([True, True, False]).__next__)
    assert 0 < stopped.iterations < 10**9
    again = solve(problem, 3, iterations=stopped.iterations, horizon=stopped.horizon)
    assert again.plan == stopped.plan


def test_solve_makes_the_same_plan_when_it_runs_without_compilation() -> None:
    """The oracle: the very same code as plain Python, so that the compiler is no part of what is trusted."""
    script = (
        "import sys; from routing.jsonio import write_plan; from routing.solve import solve;"
        "from tests.routing.random_problems import a_problem;"
        "plans = [write_plan(solve(a_problem(s, 8, 3), s, iterations=25).plan) for s in range(6)];"
        "sys.stdout.buffer.write(b'\\n'.join(plans))"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True)
    compiled = [write_plan(solve(a_problem(seed, 8, 3), seed, iterations=25).plan) for seed in range(6)]
    assert done.stdout.splitlines() == compiled


def renamed(problem: Problem) -> tuple[Problem, dict[VisitId, VisitId]]:
    names = {visit.id: VisitId(f"x{len(problem.visits) - index:03}") for index, visit in enumerate(problem.visits)}
    return replace(
        problem,
        visits=tuple(msgspec.structs.replace(visit, id=names[visit.id]) for visit in problem.visits),
        pairs=tuple(
            msgspec.structs.replace(pair, first=names[pair.first], second=names[pair.second]) for pair in problem.pairs
        ),
        pins=tuple(msgspec.structs.replace(pin, visit=names[pin.visit]) for pin in problem.pins),
        published=tuple(msgspec.structs.replace(entry, visit=names[entry.visit]) for entry in problem.published),
    ), names


def test_plan_is_the_same_but_for_names_when_visits_are_renamed() -> None:
    for seed in range(20):
        problem = a_problem(seed, visits=12)
        other, names = renamed(problem)
        plan, twin = solve(problem, seed, iterations=60).plan, solve(other, seed, iterations=60).plan
        assert [[names[name] for name in route.visits] for route in plan.routes] == [
            list(route.visits) for route in twin.routes
        ]


def value(problem: Problem, plan: Plan) -> int:
    score = evaluate(problem, plan)
    return score.promised + score.left_out


def test_another_team_never_serves_less_when_the_plan_in_force_is_the_warm_start() -> None:
    """A team more can stay at home, so the plan without it is still a plan; the search keeps the best it has seen.

    From scratch, chance may end elsewhere; started warm, the price can only fall, and with travel for nothing so does
    the value left out.
    """
    for seed in range(40):
        problem = a_problem(seed, visits=10, teams=2)
        weights = msgspec.structs.replace(
            problem.weights,
            wasted_dose=0,
            travel_second=0,
            overtime_second=0,
            late_second=0,
            other_member=0,
            preference_missed=0,
            unknown_zone=0,
            moved_team=0,
            full_load=0,
        )
        few = replace(problem, weights=weights)
        more = replace(few, teams=(*few.teams, msgspec.structs.replace(few.teams[0], id=TeamId("one more"))))
        plan = solve(few, seed, iterations=150).plan
        assert value(more, solve(more, seed, warm=plan, iterations=150).plan) <= value(few, plan)


def test_pair_is_whole_when_served_at_all() -> None:
    """Half of a visit that needs two is a team that stands before a door in vain."""
    served = 0
    for seed in range(60):
        problem = a_problem(seed, visits=8, teams=4)
        visits = [msgspec.structs.replace(v, skills=(), languages=(), needs=(), windows=()) for v in problem.visits]
        pairs = tuple(Pair(first=visits[i].id, second=visits[i + 1].id) for i in range(0, 8, 2))
        problem = replace(problem, visits=tuple(visits), pairs=pairs, pins=())
        starts = solve(problem, seed, iterations=100).plan.starts
        for pair in pairs:
            assert starts.get(pair.first) == starts.get(pair.second)
            served += pair.first in starts
    assert served > 60


def test_visit_by_two_goes_before_visits_worth_a_little_more_when_its_halves_have_a_price() -> None:
    """Who needs two teams at once is hard to find a place for tomorrow too; at no price points alone decide."""
    ground = a_problem(1, plain=True, visits=4, teams=2)
    hour = (Window(from_seconds=36_000, until_seconds=36_000),)
    visits = tuple(
        Visit(id=VisitId(f"v{n}"), place=ground.places[0].id, service_seconds=7_200, windows=hour, priority=1 + n // 2)
        for n in range(4)
    )
    teams = tuple(msgspec.structs.replace(team, lunch=None, start_place=ground.places[0].id) for team in ground.teams)
    day = replace(ground, visits=visits, teams=teams, pairs=(Pair(first=visits[0].id, second=visits[1].id),))
    for price, made in ((0, {"v2", "v3"}), (day.weights.pair_half_left_out, {"v0", "v1"})):
        priced = replace(day, weights=msgspec.structs.replace(day.weights, pair_half_left_out=price))
        assert set(solve(priced, 1, iterations=200).plan.team_of) == made


def test_first_plan_serves_those_who_matter_whatever_the_seed() -> None:
    """Whoever stops the search at once has a plan to work with; one in five first plans left out twice as much."""
    day = a_problem(3, plain=True, visits=60, teams=4)
    left_out = [evaluate(day, solve(day, seed, iterations=0).plan).points_left_out for seed in range(1, 13)]
    assert max(left_out) < 1.5 * min(left_out)
