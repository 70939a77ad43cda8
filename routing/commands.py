"""This file is the command line of the planner: solve a problem file, check a plan file, print the schema of both.

Files are read and written here and nowhere else in the engine; results go to standard output, figures to standard
error. `maraude route` calls `main`.
"""

import argparse
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from routing.budget import iterations_for
from routing.check import Rule, check
from routing.cost import evaluate
from routing.jsonio import read_plan, read_problem, schemas, write_plan
from routing.problem import ProblemRefused
from routing.solve import solve

_Result = TypeVar("_Result")
SECONDS_MAX = 86_400
ITERATIONS_MAX = 10**12  # more than a day of searching makes; the search counts in 64 bits
SECONDS_GRACE = 1.1


class FileRefusedError(Exception):
    """A file that holds no problem or no plan: which one, and why."""


def main(arguments: list[str]) -> int:
    """Run one command; returns 0 when all is well, 1 when a plan breaks a rule, 2 when a file cannot be read."""
    parser = argparse.ArgumentParser(prog="maraude route")
    commands = parser.add_subparsers(dest="command", required=True)
    solving = commands.add_parser("solve", help="make a plan for a problem")
    solving.add_argument("problem", type=Path)
    solving.add_argument("--seconds", type=_seconds, default=5.0, help="CPU seconds, laying out included")
    solving.add_argument("--seed", type=int, default=1)
    solving.add_argument(
        "--iterations", type=_iterations, help="instead of seconds: repeats the run that printed this number"
    )
    checking = commands.add_parser("check", help="hold a plan against its problem")
    checking.add_argument("problem", type=Path)
    checking.add_argument("plan", type=Path)
    commands.add_parser("schema", help="print the JSON schema of problems and plans")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "solve":
            return solve_command(chosen.problem, chosen.seconds, chosen.seed, chosen.iterations)
        if chosen.command == "check":
            return check_command(chosen.problem, chosen.plan)
    except (OSError, FileRefusedError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(msgspec.json.encode(schemas()).decode() + "\n")
    return 0


def solve_command(path: Path, seconds: float, seed: int, iterations: int | None = None) -> int:
    """Make a plan and print it; the seed and the iterations that repeat it go to standard error."""
    problem = _read(path, read_problem)
    begun = time.process_time()
    if iterations is None:
        iterations = iterations_for(problem, seed, seconds, time.process_time)
    solved = solve(problem, seed, iterations=iterations)
    found = check(problem, solved.plan)
    sys.stdout.write(write_plan(solved.plan).decode() + "\n")
    figures = {
        "seed": seed,
        "iterations": solved.iterations,
        "cpu_seconds": round(time.process_time() - begun, 3),
        "score": evaluate(problem, solved.plan),
        "left_out": len(solved.plan.left_out),
        "violations": found,
    }
    sys.stderr.write(msgspec.json.encode(figures).decode() + "\n")
    return 1 if found else 0


def check_command(problem_path: Path, plan_path: Path) -> int:
    """Print every rule that a plan breaks, one per line, and what it costs if each visit is on it or left out once."""
    problem = _read(problem_path, read_problem)
    plan = _read(plan_path, read_plan)
    found = check(problem, plan)
    for violation in found:
        sys.stdout.write(msgspec.json.encode(violation).decode() + "\n")
    if not any(violation.rule in (Rule.UNKNOWN, Rule.ONCE) for violation in found):
        sys.stderr.write(msgspec.json.encode(evaluate(problem, plan)).decode() + "\n")
    return 1 if found else 0


def _read(path: Path, read: Callable[[bytes], _Result]) -> _Result:
    try:
        return read(path.read_bytes())
    except OSError as error:
        raise FileRefusedError(f"{path}: {error.strerror}") from error
    except (msgspec.DecodeError, ProblemRefused) as error:
        raise FileRefusedError(f"{path}: {error}") from error


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not (math.isfinite(seconds) and 0 < seconds <= SECONDS_MAX):
        message = f"{text} is not possible: more than 0, at most {SECONDS_MAX}"
        raise argparse.ArgumentTypeError(message)
    return seconds


def _iterations(text: str) -> int:
    iterations = int(text) if text.isdecimal() else -1
    if not 0 <= iterations <= ITERATIONS_MAX:
        message = f"{text} is not possible: 0 to {ITERATIONS_MAX}"
        raise argparse.ArgumentTypeError(message)
    return iterations
