"""This file names who could take the doses that a planned day would throw away: reserve persons near where they are left.

A vial is left over at the last stop that used it; whoever is on the reserve list for that product is named, nearest
first for that team's mode. A reserve that is itself a visit, under its id, is named only while it is on no route, and
only to a team that may make it. Nobody is planned here: how doses come to be left over is priced in `routing/cost.py`.
"""

from collections.abc import Set as AbstractSet

import msgspec

from routing.cost import used_vials
from routing.plan import Plan, Route
from routing.problem import UNREACHABLE_SECONDS, PlaceId, Problem, ProductId, Team, TeamId, VisitId
from routing.tables import may_serve


class Leftover(msgspec.Struct, frozen=True, kw_only=True):
    """Doses of an opened vial that nobody is planned for after this stop, good until they expire or the shift ends."""

    team: TeamId
    product: ProductId
    after_visit: VisitId
    doses: int
    good_until_seconds: int
    reserves: tuple[str, ...]


def leftovers(problem: Problem, plan: Plan) -> tuple[Leftover, ...]:
    """List the doses left over at the end of each route, with up to as many reserve persons as doses."""
    made = {stop.visit for route in plan.routes for stop in route.stops}
    return tuple(found for route in plan.routes for found in _of_route(problem, route, made))


def _of_route(problem: Problem, route: Route, made: AbstractSet[VisitId]) -> list[Leftover]:
    states = used_vials(problem, ((stop.visit, stop.start_seconds) for stop in route.stops))
    found: list[Leftover] = []
    for product, state in states.items():
        if state.doses_left == 0:
            continue
        last = next(stop for stop in reversed(route.stops) if _uses(problem, stop.visit, product))
        near = _near(problem, problem.team_by_id[route.team], problem.visit_by_id[last.visit].place, product, made)
        found.append(
            Leftover(
                team=route.team,
                product=product,
                after_visit=last.visit,
                doses=state.doses_left,
                good_until_seconds=min(state.expires_seconds, problem.team_by_id[route.team].shift_end_seconds),
                reserves=near[: state.doses_left],
            )
        )
    return found


def _uses(problem: Problem, visit: VisitId, product: ProductId) -> bool:
    return any(need.product == product and need.count for need in problem.visit_by_id[visit].needs)


def _near(
    problem: Problem, team: Team, place: PlaceId, product: ProductId, made: AbstractSet[VisitId]
) -> tuple[str, ...]:
    ways = sorted(
        (problem.seconds(team.mode, place, reserve.place), reserve.id)
        for reserve in problem.reserves
        if reserve.product == product and _may_go(problem, team, VisitId(reserve.id), made)
    )
    return tuple(name for seconds, name in ways if seconds < UNREACHABLE_SECONDS)


def _may_go(problem: Problem, team: Team, name: VisitId, made: AbstractSet[VisitId]) -> bool:
    visit = problem.visit_by_id.get(name)
    return visit is None or (name not in made and may_serve(problem, team, visit))
