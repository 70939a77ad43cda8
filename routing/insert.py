"""This file decides where an urgent visit fits into a plan that stands: the three cheapest places, and what each moves.

Nothing but the one route changes, and on it only times: who wants more is answered by `routing/replan.py`. Prices are
those of `routing/cost.py`; an offer that the referee would reject is not made (R4).
"""

import msgspec

from routing import layout as at
from routing.board import Laid, Seat
from routing.check import check
from routing.cost import evaluate
from routing.plan import Plan, Route, plan_of
from routing.problem import Problem, TeamId, VisitId
from routing.schedule import timed_route

OFFERS_MAX = 3


class Shifted(msgspec.Struct, frozen=True, kw_only=True):
    """A stop that starts at another second than before."""

    visit: VisitId
    team: TeamId
    from_seconds: int
    to_seconds: int


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """One place for the visit: the team or, for a visit that needs two, the teams; the start; what it costs and moves.

    `cost` is the change of the plan's price, the gain of serving the visit left out of it.
    """

    teams: tuple[TeamId, ...]
    start_seconds: int
    cost: int
    moves: tuple[Shifted, ...]
    plan: Plan


def offers(problem: Problem, plan: Plan, visit: VisitId, seed: int = 0) -> tuple[Offer, ...]:
    """Up to three places for a visit of the problem that the plan does not serve, the cheapest first, one per team."""
    laid = Laid(problem, seed)
    laid.lay(plan)
    row = laid.row[visit]
    before = evaluate(problem, plan_of(problem, plan.routes))
    if int(laid.tables.visit[row, at.PARTNER]) >= 0:
        found = [laid.paired(visit)]
    else:
        found = [_with_seat(problem, plan, visit, seat) for seat in laid.seats(visit)]
    made: list[Offer] = []
    for changed in found:
        if changed is None or check(problem, changed):
            continue
        after = evaluate(problem, changed)
        gained = (before.promised + before.left_out) - (after.promised + after.left_out)
        made.append(
            Offer(
                teams=tuple(route.team for route in changed.routes if route not in plan.routes),
                start_seconds=changed.starts[visit],
                cost=after.total - before.total + gained,
                moves=_moves(plan, changed),
                plan=changed,
            )
        )
        if len(made) == OFFERS_MAX:
            break
    return tuple(sorted(made, key=lambda offer: offer.cost))


def _with_seat(problem: Problem, plan: Plan, visit: VisitId, seat: Seat) -> Plan | None:
    """Return the plan with the visit in this seat, or None if its vials then do not reach."""
    route = next((route for route in plan.routes if route.team == seat.team), None)
    frozen = len(problem.frozen_by_team[seat.team])
    names = list(route.visits[frozen:]) if route else []
    names.insert(seat.after_stops, visit)
    starts = plan.starts
    agreed = {name: starts[name] for name in names if name in problem.partner and name in starts}
    changed = timed_route(problem, seat.team, names, agreed)
    if not isinstance(changed, Route):
        return None
    return plan_of(problem, (*(other for other in plan.routes if other.team != seat.team), changed))


def _moves(plan: Plan, changed: Plan) -> tuple[Shifted, ...]:
    before = plan.starts
    return tuple(
        Shifted(visit=stop.visit, team=route.team, from_seconds=before[stop.visit], to_seconds=stop.start_seconds)
        for route in changed.routes
        for stop in route.stops
        if stop.visit in before and before[stop.visit] != stop.start_seconds
    )
