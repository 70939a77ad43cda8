"""This file is the command of the planner's bench: `python -m bench.plan outreach | vrptw | days`.

Nothing else may run on the cores meanwhile. Budgets are CPU seconds of one thread, laying out included.
"""

import argparse
import os
import sys
import time
from pathlib import Path

from bench.plan import days, vrptw, yardsticks
from bench.plan.definition import hashes
from bench.plan.outreach import Territory, problem_of, suite
from routing.check import check
from routing.cost import Score, evaluate
from routing.problem import Problem


def main() -> int:
    """Run one bench; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m bench.plan")
    benches = parser.add_subparsers(dest="bench", required=True)
    for name in ("outreach", "vrptw", "days"):
        bench = benches.add_parser(name)
        bench.add_argument("--seconds", default="1,5", help="CPU seconds, by commas")
        bench.add_argument("--seeds", type=int, default=1)
        if name == "outreach":
            bench.add_argument("--cases", default="all", help="numbers of cases, by commas")
            bench.add_argument("--suite", type=int, default=1, help="another number makes fourteen other days")
            bench.add_argument("--engines", default="", help=f"of {', '.join(yardsticks.ENGINES)}, by commas")
        if name == "vrptw":
            bench.add_argument("--subset", choices=sorted(vrptw.SUBSETS), default="solomon")
    chosen = parser.parse_args()
    seconds = tuple(float(word) for word in chosen.seconds.split(","))
    print(hashes(), end="")
    if chosen.bench == "outreach":
        engines = tuple(name for name in chosen.engines.split(",") if name)
        cases = range(14) if chosen.cases == "all" else [int(word) for word in chosen.cases.split(",")]
        outreach(seconds, chosen.seeds, chosen.suite, list(cases), engines)
    elif chosen.bench == "vrptw":
        vrptw.measure(data("vrptw"), chosen.subset, seconds, chosen.seeds, print)
    else:
        territory = Territory(data("paris1314"))
        days.vials(territory, seconds[0], print)
        days.pairs(territory, seconds[0], print)
        days.noon(territory, 2_000, 10, print)
        days.insertion(territory, 40, print)
        days.scale(territory, print)
    return 0


def data(name: str) -> Path:
    """Return a folder of the reference data."""
    named = os.environ.get("MARAUDE_DATA_DIR")
    folder = (Path(named) if named else Path(__file__).parents[3] / "shared" / "data") / name
    if not folder.exists():
        sys.exit(f"{folder} is not there: set MARAUDE_DATA_DIR")
    return folder


def outreach(seconds: tuple[float, ...], seeds: int, number: int, cases: list[int], engines: tuple[str, ...]) -> None:
    """Print, per case and budget, value served and travel minutes of every engine, the median of the seeds for ours."""
    territory = Territory(data("paris1314"))
    print(f"{'case':30} {'CPU s':>5} {'ours':>14} {' '.join(f'{name:>14}' for name in engines)}")
    for case in [suite(number)[index] for index in cases]:
        problem = problem_of(case, territory)
        found = {name: yardsticks.run(name, problem, max(seconds)) for name in engines}
        for budget in seconds:
            ours = sorted((our_score(problem, budget, seed) for seed in range(1, seeds + 1)), key=lambda one: one.total)
            cells = [shown(ours[(seeds - 1) // 2])]
            for name in engines:
                plan = yardsticks.best_within(problem, found[name], budget)
                cells.append("no plan" if plan is None else shown(evaluate(problem, plan)))
            print(f"{case.name:30} {budget:5.0f} {' '.join(f'{cell:>14}' for cell in cells)}", flush=True)


def our_score(problem: Problem, seconds: float, seed: int) -> Score:
    """Return the score of our plan; a plan that breaks a rule would be a defect and stops the bench."""
    begun = time.process_time()
    plan = days.planned(problem, seconds, seed)
    if time.process_time() - begun > 1.15 * seconds + 0.1:
        print(f"  over time: {time.process_time() - begun:.2f} s of {seconds}", flush=True)
    if found := check(problem, plan):
        sys.exit(str(found))
    return evaluate(problem, plan)


def shown(score: Score) -> str:
    """Return a score as value served and travel minutes."""
    return f"{score.points_served} / {score.travel_seconds // 60} min"


if __name__ == "__main__":
    sys.exit(main())
