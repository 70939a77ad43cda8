"""An order given by hand is timed as the planner would time it, and the referee names everything that it breaks."""

import random

import msgspec

from routing.by_hand import by_hand
from routing.check import Rule, check
from routing.cost import evaluate
from routing.problem import TeamId, VisitId
from routing.solve import laid_out
from tests.routing.random_problems import a_problem

Orders = dict[TeamId, list[VisitId]]


def test_order_of_a_plan_gives_that_plan_when_nothing_was_changed() -> None:
    for seed in range(120):
        problem = a_problem(seed, visits=3 + seed % 9, teams=1 + seed % 4)
        plan = laid_out(problem, seed).best_plan()
        if problem.frozen or any(pair.gap_min_seconds or pair.gap_max_seconds for pair in problem.pairs):
            continue
        made = by_hand(problem, {route.team: list(route.visits) for route in plan.routes})
        assert made.violations == (), seed
        assert evaluate(problem, made.plan).total <= evaluate(problem, plan).total, seed


def test_every_plan_of_the_search_may_be_changed_by_hand() -> None:
    """One plan in four could not even be locked: visits by two were timed from the earliest ways, not from what was told."""
    refused = seen = 0
    for seed in range(1, 120):
        problem = a_problem(seed)
        if problem.frozen or not problem.pairs:
            continue
        plan = laid_out(problem, seed).best_plan()
        order = {route.team: list(route.visits) for route in plan.routes}
        assert by_hand(problem, order, plan.starts).violations == (), seed
        refused += bool(by_hand(problem, order).violations)
        seen += 1
    assert seen > 30
    assert refused > 5  # what was told makes the difference


def test_what_is_said_to_break_is_what_the_referee_finds_when_visits_are_thrown_about() -> None:
    """The forced times are honest: nothing that could be kept is said to break for want of trying, nothing is hidden."""
    broken = kept = 0
    for seed in range(120):
        problem = a_problem(seed, visits=6, teams=3)
        if problem.frozen:
            continue
        chance = random.Random(seed)
        orders: Orders = {team.id: [] for team in problem.teams}
        for visit in problem.visits:
            orders[chance.choice(problem.teams).id].append(visit.id)
        made = by_hand(problem, orders)
        assert made.violations == tuple(check(problem, made.plan))
        assert {stop.visit for route in made.plan.routes for stop in route.stops} == {one.id for one in problem.visits}
        broken, kept = broken + bool(made.violations), kept + (not made.violations)
    assert broken > 10
    assert kept > 0


def test_every_broken_rule_is_named_when_a_visit_is_late_and_the_shift_too_short() -> None:
    problem = next(
        found for seed in range(400) if not (found := a_problem(seed, visits=6, teams=1)).frozen and not found.pairs
    )
    team = msgspec.structs.replace(problem.teams[0], shift_end_seconds=problem.teams[0].shift_start_seconds + 60)
    tight = type(problem)(places=problem.places, visits=problem.visits, teams=(team,), travel=problem.travel,
                          products=problem.products)  # fmt: skip
    broken = by_hand(tight, {team.id: [visit.id for visit in tight.visits]}).violations
    assert Rule.SHIFT in {one.rule for one in broken}
