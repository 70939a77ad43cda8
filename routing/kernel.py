"""This file is the search itself, compiled: take visits out of a plan, put visits back in, keep what pays (annealing).

Ruin by strings of neighbouring stops and recreate with blinks follow Christiaens and Vanden Berghe, "Slack Induction by
String Removals" (Transportation Science 54, 2020). Added here: lunch by two time labels, visits that may stay out at a
price, teams that differ, twins whose agreed start is fixed when they are seated, overtime and lateness, opened vials.

All numbers are integers, chance is an own generator, so that a run repeats on every machine (R3). Price and times are
those of `routing/cost.py` and `routing/schedule.py`, which a test holds against this file. The tables are made in
`routing/tables.py`, the search is driven from `routing/solve.py`. Visits, teams and places are rows of tables here.
"""

# ruff: noqa: C901, PLR0912, PLR0915, SIM110 - compiled loops: a call in the innermost ones costs more than a long function

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.compiled import compiled

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
R_STRINGS, R_RANDOM, R_ROUTE, REACH, FAR = range(9, 14)
KNOBS = 14


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


def _shape(dims: int) -> NDArray[np.int64]:
    return np.zeros((1,) * dims, dtype=np.int64)


_WAYS = np.zeros((1, 1, 1), dtype=np.int32)
TABLES = Tables(
    _shape(2), _shape(2), _shape(2), _WAYS, _WAYS, _shape(2), _shape(2), _shape(2), _shape(2), _shape(3), _shape(1),
    _shape(2),
)  # fmt: skip
BOARD = Board(
    _shape(3), _shape(2), _shape(2), _shape(1), _shape(1), _shape(1), _shape(3), _shape(2), _shape(2), _shape(1),
    _shape(2), _shape(2), _shape(1), _shape(3), _shape(1), _shape(1), _shape(1), _shape(1), _shape(2), _shape(1),
    _shape(1), _shape(1), _shape(1), _shape(1),
)  # fmt: skip


@compiled(_shape(1), 0)
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


@compiled(_shape(2), 0, 0, 0)
def next_start(window: NDArray[np.int64], v: int, agreed: int, ready: int) -> int:
    """Return the first second from `ready` on at which the visit may start."""
    if agreed >= 0:
        return agreed if ready <= agreed else NEVER
    for w in range(1, 3 * window[v, 0], 3):
        if ready <= window[v, w + UNTIL]:
            return int(max(ready, window[v, w]))
    return NEVER


@compiled(_shape(2), 0, 0, 0)
def latest_ready(window: NDArray[np.int64], v: int, agreed: int, start_max: int) -> int:
    """Return the latest second to be ready at the visit and start no later than `start_max`; -1 if there is none."""
    if agreed >= 0:
        return agreed if agreed <= start_max else -1
    for w in range(3 * window[v, 0] - 2, 0, -3):
        if window[v, w] <= start_max:
            return int(min(start_max, window[v, w + UNTIL]))
    return -1


@compiled(_shape(2), 0, 0)
def late(window: NDArray[np.int64], v: int, start: int) -> int:
    """Seconds after the wished end of the window in which the visit starts."""
    for w in range(1, 3 * window[v, 0], 3):
        if start <= window[v, w + UNTIL]:
            return int(max(0, start - window[v, w + WISHED]))
    return 0


@compiled(_shape(2), 0, 0)
def after_lunch(team: NDArray[np.int64], k: int, free: int) -> int:
    """When lunch is over for team k if it is free at this second; NEVER when lunch can no longer begin."""
    if free > team[k, L_UNTIL]:
        return NEVER
    return int(max(free, team[k, L_FROM]) + team[k, L_LASTS])


@compiled(np.zeros((1, 1, 1), dtype=np.int32), 0, 0, 0)
def way(seconds: NDArray[np.int32], mode: int, origin: int, target: int) -> int:
    """Travel seconds in a mode; to an open end (-1) it takes none."""
    if target < 0:
        return 0
    return int(seconds[mode, origin, target])


@compiled(TABLES, BOARD, 0)
def waste(t: Tables, b: Board, k: int) -> int:
    """Doses thrown away on route k at the times in WHEN; IMPOSSIBLE when more vials are opened than carried."""
    need = t.need
    opened = t.opened
    vial = t.vial
    node = b.node
    route = b.route
    length = route[k, LENGTH]
    wasted = 0
    for q in range(vial.shape[0] - 1):
        size = vial[q, 0]
        if size <= 1:
            continue
        left = opened[k, q, 0]
        expires = opened[k, q, 1]
        sealed = opened[k, q, 2]
        for p in range(1, length + 1):
            count = need[node[k, p, VISIT], q]
            if count == 0:
                continue
            start = node[k, p, WHEN]
            if left > 0 and start > expires:
                wasted += left
                left = 0
            if count > left:
                vials = (count - left + size - 1) // size
                sealed -= vials
                left += vials * size
                expires = start + vial[q, 1]
            left -= count
        wasted += left
        if sealed < 0 and length > 0:
            return IMPOSSIBLE
    return wasted


@compiled(BOARD, 0, 0)
def set_times(b: Board, k: int, label: int) -> None:
    """Write the start of each stop, walking back from the label with which the day ends."""
    node = b.node
    route = b.route
    for p in range(route[k, LENGTH], 0, -1):
        if label == 1 and node[k, p, MARK] & AFTER:
            label = 0
        node[k, p, WHEN] = node[k, p, START1] if label == 1 else node[k, p, START0]
        if label == 1 and node[k, p, MARK] & ARRIVING:
            label = 0


@compiled(TABLES, BOARD, 0)
def refresh(t: Tables, b: Board, k: int) -> int:
    """Recompute times, slack and price of route k after its stops changed, and return its price."""
    assign = t.assign
    seconds = t.seconds
    team = t.team
    visit = t.visit
    weight = t.weight
    window = t.window
    agreed_at = b.agreed
    node = b.node
    now = b.now
    route = b.route
    length = route[k, LENGTH]
    end = length + 1
    mode = team[k, MODE]
    pending = team[k, L_LASTS] > 0
    route[k, VERSION] = now[NEXT_VERSION]
    now[NEXT_VERSION] += 1
    now[EFFORT] += 2 * length + 4
    node[k, 0, AT] = team[k, START]
    node[k, end, AT] = team[k, END]
    ready = team[k, READY]
    depart0 = ready if pending else NEVER
    depart1 = after_lunch(team, k, ready) if pending else ready
    node[k, 0, DEPART0] = depart0
    node[k, 0, DEPART1] = depart1
    node[k, 0, LATE0] = 0
    node[k, 0, LATE1] = 0
    late0 = 0
    late1 = 0
    price = 0
    travelled = 0
    work = 0
    possible = True
    here = team[k, START]
    for p in range(1, length + 1):
        v = node[k, p, VISIT]
        there = visit[v, PLACE]
        travel = way(seconds, mode, here, there)
        setup = visit[v, SETUP] if there != here else 0
        node[k, p - 1, ONWARD] = travel
        travelled += travel
        work += setup + visit[v, SERVICE]
        price += assign[k, v]
        arrive0 = depart0 + travel
        arrive1 = depart1 + travel
        mark = 0
        lunched = after_lunch(team, k, arrive0)
        if lunched < arrive1:
            arrive1 = lunched
            late1 = late0
            mark = ARRIVING
        agreed = agreed_at[v]
        start0 = next_start(window, v, agreed, arrive0 + setup)
        start1 = next_start(window, v, agreed, arrive1 + setup)
        if min(start0, start1) >= NEVER or travel >= UNREACHABLE:
            possible = False
            break
        if weight[HAS_SOFT] > 0:
            late0 += late(window, v, start0)
            late1 += late(window, v, start1)
        depart0 = start0 + visit[v, SERVICE]
        depart1 = start1 + visit[v, SERVICE]
        lunched = after_lunch(team, k, depart0)
        if lunched < depart1:
            depart1 = lunched
            late1 = late0
            mark |= AFTER
        node[k, p, AT] = there
        node[k, p, START0] = start0
        node[k, p, START1] = start1
        node[k, p, DEPART0] = depart0
        node[k, p, DEPART1] = depart1
        node[k, p, MARK] = mark
        node[k, p, LATE0] = late0
        node[k, p, LATE1] = late1
        here = there
    home = way(seconds, mode, here, team[k, END])
    node[k, length, ONWARD] = home if length > 0 or team[k, FROZEN] > 0 else 0
    label = 0 if pending and depart0 + home <= team[k, L_UNTIL] else 1
    finish = (depart0 if label == 0 else depart1) + home
    if length > 0 and (finish > team[k, END_MAX] or home >= UNREACHABLE):
        possible = False
    route[k, POSSIBLE] = 1 if possible else 0
    if not possible:
        route[k, COST] = IMPOSSIBLE
        return IMPOSSIBLE
    route[k, IDLE] = team[k, END_MAX] - ready - work - travelled - home
    if length == 0 and team[k, FROZEN] == 0:
        route[k, COST] = 0
        route[k, WORKED] = 0
        finish = ready
    else:
        travelled += home
        work += travelled + team[k, WORK]
        route[k, WORKED] = work
        if length == 0:
            finish = ready + home
        price += weight[W_TRAVEL] * travelled
        price += weight[W_OVER] * max(0, finish - team[k, SHIFT_END])
        price += weight[W_LATE] * (late0 if label == 0 else late1)
        price += weight[W_LOAD] * work * work // (team[k, SHIFT] * team[k, SHIFT])
        if weight[HAS_VIALS] > 0:
            set_times(b, k, label)
            wasted = waste(t, b, k)
            if wasted >= IMPOSSIBLE:
                route[k, POSSIBLE] = 0
                route[k, COST] = IMPOSSIBLE
                return IMPOSSIBLE
            price += weight[W_WASTE] * wasted
        route[k, COST] = price
    ready0 = min(team[k, L_UNTIL], team[k, END_MAX]) if pending else -1
    ready1 = team[k, END_MAX]
    node[k, end, READY0] = ready0
    node[k, end, READY1] = ready1
    l_from = team[k, L_FROM]
    l_until = team[k, L_UNTIL]
    l_lasts = team[k, L_LASTS]
    there = team[k, END]
    for p in range(length, 0, -1):
        v = node[k, p, VISIT]
        here = node[k, p, AT]
        travel = node[k, p, ONWARD]
        setup = 0
        if p < length and there != here:
            setup = visit[node[k, p + 1, VISIT], SETUP]
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
        ready0 = latest_ready(window, v, agreed_at[v], leave0 - visit[v, SERVICE])
        ready1 = latest_ready(window, v, agreed_at[v], leave1 - visit[v, SERVICE])
        node[k, p, READY0] = ready0
        node[k, p, READY1] = ready1
        there = here
    cost: int = route[k, COST]
    return cost


@compiled(TABLES, BOARD, 0, 0, 0)
def overrun(t: Tables, b: Board, k: int, at: int, v: int) -> int:
    """Price of overtime and lateness of route k with visit v seated after position `at`, less what it pays today."""
    seconds = t.seconds
    team = t.team
    visit = t.visit
    weight = t.weight
    window = t.window
    agreed = b.agreed
    node = b.node
    now = b.now
    route = b.route
    length = route[k, LENGTH]
    mode = team[k, MODE]
    pending = team[k, L_LASTS] > 0
    depart0 = node[k, at, DEPART0]
    depart1 = node[k, at, DEPART1]
    late0 = node[k, at, LATE0]
    late1 = node[k, at, LATE1]
    here = node[k, at, AT]
    now[EFFORT] += length - at + 1
    for p in range(at, length + 1):
        u = v if p == at else node[k, p, VISIT]
        there = visit[u, PLACE]
        travel = way(seconds, mode, here, there)
        setup = visit[u, SETUP] if there != here else 0
        arrive0 = depart0 + travel
        arrive1 = depart1 + travel
        lunched = after_lunch(team, k, arrive0)
        if lunched < arrive1:
            arrive1 = lunched
            late1 = late0
        start0 = next_start(window, u, agreed[u], arrive0 + setup)
        start1 = next_start(window, u, agreed[u], arrive1 + setup)
        late0 += late(window, u, start0)
        late1 += late(window, u, start1)
        depart0 = start0 + visit[u, SERVICE]
        depart1 = start1 + visit[u, SERVICE]
        lunched = after_lunch(team, k, depart0)
        if lunched < depart1:
            depart1 = lunched
            late1 = late0
        here = there
    home = way(seconds, mode, here, team[k, END])
    label = 0 if pending and depart0 + home <= team[k, L_UNTIL] else 1
    finish = (depart0 if label == 0 else depart1) + home
    price = weight[W_OVER] * max(0, finish - team[k, SHIFT_END])
    price += weight[W_LATE] * (late0 if label == 0 else late1)
    if length > 0:
        last = node[k, length, AT]
        home = way(seconds, mode, last, team[k, END])
        label = 0 if pending and node[k, length, DEPART0] + home <= team[k, L_UNTIL] else 1
        finish = node[k, length, DEPART0 + label] + home
        price -= weight[W_OVER] * max(0, finish - team[k, SHIFT_END])
        price -= weight[W_LATE] * node[k, length, LATE0 + label]
    elif team[k, FROZEN] > 0:
        finish = team[k, READY] + way(seconds, mode, team[k, START], team[k, END])
        price -= weight[W_OVER] * max(0, finish - team[k, SHIFT_END])
    cost: int = price
    return cost


@compiled(TABLES, BOARD, 0, 0)
def has_room(t: Tables, b: Board, k: int, v: int) -> bool:
    """Whether the box of team k still holds what visit v needs, and the shift its service."""
    assign = t.assign
    need = t.need
    room = t.room
    visit = t.visit
    load = b.load
    route = b.route
    if assign[k, v] < 0 or route[k, POSSIBLE] == 0 or visit[v, SERVICE] > route[k, IDLE]:
        return False
    for q in range(need.shape[1]):
        if need[v, q] > 0 and load[k, q] + need[v, q] > room[k, q]:
            return False
    return True


@compiled(TABLES, BOARD, 0, 0)
def price_seat(t: Tables, b: Board, k: int, v: int) -> None:
    """Find the cheapest position for visit v on route k and note (version, price, position) in Board.price.

    The price leaves out vials, which are counted when the route is refreshed. A position whose way alone costs more
    than the best so far is passed over; so is one that no window of the visit can reach.
    """
    assign = t.assign
    into = t.into
    seconds = t.seconds
    team = t.team
    visit = t.visit
    weight = t.weight
    window = t.window
    agreed_at = b.agreed
    nodes = b.node
    now = b.now
    prices = b.price
    route = b.route
    length = route[k, LENGTH]
    best = IMPOSSIBLE
    best_at = -1
    if has_room(t, b, k, v):
        now[EFFORT] += length + 1
        node = nodes[k]
        place = visit[v, PLACE]
        service = visit[v, SERVICE]
        own_setup = visit[v, SETUP]
        agreed = agreed_at[v]
        onward_of = seconds[team[k, MODE], place]
        there_of = into[team[k, MODE], place]
        pending = team[k, L_LASTS] > 0
        l_from = team[k, L_FROM]
        l_until = team[k, L_UNTIL]
        l_lasts = team[k, L_LASTS]
        w_travel = weight[W_TRAVEL]
        w_load = weight[W_LOAD]
        slow = weight[HAS_SOFT] > 0 or team[k, END_MAX] > team[k, SHIFT_END]
        shift2 = team[k, SHIFT] * team[k, SHIFT]
        work = route[k, WORKED]
        windows = window[v, 0]
        start_min = window[v, 1]
        start_max = agreed if agreed >= 0 else (window[v, 3 * windows - 1] if windows > 0 else -1)
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
                setup_after = visit[node[p + 1, VISIT], SETUP]
            # With lunch already taken first: where that fits, nothing about lunch needs to be known.
            arrive0 = node[p, DEPART0] + there
            arrive1 = node[p, DEPART1] + there
            if pending and arrive0 <= l_until:
                arrive1 = min(arrive1, max(arrive0, l_from) + l_lasts)
            start1 = next_start(window, v, agreed, arrive1 + setup)
            depart1 = start1 + service
            depart0 = NEVER
            if pending:
                start0 = next_start(window, v, agreed, arrive0 + setup)
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
                fuller = work + detour + setup + service
                if p < length:
                    fuller += setup_after - (visit[node[p + 1, VISIT], SETUP] if after != before else 0)
                price += w_load * fuller * fuller // shift2 - w_load * work * work // shift2
            if slow and price < best:
                price += overrun(t, b, k, p, v)
            if price < best:
                best = price
                best_at = p
        if best < IMPOSSIBLE:
            best += assign[k, v]
    prices[v, k, 0] = route[k, VERSION]
    prices[v, k, 1] = best
    prices[v, k, 2] = best_at


@compiled(TABLES, BOARD, 0, 0)
def best_route(t: Tables, b: Board, v: int, blink: int) -> int:
    """Return the route that takes visit v cheapest, or -1; each is overlooked `blink` times in 1024."""
    assign = t.assign
    team = t.team
    chance = b.chance
    price = b.price
    route = b.route
    best = IMPOSSIBLE
    best_k = -1
    idle_kinds = 0
    for k in range(team.shape[0]):
        if assign[k, v] < 0:
            continue
        if route[k, LENGTH] == 0 and team[k, FROZEN] == 0 and team[k, KIND] < 62:
            if idle_kinds & (1 << team[k, KIND]):
                continue
            idle_kinds |= 1 << team[k, KIND]
        if price[v, k, 0] != route[k, VERSION]:
            price_seat(t, b, k, v)
        if price[v, k, 1] < best and (blink == 0 or draw(chance, 1024) >= blink):
            best = price[v, k, 1]
            best_k = k
    return best_k


@compiled(BOARD, 0)
def touch(b: Board, k: int) -> None:
    """Keep a copy of route k, once per trial, so that the trial can be undone."""
    kept_load = b.kept_load
    kept_node = b.kept_node
    kept_route = b.kept_route
    load = b.load
    node = b.node
    now = b.now
    route = b.route
    touched = b.touched
    for i in range(now[TOUCHED]):
        if touched[i] == k:
            return
    touched[now[TOUCHED]] = k
    now[TOUCHED] += 1
    rows = route[k, LENGTH] + 2
    for p in range(rows):
        for c in range(NODE_COLUMNS):
            kept_node[k, p, c] = node[k, p, c]
    for c in range(ROUTE_COLUMNS):
        kept_route[k, c] = route[k, c]
    for q in range(load.shape[1]):
        kept_load[k, q] = load[k, q]


@compiled(TABLES, BOARD, 0, 0, 0)
def seat(t: Tables, b: Board, k: int, at: int, v: int) -> None:
    """Put visit v after position `at` of route k."""
    need = t.need
    load = b.load
    node = b.node
    route = b.route
    where = b.where
    touch(b, k)
    length = route[k, LENGTH]
    for p in range(length, at, -1):
        node[k, p + 1, VISIT] = node[k, p, VISIT]
    node[k, at + 1, VISIT] = v
    route[k, LENGTH] = length + 1
    where[v] = k
    for q in range(need.shape[1]):
        load[k, q] += need[v, q]
    refresh(t, b, k)


@compiled(TABLES, BOARD, 0)
def unseat(t: Tables, b: Board, v: int) -> int:
    """Take visit v out of its route without recomputing it, and return the route."""
    need = t.need
    agreed = b.agreed
    load = b.load
    node = b.node
    route = b.route
    where = b.where
    k = where[v]
    touch(b, k)
    length = route[k, LENGTH]
    at = 1
    while node[k, at, VISIT] != v:
        at += 1
    for p in range(at, length):
        node[k, p, VISIT] = node[k, p + 1, VISIT]
    route[k, LENGTH] = length - 1
    where[v] = -1
    agreed[v] = -1
    b.taken_at[v] = b.now[TRIAL]
    for q in range(need.shape[1]):
        load[k, q] -= need[v, q]
    return int(k)


@compiled(TABLES, BOARD, 0, 0, 0)
def seat_rows(t: Tables, b: Board, v: int, first: int, blink: int) -> int:
    """List where a twin could sit: (price, route, position, earliest start, latest start) from row `first` on."""
    assign = t.assign
    seconds = t.seconds
    team = t.team
    visit = t.visit
    weight = t.weight
    window = t.window
    chance = b.chance
    node = b.node
    now = b.now
    route = b.route
    seats = b.seats
    row = first
    place = visit[v, PLACE]
    service = visit[v, SERVICE]
    for k in range(team.shape[0]):
        if not has_room(t, b, k, v) or (blink > 0 and draw(chance, 1024) < blink):
            continue
        mode = team[k, MODE]
        pending = team[k, L_LASTS] > 0
        length = route[k, LENGTH]
        now[EFFORT] += 2 * length + 2
        for p in range(length + 1):
            before = node[k, p, AT]
            after = node[k, p + 1, AT]
            there = way(seconds, mode, before, place)
            onward = way(seconds, mode, place, after)
            if there >= UNREACHABLE or onward >= UNREACHABLE:
                continue
            setup = visit[v, SETUP] if before != place else 0
            setup_after = 0
            if p < length and after != place:
                setup_after = visit[node[k, p + 1, VISIT], SETUP]
            arrive0 = node[k, p, DEPART0] + there
            arrive1 = min(node[k, p, DEPART1] + there, after_lunch(team, k, arrive0))
            leave1 = node[k, p + 1, READY1] - setup_after - onward
            leave0 = -1
            if pending:
                leave0 = node[k, p + 1, READY0] - setup_after - onward
                begin = leave1 - team[k, L_LASTS]
                if begin >= team[k, L_FROM]:
                    leave0 = max(leave0, min(team[k, L_UNTIL], begin))
                begin = node[k, p + 1, READY1] - setup_after - team[k, L_LASTS]
                if p < length and begin >= team[k, L_FROM]:
                    leave0 = max(leave0, min(team[k, L_UNTIL], begin) - onward)
            price = weight[W_TRAVEL] * (there + onward - node[k, p, ONWARD]) + assign[k, v]
            for label in range(2):
                low = (arrive0 if label == 0 else arrive1) + setup
                high = (leave0 if label == 0 else leave1) - service
                for w in range(1, 3 * window[v, 0], 3):
                    begin = max(low, window[v, w])
                    last = min(high, window[v, w + UNTIL])
                    if begin <= last and row < seats.shape[0]:
                        seats[row, 0] = price
                        seats[row, 1] = k
                        seats[row, 2] = p
                        seats[row, 3] = begin
                        seats[row, 4] = last
                        row += 1
    return row


@compiled(TABLES, BOARD, 0, 0)
def seat_pair(t: Tables, b: Board, u: int, blink: int) -> bool:
    """Seat visit u and its twin on two routes at starts that agree, if that is cheaper than leaving both out."""
    visit = t.visit
    agreed = b.agreed
    now = b.now
    seats = b.seats
    v = visit[u, PARTNER]
    middle = seat_rows(t, b, u, 0, blink)
    end = seat_rows(t, b, v, middle, blink)
    best = visit[u, OUT] + visit[v, OUT]
    best_i = -1
    best_j = -1
    cheapest = IMPOSSIBLE
    for j in range(middle, end):
        cheapest = min(cheapest, seats[j, 0])
    for i in range(middle):
        if seats[i, 0] + cheapest >= best:
            continue
        now[EFFORT] += (end - middle) // 4
        for j in range(middle, end):
            if seats[i, 0] + seats[j, 0] >= best or seats[i, 1] == seats[j, 1]:
                continue
            first = max(seats[i, 3], seats[j, 3] - visit[u, GAP_MAX])
            second = max(seats[j, 3], first + visit[u, GAP_MIN])
            if first <= seats[i, 4] and second <= seats[j, 4]:
                best = seats[i, 0] + seats[j, 0]
                best_i = i
                best_j = j
    if best_i < 0:
        return False
    first = max(seats[best_i, 3], seats[best_j, 3] - visit[u, GAP_MAX])
    agreed[u] = first
    agreed[v] = max(seats[best_j, 3], first + visit[u, GAP_MIN])
    seat(t, b, seats[best_i, 1], seats[best_i, 2], u)
    seat(t, b, seats[best_j, 1], seats[best_j, 2], v)
    return True


@compiled(TABLES, BOARD, 0)
def take_out(t: Tables, b: Board, v: int) -> None:
    """Take visit v, and its twin with it, off their routes and recompute these."""
    u = t.visit[v, PARTNER]
    refresh(t, b, unseat(t, b, v))
    if u >= 0 and b.where[u] >= 0:
        refresh(t, b, unseat(t, b, u))


@compiled(TABLES, BOARD, 0, 0, 0)
def take_string(t: Tables, b: Board, k: int, v: int, string_max: int) -> None:
    """Take a string of stops that contains visit v off route k, half of the time sparing some in its middle."""
    visit = t.visit
    chance = b.chance
    key = b.key
    node = b.node
    route = b.route
    where = b.where
    length = route[k, LENGTH]
    count = 1 + draw(chance, min(length, string_max))
    spared = 0
    if count > 1 and draw(chance, 2) == 1:
        while count + spared < length and draw(chance, 100) >= 1:
            spared += 1
            if draw(chance, 2) == 1:
                break
    at = 1
    while node[k, at, VISIT] != v:
        at += 1
    span = count + spared
    low = max(1, at - span + 1)
    high = min(at, length - span + 1)
    begin = low + draw(chance, high - low + 1)
    gap = begin + draw(chance, count + 1)
    marked = 0
    for p in range(begin, begin + span):
        if gap <= p < gap + spared:
            continue
        key[marked] = node[k, p, VISIT]
        marked += 1
    for i in range(marked):
        u = key[i]
        if where[u] < 0:
            continue
        partner = visit[u, PARTNER]
        unseat(t, b, u)
        if partner >= 0 and where[partner] >= 0:
            other = unseat(t, b, partner)
            if other != k:
                refresh(t, b, other)
    refresh(t, b, k)


@compiled(TABLES, BOARD)
def ruin(t: Tables, b: Board) -> None:
    """Take out strings of neighbouring stops around a random visit; sometimes single stops or a whole route."""
    near = t.near
    team = t.team
    visit = t.visit
    chance = b.chance
    knob = b.knob
    node = b.node
    now = b.now
    route = b.route
    touched = b.touched
    where = b.where
    visits = visit.shape[0]
    teams = team.shape[0]
    served = 0
    used = 0
    for k in range(teams):
        served += route[k, LENGTH]
        used += 1 if route[k, LENGTH] > 0 else 0
    now[TRIAL] += 1
    now[CENTRE] = -1
    if served == 0:
        return
    centre = draw(chance, visits)
    now[CENTRE] = centre
    kind = draw(chance, knob[R_STRINGS] + knob[R_RANDOM] + knob[R_ROUTE])
    if kind >= knob[R_STRINGS] + knob[R_RANDOM]:
        for i in range(near.shape[1]):
            if where[near[centre, i]] >= 0:
                k = where[near[centre, i]]
                while route[k, LENGTH] > 0:
                    take_out(t, b, node[k, route[k, LENGTH], VISIT])
                return
        return
    if kind >= knob[R_STRINGS]:
        wanted = 1 + draw(chance, knob[RUIN_MEAN])
        taken = 0
        for i in range(near.shape[1]):
            v = near[centre, i]
            if where[v] >= 0 and draw(chance, 1024) < 512:
                take_out(t, b, v)
                taken += 1
                if taken >= wanted:
                    return
        return
    string_max = max(1, min(knob[STRING_MAX], served // used))
    strings = 1 + draw(chance, max(1000, 4000 * knob[RUIN_MEAN] // (1 + string_max) - 1000)) // 1000
    first_ruined = now[TOUCHED]
    for i in range(near.shape[1]):
        v = near[centre, i]
        k = where[v]
        if k < 0:
            continue
        fresh = True
        for j in range(first_ruined, now[TOUCHED]):
            if touched[j] == k:
                fresh = False
        if not fresh:
            continue
        take_string(t, b, k, v, string_max)
        strings -= 1
        if strings <= 0:
            return


@compiled(TABLES, BOARD, 0)
def order_in(t: Tables, b: Board, count: int) -> None:
    """Sort Board.absent by one of the orders, drawn by their shares; ties stand in the order of the table."""
    need = t.need
    visit = t.visit
    absent = b.absent
    chance = b.chance
    keys = b.key
    knob = b.knob
    place = b.place
    pick = draw(chance, knob[K_RANDOM] + knob[K_WORTH] + knob[K_FAR] + knob[K_CLOSE] + knob[K_NARROW] + knob[K_LONG])
    order = K_RANDOM
    while pick >= knob[order]:
        pick -= knob[order]
        order += 1
    for i in range(count):
        v = absent[i]
        u = visit[v, PARTNER]
        if order == K_RANDOM:
            key = draw(chance, 1 << 30)
        elif order == K_WORTH:
            out = visit[v, OUT] + (visit[u, OUT] if u >= 0 else 0)
            lasts = 600 + visit[v, SERVICE] + (visit[u, SERVICE] if u >= 0 else 0)
            key = -(out * 256 // lasts) * (768 + draw(chance, 512))
        elif order == K_FAR:
            key = -place[visit[v, PLACE]]
        elif order == K_CLOSE:
            key = place[visit[v, PLACE]]
        elif order == K_NARROW:
            key = visit[v, SPAN]
        else:
            key = -(visit[v, SERVICE] + 1000 * need[v, need.shape[1] - 1])
        keys[i] = key
    step = 1
    while step < count // 3:
        step = 3 * step + 1
    while step > 0:
        for i in range(step, count):
            v = absent[i]
            key = keys[i]
            j = i
            while j >= step and (keys[j - step] > key or (keys[j - step] == key and absent[j - step] > v)):
                absent[j] = absent[j - step]
                keys[j] = keys[j - step]
                j -= step
            absent[j] = v
            keys[j] = key
        step //= 3


@compiled(TABLES, BOARD)
def recreate(t: Tables, b: Board) -> None:
    """Put absent visits back, in one of several orders, each where it costs least, as long as it pays.

    What was just taken out and what lies around it is always tried; of the rest, which few of the changed routes can
    serve well, one in FAR. Without a centre, everything.
    """
    visit = t.visit
    absent = b.absent
    knob = b.knob
    price = b.price
    route = b.route
    where = b.where
    visits = visit.shape[0]
    seconds = t.seconds
    taken_at = b.taken_at
    trial = b.now[TRIAL]
    centre = b.now[CENTRE]
    middle = 0
    reach = NEVER
    if centre >= 0:
        middle = visit[centre, PLACE]
        reach = seconds[0, middle, visit[t.near[centre, min(knob[REACH], t.near.shape[1]) - 1], PLACE]] + 0
    count = 0
    for v in range(visits):
        if where[v] >= 0 or visit[v, FIRST] == 0:
            continue
        fresh = taken_at[v] == trial or seconds[0, middle, visit[v, PLACE]] <= reach
        if fresh or draw(b.chance, knob[FAR]) == 0:
            absent[count] = v
            count += 1
    order_in(t, b, count)
    for i in range(count):
        v = absent[i]
        if visit[v, PARTNER] >= 0:
            seat_pair(t, b, v, knob[BLINK])
            continue
        k = best_route(t, b, v, knob[BLINK])
        if k >= 0 and price[v, k, 1] < visit[v, OUT]:
            seat(t, b, k, price[v, k, 2], v)
            if route[k, POSSIBLE] == 0:
                refresh(t, b, unseat(t, b, v))


@compiled(TABLES, BOARD)
def total(t: Tables, b: Board) -> int:
    """Sum what the plan on the board costs: its routes and the visits left out."""
    team = t.team
    visit = t.visit
    route = b.route
    where = b.where
    cost = 0
    for k in range(team.shape[0]):
        cost += route[k, COST]
    for v in range(visit.shape[0]):
        if where[v] < 0:
            cost += visit[v, OUT]
    return cost


@compiled(TABLES, BOARD)
def keep(t: Tables, b: Board) -> None:
    """Make the changed routes the current plan, and the best plan if it is cheaper than any before."""
    team = t.team
    agreed = b.agreed
    best_agreed = b.best_agreed
    best_route = b.best_route
    best_stops = b.best_stops
    kept_agreed = b.kept_agreed
    node = b.node
    now = b.now
    route = b.route
    touched = b.touched
    for i in range(now[TOUCHED]):
        k = touched[i]
        for p in range(1, route[k, LENGTH] + 1):
            v = node[k, p, VISIT]
            kept_agreed[v] = agreed[v]
    now[TOUCHED] = 0
    if now[NOW_COST] >= now[BEST_COST]:
        return
    now[BEST_COST] = now[NOW_COST]
    for k in range(team.shape[0]):
        if best_route[k, VERSION] != route[k, VERSION]:
            length = route[k, LENGTH]
            for p in range(1, length + 1):
                v = node[k, p, VISIT]
                best_stops[k, p] = v
                best_agreed[v] = agreed[v]
            for c in range(ROUTE_COLUMNS):
                best_route[k, c] = route[k, c]


@compiled(BOARD)
def undo(b: Board) -> None:
    """Put every touched route back to how it was before the trial."""
    agreed = b.agreed
    kept_agreed = b.kept_agreed
    kept_load = b.kept_load
    kept_node = b.kept_node
    kept_route = b.kept_route
    load = b.load
    node = b.node
    now = b.now
    route = b.route
    touched = b.touched
    where = b.where
    for i in range(now[TOUCHED]):
        k = touched[i]
        for p in range(1, route[k, LENGTH] + 1):
            where[node[k, p, VISIT]] = -1
            agreed[node[k, p, VISIT]] = -1
    for i in range(now[TOUCHED]):
        k = touched[i]
        rows = kept_route[k, LENGTH] + 2
        for p in range(rows):
            for c in range(NODE_COLUMNS):
                node[k, p, c] = kept_node[k, p, c]
        for c in range(ROUTE_COLUMNS):
            route[k, c] = kept_route[k, c]
        for q in range(load.shape[1]):
            load[k, q] = kept_load[k, q]
        for p in range(1, route[k, LENGTH] + 1):
            v = node[k, p, VISIT]
            where[v] = k
            agreed[v] = kept_agreed[v]
    now[TOUCHED] = 0


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
