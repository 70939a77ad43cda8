"""This file decides what may still change while teams are on the road, and re-plans that with little change.

R5: what is done, under way or about to begin is frozen; every visit that goes to another team has its price, so that
the plan moves only where it gains. R6: when the gain is small the plan in force stays. New visits are put into the
problem by the caller; one urgent visit alone is answered sooner by `routing/insert.py`.
"""

from collections.abc import Callable
from dataclasses import replace

import msgspec

from routing.cost import evaluate, left_out_price
from routing.plan import Plan, Route, plan_of
from routing.problem import (
    FrozenLunch,
    FrozenStop,
    PlaceId,
    Problem,
    Published,
    Team,
    TeamId,
    VisitId,
    Weights,
)
from routing.schedule import TooLate, timed_route
from routing.solve import Solved, solve

FREEZE_SECONDS = 1_200
GAIN_MIN = 300
MOVES_MAX = 2
DEARER = (1, 8, 1_000)
"""How many times its price a move to another team is given, one after the other, until few enough are made.

Where a territory makes moves cheaper than usual, the dearer ones are times the usual price.
"""


class Replanned(msgspec.Struct, frozen=True, kw_only=True):
    """The plan from now on, whether it differs from the one in force, and which visits changed team or fell out."""

    plan: Plan
    changed: bool
    moved: tuple[VisitId, ...]
    dropped: tuple[VisitId, ...]
    solved: Solved | None


def frozen_at(problem: Problem, plan: Plan, now_seconds: int, freeze_seconds: int = FREEZE_SECONDS) -> Problem:
    """Return the problem as it stands now: stops begun, or to begin within the freeze, are fixed as planned."""
    stops: list[FrozenStop] = []
    lunches: list[FrozenLunch] = []
    horizon = now_seconds + freeze_seconds
    for route in plan.routes:
        kept = 0
        place = problem.team_by_id[route.team].start_place
        for stop in route.stops:
            left = stop.arrive_seconds - _way(problem, route.team, place, stop.visit)
            if stop.start_seconds >= horizon and left >= now_seconds:
                break
            kept += 1
            place = problem.visit_by_id[stop.visit].place
            stops.append(
                FrozenStop(
                    team=route.team, visit=stop.visit, start_seconds=stop.start_seconds, end_seconds=stop.end_seconds
                )
            )
        lunch = route.lunch
        if lunch and (lunch.after_stops < kept or (lunch.after_stops == kept and lunch.start_seconds < now_seconds)):
            lunches.append(
                FrozenLunch(team=route.team, start_seconds=lunch.start_seconds, end_seconds=lunch.end_seconds)
            )
    published = {entry.visit: entry for entry in problem.published}
    published.update((name, Published(visit=name, team=team)) for name, team in plan.team_of.items())
    return replace(
        problem,
        frozen=tuple(stops),
        frozen_lunches=tuple(lunches),
        published=tuple(published.values()),
        now_seconds=now_seconds,
    )


def _way(problem: Problem, team: TeamId, origin: PlaceId, target: VisitId) -> int:
    return problem.seconds(problem.team_by_id[team].mode, origin, problem.visit_by_id[target].place)


def without_team(problem: Problem, team: TeamId) -> Problem:
    """Return the problem after a team drops out: what it has done stays its own, and it gets nothing more.

    The visits of the other teams are promised, above all that the rest is worth together: what this team leaves goes where
    there is room, and nobody who waits for another team is left out for it.
    """

    def ended(one: Team) -> Team:
        stopped = max(problem.now_seconds, one.shift_start_seconds + 1)
        return msgspec.structs.replace(one, shift_end_seconds=stopped, overtime_seconds_max=0, zones=())

    free = tuple(entry for entry in problem.published if entry.team != team)
    own = {entry.visit for entry in problem.published if entry.team == team}
    kept = {entry.visit for entry in free if problem.partner.get(entry.visit) not in own}
    worth = sum(left_out_price(problem, visit) for visit in problem.visits if visit.id not in kept)
    promised_left_out = max(problem.weights.promised_left_out, worth + 1)
    return replace(
        problem,
        visits=tuple(msgspec.structs.replace(one, promised=one.id in kept) for one in problem.visits),
        weights=msgspec.structs.replace(problem.weights, promised_left_out=promised_left_out),
        teams=tuple(ended(one) if one.id == team else one for one in problem.teams),
        pins=tuple(pin for pin in problem.pins if pin.team != team),
        published=free,
    )


def replan(
    problem: Problem,
    plan: Plan,
    seed: int,
    iterations: int,
    keep_going: Callable[[], bool] | None = None,
    gain_min: int = GAIN_MIN,
    moves_max: int = MOVES_MAX,
) -> Replanned:
    """Plan the open part of a problem frozen by `frozen_at`, starting from the plan in force.

    R5: a plan that sends more than `moves_max` published visits to another team is searched for again, moves being
    dearer. The plan in force stays when the new one gains less than `gain_min`, as long as it is still possible.
    """
    solved = _few_moves(problem, plan, seed, iterations, keep_going, moves_max)
    in_force = still_possible(problem, plan)
    if in_force is not None:
        gain = evaluate(problem, in_force).total - evaluate(problem, solved.plan).total
        if gain < gain_min:
            return Replanned(plan=in_force, changed=False, moved=(), dropped=(), solved=solved)
    before, after = plan.team_of, solved.plan.team_of
    return Replanned(
        plan=solved.plan,
        changed=True,
        moved=tuple(name for name, team in before.items() if after.get(name, team) != team),
        dropped=tuple(name for name in before if name not in after),
        solved=solved,
    )


def _few_moves(
    problem: Problem,
    plan: Plan,
    seed: int,
    iterations: int,
    keep_going: Callable[[], bool] | None,
    moves_max: int,
) -> Solved:
    """Solve with moves dearer and dearer until few enough published visits change team; the dearest is the answer."""
    for times in DEARER:
        price = problem.weights.moved_team if times == 1 else max(problem.weights.moved_team, Weights().moved_team)
        weights = msgspec.structs.replace(problem.weights, moved_team=times * price)
        solved = solve(replace(problem, weights=weights), seed, plan, iterations, keep_going)
        team_of = solved.plan.team_of
        moved = sum(team_of.get(name, team) != team for name, team in problem.published_team.items())
        if moved <= moves_max or times == DEARER[-1]:
            return solved
    raise AssertionError("the last price is always an answer")


def still_possible(problem: Problem, plan: Plan) -> Plan | None:
    """Return the plan in force with today's times, or None if a route of it can no longer be driven."""
    starts = plan.starts
    routes: list[Route] = []
    for team in problem.teams:
        own = next((route for route in plan.routes if route.team == team.id), None)
        frozen = {stop.visit for stop in problem.frozen_by_team[team.id]}
        names = [name for name in own.visits if name not in frozen] if own else []
        agreed = {name: starts[name] for name in names if name in problem.partner}
        timed = timed_route(problem, team.id, names, agreed)
        if isinstance(timed, TooLate):
            return None
        routes.append(timed)
    return plan_of(problem, tuple(routes))
