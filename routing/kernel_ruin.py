"""This file decides what a trial of the search takes out, compiled: strings of neighbouring stops around a visit.

The strings follow Christiaens and Vanden Berghe, "Slack Induction by String Removals" (Transportation Science 54, 2020).
"""

# ruff: noqa: I001 - the names of columns stand in lines, not in a list of twenty

from routing.compiled import compiled
from routing.kernel_chance import draw
from routing.kernel_route import refresh
from routing.kernel_seat import take_out, unseat
from routing.kernel_tails import swap_tails
from routing.layout import (
    BOARD, Board, CENTRE, LENGTH, PARTNER, RUIN_MEAN, R_RANDOM, R_ROUTE, R_STRINGS, STRING_MAX, TABLES, TAILS, TOUCHED,
    TRIAL, Tables, VISIT,
)  # fmt: skip


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


@compiled(TABLES, BOARD, 0, inner=True)
def take_route(t: Tables, b: Board, centre: int) -> None:
    """Take out all of the route nearest to the centre."""
    for i in range(t.near.shape[1]):
        k = b.where[t.near[centre, i]]
        if k >= 0:
            while b.route[k, LENGTH] > 0:
                take_out(t, b, b.node[k, b.route[k, LENGTH], VISIT])
            return


@compiled(TABLES, BOARD, 0, inner=True)
def take_single(t: Tables, b: Board, centre: int) -> None:
    """Take out single stops around the centre, every other one by chance."""
    wanted = 1 + draw(b.chance, b.knob[RUIN_MEAN])
    taken = 0
    for i in range(t.near.shape[1]):
        v = t.near[centre, i]
        if b.where[v] >= 0 and draw(b.chance, 1024) < 512:
            take_out(t, b, v)
            taken += 1
            if taken >= wanted:
                return


@compiled(TABLES, BOARD, 0, 0, inner=True)
def take_strings(t: Tables, b: Board, centre: int, string_max: int) -> None:
    """Take a string out of each of the routes nearest to the centre."""
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


@compiled(TABLES, BOARD, inner=True)
def ruin(t: Tables, b: Board) -> None:
    """Take out strings of neighbouring stops around a random visit; sometimes single stops or a whole route.

    While a team is idle, two routes swap tails at that visit in some trials, half of which take out nothing besides.
    """
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
    centre = draw(b.chance, t.visit.shape[0])
    b.now[CENTRE] = centre
    swaps = (
        used < teams and draw(b.chance, 1024) < b.knob[TAILS]
    )  # without a team to spare, routes are as many as teams
    if swaps and swap_tails(t, b, centre) and draw(b.chance, 2) == 0:
        return
    kind = draw(b.chance, b.knob[R_STRINGS] + b.knob[R_RANDOM] + b.knob[R_ROUTE])
    if kind >= b.knob[R_STRINGS] + b.knob[R_RANDOM]:
        take_route(t, b, centre)
    elif kind >= b.knob[R_STRINGS]:
        take_single(t, b, centre)
    else:
        take_strings(t, b, centre, max(1, min(b.knob[STRING_MAX], served // used)))
