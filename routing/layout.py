"""This file names the rows and columns of the tables and boards that the compiled search reads and writes.

All are arrays of integers. The tables are made in `routing/tables.py`, the board in `routing/board.py`; both are used
by `routing/kernel.py` and its parts, for which they are also the types it is compiled for.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NEVER = 1_000_000_000
IMPOSSIBLE = 1 << 50
UNREACHABLE = 10_000_000
MASK = 0xFFFFFFFF

# Columns of Tables.visit
PLACE, SERVICE, SETUP, OUT, PARTNER, GAP_MIN, GAP_MAX, FIRST, SPAN = range(9)
VISIT_COLUMNS = 9
# Tables.window: how many windows, then for each its first second, its last, and the last that is wished
UNTIL, WISHED = 1, 2
# Columns of Tables.team
MODE, START, END, READY, SHIFT_END, END_MAX, L_FROM, L_UNTIL, L_LASTS, WORK, FROZEN, SHIFT, KIND = range(13)
TEAM_COLUMNS = 13
# Entries of Tables.weight
W_TRAVEL, W_OVER, W_LATE, W_WASTE, W_LOAD, HAS_SOFT, HAS_VIALS = range(7)
# Columns of Board.node: one row per position; labels 0 lunch to come, 1 lunch taken
VISIT, AT, DEPART0, DEPART1, READY0, READY1, START0, START1, MARK, LATE0, LATE1, WHEN, ONWARD = range(13)
NODE_COLUMNS = 13
AFTER, ARRIVING = 1, 2
# Columns of Board.route
LENGTH, VERSION, COST, WORKED, IDLE, POSSIBLE = range(6)
ROUTE_COLUMNS = 6
# Entries of Board.now
NOW_COST, BEST_COST, NEXT_VERSION, EFFORT, TOUCHED, TRIAL, CENTRE = range(7)
NOW_ENTRIES = 7
# Entries of Board.knob: settings of the search
BLINK, RUIN_MEAN, STRING_MAX, K_RANDOM, K_WORTH, K_FAR, K_CLOSE, K_NARROW, K_LONG = range(9)
R_STRINGS, R_RANDOM, R_ROUTE, REACH, FAR, TAILS = range(9, 15)
KNOBS = 15


class Tables(NamedTuple):
    """The problem as integers; shapes in `routing/tables.py`. n visits, m teams, p places, d products and the box."""

    visit: NDArray[np.int64]
    window: NDArray[np.int64]
    team: NDArray[np.int64]
    seconds: NDArray[np.int32]
    into: NDArray[np.int32]
    assign: NDArray[np.int64]
    need: NDArray[np.int64]
    room: NDArray[np.int64]
    vial: NDArray[np.int64]
    opened: NDArray[np.int64]
    weight: NDArray[np.int64]
    near: NDArray[np.int64]


class Board(NamedTuple):
    """The plan being changed, a copy of each touched route, the best plan, and what insertions were found to cost."""

    node: NDArray[np.int64]
    route: NDArray[np.int64]
    load: NDArray[np.int64]
    where: NDArray[np.int64]
    agreed: NDArray[np.int64]
    taken_at: NDArray[np.int64]
    kept_node: NDArray[np.int64]
    kept_route: NDArray[np.int64]
    kept_load: NDArray[np.int64]
    kept_agreed: NDArray[np.int64]
    best_stops: NDArray[np.int64]
    best_route: NDArray[np.int64]
    best_agreed: NDArray[np.int64]
    price: NDArray[np.int64]
    touched: NDArray[np.int64]
    absent: NDArray[np.int64]
    key: NDArray[np.int64]
    place: NDArray[np.int64]
    seats: NDArray[np.int64]
    now: NDArray[np.int64]
    chance: NDArray[np.int64]
    knob: NDArray[np.int64]
    cooling: NDArray[np.int64]
    logs: NDArray[np.int64]


def shape(dims: int) -> NDArray[np.int64]:
    """Return a small array of so many dimensions: an example of a type."""
    return np.zeros((1,) * dims, dtype=np.int64)


_WAYS = np.zeros((1, 1, 1), dtype=np.int32)
TABLES = Tables(
    shape(2), shape(2), shape(2), _WAYS, _WAYS, shape(2), shape(2), shape(2), shape(2), shape(3), shape(1),
    shape(2),
)  # fmt: skip
BOARD = Board(
    shape(3), shape(2), shape(2), shape(1), shape(1), shape(1), shape(3), shape(2), shape(2), shape(1),
    shape(2), shape(2), shape(1), shape(3), shape(1), shape(1), shape(1), shape(1), shape(2), shape(1),
    shape(1), shape(1), shape(1), shape(1),
)  # fmt: skip
