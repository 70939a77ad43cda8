"""This file decides what a plan changed by hand comes to: when each stop happens now, and every rule that it breaks.

A person gives the order of each team's visits; nothing is searched. An order that cannot be kept is timed all the same,
as early as the ways allow, so that the referee (`routing/check.py`) names everything that breaks and not only the first
thing. For days that have not begun: what is frozen is moved by `routing/replan.py`.
"""

from collections.abc import Mapping, Sequence

import msgspec

from routing.check import Violation, check
from routing.plan import LunchTime, Plan, Route, StopTime, plan_of
from routing.problem import UNREACHABLE_SECONDS, PlaceId, Problem, Team, TeamId, VisitId
from routing.schedule import open_windows, timed_route

Order = Mapping[TeamId, Sequence[VisitId]]


class ByHand(msgspec.Struct, frozen=True, kw_only=True):
    """The plan that an order makes, and what the referee finds in it: nothing, if it may be kept (R4)."""

    plan: Plan
    violations: tuple[Violation, ...]


def by_hand(problem: Problem, order: Order, before: Mapping[VisitId, int] | None = None) -> ByHand:
    """Time an order and let the referee look at it; visits in no team's order are left out.

    `before` holds the starts that were told so far, in seconds: visits by two keep to them where the order allows. From the
    earliest ways alone a lunch may fall before a visit by two, and delay the other team for nothing.

    >>> nobody = Problem(places=(), visits=(), teams=(), travel=())
    >>> by_hand(nobody, {}).violations
    ()
    """
    kept = {name: start for name, start in (before or {}).items() if name in problem.partner}
    made = _timed(problem, order, kept)
    return made if not made.violations or not kept else min(made, _timed(problem, order, {}), key=_broken)


def _broken(made: ByHand) -> int:
    return len(made.violations)


def _timed(problem: Problem, order: Order, kept: Mapping[VisitId, int]) -> ByHand:
    agreed = dict(kept)
    routes = _routes(problem, order, agreed)
    for _ in problem.pairs:  # each round settles at least the earliest pair that is not settled yet
        later = agreed | _common_starts(problem, plan_of(problem, routes).starts)
        if later == agreed:
            break
        agreed = later
        routes = _routes(problem, order, agreed)
    plan = plan_of(problem, routes)
    return ByHand(plan=plan, violations=tuple(check(problem, plan)))


def _routes(problem: Problem, order: Order, agreed: Mapping[VisitId, int]) -> tuple[Route, ...]:
    return tuple(_route(problem, team, order[team.id], agreed) for team in problem.teams if order.get(team.id))


def _route(problem: Problem, team: Team, names: Sequence[VisitId], agreed: Mapping[VisitId, int]) -> Route:
    timed = timed_route(problem, team.id, names, agreed)
    return timed if isinstance(timed, Route) else _forced(problem, team, names, agreed)


def _common_starts(problem: Problem, starts: Mapping[VisitId, int]) -> dict[VisitId, int]:
    """Return, for both halves of each visit that two teams make together, the later of their two starts."""
    together = (pair for pair in problem.pairs if pair.gap_min_seconds == pair.gap_max_seconds == 0)
    return {
        name: max(starts[pair.first], starts[pair.second])
        for pair in together
        if pair.first in starts and pair.second in starts
        for name in (pair.first, pair.second)
    }


def _forced(problem: Problem, team: Team, names: Sequence[VisitId], agreed: Mapping[VisitId, int]) -> Route:
    """Time an order that breaks a rule: each stop as early as the way and its next window allow, lunch when it opens."""
    ready, place, lunch = team.shift_start_seconds, team.start_place, None
    stops: list[StopTime] = []
    for name in names:
        visit = problem.visit_by_id[name]
        if lunch is None and team.lunch is not None and ready >= team.lunch.from_seconds:
            lunch = LunchTime(
                after_stops=len(stops), start_seconds=ready, end_seconds=ready + team.lunch.duration_seconds
            )
            ready = lunch.end_seconds
        arrive = ready + _way(problem, team, place, visit.place)
        begin = max(arrive + (visit.setup_seconds if visit.place != place else 0), agreed.get(name, 0))
        opening = (window.from_seconds for window in open_windows(problem, name) if window.until_seconds >= begin)
        start = max(begin, min(opening, default=begin))
        stops.append(
            StopTime(visit=name, arrive_seconds=arrive, start_seconds=start, end_seconds=start + visit.service_seconds)
        )
        ready, place = stops[-1].end_seconds, visit.place
    home = 0 if team.end_place is None else _way(problem, team, place, team.end_place)
    return Route(
        team=team.id,
        stops=tuple(stops),
        depart_seconds=team.shift_start_seconds,
        end_seconds=ready + home,
        lunch=lunch,
    )


def _way(problem: Problem, team: Team, origin: PlaceId, target: PlaceId) -> int:
    """Return the seconds of a way; none where there is no way, since the referee says so by itself."""
    seconds = problem.seconds(team.mode, origin, target)
    return 0 if seconds >= UNREACHABLE_SECONDS else seconds
