"""This file decides what a good plan is, term by term, in seconds of travel that each thing is worth avoiding.

The terms, with the weights of `Weights` that price them and that a territory may set:

* promised: a visit whose persons were told that somebody comes today, and who are left out (`promised_left_out`);
* left out: the points of each visit left out (`left_out_point`); points grow with priority (`points_by_priority`), with
  the number of persons, and by `due_points_percent` once the visit is due today or overdue; a visit by two costs
  `pair_half_left_out` more for each of its halves, since two teams free at one time are hard to find on another day too;
* waste: doses of an opened vial that nobody gets within its hours or by the end of the day (`wasted_dose`);
* travel: seconds on the way, back to the end place included (`travel_second`);
* overtime: seconds after the end of the shift (`overtime_second`);
* lateness: seconds by which a service starts after its window's wished end (`late_second`);
* continuity: a visit by a team without any of the carers it is used to (`other_member`), without a preferred skill or
  language (`preference_missed`, each), or in a zone the team does not know (`unknown_zone`);
* change: a visit on another team than in the published plan (`moved_team`);
* load: a team whose whole shift is work costs `full_load`, half a shift a quarter of it, so that equal days cost less.

Exact integers throughout. When stops happen is decided in `routing/schedule.py`, what is allowed in `routing/check.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import msgspec

from routing.plan import Plan, Route
from routing.problem import PlaceId, Problem, ProductId, Team, TeamId, Visit, VisitId
from routing.schedule import open_windows


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan costs, term by term, in seconds of travel; and the plain figures a dispatcher reads."""

    promised: int
    left_out: int
    waste: int
    travel: int
    overtime: int
    lateness: int
    continuity: int
    change: int
    load: int
    points_served: int
    points_left_out: int
    doses_wasted: int
    travel_seconds: int

    @property
    def total(self) -> int:
        """The sum that the search minimises."""
        return (
            self.promised
            + self.left_out
            + self.waste
            + self.travel
            + self.overtime
            + self.lateness
            + self.continuity
            + self.change
            + self.load
        )


@dataclass(frozen=True)
class VialState:
    """The opened vial of one product in a team's box, and what was opened and thrown away so far."""

    doses_left: int = 0
    expires_seconds: int = 0
    vials_opened: int = 0
    doses_wasted: int = 0


def evaluate(problem: Problem, plan: Plan) -> Score:
    """Price a plan, term by term. Reads the plan's own times; says nothing about whether the plan is allowed."""
    out = [problem.visit_by_id[entry.visit] for entry in plan.left_out]
    weights = problem.weights
    wasted = sum(wasted_doses(problem, route) for route in plan.routes)
    travelled = sum(_travel_seconds(problem, route) for route in plan.routes)
    points_left_out = sum(points(problem, visit) for visit in out)
    assigned = [(route.team, stop.visit) for route in plan.routes for stop in route.stops]
    return Score(
        promised=weights.promised_left_out * sum(visit.promised for visit in out),
        left_out=sum(_unserved_price(problem, visit) for visit in out),
        waste=weights.wasted_dose * wasted,
        travel=weights.travel_second * travelled,
        overtime=weights.overtime_second * sum(_overtime_seconds(problem, route) for route in plan.routes),
        lateness=weights.late_second * sum(_late_seconds(problem, route) for route in plan.routes),
        continuity=sum(continuity_price(problem, team, visit) for team, visit in assigned),
        change=sum(change_price(problem, team, visit) for team, visit in assigned),
        load=sum(_load_price(problem, route) for route in plan.routes),
        points_served=sum(points(problem, visit) for visit in problem.visits) - points_left_out,
        points_left_out=points_left_out,
        doses_wasted=wasted,
        travel_seconds=travelled,
    )


def points(problem: Problem, visit: Visit) -> int:
    """How much it matters that this visit is made.

    >>> from routing.problem import Problem, VisitId, PlaceId
    >>> empty = Problem(places=(), visits=(), teams=(), travel=())
    >>> hotel = Visit(id=VisitId("v"), place=PlaceId("p"), service_seconds=0, priority=3, persons=2, due_in_days=-4)
    >>> points(empty, hotel)
    16
    """
    plain = problem.weights.points_by_priority[visit.priority - 1] * visit.persons
    due = visit.due_in_days is not None and visit.due_in_days <= 0
    return plain + (plain * problem.weights.due_points_percent // 100 if due else 0)


def left_out_price(problem: Problem, visit: Visit) -> int:
    """Say what leaving this visit out adds to the cost of a plan."""
    promised = problem.weights.promised_left_out if visit.promised else 0
    return promised + _unserved_price(problem, visit)


def _unserved_price(problem: Problem, visit: Visit) -> int:
    half = problem.weights.pair_half_left_out if visit.id in problem.pair_by_visit else 0
    return half + problem.weights.left_out_point * points(problem, visit)


def continuity_price(problem: Problem, team_id: TeamId, visit_id: VisitId) -> int:
    """Say what it costs that this team, rather than one the persons would rather see, makes the visit."""
    team, visit = problem.team_by_id[team_id], problem.visit_by_id[visit_id]
    weights = problem.weights
    members = {member.id for member in team.members}
    skills = {skill for member in team.members for skill in member.skills}
    languages = {language for member in team.members for language in member.languages}
    missed = len(set(visit.preferred_skills) - skills) + len(set(visit.preferred_languages) - languages)
    zone = problem.places[problem.place_row[visit.place]].zone
    return (
        (weights.other_member if visit.preferred_members and not members & set(visit.preferred_members) else 0)
        + weights.preference_missed * missed
        + (weights.unknown_zone if zone and team.zones and zone not in team.zones else 0)
    )


def change_price(problem: Problem, team_id: TeamId, visit_id: VisitId) -> int:
    """Say what it costs that the visit is with another team than in the published plan."""
    moved = problem.published_team.get(visit_id, team_id) != team_id
    return problem.weights.moved_team if moved else 0


def used_vials(problem: Problem, uses: Iterable[tuple[VisitId, int]]) -> dict[ProductId, VialState]:
    """Each product's vials after these visits, given as (visit, start second) in order of time.

    A vial is opened at the start of the service that needs it; what is left when its hours are over is thrown away.
    """
    states: dict[ProductId, VialState] = {}
    for visit_id, start in uses:
        for need in problem.visit_by_id[visit_id].needs:
            product = problem.product_by_id[need.product]
            if product.doses_per_vial == 1 or need.count == 0:
                continue
            state = states.get(product.id, VialState())
            left, wasted = state.doses_left, state.doses_wasted
            if left and start > state.expires_seconds:
                left, wasted = 0, wasted + left
            missing = max(0, need.count - left)
            vials = -(-missing // product.doses_per_vial)
            states[product.id] = VialState(
                doses_left=left + vials * product.doses_per_vial - need.count,
                expires_seconds=start + product.open_seconds if vials else state.expires_seconds,
                vials_opened=state.vials_opened + vials,
                doses_wasted=wasted,
            )
    return states


def wasted_doses(problem: Problem, route: Route) -> int:
    """Doses of opened vials that nobody gets on this route, those left at the end of the day included."""
    states = used_vials(problem, ((stop.visit, stop.start_seconds) for stop in route.stops))
    return sum(state.doses_wasted + state.doses_left for state in states.values())


def _legs(problem: Problem, route: Route) -> list[tuple[PlaceId, PlaceId]]:
    team = problem.team_by_id[route.team]
    places = [team.start_place, *(problem.visit_by_id[name].place for name in route.visits)]
    if team.end_place is not None:
        places.append(team.end_place)
    return list(pairwise(places)) if route.stops else []


def _travel_seconds(problem: Problem, route: Route) -> int:
    mode = problem.team_by_id[route.team].mode
    return sum(problem.seconds(mode, origin, target) for origin, target in _legs(problem, route))


def _overtime_seconds(problem: Problem, route: Route) -> int:
    return max(0, route.end_seconds - problem.team_by_id[route.team].shift_end_seconds) if route.stops else 0


def _late_seconds(problem: Problem, route: Route) -> int:
    """Lateness of the stops that are still open: what is frozen can no longer be on time."""
    frozen = len(problem.frozen_by_team[route.team])
    late = 0
    for stop in route.stops[frozen:]:
        for window in open_windows(problem, stop.visit):
            inside = window.from_seconds <= stop.start_seconds <= window.until_seconds
            if inside and window.wished_until_seconds is not None:
                late += max(0, stop.start_seconds - window.wished_until_seconds)
    return late


def work_seconds(problem: Problem, route: Route) -> int:
    """Seconds of a route that are work: on the way, setting up and serving; waiting and lunch are not."""
    team = problem.team_by_id[route.team]
    frozen = len(problem.frozen_by_team[route.team])
    work = _travel_seconds(problem, route)
    before = team.start_place
    for index, stop in enumerate(route.stops):
        visit = problem.visit_by_id[stop.visit]
        work += stop.end_seconds - stop.start_seconds
        if index >= frozen and visit.place != before:
            work += visit.setup_seconds
        before = visit.place
    return work


def _load_price(problem: Problem, route: Route) -> int:
    return load_price(problem, problem.team_by_id[route.team], work_seconds(problem, route)) if route.stops else 0


def load_price(problem: Problem, team: Team, work: int) -> int:
    """Say what a day with this many seconds of work costs a team: the square of how full its shift is."""
    shift = team.shift_end_seconds - team.shift_start_seconds
    return problem.weights.full_load * work * work // (shift * shift)
