"""This file decides whether a plan is allowed: the referee, which shares no code with the search or the cost.

It reads the plan's own times and holds them against the problem, rule by rule, and never computes a schedule. R1: each
visit once, or left out. R2: hard rules hold. R4: a plan with a violation is never saved. R5: what is frozen stays.
"""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum

import msgspec

from routing.plan import Plan, Route, StopTime
from routing.problem import UNREACHABLE_SECONDS, PlaceId, Problem, Team, TeamId, Visit, VisitId


class Rule(StrEnum):
    """The rules a plan can break."""

    UNKNOWN = "unknown"
    ONCE = "once"
    WINDOW = "window"
    SERVICE = "service"
    TRAVEL = "travel"
    UNREACHABLE = "unreachable"
    SHIFT = "shift"
    LUNCH = "lunch"
    SKILL = "skill"
    LANGUAGE = "language"
    MEMBER = "member"
    CAPACITY = "capacity"
    VIALS = "vials"
    PAIR = "pair"
    PIN = "pin"
    FROZEN = "frozen"


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that a plan breaks, where, and in words."""

    rule: Rule
    says: str
    team: TeamId | None = None
    visit: VisitId | None = None


def check(problem: Problem, plan: Plan) -> list[Violation]:
    """Every rule that this plan breaks; an empty list says that it is allowed.

    >>> from routing.plan import LeftOut, Plan
    >>> from routing.problem import Problem
    >>> nothing = Problem(places=(), visits=(), teams=(), travel=())
    >>> [found.rule.value for found in check(nothing, Plan(routes=(), left_out=(LeftOut(visit=VisitId("ghost")),)))]
    ['unknown']
    """
    unknown = list(_unknown(problem, plan))
    if unknown:
        return unknown
    found = [*_once(problem, plan), *_pairs(problem, plan), *_pins(problem, plan), *_frozen(problem, plan)]
    for route in plan.routes:
        team = next(team for team in problem.teams if team.id == route.team)
        kept = [stop.visit for stop in problem.frozen if stop.team == route.team]
        found.extend(_clock(problem, team, route, len(kept)))
        found.extend(_lunch(problem, team, route, len(kept)))
        found.extend(_carried(problem, team, route, len(kept)))
        for stop in route.stops[len(kept) :]:
            visit = _visit(problem, stop.visit)
            found.extend(_window(team, visit, stop))
            found.extend(_who(team, visit))
    return found


def _visit(problem: Problem, name: VisitId) -> Visit:
    return problem.visit_by_id[name]


def _unknown(problem: Problem, plan: Plan) -> Iterator[Violation]:
    visits = {visit.id for visit in problem.visits}
    teams = {team.id for team in problem.teams}
    for route in plan.routes:
        if route.team not in teams:
            yield Violation(rule=Rule.UNKNOWN, says=f"no team {route.team}", team=route.team)
    for name in [*(stop.visit for route in plan.routes for stop in route.stops), *(out.visit for out in plan.left_out)]:
        if name not in visits:
            yield Violation(rule=Rule.UNKNOWN, says=f"no visit {name}", visit=name)


def _once(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """R1: each visit on exactly one route or left out, and one route for each team."""
    placed = Counter(stop.visit for route in plan.routes for stop in route.stops)
    placed.update(out.visit for out in plan.left_out)
    for visit in problem.visits:
        if placed[visit.id] != 1:
            says = f"visit {visit.id} stands {placed[visit.id]} times in the plan"
            yield Violation(rule=Rule.ONCE, says=says, visit=visit.id)
    for team, times in Counter(route.team for route in plan.routes).items():
        if times > 1:
            yield Violation(rule=Rule.ONCE, says=f"team {team} has {times} routes", team=team)


def _way(problem: Problem, team: Team, origin: PlaceId, target: PlaceId) -> int:
    table = next(table for table in problem.travel if table.mode == team.mode)
    return int(table.seconds[problem.place_row[origin], problem.place_row[target]])


def _clock(problem: Problem, team: Team, route: Route, kept: int) -> Iterator[Violation]:
    """See that the hours of a route run forward: way, set-up, service, way, end within the shift."""
    free, place = route.depart_seconds, team.start_place
    if not kept and route.depart_seconds < max(team.shift_start_seconds, problem.now_seconds):
        yield Violation(rule=Rule.SHIFT, says="leaves before the shift or before now", team=team.id)
    for index, stop in enumerate(route.stops):
        if index == kept and kept:
            free = max(free, problem.now_seconds)
        if index >= kept:
            yield from _stop_clock(problem, team, stop, free, place)
        free, place = stop.end_seconds, _visit(problem, stop.visit).place
    if len(route.stops) == kept:
        return
    home = 0 if team.end_place is None else _way(problem, team, place, team.end_place)
    if home >= UNREACHABLE_SECONDS:
        yield Violation(rule=Rule.UNREACHABLE, says="no way to the end place", team=team.id)
    if route.end_seconds < free + home:
        yield Violation(rule=Rule.TRAVEL, says="is at the end sooner than the way takes", team=team.id)
    if route.end_seconds > team.shift_end_seconds + team.overtime_seconds_max:
        yield Violation(rule=Rule.SHIFT, says="ends after the shift and its overtime", team=team.id)


def _stop_clock(problem: Problem, team: Team, stop: StopTime, free: int, place: PlaceId) -> Iterator[Violation]:
    visit = _visit(problem, stop.visit)
    way = _way(problem, team, place, visit.place)
    setup = visit.setup_seconds if visit.place != place else 0
    if way >= UNREACHABLE_SECONDS:
        yield Violation(rule=Rule.UNREACHABLE, says="no way there", team=team.id, visit=visit.id)
    if stop.arrive_seconds < free + way:
        yield Violation(rule=Rule.TRAVEL, says="arrives sooner than the way takes", team=team.id, visit=visit.id)
    if stop.start_seconds < stop.arrive_seconds + setup:
        yield Violation(rule=Rule.SERVICE, says="starts before the set-up is done", team=team.id, visit=visit.id)
    if stop.end_seconds - stop.start_seconds != visit.service_seconds:
        yield Violation(rule=Rule.SERVICE, says="lasts not as long as the visit", team=team.id, visit=visit.id)


def _lunch(problem: Problem, team: Team, route: Route, kept: int) -> Iterator[Violation]:
    """Lunch is had where the team stands: between the things it does, long enough, begun in time."""
    lunch, had = route.lunch, [entry for entry in problem.frozen_lunches if entry.team == team.id]
    if had:
        if lunch is None or (lunch.start_seconds, lunch.end_seconds) != (had[0].start_seconds, had[0].end_seconds):
            yield Violation(rule=Rule.FROZEN, says="the lunch already had is gone or moved", team=team.id)
        opened = [stop.arrive_seconds for stop in route.stops[kept:]]
        place = route.stops[kept - 1].visit if kept else None
        origin = _visit(problem, place).place if place else team.start_place
        if opened:
            way = _way(problem, team, origin, _visit(problem, route.stops[kept].visit).place)
            if opened[0] - way < had[0].end_seconds:
                yield Violation(rule=Rule.LUNCH, says="on the way while at lunch", team=team.id)
        return
    if team.lunch is None or len(route.stops) == kept:
        if lunch is not None:
            yield Violation(rule=Rule.LUNCH, says="a lunch that nobody asked for", team=team.id)
        return
    if lunch is None:
        if route.end_seconds > team.lunch.until_seconds:
            yield Violation(rule=Rule.LUNCH, says="no lunch, and not back by the time it must start", team=team.id)
        return
    if not team.lunch.from_seconds <= lunch.start_seconds <= team.lunch.until_seconds:
        yield Violation(rule=Rule.LUNCH, says="lunch starts outside its hours", team=team.id)
    if lunch.end_seconds - lunch.start_seconds < team.lunch.duration_seconds:
        yield Violation(rule=Rule.LUNCH, says="lunch is too short", team=team.id)
    if not _lunch_fits(problem, team, route, kept):
        yield Violation(rule=Rule.LUNCH, says="lunch falls into a way, a set-up or a service", team=team.id)


def _lunch_fits(problem: Problem, team: Team, route: Route, kept: int) -> bool:
    """Whether way, lunch and set-up between the two stops around the lunch all find their time."""
    lunch = route.lunch
    if lunch is None or not kept <= lunch.after_stops <= len(route.stops):
        return False
    before = route.stops[lunch.after_stops - 1] if lunch.after_stops else None
    after = route.stops[lunch.after_stops] if lunch.after_stops < len(route.stops) else None
    left = before.end_seconds if before else max(team.shift_start_seconds, problem.now_seconds)
    origin = _visit(problem, before.visit).place if before else team.start_place
    if lunch.start_seconds < left:
        return False
    if after is None:
        home = 0 if team.end_place is None else _way(problem, team, origin, team.end_place)
        return lunch.end_seconds + home <= route.end_seconds
    target = _visit(problem, after.visit)
    setup = target.setup_seconds if target.place != origin else 0
    way = _way(problem, team, origin, target.place)
    had_before_the_way = lunch.end_seconds + way <= after.arrive_seconds
    had_on_arrival = after.arrive_seconds <= lunch.start_seconds and lunch.end_seconds + setup <= after.start_seconds
    return had_before_the_way or had_on_arrival


def _window(team: Team, visit: Visit, stop: StopTime) -> Iterator[Violation]:
    if visit.windows and not any(
        window.from_seconds <= stop.start_seconds <= window.until_seconds for window in visit.windows
    ):
        yield Violation(rule=Rule.WINDOW, says="starts outside its windows", team=team.id, visit=visit.id)


def _who(team: Team, visit: Visit) -> Iterator[Violation]:
    members = {member.id for member in team.members}
    skills = {skill for member in team.members for skill in member.skills}
    languages = {language for member in team.members for language in member.languages}
    if lacking := set(visit.skills) - skills:
        yield Violation(rule=Rule.SKILL, says=f"lacks {', '.join(sorted(lacking))}", team=team.id, visit=visit.id)
    if lacking := set(visit.languages) - languages:
        yield Violation(rule=Rule.LANGUAGE, says=f"lacks {', '.join(sorted(lacking))}", team=team.id, visit=visit.id)
    if visit.required_members and not members & set(visit.required_members):
        yield Violation(rule=Rule.MEMBER, says="none of the carers it must be", team=team.id, visit=visit.id)
    if members & set(visit.barred_members):
        yield Violation(rule=Rule.MEMBER, says="a carer it must not be", team=team.id, visit=visit.id)


def _carried(problem: Problem, team: Team, route: Route, kept: int) -> Iterator[Violation]:
    """See that no more is used than carried: vials are opened one by one and thrown away when their hours are over."""
    if len(route.stops) == kept:
        return
    carried = {need.product: need.count for need in team.carries}
    used: Counter[str] = Counter()
    cold = 0
    for stop in route.stops:
        for need in _visit(problem, stop.visit).needs:
            used[need.product] += need.count
            cold += need.count if problem.product_by_id[need.product].cold else 0
    for product in problem.products:
        if used[product.id] > carried.get(product.id, 0):
            says = f"uses {used[product.id]} of {product.id}, carries {carried.get(product.id, 0)}"
            yield Violation(rule=Rule.CAPACITY, says=says, team=team.id)
        elif product.doses_per_vial > 1:
            vials = carried.get(product.id, 0) // product.doses_per_vial
            opened = _opened(problem, route, product.id, product.doses_per_vial, product.open_seconds)
            if opened > vials:
                says = f"opens {opened} vials of {product.id}, carries {vials}"
                yield Violation(rule=Rule.VIALS, says=says, team=team.id)
    if team.box_doses_max is not None and cold > team.box_doses_max:
        says = f"{cold} doses, the box holds {team.box_doses_max}"
        yield Violation(rule=Rule.CAPACITY, says=says, team=team.id)


def _opened(problem: Problem, route: Route, product: str, size: int, hours: int) -> int:
    """How many vials one after the other the stops use up, dose by dose."""
    opened, left, good_until = 0, 0, 0
    for stop in route.stops:
        doses = sum(need.count for need in _visit(problem, stop.visit).needs if need.product == product)
        if stop.start_seconds > good_until:
            left = 0
        for _ in range(doses):
            if left == 0:
                opened, left, good_until = opened + 1, size, stop.start_seconds + hours
            left -= 1
    return opened


def _pairs(problem: Problem, plan: Plan) -> Iterator[Violation]:
    starts = {stop.visit: (route.team, stop.start_seconds) for route in plan.routes for stop in route.stops}
    kept = {stop.visit for stop in problem.frozen}
    for pair in problem.pairs:
        both = (pair.first, pair.second)
        if not any(name in starts for name in both) or all(name in kept for name in both):
            continue
        if not all(name in starts for name in both):
            if not any(name in kept for name in both):
                yield Violation(rule=Rule.PAIR, says="half of a visit that needs two", visit=pair.first)
            continue
        (one, start), (other, later) = starts[pair.first], starts[pair.second]
        if one == other:
            yield Violation(rule=Rule.PAIR, says="both halves by one team", visit=pair.first, team=one)
        if not pair.gap_min_seconds <= later - start <= pair.gap_max_seconds:
            yield Violation(rule=Rule.PAIR, says="the two do not start as agreed", visit=pair.first)


def _pins(problem: Problem, plan: Plan) -> Iterator[Violation]:
    starts = {stop.visit: (route.team, stop.start_seconds) for route in plan.routes for stop in route.stops}
    kept = {stop.visit for stop in problem.frozen}
    for pin in problem.pins:
        if pin.visit not in starts or pin.visit in kept:
            continue
        team, start = starts[pin.visit]
        if pin.team is not None and team != pin.team:
            yield Violation(rule=Rule.PIN, says=f"locked to team {pin.team}", visit=pin.visit, team=team)
        early = pin.from_seconds is not None and start < pin.from_seconds
        if early or (pin.until_seconds is not None and start > pin.until_seconds):
            yield Violation(rule=Rule.PIN, says="outside the time it is locked to", visit=pin.visit, team=team)


def _frozen(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """R5: done, running and committed stops stand first, in their order, at their times."""
    for team in problem.teams:
        kept = [(stop.visit, stop.start_seconds, stop.end_seconds) for stop in problem.frozen if stop.team == team.id]
        route = next((route for route in plan.routes if route.team == team.id), None)
        stops = route.stops[: len(kept)] if route else ()
        if [(stop.visit, stop.start_seconds, stop.end_seconds) for stop in stops] != kept:
            yield Violation(rule=Rule.FROZEN, says="what is done or under way was changed", team=team.id)
