"""This file names who could take the doses that a planned day would throw away: reserve persons near where they are left.

A vial is left over at the last stop that used it; whoever is on the reserve list for that product is named, nearest
first for that team's mode. Reserve persons are never planned: how doses come to be left over is priced in
`routing/cost.py`.
"""

import msgspec

from routing.cost import used_vials
from routing.plan import Plan, Route
from routing.problem import UNREACHABLE_SECONDS, PlaceId, Problem, ProductId, TeamId, VisitId


class Leftover(msgspec.Struct, frozen=True, kw_only=True):
    """Doses of an opened vial that nobody is planned for after this stop, until when they are good, and who is near."""

    team: TeamId
    product: ProductId
    after_visit: VisitId
    doses: int
    good_until_seconds: int
    reserves: tuple[str, ...]


def leftovers(problem: Problem, plan: Plan) -> tuple[Leftover, ...]:
    """List the doses left over at the end of each route, with up to as many reserve persons as doses."""
    return tuple(found for route in plan.routes for found in _of_route(problem, route))


def _of_route(problem: Problem, route: Route) -> list[Leftover]:
    states = used_vials(problem, ((stop.visit, stop.start_seconds) for stop in route.stops))
    found: list[Leftover] = []
    for product, state in states.items():
        if state.doses_left == 0:
            continue
        last = next(stop for stop in reversed(route.stops) if _uses(problem, stop.visit, product))
        near = _near(problem, route.team, problem.visit_by_id[last.visit].place, product)
        found.append(
            Leftover(
                team=route.team,
                product=product,
                after_visit=last.visit,
                doses=state.doses_left,
                good_until_seconds=state.expires_seconds,
                reserves=near[: state.doses_left],
            )
        )
    return found


def _uses(problem: Problem, visit: VisitId, product: ProductId) -> bool:
    return any(need.product == product and need.count for need in problem.visit_by_id[visit].needs)


def _near(problem: Problem, team: TeamId, place: PlaceId, product: ProductId) -> tuple[str, ...]:
    mode = problem.team_by_id[team].mode
    ways = sorted(
        (problem.seconds(mode, place, reserve.place), reserve.id)
        for reserve in problem.reserves
        if reserve.product == product
    )
    return tuple(name for seconds, name in ways if seconds < UNREACHABLE_SECONDS)
