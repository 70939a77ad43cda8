"""This file holds a plan on the board that the search changes: it lays plans out, reads them back, asks prices.

Rows are translated to ids here and nowhere else. The moves themselves are in `routing/kernel.py` and the files that it names.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing import kernel, kernel_pair, kernel_recreate, kernel_route, kernel_seat
from routing import layout as at
from routing.plan import Plan, Route, plan_of
from routing.problem import Problem, TeamId, VisitId
from routing.schedule import TooLate, timed_route
from routing.tables import open_visits, tables_of

LOG_ENTRIES = 4_096
COOLING_STEPS = 1_024

KNOBS = {
    at.BLINK: 20,
    at.RUIN_MEAN: 10,
    at.STRING_MAX: 10,
    at.K_RANDOM: 1,
    at.K_WORTH: 12,
    at.K_FAR: 1,
    at.K_CLOSE: 1,
    at.K_NARROW: 1,
    at.K_LONG: 1,
    at.R_STRINGS: 90,
    at.R_RANDOM: 9,
    at.R_ROUTE: 1,
    at.REACH: 40,
    at.FAR: 30,
    at.TAILS: 100,
}
"""Shares and sizes of the search's choices: in 1024ths, stops, and parts of their sum."""


class SearchFaultError(RuntimeError):
    """The compiled search and the schedule disagree about a route: a defect of this package, never of the input."""


@dataclass(frozen=True)
class Seat:
    """A place for a visit on a team's route: after so many of its open stops, at this price."""

    team: TeamId
    after_stops: int
    price: int


class Laid:
    """A problem laid out for the search, with one plan on it."""

    def __init__(self, problem: Problem, seed: int) -> None:
        self.problem = problem
        self.visits = open_visits(problem)
        self.row = {visit.id: index for index, visit in enumerate(self.visits)}
        self.tables = tables_of(problem)
        self.board = _empty_board(self.tables, seed)
        for team in range(len(problem.teams)):
            kernel_route.refresh(self.tables, self.board, team)
        self._settle()

    def lay(self, plan: Plan) -> None:
        """Seat the open stops of a plan in their order; a stop that no longer fits, or lost its twin, stays out."""
        starts = plan.starts
        lines = {team.id: line for line, team in enumerate(self.problem.teams)}
        for route in plan.routes:
            for name in route.visits:
                row = self.row.get(name)
                if row is None or route.team not in lines:
                    continue
                if self.tables.visit[row, at.PARTNER] >= 0:
                    self.board.agreed[row] = starts[name]
                self._seat_last(lines[route.team], row)
        for row in range(len(self.visits)):
            partner = int(self.tables.visit[row, at.PARTNER])
            if partner >= 0 and self.board.where[row] >= 0 and not self._agree(row, partner):
                kernel_seat.take_out(self.tables, self.board, row)
        self._settle()

    def _seat_last(self, line: int, row: int) -> None:
        before = int(self.board.route[line, at.LENGTH])
        if self.board.where[row] >= 0 or not kernel_seat.can_carry(self.tables, self.board, line, row):
            self.board.agreed[row] = -1
            return
        kernel_seat.seat(self.tables, self.board, line, before, row)
        if self.board.route[line, at.POSSIBLE] == 0:
            kernel_route.refresh(self.tables, self.board, kernel_seat.unseat(self.tables, self.board, row))

    def _agree(self, row: int, partner: int) -> bool:
        board, visit = self.board, self.tables.visit
        first, second = (row, partner) if visit[row, at.FIRST] else (partner, row)
        gap = int(board.agreed[second] - board.agreed[first])
        apart = board.where[partner] >= 0 and board.where[partner] != board.where[row]
        return bool(apart and visit[first, at.GAP_MIN] <= gap <= visit[first, at.GAP_MAX])

    def _settle(self) -> None:
        """Make what lies on the board the current plan."""
        self.board.now[at.NOW_COST] = kernel.total(self.tables, self.board)
        kernel.keep(self.tables, self.board)

    def fill(self) -> None:
        """Seat what still pays, without taking anything out: the first plan."""
        if self.visits and self.problem.teams:
            self.board.now[at.CENTRE] = -1
            kernel_recreate.recreate(self.tables, self.board)
            self._settle()

    def run(self, iteration: int, until: int, horizon: int, effort: int) -> int:
        """Search on and return the iteration reached."""
        return int(kernel.run(self.tables, self.board, iteration, until, horizon, effort))

    @property
    def best_cost(self) -> int:
        """The price of the best plan so far, without what is frozen."""
        return int(self.board.now[at.BEST_COST])

    @property
    def now_cost(self) -> int:
        """The price of the plan on the board, without what is frozen."""
        return int(self.board.now[at.NOW_COST])

    def put(self, line: int, after_stops: int, visit: VisitId) -> None:
        """Put a visit in a seat of the team in this line, whether or not it pays."""
        kernel_seat.seat(self.tables, self.board, line, after_stops, self.row[visit])

    def take(self, visit: VisitId) -> None:
        """Take a seated visit, and its twin with it, off the board."""
        kernel_seat.take_out(self.tables, self.board, self.row[visit])

    def possible(self, line: int) -> bool:
        """Say whether the route of the team in this line can be driven."""
        return bool(self.board.route[line, at.POSSIBLE])

    def now_plan(self) -> Plan:
        """Return the plan on the board, with its times."""
        board = self.board
        return self._plan([board.node[line, 1 : board.route[line, at.LENGTH] + 1, at.VISIT] for line in self._lines()])

    def best_plan(self) -> Plan:
        """Return the best plan so far, with its times."""
        board = self.board
        rows = [board.best_stops[line, 1 : board.best_route[line, at.LENGTH] + 1] for line in self._lines()]
        return self._plan(rows, best=True)

    def _lines(self) -> range:
        return range(len(self.problem.teams))

    def _plan(self, sequences: list[NDArray[np.int64]], *, best: bool = False) -> Plan:
        starts = self.board.best_agreed if best else self.board.agreed
        routes: list[Route] = []
        for rows, team in zip(sequences, self.problem.teams, strict=True):
            names = [self.visits[row].id for row in rows]
            agreed = {self.visits[row].id: int(starts[row]) for row in rows if starts[row] >= 0}
            route = timed_route(self.problem, team.id, names, agreed)
            if isinstance(route, TooLate):
                raise SearchFaultError(f"route of team {team.id}: {names} cannot be timed")
            routes.append(route)
        return plan_of(self.problem, tuple(routes))

    def seats(self, visit: VisitId) -> list[Seat]:
        """List each team's cheapest place for a visit that is not seated, cheapest first."""
        row = self.row[visit]
        found: list[Seat] = []
        for line, team in enumerate(self.problem.teams):
            kernel_seat.price_seat(self.tables, self.board, line, row)
            price, after = int(self.board.price[row, line, 1]), int(self.board.price[row, line, 2])
            if after >= 0:
                found.append(Seat(team=team.id, after_stops=after, price=price))
        return sorted(found, key=lambda seat: seat.price)

    def paired(self, visit: VisitId) -> Plan | None:
        """Return the plan on the board with this visit and its twin seated, or None if there is no place for both."""
        row = self.row[visit]
        first = row if self.tables.visit[row, at.FIRST] else int(self.tables.visit[row, at.PARTNER])
        if not kernel_pair.seat_pair(self.tables, self.board, first, 0):
            return None
        self.board.now[at.BEST_COST] = at.IMPOSSIBLE
        self._settle()
        return self.best_plan()

    def cool(self, hot: int, cold: int) -> None:
        """Set the temperatures at the first and the last iteration, in seconds of travel."""
        steps = np.arange(COOLING_STEPS) / (COOLING_STEPS - 1)
        self.board.cooling[:] = np.rint(1024 * hot * (cold / hot) ** steps).astype(np.int64)


def _empty_board(tables: at.Tables, seed: int) -> at.Board:
    visits, teams = tables.visit.shape[0], tables.team.shape[0]
    stops = _stops_max(tables) + 3
    dims = tables.need.shape[1]

    def zeros(*shape: int) -> NDArray[np.int64]:
        return np.zeros(shape, dtype=np.int64)

    now = zeros(at.NOW_ENTRIES)
    now[at.CENTRE] = -1
    now[at.BEST_COST] = at.IMPOSSIBLE * 2
    now[at.NEXT_VERSION] = 1
    best_route = zeros(teams, at.ROUTE_COLUMNS)
    best_route[:, at.VERSION] = -1
    knobs = zeros(at.KNOBS)
    for entry, value in KNOBS.items():
        knobs[entry] = value
    price = zeros(visits, teams, 3)
    price[:, :, 0] = -1
    return at.Board(
        node=zeros(teams, stops, at.NODE_COLUMNS),
        route=zeros(teams, at.ROUTE_COLUMNS),
        load=zeros(teams, dims),
        where=zeros(visits) - 1,
        agreed=zeros(visits) - 1,
        taken_at=zeros(visits),
        kept_node=zeros(teams, stops, at.NODE_COLUMNS),
        kept_route=zeros(teams, at.ROUTE_COLUMNS),
        kept_load=zeros(teams, dims),
        kept_agreed=zeros(visits) - 1,
        best_stops=zeros(teams, stops),
        best_route=best_route,
        best_agreed=zeros(visits) - 1,
        price=price,
        touched=zeros(teams + 1),
        absent=zeros(visits),
        key=zeros(visits),
        place=_from_starts(tables),
        seats=zeros(4 * (visits + teams) * (tables.window.shape[1] // 3 + 1) + 64, 5),
        now=now,
        chance=_chance(seed),
        knob=knobs,
        cooling=zeros(COOLING_STEPS),
        logs=np.array(
            [round(-1024 * math.log((entry + 0.5) / LOG_ENTRIES)) for entry in range(LOG_ENTRIES)], dtype=np.int64
        ),
    )


def _stops_max(tables: at.Tables) -> int:
    """No route can hold more stops than the shortest services that fill the longest shift."""
    if tables.team.shape[0] == 0:
        return 0
    longest = int((tables.team[:, at.END_MAX] - tables.team[:, at.READY]).max())
    filled = np.cumsum(np.sort(tables.visit[:, at.SERVICE]))
    return int(np.searchsorted(filled, longest, side="right"))


def _from_starts(tables: at.Tables) -> NDArray[np.int64]:
    """How far each place is from where the teams start, in seconds summed over the teams."""
    far = np.zeros(tables.seconds.shape[1], dtype=np.int64)
    for team in tables.team:
        far += tables.seconds[team[at.MODE], team[at.START]]
    return far


def _chance(seed: int) -> NDArray[np.int64]:
    """Four 32-bit numbers grown from the seed, none of them zero (splitmix)."""
    state = (seed * 0x9E3779B97F4A7C15 + 0x1234567) & 0xFFFFFFFFFFFFFFFF
    numbers = []
    for _ in range(4):
        state = (state + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
        numbers.append(((mixed ^ (mixed >> 31)) & 0x7FFFFFFF) | 1)
    return np.array(numbers, dtype=np.int64)
