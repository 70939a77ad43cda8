"""This file decides what one route costs and when its stops happen, compiled: the search's own reading of the rules.

Times and price are those of `routing/schedule.py` and `routing/cost.py`, which a test holds against this file. Lunch is
carried as two labels, to come and taken. Visits, teams and places are rows of `routing/layout.py`.
"""

# ruff: noqa: C901, I001, PLR0912, PLR0915 - compiled loops: a call in the innermost ones costs more than length

import numpy as np
from numpy.typing import NDArray

from routing.compiled import compiled
from routing.layout import (
    AFTER, ARRIVING, AT, BOARD, Board, COST, DEPART0, DEPART1, EFFORT, END, END_MAX, FROZEN, HAS_SOFT, HAS_VIALS,
    IDLE, IMPOSSIBLE, LATE0, LATE1, LENGTH, L_FROM, L_LASTS, L_UNTIL, MARK, MODE, NEVER, NEXT_VERSION, ONWARD, PLACE,
    POSSIBLE, READY, READY0, READY1, SERVICE, SETUP, SHIFT, SHIFT_END, START, START0, START1, TABLES, Tables,
    UNREACHABLE, UNTIL, VERSION, VISIT, WHEN, WISHED, WORK, WORKED, W_LATE, W_LOAD, W_OVER, W_TRAVEL, W_WASTE, shape,
)  # fmt: skip


@compiled(shape(2), 0, 0, 0, inner=True)
def next_start(window: NDArray[np.int64], v: int, agreed: int, ready: int) -> int:
    """Return the first second from `ready` on at which the visit may start."""
    if agreed >= 0:
        return agreed if ready <= agreed else NEVER
    for w in range(1, 3 * window[v, 0], 3):
        if ready <= window[v, w + UNTIL]:
            return int(max(ready, window[v, w]))
    return NEVER


@compiled(shape(2), 0, 0, 0, inner=True)
def latest_ready(window: NDArray[np.int64], v: int, agreed: int, start_max: int) -> int:
    """Return the latest second to be ready at the visit and start no later than `start_max`; -1 if there is none."""
    if agreed >= 0:
        return agreed if agreed <= start_max else -1
    for w in range(3 * window[v, 0] - 2, 0, -3):
        if window[v, w] <= start_max:
            return int(min(start_max, window[v, w + UNTIL]))
    return -1


@compiled(shape(2), 0, 0, inner=True)
def late(window: NDArray[np.int64], v: int, start: int) -> int:
    """Seconds after the wished end of the window in which the visit starts."""
    for w in range(1, 3 * window[v, 0], 3):
        if start <= window[v, w + UNTIL]:
            return int(max(0, start - window[v, w + WISHED]))
    return 0


@compiled(shape(2), 0, 0, inner=True)
def after_lunch(team: NDArray[np.int64], k: int, free: int) -> int:
    """When lunch is over for team k if it is free at this second; NEVER when lunch can no longer begin."""
    if free > team[k, L_UNTIL]:
        return NEVER
    return int(max(free, team[k, L_FROM]) + team[k, L_LASTS])


@compiled(np.zeros((1, 1, 1), dtype=np.int32), 0, 0, 0, inner=True)
def way(seconds: NDArray[np.int32], mode: int, origin: int, target: int) -> int:
    """Travel seconds in a mode; to an open end (-1) it takes none."""
    if target < 0:
        return 0
    return int(seconds[mode, origin, target])


@compiled(TABLES, BOARD, 0, inner=True)
def waste(t: Tables, b: Board, k: int) -> int:
    """Doses thrown away on route k at the times in WHEN; IMPOSSIBLE when more vials are opened than carried."""
    length = b.route[k, LENGTH]
    wasted = 0
    for q in range(t.vial.shape[0] - 1):
        size = t.vial[q, 0]
        if size <= 1:
            continue
        left = t.opened[k, q, 0]
        expires = t.opened[k, q, 1]
        sealed = t.opened[k, q, 2]
        for p in range(1, length + 1):
            count = t.need[b.node[k, p, VISIT], q]
            if count == 0:
                continue
            start = b.node[k, p, WHEN]
            if left > 0 and start > expires:
                wasted += left
                left = 0
            if count > left:
                vials = (count - left + size - 1) // size
                sealed -= vials
                left += vials * size
                expires = start + t.vial[q, 1]
            left -= count
        wasted += left
        if sealed < 0 and length > 0:
            return IMPOSSIBLE
    return wasted


@compiled(TABLES, BOARD, 0, 0, 0, inner=True)
def load_price(t: Tables, b: Board, k: int, at: int, v: int) -> int:
    """Price of the fuller day of team k with visit v after position `at`."""
    before = b.node[k, at, AT]
    after = b.node[k, at + 1, AT]
    place = t.visit[v, PLACE]
    mode = t.team[k, MODE]
    work = b.route[k, WORKED]
    more = way(t.seconds, mode, before, place) + way(t.seconds, mode, place, after) - b.node[k, at, ONWARD]
    more += t.visit[v, SERVICE] + (t.visit[v, SETUP] if before != place else 0)
    if at < b.route[k, LENGTH]:
        setup = t.visit[b.node[k, at + 1, VISIT], SETUP]
        more += (setup if after != place else 0) - (setup if after != before else 0)
    shift2 = t.team[k, SHIFT] * t.team[k, SHIFT]
    price = t.weight[W_LOAD] * (work + more) * (work + more) // shift2 - t.weight[W_LOAD] * work * work // shift2
    cost: int = price
    return cost


@compiled(BOARD, 0, 0, inner=True)
def set_times(b: Board, k: int, label: int) -> None:
    """Write the start of each stop, walking back from the label with which the day ends."""
    for p in range(b.route[k, LENGTH], 0, -1):
        if label == 1 and b.node[k, p, MARK] & AFTER:
            label = 0
        b.node[k, p, WHEN] = b.node[k, p, START1] if label == 1 else b.node[k, p, START0]
        if label == 1 and b.node[k, p, MARK] & ARRIVING:
            label = 0


@compiled(TABLES, BOARD, 0)
def refresh(t: Tables, b: Board, k: int) -> int:
    """Recompute times, slack and price of route k after its stops changed, and return its price."""
    length = b.route[k, LENGTH]
    end = length + 1
    mode = t.team[k, MODE]
    pending = t.team[k, L_LASTS] > 0
    b.route[k, VERSION] = b.now[NEXT_VERSION]
    b.now[NEXT_VERSION] += 1
    b.now[EFFORT] += 2 * length + 4
    b.node[k, 0, AT] = t.team[k, START]
    b.node[k, end, AT] = t.team[k, END]
    ready = t.team[k, READY]
    depart0 = ready if pending else NEVER
    depart1 = after_lunch(t.team, k, ready) if pending else ready
    b.node[k, 0, DEPART0] = depart0
    b.node[k, 0, DEPART1] = depart1
    b.node[k, 0, LATE0] = 0
    b.node[k, 0, LATE1] = 0
    late0 = 0
    late1 = 0
    price = 0
    travelled = 0
    work = 0
    possible = True
    here = t.team[k, START]
    for p in range(1, length + 1):
        v = b.node[k, p, VISIT]
        there = t.visit[v, PLACE]
        travel = way(t.seconds, mode, here, there)
        setup = t.visit[v, SETUP] if there != here else 0
        b.node[k, p - 1, ONWARD] = travel
        travelled += travel
        work += setup + t.visit[v, SERVICE]
        price += t.assign[k, v]
        arrive0 = depart0 + travel
        arrive1 = depart1 + travel
        mark = 0
        lunched = after_lunch(t.team, k, arrive0)
        if lunched < arrive1:
            arrive1 = lunched
            late1 = late0
            mark = ARRIVING
        agreed = b.agreed[v]
        start0 = next_start(t.window, v, agreed, arrive0 + setup)
        start1 = next_start(t.window, v, agreed, arrive1 + setup)
        if min(start0, start1) >= NEVER or travel >= UNREACHABLE:
            possible = False
            break
        if t.weight[HAS_SOFT] > 0:
            late0 += late(t.window, v, start0)
            late1 += late(t.window, v, start1)
        depart0 = start0 + t.visit[v, SERVICE]
        depart1 = start1 + t.visit[v, SERVICE]
        lunched = after_lunch(t.team, k, depart0)
        if lunched < depart1:
            depart1 = lunched
            late1 = late0
            mark |= AFTER
        b.node[k, p, AT] = there
        b.node[k, p, START0] = start0
        b.node[k, p, START1] = start1
        b.node[k, p, DEPART0] = depart0
        b.node[k, p, DEPART1] = depart1
        b.node[k, p, MARK] = mark
        b.node[k, p, LATE0] = late0
        b.node[k, p, LATE1] = late1
        here = there
    home = way(t.seconds, mode, here, t.team[k, END])
    b.node[k, length, ONWARD] = home if length > 0 or t.team[k, FROZEN] > 0 else 0
    label = 0 if pending and depart0 + home <= t.team[k, L_UNTIL] else 1
    finish = (depart0 if label == 0 else depart1) + home
    if length > 0 and (finish > t.team[k, END_MAX] or home >= UNREACHABLE):
        possible = False
    b.route[k, POSSIBLE] = 1 if possible else 0
    if not possible:
        b.route[k, COST] = IMPOSSIBLE
        return IMPOSSIBLE
    longest = t.team[k, END_MAX] - ready
    if pending:  # a day with lunch is that much shorter; one without is over while lunch may still begin
        longest = max(longest - t.team[k, L_LASTS], min(longest, t.team[k, L_UNTIL] - ready))
    b.route[k, IDLE] = longest - work - travelled - home
    if length == 0 and t.team[k, FROZEN] == 0:
        b.route[k, COST] = 0
        b.route[k, WORKED] = 0
        finish = ready
    else:
        travelled += home
        work += travelled + t.team[k, WORK]
        b.route[k, WORKED] = work
        if length == 0:
            finish = ready + home
        price += t.weight[W_TRAVEL] * travelled
        price += t.weight[W_OVER] * max(0, finish - t.team[k, SHIFT_END])
        price += t.weight[W_LATE] * (late0 if label == 0 else late1)
        price += t.weight[W_LOAD] * work * work // (t.team[k, SHIFT] * t.team[k, SHIFT])
        if t.weight[HAS_VIALS] > 0:
            set_times(b, k, label)
            wasted = waste(t, b, k)
            if wasted >= IMPOSSIBLE:
                b.route[k, POSSIBLE] = 0
                b.route[k, COST] = IMPOSSIBLE
                return IMPOSSIBLE
            price += t.weight[W_WASTE] * wasted
        b.route[k, COST] = price
    ready0 = min(t.team[k, L_UNTIL], t.team[k, END_MAX]) if pending else -1
    ready1 = t.team[k, END_MAX]
    b.node[k, end, READY0] = ready0
    b.node[k, end, READY1] = ready1
    l_from = t.team[k, L_FROM]
    l_until = t.team[k, L_UNTIL]
    l_lasts = t.team[k, L_LASTS]
    there = t.team[k, END]
    for p in range(length, 0, -1):
        v = b.node[k, p, VISIT]
        here = b.node[k, p, AT]
        travel = b.node[k, p, ONWARD]
        setup = 0
        if p < length and there != here:
            setup = t.visit[b.node[k, p + 1, VISIT], SETUP]
        leave1 = ready1 - setup - travel
        leave0 = -1
        if pending:
            leave0 = ready0 - setup - travel
            begin = leave1 - l_lasts
            if begin >= l_from:
                leave0 = max(leave0, min(l_until, begin))
            begin = ready1 - setup - l_lasts
            if p < length and begin >= l_from:
                leave0 = max(leave0, min(l_until, begin) - travel)
        ready0 = latest_ready(t.window, v, b.agreed[v], leave0 - t.visit[v, SERVICE])
        ready1 = latest_ready(t.window, v, b.agreed[v], leave1 - t.visit[v, SERVICE])
        b.node[k, p, READY0] = ready0
        b.node[k, p, READY1] = ready1
        there = here
    cost: int = b.route[k, COST]
    return cost
