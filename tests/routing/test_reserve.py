"""This file holds the reserve list to what is really left over."""

from dataclasses import replace

from routing.cost import evaluate
from routing.problem import Reserve
from routing.reserve import leftovers
from routing.solve import solve
from tests.routing.random_problems import VACCINE, a_problem


def test_reserves_are_the_nearest_and_no_more_than_the_doses_when_a_vial_is_left_over() -> None:
    seen = 0
    for seed in range(30):
        problem = a_problem(seed, visits=10)
        names = tuple(Reserve(id=place.id, place=place.id, product=VACCINE) for place in problem.places)
        problem = replace(problem, reserves=names)
        plan = solve(problem, seed, iterations=30).plan
        found = leftovers(problem, plan)
        assert sum(one.doses for one in found) <= evaluate(problem, plan).doses_wasted
        for one in found:
            place = problem.visit_by_id[one.after_visit].place
            mode = problem.team_by_id[one.team].mode
            ways = [problem.seconds(mode, place, problem.places[problem.place_row[name]].id) for name in one.reserves]  # type: ignore[index]
            assert ways == sorted(ways)
            assert len(one.reserves) == min(one.doses, len(names))
            assert one.reserves[0] == place
            seen += 1
    assert seen > 10
