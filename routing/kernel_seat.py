"""This file decides where one visit sits best, compiled, and puts visits in and out of routes so that it can be undone."""

# ruff: noqa: C901, I001, PLR0912, PLR0915, SIM110 - compiled loops: a call in the innermost ones costs more than length

from routing.compiled import compiled
from routing.kernel_chance import draw
from routing.kernel_route import after_lunch, late, load_price, next_start, refresh, way
from routing.layout import (
    AT, BOARD, Board, DEPART0, DEPART1, EFFORT, END, END_MAX, FROZEN, HAS_SOFT, IDLE, IMPOSSIBLE, KIND, LATE0, LATE1,
    LENGTH, L_FROM, L_LASTS, L_UNTIL, MODE, NEVER, NODE_COLUMNS, ONWARD, PARTNER, PLACE, POSSIBLE, READY, READY0,
    READY1, ROUTE_COLUMNS, SERVICE, SETUP, SHIFT_END, START, TABLES, TOUCHED, TRIAL, Tables, UNREACHABLE, VERSION,
    VISIT, W_LATE, W_LOAD, W_OVER, W_TRAVEL,
)  # fmt: skip

SHORTCUT_SECONDS_MAX = 300
"""Measured ways need not be the shortest: a stop in between has been seen to save 101 s. More than this is passed over."""


@compiled(TABLES, BOARD, 0, 0)
def can_carry(t: Tables, b: Board, k: int, v: int) -> bool:
    """Whether team k may make visit v and its box still holds what the visit needs."""
    if t.assign[k, v] < 0 or b.route[k, POSSIBLE] == 0:
        return False
    for q in range(t.need.shape[1]):
        if t.need[v, q] > 0 and b.load[k, q] + t.need[v, q] > t.room[k, q]:
            return False
    return True


@compiled(TABLES, BOARD, 0, 0)
def has_room(t: Tables, b: Board, k: int, v: int) -> bool:
    """Whether team k can carry what visit v needs, and its day may be long enough for the service."""
    return bool(t.visit[v, SERVICE] <= b.route[k, IDLE] + SHORTCUT_SECONDS_MAX and can_carry(t, b, k, v))


@compiled(TABLES, 0, inner=True)
def slow_route(t: Tables, k: int) -> bool:
    """Whether lateness or overtime can occur on route k, so that a seat is priced by driving the rest of the route."""
    return bool(t.weight[HAS_SOFT] > 0 or t.team[k, END_MAX] > t.team[k, SHIFT_END])


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
        idle = b.route[k, IDLE]
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
            if price >= best or (service + detour > idle and after != place):
                continue
            if there >= UNREACHABLE or onward >= UNREACHABLE:
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


@compiled(TABLES, BOARD, 0)
def take_out(t: Tables, b: Board, v: int) -> None:
    """Take visit v, and its twin with it, off their routes and recompute these."""
    u = t.visit[v, PARTNER]
    refresh(t, b, unseat(t, b, v))
    if u >= 0 and b.where[u] >= 0:
        refresh(t, b, unseat(t, b, u))
