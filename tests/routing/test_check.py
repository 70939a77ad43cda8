"""This file holds the planner against its referee: nothing found in its plans, everything in spoilt ones."""

from collections.abc import Callable
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from routing import layout
from routing.board import Laid
from routing.check import Rule, check
from routing.cost import evaluate
from routing.plan import LeftOut, Plan, Route, plan_of
from routing.problem import FrozenLunch, Need, Pair, Pin, Problem, Travel, VisitId
from routing.replan import frozen_at
from routing.solve import laid_out, solve
from tests.routing.random_problems import a_problem

SEEDS = 2_000
PARTS = 10


@pytest.mark.parametrize("part", range(PARTS))
def test_referee_finds_nothing_and_prices_agree_when_random_problems_are_solved(part: int) -> None:
    """R2, R4: the search and the referee read the same rules, and the search prices what the evaluator prices."""
    for seed in range(part, SEEDS, PARTS):
        problem = a_problem(seed, visits=3 + seed % 9, teams=1 + seed % 4)
        laid = laid_out(problem, seed)
        laid.run(0, 40, 40, 10**9)
        plan = laid.best_plan()
        assert check(problem, plan) == [], seed
        assert evaluate(problem, plan).total == laid.best_cost, seed


def test_every_move_changes_the_price_as_the_evaluator_says_when_moves_are_random() -> None:
    """Kernel delta = evaluator difference: a search that misprices one move would drift away from the truth."""
    for seed in range(40):
        problem = a_problem(seed, visits=10)
        laid = laid_out(problem, seed)
        done = 0
        for step in range(1, 25):
            done = laid.run(done, step, 25, 10**9)
            assert evaluate(problem, laid.now_plan()).total == laid.now_cost, (seed, step)


def test_price_of_a_seat_is_the_evaluators_difference_when_no_vial_is_opened() -> None:
    """The price on which the search chooses a seat is exact but for vials, which are counted once seated."""
    asked = 0
    for seed in range(60):
        problem = a_problem(seed, plain=seed % 2 == 0)
        problem = replace(problem, weights=msgspec.structs.replace(problem.weights, wasted_dose=0))
        plan = laid_out(problem, seed).best_plan()
        for name in plan.team_of:
            if name in problem.partner:
                continue
            laid = without(problem, plan, name)
            before = evaluate(problem, laid.now_plan())
            for seat in laid.seats(name):
                team = next(line for line, one in enumerate(problem.teams) if one.id == seat.team)
                changed = without(problem, plan, name)
                changed.put(team, seat.after_stops, name)
                if not changed.possible(team):
                    continue
                after = evaluate(problem, changed.now_plan())
                gained = before.promised + before.left_out - after.promised - after.left_out
                assert after.total - before.total + gained == seat.price, (seed, name, seat)
                asked += 1
    assert asked > 200


def shortest(table: Travel) -> Travel:
    """Return the table with every way the shortest there is: no stop in between saves anything."""
    seconds = table.seconds.copy()
    for over in range(len(seconds)):
        seconds = np.minimum(seconds, seconds[:, over][:, None] + seconds[over][None, :])
    return replace(table, seconds=seconds)


def test_no_seat_is_passed_over_when_ways_are_the_shortest() -> None:
    """A team whose day is too full is not asked; a bound that is wrong by one lunch would hide places that there are."""
    hidden = 0
    for seed in range(80):
        problem = a_problem(seed, visits=14, teams=3, plain=seed % 2 == 0)
        problem = replace(problem, travel=tuple(shortest(table) for table in problem.travel))
        laid = laid_out(problem, seed)
        for name in set(laid.row) - set(laid.best_plan().team_of) - set(problem.partner):
            few = laid.seats(name)
            idle = laid.board.route[:, layout.IDLE].copy()
            laid.board.route[:, layout.IDLE] = 100_000
            assert laid.seats(name) == few, (seed, name)
            laid.board.route[:, layout.IDLE] = idle - 3_000
            hidden += laid.seats(name) != few
            laid.board.route[:, layout.IDLE] = idle
    assert hidden > 0  # the bound decides something here


def without(problem: Problem, plan: Plan, name: VisitId) -> Laid:
    """Return the plan laid out, one of its visits taken off."""
    laid = Laid(problem, 0)
    laid.lay(plan)
    laid.take(name)
    return laid


def a_full_plan() -> tuple[Problem, Plan]:
    """Return a random problem without pairs or locks, whose plan has a lunch, two routes, a visit left out."""
    for seed in range(100):
        problem = a_problem(seed, visits=14, teams=4, plain=True)
        plan = solve(problem, seed, iterations=100).plan
        if any(route.lunch for route in plan.routes) and len(plan.routes) > 1 and plan.left_out:
            return problem, plan
    pytest.fail("no random problem has a lunch")


def with_route(plan: Plan, route: Route) -> Plan:
    return msgspec.structs.replace(
        plan, routes=tuple(route if other.team == route.team else other for other in plan.routes)
    )


def longest(plan: Plan) -> Route:
    return max(plan.routes, key=lambda route: len(route.stops))


def shifted(seconds: int) -> Callable[[Problem, Plan], tuple[Problem, Plan]]:
    """Return a plan whose last stop of the longest route starts and ends sooner or later."""

    def spoil(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
        route = longest(plan)
        last = route.stops[-1]
        moved = msgspec.structs.replace(
            last, start_seconds=last.start_seconds + seconds, end_seconds=last.end_seconds + seconds
        )
        return problem, with_route(plan, msgspec.structs.replace(route, stops=(*route.stops[:-1], moved)))

    return spoil


def changed_visit(**values: object) -> Callable[[Problem, Plan], tuple[Problem, Plan]]:
    """Return the same plan against a problem in which a served visit asks for something else."""

    def spoil(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
        name = longest(plan).stops[0].visit
        visits = tuple(
            msgspec.structs.replace(visit, **values) if visit.id == name else visit for visit in problem.visits
        )
        return replace(problem, visits=visits), plan

    return spoil


def changed_teams(**values: object) -> Callable[[Problem, Plan], tuple[Problem, Plan]]:
    """Return the same plan against a problem in which every team is something else."""

    def spoil(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
        return replace(problem, teams=tuple(msgspec.structs.replace(team, **values) for team in problem.teams)), plan

    return spoil


def no_lunch(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    route = next(route for route in plan.routes if route.lunch)
    return problem, with_route(plan, msgspec.structs.replace(route, lunch=None))


def lunch_while_serving(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    route = next(route for route in plan.routes if route.lunch)
    assert route.lunch is not None
    lunch = msgspec.structs.replace(
        route.lunch, start_seconds=route.stops[0].start_seconds, end_seconds=route.stops[0].start_seconds + 2_700
    )
    return problem, with_route(plan, msgspec.structs.replace(route, lunch=lunch))


def twice(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    return problem, msgspec.structs.replace(
        plan, left_out=(*plan.left_out, LeftOut(visit=longest(plan).stops[0].visit))
    )


def forgotten(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    route = longest(plan)
    return problem, with_route(plan, msgspec.structs.replace(route, stops=route.stops[:-1]))


def ghost(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    return problem, msgspec.structs.replace(plan, left_out=(*plan.left_out, LeftOut(visit=VisitId("ghost"))))


def half_a_pair(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    out = plan.left_out[0].visit
    return replace(problem, pairs=(Pair(first=longest(plan).stops[0].visit, second=out),)), plan


def pair_of_one_team(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    first, second = longest(plan).stops[:2]
    return replace(problem, pairs=(Pair(first=first.visit, second=second.visit, gap_max_seconds=80_000),)), plan


def pair_out_of_step(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    one, other = plan.routes[0].stops[0], plan.routes[1].stops[-1]
    return replace(problem, pairs=(Pair(first=one.visit, second=other.visit),)), plan


def locked_elsewhere(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    route = longest(plan)
    other = next(team for team in problem.teams if team.id != route.team)
    return replace(problem, pins=(Pin(visit=route.stops[0].visit, team=other.id),)), plan


def locked_to_another_time(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    stop = longest(plan).stops[0]
    return replace(problem, pins=(Pin(visit=stop.visit, from_seconds=stop.start_seconds + 1),)), plan


def frozen_moved(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    frozen = frozen_at(problem, plan, 40_000)
    team = frozen.frozen[0].team
    route = next(route for route in plan.routes if route.team == team)
    first = msgspec.structs.replace(route.stops[0], start_seconds=route.stops[0].start_seconds + 1)
    return frozen, with_route(plan, msgspec.structs.replace(route, stops=(first, *route.stops[1:])))


def frozen_lunch_lost(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    team = longest(plan).team
    return replace(problem, frozen_lunches=(FrozenLunch(team=team, start_seconds=1, end_seconds=2),)), plan


def a_vial_too_many(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    products = tuple(
        msgspec.structs.replace(product, doses_per_vial=1_000, open_seconds=1) for product in problem.products
    )
    return replace(problem, products=products), plan


def no_way(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    tables = []
    for table in problem.travel:
        seconds = table.seconds.copy()
        seconds[seconds > 0] = 20_000_000
        tables.append(replace(table, seconds=seconds))
    return replace(problem, travel=tuple(tables)), plan


FAULTS = [
    (ghost, Rule.UNKNOWN),
    (twice, Rule.ONCE),
    (forgotten, Rule.ONCE),
    (shifted(90_000), Rule.TRAVEL),
    (shifted(-30_000), Rule.SERVICE),
    (changed_visit(windows=()), None),
    (changed_visit(service_seconds=1), Rule.SERVICE),
    (changed_visit(skills=("surgeon",)), Rule.SKILL),
    (changed_visit(languages=("tlh",)), Rule.LANGUAGE),
    (changed_visit(required_members=("nobody",)), Rule.MEMBER),
    (changed_visit(needs=(Need(product="test", count=10_000),)), Rule.CAPACITY),  # type: ignore[arg-type]
    (changed_teams(box_doses_max=0), Rule.CAPACITY),
    (changed_teams(shift_end_seconds=31_000), Rule.SHIFT),
    (changed_teams(shift_start_seconds=50_000), Rule.SHIFT),
    (no_lunch, Rule.LUNCH),
    (lunch_while_serving, Rule.LUNCH),
    (half_a_pair, Rule.PAIR),
    (pair_of_one_team, Rule.PAIR),
    (pair_out_of_step, Rule.PAIR),
    (locked_elsewhere, Rule.PIN),
    (locked_to_another_time, Rule.PIN),
    (frozen_moved, Rule.FROZEN),
    (frozen_lunch_lost, Rule.FROZEN),
    (a_vial_too_many, Rule.VIALS),
    (no_way, Rule.UNREACHABLE),
    (no_way, Rule.TRAVEL),
]


@pytest.mark.parametrize(("spoil", "rule"), FAULTS)
def test_referee_finds_the_fault_when_one_is_planted(
    spoil: Callable[[Problem, Plan], tuple[Problem, Plan]], rule: Rule | None
) -> None:
    """A referee that lets one kind of fault pass is worth nothing for that kind."""
    problem, plan = a_full_plan()
    assert check(problem, plan) == []
    found = {violation.rule for violation in check(*spoil(problem, plan))}
    assert (rule in found) if rule else not found


def test_referee_finds_a_window_missed_when_a_stop_is_outside_its_windows() -> None:
    problem, plan = a_full_plan()
    for route in plan.routes:
        for stop in route.stops:
            if problem.visit_by_id[stop.visit].windows:
                late = msgspec.structs.replace(stop, start_seconds=5, end_seconds=6)
                stops = tuple(late if other == stop else other for other in route.stops)
                found = check(problem, with_route(plan, msgspec.structs.replace(route, stops=stops)))
                assert Rule.WINDOW in {violation.rule for violation in found}


def test_referee_and_schedule_accept_a_day_with_nothing_in_it_when_all_is_left_out() -> None:
    problem = a_problem(3)
    assert check(problem, plan_of(problem, ())) == []
