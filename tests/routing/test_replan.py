"""This file holds re-planning to R5 and R6, and insertion and explanation to what they say."""

from dataclasses import replace

import msgspec
import pytest

from routing.check import check
from routing.cost import evaluate, points
from routing.explain import Block, Change, left_out, stands
from routing.insert import offers
from routing.plan import Plan
from routing.problem import Problem, Visit, VisitId
from routing.replan import frozen_at, replan, without_team
from routing.solve import solve
from tests.routing.random_problems import a_problem

NOW = 41_000


def running_day(seed: int, visits: int = 24) -> tuple[Problem, Plan, Problem]:
    """Return a planned day, its plan, and the problem as it stands in the middle of the day."""
    problem = a_problem(seed, visits=visits, teams=4)
    plan = solve(problem, seed, iterations=150).plan
    return problem, plan, frozen_at(problem, plan, NOW)


def urgent(problem: Problem, name: str = "urgent") -> Visit:
    return msgspec.structs.replace(
        problem.visits[0], id=VisitId(name), priority=4, persons=9, windows=(), skills=(), languages=(), needs=(),
        barred_members=(), service_seconds=600,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_replan_touches_nothing_frozen_when_the_day_runs(seed: int) -> None:
    """R5: what is done or under way is history, whatever would be cheaper."""
    _, plan, now = running_day(seed)
    now = replace(now, visits=(*now.visits, urgent(now)))
    again = replan(now, plan, seed, iterations=80)
    assert check(now, again.plan) == []
    begun = {stop.visit: (stop.team, stop.start_seconds) for stop in now.frozen}
    assert {name: (again.plan.team_of[name], again.plan.starts[name]) for name in begun} == begun


def test_replan_keeps_the_plan_in_force_when_nothing_happened() -> None:
    """R6: a dispatcher's teams are not sent round for the sake of a minute."""
    for seed in range(10):
        _, plan, now = running_day(seed)
        again = replan(now, plan, seed, iterations=60, gain_min=10**9)
        assert not again.changed
        assert [route.visits for route in again.plan.routes] == [route.visits for route in plan.routes]


def test_replan_moves_few_visits_to_other_teams_when_moves_are_cheap_and_the_day_is_turned_over() -> None:
    """R5: every visit that changes team is a call to make and a person who expects somebody else."""
    turned = 0
    for seed in range(12):
        problem = a_problem(seed, visits=24, teams=4)
        plan = solve(problem, seed, iterations=0).plan  # a first plan leaves much to gain
        now = frozen_at(problem, plan, NOW)
        weights = msgspec.structs.replace(now.weights, moved_team=1)
        now = replace(now, weights=weights, visits=(*now.visits, *(urgent(now, f"urgent {n}") for n in range(4))))
        free = replan(now, plan, seed, iterations=80, moves_max=99)
        few = replan(now, plan, seed, iterations=80, moves_max=1)
        turned += len(free.moved) > 1
        assert len(few.moved) <= 1, seed
        assert check(now, few.plan) == []
    assert turned > 0


def test_replan_gives_a_team_nothing_more_when_it_is_out() -> None:
    for seed in range(20):
        _, plan, now = running_day(seed)
        gone = plan.routes[0].team
        less = without_team(now, gone)
        again = replan(less, plan, seed, iterations=60)
        assert check(less, again.plan) == []
        done = [stop.visit for stop in now.frozen if stop.team == gone]
        assert [name for name, team in again.plan.team_of.items() if team == gone] == done


def test_nobody_of_another_team_is_left_out_when_a_team_is_out() -> None:
    """R5: what only that team's absence costs is its own visits; whoever waits for another team is still seen."""
    taken = 0
    for seed in range(40):
        problem, plan, now = running_day(seed)
        gone = max(plan.routes, key=lambda route: len(route.stops)).team
        again = replan(without_team(now, gone), plan, seed, iterations=60)
        own = {name for name, team in plan.team_of.items() if team == gone}
        others = {name for name in plan.team_of if name not in own and problem.partner.get(name) not in own}
        assert others <= set(again.plan.team_of), seed
        served = {name for name in again.plan.team_of if name in plan.team_of}
        dropped = {stop.visit for stop in now.frozen} | others
        left = [sum(points(problem, problem.visit_by_id[name]) for name in plan.team_of.keys() - some)
                for some in (served, dropped)]  # fmt: skip
        assert left[0] <= left[1], seed
        taken += bool(own & set(again.moved))
    assert taken > 0


def test_offers_are_allowed_and_cost_what_they_say_when_a_visit_is_urgent() -> None:
    for seed in range(20):
        _, plan, now = running_day(seed)
        now = replace(now, visits=(*now.visits, urgent(now)))
        made = offers(now, plan, VisitId("urgent"))
        assert len(made) <= 3
        assert [offer.cost for offer in made] == sorted(offer.cost for offer in made)
        for offer in made:
            assert check(now, offer.plan) == []
            assert offer.plan.starts["urgent"] == offer.start_seconds  # type: ignore[index]
            assert all(offer.plan.starts[move.visit] == move.to_seconds for move in offer.moves)


def test_relaxation_lets_the_visit_in_when_the_change_is_made() -> None:
    """An explanation is a promise: open the window it names, and the visit has the seat it names."""
    tried = 0
    for seed in range(30):
        problem = a_problem(seed, visits=16, teams=3, plain=True)
        plan = solve(problem, seed, iterations=150).plan
        for reason in left_out(problem, plan):
            for relaxation in reason.relaxations:
                if relaxation.change is not Change.WINDOW:
                    continue
                visits = tuple(
                    msgspec.structs.replace(v, windows=()) if v.id == reason.visit else v for v in problem.visits
                )
                made = offers(replace(problem, visits=visits), plan, reason.visit)
                assert (relaxation.team, relaxation.cost) in {(offer.teams[0], offer.cost) for offer in made}
                tried += 1
    assert tried > 3


def test_reason_names_what_is_lacking_when_nobody_has_it() -> None:
    problem = a_problem(1, visits=6, teams=3, plain=True)
    for values, block in (
        ({"skills": ("surgeon",)}, Block.SKILL),
        ({"languages": ("tlh",)}, Block.LANGUAGE),
        ({"required_members": ("nobody",)}, Block.MEMBER),
        ({"service_seconds": 60_000}, Block.SHIFT),
    ):
        odd = msgspec.structs.replace(urgent(problem), **values)
        asked = replace(problem, visits=(*problem.visits, odd))
        plan = solve(asked, 1, iterations=50).plan
        reason = next(reason for reason in left_out(asked, plan) if reason.visit == "urgent")
        assert reason.code is block


def test_stop_stands_where_it_is_cheapest_when_the_search_is_done() -> None:
    problem = a_problem(8, visits=12, teams=3, plain=True)
    plan = solve(problem, 8, iterations=500).plan
    for name, team in plan.team_of.items():
        because = stands(problem, plan, name)
        assert because.team == team
        assert because.cost is not None
        assert all((other.cost is None) != (other.block is None) for other in because.alternatives)
    assert evaluate(problem, plan).points_served > 0
