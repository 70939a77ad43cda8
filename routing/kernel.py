"""This file is the search itself, compiled: take visits out of a plan, put visits back in, keep what pays (annealing).

Ruin by strings of neighbouring stops and recreate with blinks follow Christiaens and Vanden Berghe, "Slack Induction by
String Removals" (Transportation Science 54, 2020). Added here: lunch by two time labels, visits that may stay out at a
price, teams that differ, twins whose agreed start is fixed when they are seated, overtime and lateness, opened vials.

All numbers are integers, chance is an own generator, so that a run repeats on every machine (R3). Price and times are
those of `routing/cost.py` and `routing/schedule.py`, which a test holds against this file. The tables are made in
`routing/tables.py`, the search is driven from `routing/solve.py`. Visits, teams and places are rows of tables here.
"""

# ruff: noqa: C901, I001, PLR0912, PLR0915, SIM110 - compiled loops: a call in the innermost ones costs more than length

import numpy as np
from numpy.typing import NDArray

from routing.compiled import compiled
from routing.layout import (
    AFTER, ARRIVING, AT, BEST_COST, BLINK, BOARD, CENTRE, COST, DEPART0, DEPART1, EFFORT, END, END_MAX, FAR, FIRST,
    FROZEN, GAP_MAX, GAP_MIN, HAS_SOFT, HAS_VIALS, IDLE, IMPOSSIBLE, K_CLOSE, K_FAR, K_LONG, K_NARROW, K_RANDOM,
    K_WORTH, KIND, L_FROM, L_LASTS, L_UNTIL, LATE0, LATE1, LENGTH, MARK, MASK, MODE, NEVER, NEXT_VERSION,
    NODE_COLUMNS, NOW_COST, ONWARD, OUT, PARTNER, PLACE, POSSIBLE, R_RANDOM, R_ROUTE, R_STRINGS, REACH, READY,
    READY0, READY1, ROUTE_COLUMNS, RUIN_MEAN, SERVICE, SETUP, SHIFT, SHIFT_END, SPAN, START, START0, START1,
    STRING_MAX, TABLES, TOUCHED, TRIAL, UNREACHABLE, UNTIL, VERSION, VISIT, W_LATE, W_LOAD, W_OVER, W_TRAVEL,
    W_WASTE, WHEN, WISHED, WORK, WORKED, Board, Tables, shape,
)  # fmt: skip


@compiled(shape(1), 0, inner=True)
def draw(chance: NDArray[np.int64], below: int) -> int:
    """Draw a number from 0 to below-1 (xorshift of 128 bits, kept in integers that never overflow)."""
    mixed = chance[0] ^ ((chance[0] << 11) & MASK)
    mixed ^= mixed >> 8
    last = chance[3]
    chance[0] = chance[1]
    chance[1] = chance[2]
    chance[2] = last
    last = (last ^ (last >> 19)) ^ mixed
    chance[3] = last
    return int((last * below) >> 32)


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
    b.route[k, IDLE] = t.team[k, END_MAX] - ready - work - travelled - home
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


@compiled(TABLES, BOARD, 0, 0, 0, inner=True)
def overrun(t: Tables, b: Board, k: int, at: int, v: int) -> int:
    """Price of overtime and lateness of route k with visit v seated after position `at`, less what it pays today."""
    length = b.route[k, LENGTH]
    mode = t.team[k, MODE]
    pending = t.team[k, L_LASTS] > 0
    depart0 = b.node[k, at, DEPART0]
    depart1 = b.node[k, at, DEPART1]
    late0 = b.node[k, at, LATE0]
    late1 = b.node[k, at, LATE1]
    here = b.node[k, at, AT]
    b.now[EFFORT] += length - at + 1
    for p in range(at, length + 1):
        u = v if p == at else b.node[k, p, VISIT]
        there = t.visit[u, PLACE]
        travel = way(t.seconds, mode, here, there)
        setup = t.visit[u, SETUP] if there != here else 0
        arrive0 = depart0 + travel
        arrive1 = depart1 + travel
        lunched = after_lunch(t.team, k, arrive0)
        if lunched < arrive1:
            arrive1 = lunched
            late1 = late0
        start0 = next_start(t.window, u, b.agreed[u], arrive0 + setup)
        start1 = next_start(t.window, u, b.agreed[u], arrive1 + setup)
        late0 += late(t.window, u, start0)
        late1 += late(t.window, u, start1)
        depart0 = start0 + t.visit[u, SERVICE]
        depart1 = start1 + t.visit[u, SERVICE]
        lunched = after_lunch(t.team, k, depart0)
        if lunched < depart1:
            depart1 = lunched
            late1 = late0
        here = there
    home = way(t.seconds, mode, here, t.team[k, END])
    label = 0 if pending and depart0 + home <= t.team[k, L_UNTIL] else 1
    finish = (depart0 if label == 0 else depart1) + home
    price = t.weight[W_OVER] * max(0, finish - t.team[k, SHIFT_END])
    price += t.weight[W_LATE] * (late0 if label == 0 else late1)
    if length > 0:
        last = b.node[k, length, AT]
        home = way(t.seconds, mode, last, t.team[k, END])
        label = 0 if pending and b.node[k, length, DEPART0] + home <= t.team[k, L_UNTIL] else 1
        finish = b.node[k, length, DEPART0 + label] + home
        price -= t.weight[W_OVER] * max(0, finish - t.team[k, SHIFT_END])
        price -= t.weight[W_LATE] * b.node[k, length, LATE0 + label]
    elif t.team[k, FROZEN] > 0:
        finish = t.team[k, READY] + way(t.seconds, mode, t.team[k, START], t.team[k, END])
        price -= t.weight[W_OVER] * max(0, finish - t.team[k, SHIFT_END])
    cost: int = price
    return cost


@compiled(TABLES, 0, inner=True)
def slow_route(t: Tables, k: int) -> bool:
    """Whether lateness or overtime can occur on route k, so that a seat is priced by driving the rest of the route."""
    return bool(t.weight[HAS_SOFT] > 0 or t.team[k, END_MAX] > t.team[k, SHIFT_END])


@compiled(TABLES, BOARD, 0, 0)
def has_room(t: Tables, b: Board, k: int, v: int) -> bool:
    """Whether the box of team k still holds what visit v needs, and the shift its service."""
    if t.assign[k, v] < 0 or b.route[k, POSSIBLE] == 0 or t.visit[v, SERVICE] > b.route[k, IDLE]:
        return False
    for q in range(t.need.shape[1]):
        if t.need[v, q] > 0 and b.load[k, q] + t.need[v, q] > t.room[k, q]:
            return False
    return True


@compiled(TABLES, BOARD, 0, 0)
def price_seat(t: Tables, b: Board, k: int, v: int) -> None:
    """Find the cheapest position for visit v on route k and note (version, price, position) in Board.price.

    The price leaves out vials, which are counted when the route is refreshed: charged to the first who needs a dose, a
    vial would keep people apart whom it should bring together (measured: fewer served, as many doses lost). A position
    whose way alone costs more than the best so far is passed over; so is one that no window of the visit can reach.
    """
    length = b.route[k, LENGTH]
    best = IMPOSSIBLE
    best_at = -1
    if has_room(t, b, k, v):
        b.now[EFFORT] += length + 1
        node = b.node[k]
        place = t.visit[v, PLACE]
        service = t.visit[v, SERVICE]
        own_setup = t.visit[v, SETUP]
        agreed = b.agreed[v]
        onward_of = t.seconds[t.team[k, MODE], place]
        there_of = t.into[t.team[k, MODE], place]
        pending = t.team[k, L_LASTS] > 0
        l_from = t.team[k, L_FROM]
        l_until = t.team[k, L_UNTIL]
        l_lasts = t.team[k, L_LASTS]
        w_travel = t.weight[W_TRAVEL]
        w_load = t.weight[W_LOAD]
        slow = slow_route(t, k)
        windows = t.window[v, 0]
        start_min = t.window[v, 1]
        start_max = agreed if agreed >= 0 else (t.window[v, 3 * windows - 1] if windows > 0 else -1)
        for p in range(length + 1):
            if min(node[p, DEPART0], node[p, DEPART1]) > start_max:
                break
            if start_min + service > max(node[p + 1, READY0], node[p + 1, READY1]):
                continue
            before = node[p, AT]
            after = node[p + 1, AT]
            there = int(there_of[before])
            onward = int(onward_of[after]) if after >= 0 else 0
            detour = there + onward - node[p, ONWARD]
            price = w_travel * detour
            if price >= best or there >= UNREACHABLE or onward >= UNREACHABLE:
                continue
            setup = own_setup if before != place else 0
            setup_after = 0
            if p < length and after != place:
                setup_after = t.visit[node[p + 1, VISIT], SETUP]
            # With lunch already taken first: where that fits, nothing about lunch needs to be known.
            arrive0 = node[p, DEPART0] + there
            arrive1 = node[p, DEPART1] + there
            if pending and arrive0 <= l_until:
                arrive1 = min(arrive1, max(arrive0, l_from) + l_lasts)
            start1 = next_start(t.window, v, agreed, arrive1 + setup)
            depart1 = start1 + service
            depart0 = NEVER
            if pending:
                start0 = next_start(t.window, v, agreed, arrive0 + setup)
                depart0 = start0 + service
                if depart0 <= l_until:
                    depart1 = min(depart1, max(depart0, l_from) + l_lasts)
            arrive0 = depart0 + onward
            arrive1 = depart1 + onward
            if pending and p < length and arrive0 <= l_until:
                arrive1 = min(arrive1, max(arrive0, l_from) + l_lasts)
            if arrive1 + setup_after > node[p + 1, READY1] and arrive0 + setup_after > node[p + 1, READY0]:
                continue
            if w_load > 0:
                price += load_price(t, b, k, p, v)
            if slow and price < best:
                price += overrun(t, b, k, p, v)
            if price < best:
                best = price
                best_at = p
        if best < IMPOSSIBLE:
            best += t.assign[k, v]
    b.price[v, k, 0] = b.route[k, VERSION]
    b.price[v, k, 1] = best
    b.price[v, k, 2] = best_at


@compiled(TABLES, BOARD, 0, 0, inner=True)
def best_route(t: Tables, b: Board, v: int, blink: int) -> int:
    """Return the route that takes visit v cheapest, or -1; each is overlooked `blink` times in 1024."""
    best = IMPOSSIBLE
    best_k = -1
    idle_kinds = 0
    for k in range(t.team.shape[0]):
        if t.assign[k, v] < 0:
            continue
        if b.route[k, LENGTH] == 0 and t.team[k, FROZEN] == 0 and t.team[k, KIND] < 62:
            if idle_kinds & (1 << t.team[k, KIND]):
                continue
            idle_kinds |= 1 << t.team[k, KIND]
        if b.price[v, k, 0] != b.route[k, VERSION]:
            price_seat(t, b, k, v)
        if b.price[v, k, 1] < best and (blink == 0 or draw(b.chance, 1024) >= blink):
            best = b.price[v, k, 1]
            best_k = k
    return best_k


@compiled(BOARD, 0, inner=True)
def touch(b: Board, k: int) -> None:
    """Keep a copy of route k, once per trial, so that the trial can be undone."""
    for i in range(b.now[TOUCHED]):
        if b.touched[i] == k:
            return
    b.touched[b.now[TOUCHED]] = k
    b.now[TOUCHED] += 1
    rows = b.route[k, LENGTH] + 2
    for p in range(rows):
        for c in range(NODE_COLUMNS):
            b.kept_node[k, p, c] = b.node[k, p, c]
    for c in range(ROUTE_COLUMNS):
        b.kept_route[k, c] = b.route[k, c]
    for q in range(b.load.shape[1]):
        b.kept_load[k, q] = b.load[k, q]


@compiled(TABLES, BOARD, 0, 0, 0)
def seat(t: Tables, b: Board, k: int, at: int, v: int) -> None:
    """Put visit v after position `at` of route k."""
    touch(b, k)
    length = b.route[k, LENGTH]
    for p in range(length, at, -1):
        b.node[k, p + 1, VISIT] = b.node[k, p, VISIT]
    b.node[k, at + 1, VISIT] = v
    b.route[k, LENGTH] = length + 1
    b.where[v] = k
    for q in range(t.need.shape[1]):
        b.load[k, q] += t.need[v, q]
    refresh(t, b, k)


@compiled(TABLES, BOARD, 0)
def unseat(t: Tables, b: Board, v: int) -> int:
    """Take visit v out of its route without recomputing it, and return the route."""
    k = b.where[v]
    touch(b, k)
    length = b.route[k, LENGTH]
    at = 1
    while b.node[k, at, VISIT] != v:
        at += 1
    for p in range(at, length):
        b.node[k, p, VISIT] = b.node[k, p + 1, VISIT]
    b.route[k, LENGTH] = length - 1
    b.where[v] = -1
    b.agreed[v] = -1
    b.taken_at[v] = b.now[TRIAL]
    for q in range(t.need.shape[1]):
        b.load[k, q] -= t.need[v, q]
    return int(k)


@compiled(TABLES, BOARD, 0, 0, 0, inner=True)
def seat_rows(t: Tables, b: Board, v: int, first: int, blink: int) -> int:
    """List where a twin could sit: (price, route, position, earliest start, latest start) from row `first` on.

    The price is that of the earliest start: no later one is cheaper.
    """
    row = first
    agreed = b.agreed[v]
    place = t.visit[v, PLACE]
    service = t.visit[v, SERVICE]
    for k in range(t.team.shape[0]):
        if not has_room(t, b, k, v) or (blink > 0 and draw(b.chance, 1024) < blink):
            continue
        mode = t.team[k, MODE]
        pending = t.team[k, L_LASTS] > 0
        length = b.route[k, LENGTH]
        b.now[EFFORT] += 2 * length + 2
        for p in range(length + 1):
            before = b.node[k, p, AT]
            after = b.node[k, p + 1, AT]
            there = way(t.seconds, mode, before, place)
            onward = way(t.seconds, mode, place, after)
            if there >= UNREACHABLE or onward >= UNREACHABLE:
                continue
            setup = t.visit[v, SETUP] if before != place else 0
            setup_after = 0
            if p < length and after != place:
                setup_after = t.visit[b.node[k, p + 1, VISIT], SETUP]
            arrive0 = b.node[k, p, DEPART0] + there
            arrive1 = min(b.node[k, p, DEPART1] + there, after_lunch(t.team, k, arrive0))
            leave1 = b.node[k, p + 1, READY1] - setup_after - onward
            leave0 = -1
            if pending:
                leave0 = b.node[k, p + 1, READY0] - setup_after - onward
                begin = leave1 - t.team[k, L_LASTS]
                if begin >= t.team[k, L_FROM]:
                    leave0 = max(leave0, min(t.team[k, L_UNTIL], begin))
                begin = b.node[k, p + 1, READY1] - setup_after - t.team[k, L_LASTS]
                if p < length and begin >= t.team[k, L_FROM]:
                    leave0 = max(leave0, min(t.team[k, L_UNTIL], begin) - onward)
            detour = t.weight[W_TRAVEL] * (there + onward - b.node[k, p, ONWARD]) + t.assign[k, v]
            if t.weight[W_LOAD] > 0:
                detour += load_price(t, b, k, p, v)
            for label in range(2):
                low = (arrive0 if label == 0 else arrive1) + setup
                high = (leave0 if label == 0 else leave1) - service
                for w in range(1, 3 * t.window[v, 0], 3):
                    begin = max(low, t.window[v, w])
                    last = min(high, t.window[v, w + UNTIL])
                    if begin <= last and row < b.seats.shape[0]:
                        b.agreed[v] = begin
                        more = overrun(t, b, k, p, v) if slow_route(t, k) else 0
                        b.seats[row, 0] = detour + more
                        b.seats[row, 1] = k
                        b.seats[row, 2] = p
                        b.seats[row, 3] = begin
                        b.seats[row, 4] = last
                        row += 1
    b.agreed[v] = agreed
    return row


@compiled(TABLES, BOARD, 0, 0, 0, inner=True)
def delay_price(t: Tables, b: Board, row: int, v: int, begin: int) -> int:
    """What it costs more to start visit v in the seat of this row at `begin` than at the seat's earliest start."""
    k = b.seats[row, 1]
    if begin == b.seats[row, 3] or not slow_route(t, k):
        return 0
    b.agreed[v] = begin
    later = overrun(t, b, k, b.seats[row, 2], v)
    b.agreed[v] = b.seats[row, 3]
    later -= overrun(t, b, k, b.seats[row, 2], v)
    b.agreed[v] = -1
    return later


@compiled(TABLES, BOARD, 0, 0)
def seat_pair(t: Tables, b: Board, u: int, blink: int) -> bool:
    """Seat visit u and its twin on two routes at starts that agree, if that is cheaper than leaving both out."""
    v = t.visit[u, PARTNER]
    middle = seat_rows(t, b, u, 0, blink)
    end = seat_rows(t, b, v, middle, blink)
    best = t.visit[u, OUT] + t.visit[v, OUT]
    best_i = -1
    best_j = -1
    starts_u = 0
    starts_v = 0
    cheapest = IMPOSSIBLE
    for j in range(middle, end):
        cheapest = min(cheapest, b.seats[j, 0])
    for i in range(middle):
        if b.seats[i, 0] + cheapest >= best:
            continue
        b.now[EFFORT] += (end - middle) // 4
        for j in range(middle, end):
            if b.seats[i, 0] + b.seats[j, 0] >= best or b.seats[i, 1] == b.seats[j, 1]:
                continue
            first = max(b.seats[i, 3], b.seats[j, 3] - t.visit[u, GAP_MAX])
            second = max(b.seats[j, 3], first + t.visit[u, GAP_MIN])
            if first > b.seats[i, 4] or second > b.seats[j, 4]:
                continue
            price = b.seats[i, 0] + b.seats[j, 0]
            price += delay_price(t, b, i, u, first) + delay_price(t, b, j, v, second)
            if price < best:
                best = price
                best_i = i
                best_j = j
                starts_u = first
                starts_v = second
    if best_i < 0:
        return False
    b.agreed[u] = starts_u
    b.agreed[v] = starts_v
    seat(t, b, b.seats[best_i, 1], b.seats[best_i, 2], u)
    seat(t, b, b.seats[best_j, 1], b.seats[best_j, 2], v)
    return True


@compiled(TABLES, BOARD, 0)
def take_out(t: Tables, b: Board, v: int) -> None:
    """Take visit v, and its twin with it, off their routes and recompute these."""
    u = t.visit[v, PARTNER]
    refresh(t, b, unseat(t, b, v))
    if u >= 0 and b.where[u] >= 0:
        refresh(t, b, unseat(t, b, u))


@compiled(TABLES, BOARD, 0, 0, 0, inner=True)
def take_string(t: Tables, b: Board, k: int, v: int, string_max: int) -> None:
    """Take a string of stops that contains visit v off route k, half of the time sparing some in its middle."""
    length = b.route[k, LENGTH]
    count = 1 + draw(b.chance, min(length, string_max))
    spared = 0
    if count > 1 and draw(b.chance, 2) == 1:
        while count + spared < length and draw(b.chance, 100) >= 1:
            spared += 1
            if draw(b.chance, 2) == 1:
                break
    at = 1
    while b.node[k, at, VISIT] != v:
        at += 1
    span = count + spared
    low = max(1, at - span + 1)
    high = min(at, length - span + 1)
    begin = low + draw(b.chance, high - low + 1)
    gap = begin + draw(b.chance, count + 1)
    marked = 0
    for p in range(begin, begin + span):
        if gap <= p < gap + spared:
            continue
        b.key[marked] = b.node[k, p, VISIT]
        marked += 1
    for i in range(marked):
        u = b.key[i]
        if b.where[u] < 0:
            continue
        partner = t.visit[u, PARTNER]
        unseat(t, b, u)
        if partner >= 0 and b.where[partner] >= 0:
            other = unseat(t, b, partner)
            if other != k:
                refresh(t, b, other)
    refresh(t, b, k)


@compiled(TABLES, BOARD, inner=True)
def ruin(t: Tables, b: Board) -> None:
    """Take out strings of neighbouring stops around a random visit; sometimes single stops or a whole route."""
    visits = t.visit.shape[0]
    teams = t.team.shape[0]
    served = 0
    used = 0
    for k in range(teams):
        served += b.route[k, LENGTH]
        used += 1 if b.route[k, LENGTH] > 0 else 0
    b.now[TRIAL] += 1
    b.now[CENTRE] = -1
    if served == 0:
        return
    centre = draw(b.chance, visits)
    b.now[CENTRE] = centre
    kind = draw(b.chance, b.knob[R_STRINGS] + b.knob[R_RANDOM] + b.knob[R_ROUTE])
    if kind >= b.knob[R_STRINGS] + b.knob[R_RANDOM]:
        for i in range(t.near.shape[1]):
            if b.where[t.near[centre, i]] >= 0:
                k = b.where[t.near[centre, i]]
                while b.route[k, LENGTH] > 0:
                    take_out(t, b, b.node[k, b.route[k, LENGTH], VISIT])
                return
        return
    if kind >= b.knob[R_STRINGS]:
        wanted = 1 + draw(b.chance, b.knob[RUIN_MEAN])
        taken = 0
        for i in range(t.near.shape[1]):
            v = t.near[centre, i]
            if b.where[v] >= 0 and draw(b.chance, 1024) < 512:
                take_out(t, b, v)
                taken += 1
                if taken >= wanted:
                    return
        return
    string_max = max(1, min(b.knob[STRING_MAX], served // used))
    strings = 1 + draw(b.chance, max(1000, 4000 * b.knob[RUIN_MEAN] // (1 + string_max) - 1000)) // 1000
    first_ruined = b.now[TOUCHED]
    for i in range(t.near.shape[1]):
        v = t.near[centre, i]
        k = b.where[v]
        if k < 0:
            continue
        fresh = True
        for j in range(first_ruined, b.now[TOUCHED]):
            if b.touched[j] == k:
                fresh = False
        if not fresh:
            continue
        take_string(t, b, k, v, string_max)
        strings -= 1
        if strings <= 0:
            return


@compiled(TABLES, BOARD, 0, inner=True)
def order_in(t: Tables, b: Board, count: int) -> None:
    """Sort Board.absent by one of the orders, drawn by their shares; ties stand in the order of the table."""
    pick = draw(
        b.chance,
        b.knob[K_RANDOM] + b.knob[K_WORTH] + b.knob[K_FAR] + b.knob[K_CLOSE] + b.knob[K_NARROW] + b.knob[K_LONG],
    )
    order = K_RANDOM
    while pick >= b.knob[order]:
        pick -= b.knob[order]
        order += 1
    for i in range(count):
        v = b.absent[i]
        u = t.visit[v, PARTNER]
        if order == K_RANDOM:
            key = draw(b.chance, 1 << 30)
        elif order == K_WORTH:
            out = t.visit[v, OUT] + (t.visit[u, OUT] if u >= 0 else 0)
            lasts = 600 + t.visit[v, SERVICE] + (t.visit[u, SERVICE] if u >= 0 else 0)
            key = -(out * 256 // lasts) * (768 + draw(b.chance, 512))
        elif order == K_FAR:
            key = -b.place[t.visit[v, PLACE]]
        elif order == K_CLOSE:
            key = b.place[t.visit[v, PLACE]]
        elif order == K_NARROW:
            key = t.visit[v, SPAN]
        else:
            key = -(t.visit[v, SERVICE] + 1000 * t.need[v, t.need.shape[1] - 1])
        b.key[i] = key
    step = 1
    while step < count // 3:
        step = 3 * step + 1
    while step > 0:
        for i in range(step, count):
            v = b.absent[i]
            key = b.key[i]
            j = i
            while j >= step and (b.key[j - step] > key or (b.key[j - step] == key and b.absent[j - step] > v)):
                b.absent[j] = b.absent[j - step]
                b.key[j] = b.key[j - step]
                j -= step
            b.absent[j] = v
            b.key[j] = key
        step //= 3


@compiled(TABLES, BOARD)
def recreate(t: Tables, b: Board) -> None:
    """Put absent visits back, in one of several orders, each where it costs least, as long as it pays.

    What was just taken out and what lies around it is always tried; of the rest, which few of the changed routes can
    serve well, one in FAR. Without a centre, everything.
    """
    visits = t.visit.shape[0]
    trial = b.now[TRIAL]
    centre = b.now[CENTRE]
    middle = 0
    reach = NEVER
    if centre >= 0:
        middle = t.visit[centre, PLACE]
        reach = t.seconds[0, middle, t.visit[t.near[centre, min(b.knob[REACH], t.near.shape[1]) - 1], PLACE]] + 0
    count = 0
    for v in range(visits):
        if b.where[v] >= 0 or t.visit[v, FIRST] == 0:
            continue
        fresh = b.taken_at[v] == trial or t.seconds[0, middle, t.visit[v, PLACE]] <= reach
        if fresh or draw(b.chance, b.knob[FAR]) == 0:
            b.absent[count] = v
            count += 1
    order_in(t, b, count)
    for i in range(count):
        v = b.absent[i]
        if t.visit[v, PARTNER] >= 0:
            seat_pair(t, b, v, b.knob[BLINK])
            continue
        k = best_route(t, b, v, b.knob[BLINK])
        if k >= 0 and b.price[v, k, 1] < t.visit[v, OUT]:
            seat(t, b, k, b.price[v, k, 2], v)
            if b.route[k, POSSIBLE] == 0:
                refresh(t, b, unseat(t, b, v))


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


@compiled(BOARD, inner=True)
def undo(b: Board) -> None:
    """Put every touched route back to how it was before the trial."""
    for i in range(b.now[TOUCHED]):
        k = b.touched[i]
        for p in range(1, b.route[k, LENGTH] + 1):
            b.where[b.node[k, p, VISIT]] = -1
            b.agreed[b.node[k, p, VISIT]] = -1
    for i in range(b.now[TOUCHED]):
        k = b.touched[i]
        rows = b.kept_route[k, LENGTH] + 2
        for p in range(rows):
            for c in range(NODE_COLUMNS):
                b.node[k, p, c] = b.kept_node[k, p, c]
        for c in range(ROUTE_COLUMNS):
            b.route[k, c] = b.kept_route[k, c]
        for q in range(b.load.shape[1]):
            b.load[k, q] = b.kept_load[k, q]
        for p in range(1, b.route[k, LENGTH] + 1):
            v = b.node[k, p, VISIT]
            b.where[v] = k
            b.agreed[v] = b.kept_agreed[v]
    b.now[TOUCHED] = 0


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
    return iteration
