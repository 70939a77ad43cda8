"""This file runs the outreach suite: every engine on the same days, one thread, equal CPU seconds, several seeds.

What was measured before is not measured again (`bench/plan/results.py`); `bench/plan/suite_table.py` compares.
"""

import sys
import time
from collections.abc import Callable, Sequence

from bench.plan import yardsticks
from bench.plan.days import planned
from bench.plan.outreach import Case, Territory, problem_of
from bench.plan.results import OURS, Figure, Results, made_with
from routing.check import check
from routing.cost import evaluate
from routing.plan import Plan
from routing.problem import Problem

OVER_TIME = 1.15
"""A plan of ours that took more than this times its seconds, and a tenth of a second, is said aloud."""


def run(
    cases: Sequence[Case],
    territory: Territory,
    engines: Sequence[str],
    seconds: Sequence[float],
    seeds: int,
    results: Results,
    say: Callable[[str], None],
) -> None:
    """Measure what is missing, day by day."""
    for case in cases:
        problem = problem_of(case, territory)
        for engine in engines:
            for seed in range(1, 1 + (seeds if engine in (OURS, *yardsticks.SEEDED) else 1)):
                missing = [budget for budget in seconds if results.get(case.name, engine, seed, budget) is None]
                plans = ours if engine == OURS else peer
                for budget, plan in plans(engine, problem, missing, seed, say) if missing else ():
                    figure = figure_of(case.name, engine, seed, budget, problem, plan)
                    results.add(figure)
                    say(f"{case.name:30} {engine:8} seed {seed} {budget:5.0f} s: {shown(figure)}")


def ours(
    _: str, problem: Problem, seconds: Sequence[float], seed: int, say: Callable[[str], None]
) -> list[tuple[float, Plan | None]]:
    """Return our plan for each budget, each a run of its own; a plan that breaks a rule stops the bench."""
    found: list[tuple[float, Plan | None]] = []
    for budget in seconds:
        begun = time.process_time()
        plan = planned(problem, budget, seed)
        spent = time.process_time() - begun
        if spent > OVER_TIME * budget + 0.1:
            say(f"  over time: {spent:.2f} s of {budget}")
        if broken := check(problem, plan):
            sys.exit(str(broken))
        found.append((budget, plan))
    return found


def peer(
    engine: str, problem: Problem, seconds: Sequence[float], seed: int, _: Callable[[str], None]
) -> list[tuple[float, Plan | None]]:
    """Return another engine's plan at each budget, all from one run."""
    found = yardsticks.run(engine, problem, max(seconds), seed)
    return [(budget, yardsticks.best_within(problem, found, budget)) for budget in seconds]


def figure_of(day: str, engine: str, seed: int, seconds: float, problem: Problem, plan: Plan | None) -> Figure:
    """Price a plan by our evaluator, whoever made it."""
    score = None if plan is None else evaluate(problem, plan)
    return Figure(
        made_with=made_with(engine),
        day=day,
        engine=engine,
        seed=seed,
        cpu_seconds=seconds,
        points_served=None if score is None else score.points_served,
        travel_seconds=None if score is None else score.travel_seconds,
        total=None if score is None else score.total,
    )


def shown(figure: Figure | None) -> str:
    """Return a figure as value served and travel minutes."""
    if figure is None:
        return "not run"
    if figure.travel_seconds is None:
        return "no plan"
    return f"{figure.points_served} / {figure.travel_seconds // 60} min"
