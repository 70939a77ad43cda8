"""This file says what a plan is: for each team a route of timed stops, and the visits left out.

Instants are seconds since the start of the day. How the times come about is decided in `routing/schedule.py`, whether
a plan is allowed in `routing/check.py`, what it costs in `routing/cost.py`, why a visit is left out in
`routing/explain.py`.
"""

import msgspec

from routing.problem import Problem, TeamId, VisitId


class StopTime(msgspec.Struct, frozen=True, kw_only=True):
    """One visit on a route: the team arrives, may wait or set up, starts the service and ends it."""

    visit: VisitId
    arrive_seconds: int
    start_seconds: int
    end_seconds: int


class LunchTime(msgspec.Struct, frozen=True, kw_only=True):
    """When a team has lunch, and after how many of its stops it stands in the day (0: before the first)."""

    after_stops: int
    start_seconds: int
    end_seconds: int


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """The day of one team. `depart_seconds`: it leaves the start place; `end_seconds`: it is at its end place."""

    team: TeamId
    stops: tuple[StopTime, ...]
    depart_seconds: int
    end_seconds: int
    lunch: LunchTime | None = None

    @property
    def visits(self) -> tuple[VisitId, ...]:
        """The visits of the route in order."""
        return tuple(stop.visit for stop in self.stops)


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A visit that is on no route. Why, and what would let it in, is told by `routing/explain.py`."""

    visit: VisitId


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All routes of a day, one per team that goes out, and the visits left out."""

    routes: tuple[Route, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def team_of(self) -> dict[VisitId, TeamId]:
        """The team of each visit that is served."""
        return {stop.visit: route.team for route in self.routes for stop in route.stops}

    @property
    def starts(self) -> dict[VisitId, int]:
        """The second at which each visit that is served starts."""
        return {stop.visit: stop.start_seconds for route in self.routes for stop in route.stops}


def plan_of(problem: Problem, routes: tuple[Route, ...]) -> Plan:
    """Make a plan of these routes: R1, every visit on none of them is left out, in the order of the problem."""
    served = {stop.visit for route in routes for stop in route.stops}
    return Plan(
        routes=tuple(route for route in routes if route.stops),
        left_out=tuple(LeftOut(visit=visit.id) for visit in problem.visits if visit.id not in served),
    )
