"""This file decides when each stop of a route happens: as early as the windows, the lunch and the locks allow.

Two times are carried along a route: the earliest with lunch still to come, and the earliest with lunch already taken;
lunch is had after a service or on arrival, before any set-up. The later of the two is needed only by a team that is not
back by the time lunch must start. The compiled search (`routing/kernel.py`) repeats these rules and a test holds both
together; the referee (`routing/check.py`) knows nothing of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from routing.plan import LunchTime, Route, StopTime
from routing.problem import DAY_SECONDS_MAX, UNREACHABLE_SECONDS, PlaceId, Problem, Team, TeamId, VisitId, Window

NEVER = 1_000_000_000
_WHOLE_DAY = (Window(from_seconds=0, until_seconds=DAY_SECONDS_MAX),)


class TooLate(msgspec.Struct, frozen=True, kw_only=True):
    """The sequence cannot be timed: the visit that cannot start in a window, or None when the shift ends before."""

    visit: VisitId | None


@dataclass(frozen=True)
class Standing:
    """Where a team stands before the part of its day that is still open: place, second, lunch still to come or not."""

    place: PlaceId
    ready_seconds: int
    lunch_pending: bool
    frozen_stops: int


@dataclass(frozen=True)
class _Step:
    """The two earliest times at one stop; `after` and `arriving` say that lunch comes after the service, on arrival."""

    arrive: tuple[int, int]
    start: tuple[int, int]
    depart: tuple[int, int]
    arriving: bool
    after: bool


def standing(problem: Problem, team: Team) -> Standing:
    """Where the team is when the open part of its day begins: after its last frozen stop, and not before now."""
    frozen = problem.frozen_by_team[team.id]
    lunch = problem.frozen_lunch_by_team.get(team.id)
    ready = max(problem.now_seconds, team.shift_start_seconds)
    if frozen:
        ready = max(problem.now_seconds, frozen[-1].end_seconds)
    if lunch:
        ready = max(ready, lunch.end_seconds)
    place = problem.visit_by_id[frozen[-1].visit].place if frozen else team.start_place
    return Standing(
        place=place,
        ready_seconds=ready,
        lunch_pending=team.lunch is not None and lunch is None,
        frozen_stops=len(frozen),
    )


def open_windows(problem: Problem, visit: VisitId) -> tuple[Window, ...]:
    """When the visit may start: its windows, narrowed by its pin and by a partner whose start is frozen."""
    windows = problem.visit_by_id[visit].windows or _WHOLE_DAY
    bounds: list[tuple[int, int | None]] = []
    pin, pair = problem.pin_by_visit.get(visit), problem.pair_by_visit.get(visit)
    if pin is not None:
        bounds.append((pin.from_seconds or 0, pin.until_seconds))
    start = None if pair is None else problem.frozen_start.get(problem.partner[visit])
    if pair is not None and start is not None:
        second = pair.second == visit
        bounds.append(
            (
                start + (pair.gap_min_seconds if second else -pair.gap_max_seconds),
                start + (pair.gap_max_seconds if second else -pair.gap_min_seconds),
            )
        )
    for low, high in bounds:
        windows = tuple(kept for window in windows if (kept := _narrowed(window, low, high)) is not None)
    return windows


def _narrowed(window: Window, low: int, high: int | None) -> Window | None:
    """Return the part of a window between two instants, or None if there is none."""
    opens = max(window.from_seconds, low)
    until = window.until_seconds if high is None else min(window.until_seconds, high)
    if opens > until:
        return None
    return Window(from_seconds=opens, until_seconds=until, wished_until_seconds=window.wished_until_seconds)


def timed_route(
    problem: Problem, team_id: TeamId, visits: Sequence[VisitId], agreed: Mapping[VisitId, int]
) -> Route | TooLate:
    """Time a team's frozen stops followed by these visits; `agreed` holds the starts that two teams agreed on.

    Returns `TooLate` when a visit cannot start in any of its windows or the shift, with its overtime, ends before.
    """
    team = problem.team_by_id[team_id]
    here = standing(problem, team)
    frozen = _frozen_part(problem, team)
    if not visits:
        return _frozen_route(problem, team, here, frozen)
    steps = _forward(problem, team, here, visits, agreed)
    if isinstance(steps, TooLate):
        return steps
    home = _home_seconds(problem, team, problem.visit_by_id[visits[-1]].place)
    end_max = team.shift_end_seconds + team.overtime_seconds_max
    label = 1
    if here.lunch_pending and team.lunch and steps[-1].depart[0] + home <= team.lunch.until_seconds:
        label = 0
    if steps[-1].depart[label] + home > end_max:
        return TooLate(visit=None)
    return _written(problem, team, here, frozen, visits, steps, label, home)


def _frozen_part(problem: Problem, team: Team) -> tuple[StopTime, ...]:
    return tuple(
        StopTime(
            visit=stop.visit,
            arrive_seconds=stop.start_seconds,
            start_seconds=stop.start_seconds,
            end_seconds=stop.end_seconds,
        )
        for stop in problem.frozen_by_team[team.id]
    )


def _frozen_lunch(problem: Problem, team: Team) -> LunchTime | None:
    lunch = problem.frozen_lunch_by_team.get(team.id)
    if lunch is None:
        return None
    before = sum(1 for stop in problem.frozen_by_team[team.id] if stop.end_seconds <= lunch.start_seconds)
    return LunchTime(after_stops=before, start_seconds=lunch.start_seconds, end_seconds=lunch.end_seconds)


def _frozen_depart(problem: Problem, team: Team, frozen: tuple[StopTime, ...]) -> int:
    place = problem.visit_by_id[frozen[0].visit].place
    return max(0, frozen[0].arrive_seconds - problem.seconds(team.mode, team.start_place, place))


def _frozen_route(problem: Problem, team: Team, here: Standing, frozen: tuple[StopTime, ...]) -> Route:
    depart = _frozen_depart(problem, team, frozen) if frozen else here.ready_seconds
    end = here.ready_seconds + (_home_seconds(problem, team, here.place) if frozen else 0)
    return Route(
        team=team.id,
        stops=frozen,
        depart_seconds=depart,
        end_seconds=end,
        lunch=_frozen_lunch(problem, team),
    )


def _home_seconds(problem: Problem, team: Team, place: PlaceId) -> int:
    return 0 if team.end_place is None else problem.seconds(team.mode, place, team.end_place)


def _forward(
    problem: Problem, team: Team, here: Standing, visits: Sequence[VisitId], agreed: Mapping[VisitId, int]
) -> list[_Step] | TooLate:
    ready = here.ready_seconds
    depart = (ready, _after_lunch(team, ready)) if here.lunch_pending else (NEVER, ready)
    place = here.place
    steps: list[_Step] = []
    for name in visits:
        visit = problem.visit_by_id[name]
        travel = problem.seconds(team.mode, place, visit.place)
        setup = 0 if visit.place == place else visit.setup_seconds
        if travel >= UNREACHABLE_SECONDS:
            return TooLate(visit=name)
        arrive = (depart[0] + travel, depart[1] + travel)
        lunched = _after_lunch(team, arrive[0])
        arriving = lunched < arrive[1]
        windows = open_windows(problem, name)
        start = (
            _next_start(windows, arrive[0] + setup, agreed.get(name)),
            _next_start(windows, min(arrive[1], lunched) + setup, agreed.get(name)),
        )
        if min(start) >= NEVER:
            return TooLate(visit=name)
        leave = (start[0] + visit.service_seconds, start[1] + visit.service_seconds)
        lunched = _after_lunch(team, leave[0])
        after = lunched < leave[1]
        depart = (leave[0], min(leave[1], lunched))
        steps.append(_Step(arrive, start, depart, arriving, after))
        place = visit.place
    return steps


def _after_lunch(team: Team, free: int) -> int:
    """When lunch is over for a team that is free at this second; NEVER when it is too late to begin."""
    if team.lunch is None or free > team.lunch.until_seconds:
        return NEVER
    return max(free, team.lunch.from_seconds) + team.lunch.duration_seconds


def _next_start(windows: tuple[Window, ...], ready: int, agreed: int | None) -> int:
    """Return the first second at or after `ready` at which the visit may start."""
    for window in windows:
        start = max(ready, window.from_seconds) if agreed is None else agreed
        if ready <= start and window.from_seconds <= start <= window.until_seconds:
            return start
    return NEVER


def _written(
    problem: Problem,
    team: Team,
    here: Standing,
    frozen: tuple[StopTime, ...],
    visits: Sequence[VisitId],
    steps: list[_Step],
    label: int,
    home: int,
) -> Route:
    """Write the route with its lunch found by walking back from the label that the day ends with."""
    stops: list[StopTime] = []
    lunch = _frozen_lunch(problem, team)
    end = steps[-1].depart[label] + home
    for index in range(len(steps) - 1, -1, -1):
        step = steps[index]
        if label == 1 and step.after:
            lunch = _lunch(team, here.frozen_stops + index + 1, step.depart[1])
            label = 0
        start = step.start[label]
        arriving = label == 1 and step.arriving
        if arriving:
            label = 0
            lunched = _after_lunch(team, step.arrive[0])
            lunch = _lunch(team, here.frozen_stops + index, lunched)
        service = problem.visit_by_id[visits[index]].service_seconds
        stops.append(
            StopTime(
                visit=visits[index],
                arrive_seconds=step.arrive[label],
                start_seconds=start,
                end_seconds=start + service,
            )
        )
    if label == 1 and here.lunch_pending:
        lunch = _lunch(team, here.frozen_stops, _after_lunch(team, here.ready_seconds))
    depart = (
        _frozen_depart(problem, team, frozen)
        if frozen
        else stops[-1].arrive_seconds - problem.seconds(team.mode, here.place, problem.visit_by_id[visits[0]].place)
    )
    return Route(team=team.id, stops=(*frozen, *reversed(stops)), depart_seconds=depart, end_seconds=end, lunch=lunch)


def _lunch(team: Team, after_stops: int, end: int) -> LunchTime:
    duration = team.lunch.duration_seconds if team.lunch else 0
    return LunchTime(after_stops=after_stops, start_seconds=end - duration, end_seconds=end)
