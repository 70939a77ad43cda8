"""This file holds the swap of two routes' tails to what it is for, and to leaving no trace where it is refused."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import numpy as np

from routing import kernel, kernel_tails
from routing import layout as at
from routing.board import Laid
from routing.check import check
from routing.cost import evaluate
from routing.plan import Plan, Route, plan_of
from routing.problem import Member, MemberId, Place, PlaceId, Problem, Team, TeamId, Travel, Visit, VisitId
from routing.schedule import timed_route
from routing.solve import laid_out
from tests.routing.random_problems import a_problem

STREET = {"start": 0, "w1": -900, "w2": -1_000, "e1": 900, "e2": 1_000}


def a_street(teams: Sequence[Team]) -> Problem:
    """Two visits west and two east of where all teams start, seconds apart along one street."""
    along = np.array(list(STREET.values()), dtype=np.int32)
    seconds = np.abs(along[:, None] - along[None, :])
    return Problem(
        places=tuple(Place(id=PlaceId(name)) for name in STREET),
        visits=tuple(Visit(id=VisitId(name), place=PlaceId(name), service_seconds=600) for name in list(STREET)[1:]),
        teams=tuple(teams),
        travel=(Travel(mode="foot", seconds=seconds, metres=seconds),),
    )


def teams_of(count: int) -> list[Team]:
    start = PlaceId("start")
    return [
        Team(
            id=TeamId(f"t{number}"),
            mode="foot",
            start_place=start,
            end_place=start,
            shift_start_seconds=30_000,
            shift_end_seconds=60_000,
        )
        for number in range(count)
    ]


def laid_as(problem: Problem, orders: Sequence[Sequence[str]]) -> Laid:
    """Lay these orders of visits on the board, a team each, with no seat overlooked by chance."""
    routes = []
    for team, order in zip(problem.teams, orders, strict=True):
        route = timed_route(problem, team.id, [VisitId(name) for name in order], {})
        assert isinstance(route, Route)
        routes.append(route)
    laid = Laid(problem, seed=1)
    laid.lay(plan_of(problem, tuple(routes)))
    laid.board.knob[at.BLINK] = 0
    return laid


def orders_of(plan: Plan) -> list[list[str]]:
    return [[str(name) for name in route.visits] for route in plan.routes]


def swapped(laid: Laid, visit: str) -> bool:
    return bool(kernel_tails.swap_tails(laid.tables, laid.board, laid.row[VisitId(visit)]))


def test_two_routes_cross_no_more_when_their_tails_are_swapped() -> None:
    laid = laid_as(a_street(teams_of(2)), [["w1", "e2"], ["e1", "w2"]])
    assert swapped(laid, "w1")
    assert orders_of(laid.now_plan()) == [["w1", "w2"], ["e1", "e2"]]


def test_a_route_opens_when_the_tail_goes_to_an_idle_team() -> None:
    laid = laid_as(a_street(teams_of(3)), [["w1", "w2", "e1", "e2"], [], []])
    assert swapped(laid, "w2")
    assert orders_of(laid.now_plan()) == [["w1", "w2"], ["e1", "e2"]]


def test_a_route_closes_when_all_of_it_follows_the_end_of_another() -> None:
    laid = laid_as(a_street(teams_of(2)), [["w1"], ["w2", "e1", "e2"]])
    assert swapped(laid, "w1")
    assert orders_of(laid.now_plan()) == [["w1", "w2", "e1", "e2"]]


def test_nothing_is_swapped_when_the_other_team_may_not_make_the_visits() -> None:
    problem = a_street(teams_of(2))
    nurse = (Member(id=MemberId("m"), skills=("nurse",)),)
    visits = tuple(msgspec.structs.replace(visit, skills=("nurse",)) for visit in problem.visits)
    teams = (msgspec.structs.replace(problem.teams[0], members=nurse), problem.teams[1])
    laid = laid_as(replace(problem, visits=visits, teams=teams), [["w1", "w2", "e1", "e2"], []])
    assert not swapped(laid, "w2")


def state(laid: Laid) -> list[list[int]]:
    """All that a refused swap must leave as it was."""
    board = laid.board
    rows = [board.node[line, : board.route[line, at.LENGTH] + 2].ravel().tolist() for line in range(len(board.route))]
    return [
        *rows,
        board.route.ravel().tolist(),
        board.where.tolist(),
        board.agreed.tolist(),
        board.load.ravel().tolist(),
    ]


def test_swap_is_allowed_and_priced_or_leaves_no_trace_when_problems_are_random() -> None:
    """Lunch, skills, boxes, vials, visits by two, lateness: what a swap breaks is put back as if it had not been tried."""
    done = refused = 0
    for seed in range(120):
        problem = a_problem(seed, visits=10, teams=4)
        laid = laid_out(problem, seed)
        for row in range(len(laid.visits)):
            before = state(laid)
            if kernel_tails.swap_tails(laid.tables, laid.board, row):
                laid.board.now[at.NOW_COST] = kernel.total(laid.tables, laid.board)
                kernel.keep(laid.tables, laid.board)
                plan = laid.now_plan()
                assert check(problem, plan) == [], (seed, row)
                assert evaluate(problem, plan).total == laid.now_cost, (seed, row)
                done += 1
            else:
                assert state(laid) == before, (seed, row)
                refused += laid.board.where[row] >= 0
    assert done > 100
    assert refused > 100
