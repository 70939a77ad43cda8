"""This file is the command of the planner's bench: `python -m bench.plan outreach | vrptw | hhcrsp | days`.

Nothing else may run on the cores meanwhile. Budgets are CPU seconds of one thread, laying out included.
"""

import argparse
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.plan import days, hhcrsp, suite_run, suite_table, vrptw, yardsticks
from bench.plan.definition import hashes
from bench.plan.outreach import Territory, suite
from bench.plan.results import OURS, Results, results_file

say = partial(print, flush=True)


def main() -> int:
    """Run one bench; returns 0."""
    chosen = arguments().parse_args()
    print(hashes(), end="", flush=True)
    chosen.run(chosen)
    return 0


def arguments() -> argparse.ArgumentParser:
    """Say what the benches are and what they may be told."""
    parser = argparse.ArgumentParser(prog="python -m bench.plan")
    benches = parser.add_subparsers(dest="bench", required=True)
    outreach = benches.add_parser("outreach", help="fourteen days beside the other engines")
    outreach.add_argument("--full", action="store_true", help="three seeds, 1, 5 and 30 s; else one seed, 1 and 5 s")
    outreach.add_argument("--seconds", help="CPU seconds, by commas")
    outreach.add_argument("--seeds", type=int)
    outreach.add_argument("--cases", default="all", help="numbers of cases, by commas")
    outreach.add_argument("--suite", type=int, default=1, help="another number makes fourteen other days")
    outreach.add_argument("--engines", help=f"of {OURS}, {', '.join(yardsticks.ENGINES)}, by commas")
    outreach.add_argument("--results", help="the file that figures are kept in, so that a run goes on")
    outreach.add_argument("--table", action="store_true", help="measure nothing, print what is there")
    outreach.set_defaults(run=run_outreach)
    classic = benches.add_parser("vrptw", help="Solomon and Gehring-Homberger")
    classic.add_argument("--seconds", default="5", help="CPU seconds, by commas")
    classic.add_argument("--seeds", type=int, default=1)
    classic.add_argument("--subset", choices=sorted(vrptw.SUBSETS), default="solomon")
    classic.set_defaults(run=run_vrptw)
    care = benches.add_parser("hhcrsp", help="home health care, with visits by two and lateness")
    care.add_argument("--seconds", type=float, default=10.0, help="CPU seconds; 60 is what is aimed at")
    care.add_argument("--classes", default="A,B,C,D", help="A, B, C, D: 10, 25, 50, 75 patients, by commas")
    care.add_argument("--seeds", type=int, default=1)
    care.set_defaults(run=run_hhcrsp)
    day = benches.add_parser("days", help="vials, pairs, noon, an urgent visit, scale, start")
    day.add_argument("--seconds", type=float, default=5.0)
    day.add_argument("--only", default=",".join(DAYS), help=f"of {', '.join(DAYS)}, by commas")
    day.set_defaults(run=run_days)
    return parser


def data(name: str) -> Path:
    """Return a folder of the reference data."""
    named = os.environ.get("MARAUDE_DATA_DIR")
    folder = (Path(named) if named else Path(__file__).parents[3] / "shared" / "data") / name
    if not folder.exists():
        sys.exit(f"{folder} is not there: set MARAUDE_DATA_DIR")
    return folder


def numbers(words: str) -> list[float]:
    """Read numbers by commas."""
    return [float(word) for word in words.split(",")]


def run_outreach(chosen: argparse.Namespace) -> None:
    """Run the outreach suite and print its table. Without the other engines' Python, ours alone, and says so."""
    seconds = numbers(chosen.seconds or ("1,5,30" if chosen.full else "1,5"))
    seeds = chosen.seeds or (3 if chosen.full else 1)
    engines = chosen.engines.split(",") if chosen.engines else [OURS, *yardsticks.ENGINES]
    if not chosen.table and not os.environ.get("MARAUDE_YARDSTICKS_PYTHON") and engines != [OURS]:
        say("MARAUDE_YARDSTICKS_PYTHON names no Python with the other engines: ours alone")
        engines = [OURS]
    cases = suite(chosen.suite)
    if chosen.cases != "all":
        cases = tuple(cases[int(word)] for word in chosen.cases.split(","))
    results = Results(results_file(chosen.results))
    say(f"figures are kept in {results.path}")
    if not chosen.table:
        suite_run.run(cases, Territory(data("paris1314")), engines, seconds, seeds, results, say)
    suite_table.table(cases, engines, seconds, results, say)


def run_vrptw(chosen: argparse.Namespace) -> None:
    """Run the classical instances."""
    vrptw.measure(data("vrptw"), chosen.subset, tuple(numbers(chosen.seconds)), chosen.seeds, say)


def run_hhcrsp(chosen: argparse.Namespace) -> None:
    """Run the home health care instances."""
    hhcrsp.measure(data("hhcrsp"), chosen.classes.split(","), chosen.seconds, chosen.seeds, say)


DAYS: dict[str, Callable[[Territory, float], None]] = {
    "vials": lambda territory, seconds: days.vials(territory, seconds, say),
    "pairs": lambda territory, seconds: days.pairs(territory, seconds, say),
    "noon": lambda territory, _: days.noon(territory, 2_000, 10, say),
    "insertion": lambda territory, _: days.insertion(territory, 40, say),
    "scale": lambda territory, _: days.scale(territory, say),
    "cold": lambda _territory, _seconds: days.cold(data("paris1314"), say),
}


def run_days(chosen: argparse.Namespace) -> None:
    """Run the figures of what no other engine offers."""
    territory = Territory(data("paris1314"))
    for name in chosen.only.split(","):
        DAYS[name](territory, chosen.seconds)


if __name__ == "__main__":
    sys.exit(main())
