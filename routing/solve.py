"""This file is the planner's front door: `solve` makes a plan for a problem, as good as the iterations allow.

R3: the same problem, seed, warm plan, iterations and horizon give the same plan on every machine. Time is not known
here: whoever has a clock passes `keep_going`, which is asked every few milliseconds. The moves are in
`routing/kernel.py`; what a good plan is, in `routing/cost.py`; how many iterations fit a time, in `routing/budget.py`.
"""

from collections.abc import Callable

import msgspec

from routing import layout as at
from routing.board import Laid
from routing.plan import Plan
from routing.problem import Problem

ITERATIONS_DEFAULT = 30_000
EFFORT_PER_LOOK = 400_000
"""Work between two looks at `keep_going`: some 10 ms of a compiled run."""

HOT, WARM, COLD = 5_000, 300, 100
"""First temperature from nothing and from a warm plan, and the last, in thousandths of a usual way to a neighbour."""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far the search has come, and what the best plan so far costs."""

    iterations: int
    horizon: int
    cost: int


class Solved(msgspec.Struct, frozen=True, kw_only=True):
    """The best plan found, the iterations it took, and the horizon they were spread over."""

    plan: Plan
    iterations: int
    horizon: int


def solve(
    problem: Problem,
    seed: int,
    warm: Plan | None = None,
    iterations: int | None = None,
    keep_going: Callable[[], bool] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    horizon: int | None = None,
) -> Solved:
    """Make a plan: `iterations` of the search, cooled over `horizon` (the same, unless a run was cut short).

    `keep_going` is asked every few milliseconds and ends the run when it says no: the best plan so far is returned.
    """
    until = ITERATIONS_DEFAULT if iterations is None else iterations
    horizon = max(1, until if horizon is None else horizon)
    laid = laid_out(problem, seed, warm)
    done = 0
    while done < until and (keep_going is None or keep_going()):
        done = laid.run(done, until, horizon, EFFORT_PER_LOOK)
        if on_progress is not None:
            on_progress(Progress(iterations=done, horizon=horizon, cost=laid.best_cost))
    return Solved(plan=laid.best_plan(), iterations=done, horizon=horizon)


def laid_out(problem: Problem, seed: int, warm: Plan | None = None) -> Laid:
    """Lay the problem on the board with its first plan: the warm one, and what can still be added to it."""
    laid = Laid(problem, seed)
    if warm is not None:
        laid.lay(warm)
    laid.fill()
    usual = _usual_way(laid.tables)
    hot = HOT if warm is None else WARM
    laid.cool(max(2, usual * hot // 1000), max(1, usual * COLD // 1000))
    return laid


def _usual_way(tables: at.Tables) -> int:
    """Return the price of the usual way from a visit to the ten nearest, over all modes."""
    places = tables.visit[tables.near[:, 1:11], at.PLACE]
    if places.size == 0:
        return 1
    ways = tables.seconds[:, tables.visit[: len(places), at.PLACE][:, None], places]
    return max(1, int(ways.mean() * max(1, tables.weight[at.W_TRAVEL])))
