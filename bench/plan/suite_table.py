"""This file compares the engines on the outreach suite: a line per day and budget, and below it what was aimed at.

The best known value of a day is the best that any engine in the results ever served. Of several seeds the median counts.
"""

import statistics
from collections.abc import Callable, Sequence

from bench.plan.outreach import Case
from bench.plan.results import OURS, Figure, Results
from bench.plan.suite_run import shown

LONG_SECONDS = 30.0


def median(figures: Sequence[Figure]) -> Figure | None:
    """Return the figure of the median seed by total price; a seed without a plan counts as the worst."""
    if not figures:
        return None
    ordered = sorted(figures, key=lambda figure: (figure.total is None, figure.total or 0))
    return ordered[(len(ordered) - 1) // 2]


def value(figure: Figure | None) -> int | None:
    """Return the value served, None without a plan."""
    return None if figure is None else figure.points_served


def table(
    cases: Sequence[Case],
    engines: Sequence[str],
    seconds: Sequence[float],
    results: Results,
    say: Callable[[str], None],
) -> None:
    """Print every figure and the comparison at each budget."""
    say(f"{'day':30} {'CPU s':>5} {'best':>5} {' '.join(f'{name:>16}' for name in engines)}")
    for case in cases:
        for budget in seconds:
            cells = [shown(median(results.of(case.name, engine, budget))) for engine in engines]
            say(
                f"{case.name:30} {budget:5.0f} {best_known(results, case):5} {' '.join(f'{cell:>16}' for cell in cells)}"
            )
    for budget in seconds:
        compare(cases, [name for name in engines if name != OURS], budget, results, say)
    against_long(cases, [name for name in engines if name != OURS], results, say)


def best_known(results: Results, case: Case) -> int:
    """Return the best value any engine served on this day, at any budget and seed."""
    return max((figure.points_served or 0 for figure in results.of(case.name)), default=0)


def compare(
    cases: Sequence[Case], peers: Sequence[str], budget: float, results: Results, say: Callable[[str], None]
) -> None:
    """Print in how many days we serve at least what the best peer serves in the same time, and what is lost."""
    won, worst, lost, days = 0, 0.0, [], 0
    for case in cases:
        own = value(median(results.of(case.name, OURS, budget)))
        if own is None:
            continue
        best = best_known(results, case)
        lost.append(100 * (best - own) / best)
        rivals = [one for name in peers if (one := median(results.of(case.name, name, budget))) is not None]
        if not rivals:
            continue
        served = max((one.points_served for one in rivals if one.points_served is not None), default=0)
        worst = max(worst, 100 * (served - own) / own)
        won += own >= served
        days += 1
    if lost:
        say(
            f"{budget:g} s: at or above the best peer in {won} of the {days} days where peers were run, at worst "
            f"{worst:.2f} % below; value lost against the best known {statistics.mean(lost):.2f} % "
            f"in the mean, {max(lost):.2f} % at most"
        )


def against_long(cases: Sequence[Case], peers: Sequence[str], results: Results, say: Callable[[str], None]) -> None:
    """Print in how many days our five seconds serve at least what the best peer serves in thirty."""
    won = days = 0
    for case in cases:
        own = value(median(results.of(case.name, OURS, 5.0)))
        others = [value(median(results.of(case.name, name, LONG_SECONDS))) for name in peers]
        served = [figure for figure in others if figure is not None]
        if own is not None and served:
            days += 1
            won += own >= max(served)
    if days:
        say(f"our 5 s are at or above the best of their {LONG_SECONDS:g} s in {won} of {days} days")
