"""This file lists what is wrong with the values given for a problem, in sentences a caller can act on.

It is asked once, by `Problem` itself. What the values mean stands in `routing/problem.py`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np

from routing.problem import DAY_SECONDS_MAX, Need, Problem, Team, Visit

# So that the dearest plan of thousands of visits still has a price of 64 bits.
PERSONS_MAX = 1_000
COUNT_MAX = 100_000
POINTS_MAX = 1_000
WEIGHT_MAX = 10_000_000
DUE_PERCENT_MAX = 10_000


def faults(problem: Problem) -> tuple[str, ...]:
    """Every reason why the values do not make a problem; empty when they do."""
    return (
        *_twice(problem),
        *_travel(problem),
        *(fault for visit in problem.visits for fault in _visit(problem, visit)),
        *(fault for team in problem.teams for fault in _team(problem, team)),
        *_products(problem),
        *_pairs(problem),
        *_locks(problem),
        *_weights(problem),
    )


def _repeated(kind: str, ids: Iterable[str]) -> Iterator[str]:
    for name, times in Counter(ids).items():
        if times > 1:
            yield f"{kind} {name}: named {times} times"


def _twice(problem: Problem) -> Iterator[str]:
    yield from _repeated("place", (place.id for place in problem.places))
    yield from _repeated("visit", (visit.id for visit in problem.visits))
    yield from _repeated("team", (team.id for team in problem.teams))
    yield from _repeated("product", (product.id for product in problem.products))
    yield from _repeated("travel table", (table.mode for table in problem.travel))
    yield from _repeated("frozen visit", (stop.visit for stop in problem.frozen))
    yield from _repeated("pinned visit", (pin.visit for pin in problem.pins))
    yield from _repeated("published visit", (entry.visit for entry in problem.published))
    yield from _repeated("paired visit", (name for pair in problem.pairs for name in (pair.first, pair.second)))
    yield from _repeated("frozen lunch of team", (lunch.team for lunch in problem.frozen_lunches))


def _travel(problem: Problem) -> Iterator[str]:
    wanted = (len(problem.places), len(problem.places))
    for table in problem.travel:
        for name, values in (("seconds", table.seconds), ("metres", table.metres)):
            if values.shape != wanted:
                yield f"travel table {table.mode}: {name} has shape {values.shape}, {wanted} is needed"
            elif values.dtype.name != "int32":
                yield f"travel table {table.mode}: {name} must be int32, not {values.dtype.name}"
            elif values.size and int(values.min()) < 0:
                row, column = np.unravel_index(int(values.argmin()), values.shape)
                way = f"from {problem.places[row].id} to {problem.places[column].id}"
                yield f"travel table {table.mode}: {name} {way} is {values.min()}, at least 0 is needed"
            elif values.diagonal().any():
                place = problem.places[int(values.diagonal().argmax())].id
                yield f"travel table {table.mode}: {name} from {place} to itself must be 0"


def _needs(problem: Problem, owner: str, needs: tuple[Need, ...]) -> Iterator[str]:
    yield from _repeated(f"{owner}: product", (need.product for need in needs))
    for need in needs:
        if need.product not in problem.product_by_id:
            yield f"{owner}: unknown product {need.product}"
        if not 0 <= need.count <= COUNT_MAX:
            yield f"{owner}: {need.count} of product {need.product}, between 0 and {COUNT_MAX} are possible"


def _visit(problem: Problem, visit: Visit) -> Iterator[str]:
    owner = f"visit {visit.id}"
    if not visit.id:
        yield f"visit at {visit.place}: an id of one sign or more is needed"
    if visit.place not in problem.place_row:
        yield f"{owner}: unknown place {visit.place}"
    if not 0 <= visit.service_seconds <= DAY_SECONDS_MAX or not 0 <= visit.setup_seconds <= DAY_SECONDS_MAX:
        yield f"{owner}: service and set-up take between 0 and {DAY_SECONDS_MAX} seconds"
    if not 1 <= visit.priority <= len(problem.weights.points_by_priority):
        yield f"{owner}: priority {visit.priority} is not between 1 and {len(problem.weights.points_by_priority)}"
    if not 1 <= visit.persons <= PERSONS_MAX:
        yield f"{owner}: {visit.persons} persons, between 1 and {PERSONS_MAX} are possible"
    last = -1
    for window in visit.windows:
        wished = window.until_seconds if window.wished_until_seconds is None else window.wished_until_seconds
        if not 0 <= window.from_seconds <= wished <= window.until_seconds <= DAY_SECONDS_MAX:
            yield f"{owner}: a window must run from ≤ wished until ≤ until, within two days"
        if window.from_seconds <= last:
            yield f"{owner}: windows must be in order and apart"
        last = window.until_seconds
    yield from _needs(problem, owner, visit.needs)


def _team(problem: Problem, team: Team) -> Iterator[str]:
    owner = f"team {team.id}"
    if team.mode not in problem.travel_by_mode:
        yield f"{owner}: no travel table for mode {team.mode}"
    for place in (team.start_place, team.end_place):
        if place is not None and place not in problem.place_row:
            yield f"{owner}: unknown place {place}"
    if not 0 <= team.shift_start_seconds < team.shift_end_seconds <= DAY_SECONDS_MAX:
        yield f"{owner}: a shift must start before it ends, within two days"
    if not 0 <= team.overtime_seconds_max <= DAY_SECONDS_MAX:
        yield f"{owner}: overtime must be between 0 and {DAY_SECONDS_MAX} seconds"
    lunch = team.lunch
    if lunch and not (0 <= lunch.from_seconds <= lunch.until_seconds <= DAY_SECONDS_MAX and lunch.duration_seconds > 0):
        yield f"{owner}: lunch must start between two instants in order and last"
    if team.box_doses_max is not None and team.box_doses_max < 0:
        yield f"{owner}: a box holds 0 doses or more"
    yield from _needs(problem, owner, team.carries)


def _products(problem: Problem) -> Iterator[str]:
    for product in problem.products:
        if product.doses_per_vial < 1:
            yield f"product {product.id}: {product.doses_per_vial} doses per vial"
        if product.doses_per_vial > 1 and product.open_seconds < 1:
            yield f"product {product.id}: a vial of several doses must say how long it serves once opened"
        if product.open_seconds < 0:
            yield f"product {product.id}: an opened vial serves {product.open_seconds} seconds, at least 0 is needed"
    for reserve in problem.reserves:
        if reserve.place not in problem.place_row or reserve.product not in problem.product_by_id:
            yield f"reserve {reserve.id}: unknown place or product"


def _pairs(problem: Problem) -> Iterator[str]:
    for pair in problem.pairs:
        if pair.first not in problem.visit_by_id or pair.second not in problem.visit_by_id:
            yield f"pair {pair.first} + {pair.second}: unknown visit"
        if not 0 <= pair.gap_min_seconds <= pair.gap_max_seconds <= DAY_SECONDS_MAX:
            yield f"pair {pair.first} + {pair.second}: gaps must be in order and not negative"


def _locks(problem: Problem) -> Iterator[str]:
    for pin in problem.pins:
        if pin.visit not in problem.visit_by_id or (pin.team is not None and pin.team not in problem.team_by_id):
            yield f"pin of visit {pin.visit}: unknown visit or team"
    for entry in problem.published:
        if entry.visit not in problem.visit_by_id:
            yield f"published visit {entry.visit}: unknown"
    for lunch in problem.frozen_lunches:
        if lunch.team not in problem.team_by_id or not 0 <= lunch.start_seconds <= lunch.end_seconds <= DAY_SECONDS_MAX:
            yield f"frozen lunch of team {lunch.team}: unknown team or instants out of order"
    ends: dict[str, int] = {}
    for stop in problem.frozen:
        if stop.visit not in problem.visit_by_id or stop.team not in problem.team_by_id:
            yield f"frozen stop {stop.visit}: unknown visit or team"
        if not ends.get(stop.team, 0) <= stop.start_seconds <= stop.end_seconds <= DAY_SECONDS_MAX:
            yield f"frozen stop {stop.visit}: stops of a team must follow each other in time"
        ends[stop.team] = stop.end_seconds
    if not 0 <= problem.now_seconds <= DAY_SECONDS_MAX:
        yield f"now must be between 0 and {DAY_SECONDS_MAX} seconds"


def _weights(problem: Problem) -> Iterator[str]:
    weights = problem.weights
    if not 0 <= min(weights.points_by_priority) <= max(weights.points_by_priority) <= POINTS_MAX:
        yield f"weights: points by priority must be between 0 and {POINTS_MAX}"
    for name in weights.__struct_fields__:
        value, most = getattr(weights, name), DUE_PERCENT_MAX if name == "due_points_percent" else WEIGHT_MAX
        if isinstance(value, int) and not 0 <= value <= most:
            yield f"weights: {name} must be between 0 and {most}"
