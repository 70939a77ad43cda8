"""This file decides where a visit by two sits best, compiled: two seats on two routes and a start they agree on."""

# ruff: noqa: C901, I001 - compiled loops: a call in the innermost ones costs more than length

from routing.compiled import compiled
from routing.kernel_chance import draw
from routing.kernel_route import after_lunch, load_price, way
from routing.kernel_seat import has_room, overrun, seat, slow_route
from routing.layout import (
    AT, BOARD, Board, DEPART0, DEPART1, EFFORT, GAP_MAX, GAP_MIN, IMPOSSIBLE, LENGTH, L_FROM, L_LASTS, L_UNTIL, MODE,
    ONWARD, OUT, PARTNER, PLACE, READY0, READY1, SERVICE, SETUP, TABLES, Tables, UNREACHABLE, UNTIL, VISIT, W_LOAD,
    W_TRAVEL,
)  # fmt: skip


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
