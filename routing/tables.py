"""This file turns a problem into the integer tables that the compiled search reads: one row per visit, team, place.

The columns are named in `routing/layout.py`. Rules that only ask "may this team make this visit, and at what price" end
in one matrix, `assign`; rules that only ask "when" end in the windows. That is where most new rules belong.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from routing import layout as at
from routing.cost import change_price, continuity_price, left_out_price, used_vials, work_seconds
from routing.plan import Route
from routing.problem import DAY_SECONDS_MAX, UNREACHABLE_SECONDS, Need, Pair, Problem, Team, Visit, VisitId
from routing.schedule import Standing, open_windows, standing, timed_route

NEIGHBOURS_MAX = 250


def tables_of(problem: Problem) -> at.Tables:
    """Return the tables of the open part of the problem: visits that are not frozen, teams where they stand."""
    visits = open_visits(problem)
    row = {visit.id: index for index, visit in enumerate(visits)}
    modes = {table.mode: index for index, table in enumerate(problem.travel)}
    seconds = np.ascontiguousarray(
        np.stack([np.minimum(table.seconds, UNREACHABLE_SECONDS) for table in problem.travel])
        if problem.travel
        else np.zeros((1, max(1, len(problem.places)), max(1, len(problem.places))), dtype=np.int32)
    ).astype(np.int32)
    assign = _assign(problem, visits)
    team_rows = _teams(problem, modes, assign)
    weights = problem.weights
    vials = np.array([[product.doses_per_vial, product.open_seconds] for product in problem.products] + [[1, 0]])
    soft = any(window.wished_until_seconds is not None for visit in visits for window in visit.windows)
    has_vials = any(product.doses_per_vial > 1 for product in problem.products)
    return at.Tables(
        visit=_visits(problem, visits, row),
        window=_windows(problem, visits),
        team=team_rows,
        seconds=seconds,
        into=np.ascontiguousarray(seconds.transpose(0, 2, 1)),
        assign=assign,
        need=_needs(problem, (visit.needs for visit in visits), len(visits)),
        room=_room(problem),
        vial=vials.astype(np.int64),
        opened=_opened(problem),
        weight=np.array(
            [
                weights.travel_second,
                weights.overtime_second,
                weights.late_second,
                weights.wasted_dose,
                weights.full_load,
                int(soft),
                int(has_vials),
            ],
            dtype=np.int64,
        ),
        near=_near(problem, visits, seconds),
    )


def open_visits(problem: Problem) -> tuple[Visit, ...]:
    """Return the visits that may still be planned, in the order of the problem."""
    frozen = {stop.visit for stop in problem.frozen}
    return tuple(visit for visit in problem.visits if visit.id not in frozen)


def may_serve(problem: Problem, team: Team, visit: Visit) -> bool:
    """Whether skills, languages, carers and locks let this team make this visit at all."""
    members = {member.id for member in team.members}
    skills = {skill for member in team.members for skill in member.skills}
    languages = {language for member in team.members for language in member.languages}
    pinned = problem.pin_by_visit.get(visit.id)
    partner = problem.partner.get(visit.id)
    return (
        set(visit.skills) <= skills
        and set(visit.languages) <= languages
        and (not visit.required_members or bool(members & set(visit.required_members)))
        and not members & set(visit.barred_members)
        and (pinned is None or pinned.team in (None, team.id))
        and (partner is None or problem.frozen_team.get(partner) != team.id)
    )


def _assign(problem: Problem, visits: tuple[Visit, ...]) -> NDArray[np.int64]:
    """Return the price of each team making each visit; -1 where it may not."""
    table = np.full((len(problem.teams), max(1, len(visits))), -1, dtype=np.int64)
    for line, team in enumerate(problem.teams):
        for column, visit in enumerate(visits):
            if may_serve(problem, team, visit):
                table[line, column] = continuity_price(problem, team.id, visit.id) + change_price(
                    problem, team.id, visit.id
                )
    return table


def _visits(problem: Problem, visits: tuple[Visit, ...], row: dict[VisitId, int]) -> NDArray[np.int64]:
    table = np.zeros((max(1, len(visits)), at.VISIT_COLUMNS), dtype=np.int64)
    pairs: dict[VisitId, Pair] = {}
    for pair in problem.pairs:
        if pair.first in row and pair.second in row:
            pairs[pair.first] = pairs[pair.second] = pair
    for line, visit in enumerate(visits):
        pair_here = pairs.get(visit.id)
        table[line, at.PLACE] = problem.place_row[visit.place]
        table[line, at.SERVICE] = visit.service_seconds
        table[line, at.SETUP] = visit.setup_seconds
        table[line, at.OUT] = left_out_price(problem, visit)
        table[line, at.PARTNER] = -1
        table[line, at.FIRST] = 1
        if pair_here is not None:
            table[line, at.PARTNER] = row[pair_here.second if pair_here.first == visit.id else pair_here.first]
            table[line, at.FIRST] = int(pair_here.first == visit.id)
            table[line, at.GAP_MIN] = pair_here.gap_min_seconds
            table[line, at.GAP_MAX] = pair_here.gap_max_seconds
        table[line, at.SPAN] = sum(
            window.until_seconds - window.from_seconds for window in open_windows(problem, visit.id)
        )
    return table


def _windows(problem: Problem, visits: tuple[Visit, ...]) -> NDArray[np.int64]:
    windows = [open_windows(problem, visit.id) for visit in visits]
    table = np.zeros((max(1, len(visits)), 1 + 3 * max([1, *(len(own) for own in windows)])), dtype=np.int64)
    for line, own in enumerate(windows):
        table[line, 0] = len(own)
        for number, window in enumerate(own):
            wished = DAY_SECONDS_MAX if window.wished_until_seconds is None else window.wished_until_seconds
            table[line, 3 * number + 1 : 3 * number + 4] = (window.from_seconds, window.until_seconds, wished)
    return table


def _teams(problem: Problem, modes: dict[str, int], assign: NDArray[np.int64]) -> NDArray[np.int64]:
    table = np.zeros((len(problem.teams), at.TEAM_COLUMNS), dtype=np.int64)
    kinds: dict[object, int] = {}
    for line, team in enumerate(problem.teams):
        here = standing(problem, team)
        frozen = timed_route(problem, team.id, (), {})
        lunch = team.lunch if here.lunch_pending else None
        kind = (
            _kind(team, here),
            assign[line].tobytes(),
            here.frozen_stops,
            line if here.frozen_stops else -1,
        )
        table[line] = (
            modes[team.mode],
            problem.place_row[here.place],
            -1 if team.end_place is None else problem.place_row[team.end_place],
            here.ready_seconds,
            team.shift_end_seconds,
            team.shift_end_seconds + team.overtime_seconds_max,
            lunch.from_seconds if lunch else 0,
            lunch.until_seconds if lunch else -1,
            lunch.duration_seconds if lunch else 0,
            _work_so_far(problem, team, frozen) if isinstance(frozen, Route) else 0,
            int(here.frozen_stops > 0),
            team.shift_end_seconds - team.shift_start_seconds,
            kinds.setdefault(kind, len(kinds)),
        )
    return table


def _kind(team: Team, here: Standing) -> tuple[object, ...]:
    """Say what makes two idle teams the same to the search."""
    return (
        team.mode,
        team.start_place,
        team.end_place,
        here.ready_seconds,
        team.shift_start_seconds,
        team.shift_end_seconds,
        team.overtime_seconds_max,
        team.lunch if here.lunch_pending else None,
        team.carries,
        team.box_doses_max,
    )


def _work_so_far(problem: Problem, team: Team, frozen: Route) -> int:
    """Seconds of work in the frozen part, the way to the end place not included."""
    if not frozen.stops:
        return 0
    last = problem.visit_by_id[frozen.stops[-1].visit].place
    home = 0 if team.end_place is None else problem.seconds(team.mode, last, team.end_place)
    return work_seconds(problem, frozen) - home


def _columns(problem: Problem, needs: Iterable[Need]) -> list[int]:
    """Return the count of each product, and how many of them take room in the cold box."""
    count = {need.product: need.count for need in needs}
    cold = sum(count.get(product.id, 0) for product in problem.products if product.cold)
    return [*(count.get(product.id, 0) for product in problem.products), cold]


def _needs(problem: Problem, needs: Iterable[tuple[Need, ...]], count: int) -> NDArray[np.int64]:
    table = np.zeros((max(1, count), len(problem.products) + 1), dtype=np.int64)
    for line, own in enumerate(needs):
        table[line] = _columns(problem, own)
    return table


def _room(problem: Problem) -> NDArray[np.int64]:
    """Say what each team's box still holds of each product, and in all: carried less what the frozen stops use."""
    table = np.zeros((len(problem.teams), len(problem.products) + 1), dtype=np.int64)
    for line, team in enumerate(problem.teams):
        carried = {need.product: need.count for need in team.carries}
        for column, product in enumerate(problem.products):
            table[line, column] = carried.get(product.id, 0) // product.doses_per_vial * product.doses_per_vial
        table[line, -1] = 1_000_000_000 if team.box_doses_max is None else team.box_doses_max
        for stop in problem.frozen_by_team[team.id]:
            table[line] -= np.array(_columns(problem, problem.visit_by_id[stop.visit].needs), dtype=np.int64)
    return table


def _opened(problem: Problem) -> NDArray[np.int64]:
    """For each team and product: doses left in the opened vial, when it expires, how many more vials may be opened."""
    table = np.zeros((len(problem.teams), len(problem.products) + 1, 3), dtype=np.int64)
    for line, team in enumerate(problem.teams):
        carried = {need.product: need.count for need in team.carries}
        states = used_vials(problem, ((stop.visit, stop.start_seconds) for stop in problem.frozen_by_team[team.id]))
        for column, product in enumerate(problem.products):
            state = states.get(product.id)
            sealed = carried.get(product.id, 0) // product.doses_per_vial
            if state is None:
                table[line, column] = (0, 0, sealed)
            else:
                table[line, column] = (state.doses_left, state.expires_seconds, sealed - state.vials_opened)
    return table


def _near(problem: Problem, visits: tuple[Visit, ...], seconds: NDArray[np.int32]) -> NDArray[np.int64]:
    """For each visit the others, nearest first, itself at the head."""
    if not visits:
        return np.zeros((1, 1), dtype=np.int64)
    rows = np.array([problem.place_row[visit.place] for visit in visits])
    both_ways = seconds.astype(np.int64).sum(axis=0)
    both_ways = both_ways + both_ways.T
    apart = both_ways[np.ix_(rows, rows)]
    np.fill_diagonal(apart, -1)
    return np.ascontiguousarray(np.argsort(apart, axis=1, kind="stable")[:, :NEIGHBOURS_MAX]).astype(np.int64)
