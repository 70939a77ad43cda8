"""This file decides in which order a trial of the search puts absent visits back, compiled: each where it costs least."""

# ruff: noqa: I001 - the names of columns stand in lines, not in a list of twenty

from routing.compiled import compiled
from routing.kernel_chance import draw
from routing.kernel_pair import seat_pair
from routing.kernel_route import refresh
from routing.kernel_seat import best_route, seat, unseat
from routing.layout import (
    BLINK, BOARD, Board, CENTRE, FAR, FIRST, K_CLOSE, K_FAR, K_LONG, K_NARROW, K_RANDOM, K_WORTH, NEVER, OUT, PARTNER,
    PLACE, POSSIBLE, REACH, SERVICE, SPAN, TABLES, TRIAL, Tables,
)  # fmt: skip


@compiled(BOARD, inner=True)
def drawn_order(b: Board) -> int:
    """Draw an order by the shares of each; a first plan is by worth: whoever stops at once has a plan to work with."""
    pick = draw(
        b.chance,
        b.knob[K_RANDOM] + b.knob[K_WORTH] + b.knob[K_FAR] + b.knob[K_CLOSE] + b.knob[K_NARROW] + b.knob[K_LONG],
    )
    order = K_RANDOM
    while pick >= b.knob[order]:
        pick -= b.knob[order]
        order += 1
    return order if b.now[CENTRE] >= 0 else K_WORTH


@compiled(TABLES, BOARD, 0, inner=True)
def order_in(t: Tables, b: Board, count: int) -> None:
    """Sort Board.absent by one of the orders, drawn by their shares; ties stand in the order of the table."""
    order = drawn_order(b)
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
