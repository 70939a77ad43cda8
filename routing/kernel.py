"""This file is the search itself, compiled: take visits out of a plan, put visits back in, keep what pays (annealing).

Ruin by strings of neighbouring stops and recreate with blinks follow Christiaens and Vanden Berghe, "Slack Induction by
String Removals" (Transportation Science 54, 2020). Added here: lunch by two time labels, visits that may stay out at a
price, teams that differ, twins whose agreed start is fixed when they are seated, overtime and lateness, opened vials.

All numbers are integers, chance is an own generator, so that a run repeats on every machine (R3). What a trial takes
out and puts back is decided in `kernel_ruin.py` and `kernel_recreate.py`, where visits sit in `kernel_seat.py` and
`kernel_pair.py`, what a route costs in `kernel_route.py`. The tables are made in `routing/tables.py`, the search is
driven from `routing/solve.py`.
"""

# ruff: noqa: I001 - the names of columns stand in lines, not in a list of twenty

from routing.compiled import compiled
from routing.kernel_chance import draw
from routing.kernel_recreate import recreate
from routing.kernel_ruin import ruin
from routing.kernel_seat import undo
from routing.layout import (
    BEST_COST, BOARD, Board, COST, EFFORT, LENGTH, NOW_COST, OUT, ROUTE_COLUMNS, TABLES, TOUCHED,
    Tables, VERSION, VISIT,
)  # fmt: skip


@compiled(TABLES, BOARD)
def total(t: Tables, b: Board) -> int:
    """Sum what the plan on the board costs: its routes and the visits left out."""
    cost = 0
    for k in range(t.team.shape[0]):
        cost += b.route[k, COST]
    for v in range(t.visit.shape[0]):
        if b.where[v] < 0:
            cost += t.visit[v, OUT]
    return cost


@compiled(TABLES, BOARD)
def keep(t: Tables, b: Board) -> None:
    """Make the changed routes the current plan, and the best plan if it is cheaper than any before."""
    for i in range(b.now[TOUCHED]):
        k = b.touched[i]
        for p in range(1, b.route[k, LENGTH] + 1):
            v = b.node[k, p, VISIT]
            b.kept_agreed[v] = b.agreed[v]
    b.now[TOUCHED] = 0
    if b.now[NOW_COST] >= b.now[BEST_COST]:
        return
    b.now[BEST_COST] = b.now[NOW_COST]
    for k in range(t.team.shape[0]):
        if b.best_route[k, VERSION] != b.route[k, VERSION]:
            length = b.route[k, LENGTH]
            for p in range(1, length + 1):
                v = b.node[k, p, VISIT]
                b.best_stops[k, p] = v
                b.best_agreed[v] = b.agreed[v]
            for c in range(ROUTE_COLUMNS):
                b.best_route[k, c] = b.route[k, c]


@compiled(TABLES, BOARD, 0, 0, 0, 0)
def run(t: Tables, b: Board, iteration: int, until: int, horizon: int, effort: int) -> int:
    """Anneal from `iteration` to `until` at most, stop after so much effort, and return the iteration reached.

    The temperature depends on iteration and horizon alone, so that pauses change nothing.
    """
    b.now[EFFORT] = 0
    steps = b.cooling.shape[0]
    while iteration < until and b.now[EFFORT] < effort:
        ruin(t, b)
        recreate(t, b)
        cost = total(t, b)
        heat = b.cooling[min(steps - 1, iteration * steps // horizon)]
        if cost < b.now[NOW_COST] + (heat * b.logs[draw(b.chance, b.logs.shape[0])] >> 20):
            b.now[NOW_COST] = cost
            keep(t, b)
        else:
            undo(b)
        iteration += 1
        b.now[EFFORT] += 1 + t.visit.shape[0] // 16  # a day without a visit is left in time too
    return iteration
