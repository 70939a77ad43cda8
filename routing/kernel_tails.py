"""This file decides where two routes swap what follows, compiled: so a trial opens a route, closes one, or crosses two.

Strings alone seldom open a route, since one visit never pays for the way from the start and back: as the search cools,
the number of routes would stand, often at the wrong number. Swapping tails follows Potvin and Rousseau, "An exchange
heuristic for routeing problems with time windows" (Journal of the Operational Research Society 46, 1995).
"""

# ruff: noqa: I001 - the names of columns stand in lines, not in a list of twenty

from routing.compiled import compiled
from routing.kernel_chance import draw
from routing.kernel_route import refresh, way
from routing.kernel_seat import touch, undo
from routing.layout import (
    AT, BLINK, BOARD, Board, DEPART0, DEPART1, EFFORT, FROZEN, IMPOSSIBLE, KIND, LENGTH, MODE, ONWARD, PARTNER,
    POSSIBLE, READY0, READY1, TABLES, Tables, VISIT,
)  # fmt: skip


@compiled(TABLES, BOARD, 0, 0, 0, 0, inner=True)
def joint(t: Tables, b: Board, k: int, p: int, other: int, q: int) -> int:
    """Return the way from position p of route k on to position q of another; IMPOSSIBLE when it surely comes too late."""
    if p == 0 and q == b.route[other, LENGTH] + 1 and t.team[k, FROZEN] == 0:
        return 0
    travel = way(t.seconds, t.team[k, MODE], b.node[k, p, AT], b.node[other, q, AT])
    depart = min(b.node[k, p, DEPART0], b.node[k, p, DEPART1])
    if depart + travel > max(b.node[other, q, READY0], b.node[other, q, READY1]):
        return IMPOSSIBLE
    return travel


@compiled(TABLES, BOARD, 0, 0, inner=True)
def shortest_swap(t: Tables, b: Board, k: int, p: int) -> tuple[int, int]:
    """Return with which route, and from which of its positions on, what follows position p of route k swaps shortest.

    Ends that meet late and those passed over by chance are left out; idle teams of one kind count once. (-1, 0): none.
    """
    best = IMPOSSIBLE
    best_other = -1
    best_q = 0
    idle_kinds = 0
    for other in range(t.team.shape[0]):
        rest = b.route[other, LENGTH]
        if other == k:
            continue
        if rest == 0 and t.team[other, FROZEN] == 0 and t.team[other, KIND] < 62:
            if idle_kinds & (1 << t.team[other, KIND]):
                continue
            idle_kinds |= 1 << t.team[other, KIND]
        b.now[EFFORT] += rest + 1
        for q in range(1, rest + 2):
            if p == b.route[k, LENGTH] and q == rest + 1:
                continue
            saved = b.node[k, p, ONWARD] + b.node[other, q - 1, ONWARD]
            if way(t.seconds, t.team[k, MODE], b.node[k, p, AT], b.node[other, q, AT]) - saved >= best:
                continue
            longer = joint(t, b, k, p, other, q) + joint(t, b, other, q - 1, k, p + 1) - saved
            if longer < best and draw(b.chance, 1024) >= b.knob[BLINK]:
                best = longer
                best_other = other
                best_q = q
    return best_other, best_q


@compiled(TABLES, BOARD, 0, 0, 0, inner=True)
def may_take(t: Tables, b: Board, team: int, k: int, first: int) -> bool:
    """Whether a team may make all stops of route k from the first one on; visits by two stay where they are."""
    for p in range(first, b.route[k, LENGTH] + 1):
        v = b.node[k, p, VISIT]
        if t.assign[team, v] < 0 or t.visit[v, PARTNER] >= 0:
            return False
    return True


@compiled(TABLES, BOARD, 0, 0, inner=True)
def fits(t: Tables, b: Board, k: int, length: int) -> bool:
    """Give route k its new length, and say whether it can be driven with what the team carries."""
    b.route[k, LENGTH] = length
    b.load[k, :] = 0
    for p in range(1, length + 1):
        v = b.node[k, p, VISIT]
        b.where[v] = k
        for q in range(t.need.shape[1]):
            b.load[k, q] += t.need[v, q]
    for q in range(t.need.shape[1]):
        if b.load[k, q] > 0 and b.load[k, q] > t.room[k, q]:
            return False
    refresh(t, b, k)
    return bool(b.route[k, POSSIBLE] == 1)


@compiled(TABLES, BOARD, 0)
def swap_tails(t: Tables, b: Board, v: int) -> bool:
    """Swap what follows visit v with the tail of another route where that is shortest, and say whether it was done."""
    k = b.where[v]
    if k < 0:
        return False
    p = 1
    while b.node[k, p, VISIT] != v:
        p += 1
    other, q = shortest_swap(t, b, k, p)
    if other < 0 or not may_take(t, b, other, k, p + 1) or not may_take(t, b, k, other, q):
        return False
    length = b.route[k, LENGTH]
    rest = b.route[other, LENGTH]
    if max(p + rest + 1 - q, q - 1 + length - p) + 2 > b.node.shape[1]:
        return False
    touch(b, k)
    touch(b, other)
    for i in range(length - p):
        b.node[other, q + i, VISIT] = b.kept_node[k, p + 1 + i, VISIT]
    for i in range(rest + 1 - q):
        b.node[k, p + 1 + i, VISIT] = b.kept_node[other, q + i, VISIT]
    if fits(t, b, k, p + rest + 1 - q) and fits(t, b, other, q - 1 + length - p):
        return True
    undo(b)
    return False
