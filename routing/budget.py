"""This file decides how many iterations fit a number of seconds, so that a run bound by time can be repeated by count.

The clock is an argument; the search itself (`routing/solve.py`) knows none.
"""

from collections.abc import Callable

from routing.plan import Plan
from routing.problem import Problem
from routing.solve import EFFORT_PER_LOOK, laid_out

PROBE_PART = 0.08
"""The part of the seconds spent on finding out how fast this problem runs on this machine."""

SAFETY = 0.9
"""Later iterations are a little slower than the probe: the horizon is shortened to end in time."""


def iterations_for(
    problem: Problem, seed: int, seconds: float, clock: Callable[[], float], warm: Plan | None = None
) -> int:
    """Return the horizon whose run, laying out included, takes about `seconds` of `clock`; at least 1."""
    begun = clock()
    laid = laid_out(problem, seed, warm)
    running = clock()
    laying = running - begun
    done = 0
    while clock() - running < PROBE_PART * seconds or done == 0:
        done = laid.run(done, done + 1_000_000_000, 1_000_000_000, EFFORT_PER_LOOK // 8)
    speed = done / max(1e-6, clock() - running)
    left = seconds - 2 * laying - (clock() - running)
    return max(1, int(SAFETY * speed * left))
