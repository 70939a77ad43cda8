"""This file runs other engines on a problem of ours, each in a child process that is killed when its CPU time is over.

Engines only return sequences. Times, legality and price come from our schedule, referee and evaluator for all alike.
The engines live in a Python of their own, named by MARAUDE_YARDSTICKS_PYTHON.
"""

import json
import math
import os
import resource
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from routing.check import check
from routing.cost import evaluate, points
from routing.plan import Plan, Route, plan_of
from routing.problem import DAY_SECONDS_MAX, Problem, VisitId
from routing.schedule import timed_route
from routing.tables import may_serve

ENGINES = ("vroom", "pyvrp", "ortools")
SEEDED = ("pyvrp",)
"""The engines that take a seed; the others give the same plan each time."""

VROOM_LEVELS = (0, 1, 3, 5)
GRACE_SECONDS = 3
PRIORITY_MAX = 100


@dataclass(frozen=True)
class Found:
    """What another engine had: the CPU seconds it took, and for each team's row the rows of its visits in order."""

    cpu_seconds: float
    routes: dict[str, list[int]]


def neutral(problem: Problem, seconds_max: float) -> dict[str, Any]:
    """Return what every engine understands: matrices, windows, room, and which team may make which visit."""
    kinds: dict[tuple[bool, ...], int] = {}
    rows = [tuple(may_serve(problem, team, visit) for team in problem.teams) for visit in problem.visits]
    kind_of = [kinds.setdefault(row, len(kinds)) for row in rows]
    worth = [points(problem, visit) for visit in problem.visits]
    products = [product.id for product in problem.products]
    return {
        "seconds_max": seconds_max,
        "seconds": {table.mode: table.seconds.tolist() for table in problem.travel},
        "visits": [
            {
                "place": problem.place_row[visit.place],
                "service": visit.service_seconds,
                "points": worth[number],
                "priority": min(PRIORITY_MAX, worth[number]),
                "kind": kind_of[number],
                "need": [{need.product: need.count for need in visit.needs}.get(name, 0) for name in products],
                "windows": [(window.from_seconds, window.until_seconds) for window in visit.windows]
                or [(0, DAY_SECONDS_MAX)],
            }
            for number, visit in enumerate(problem.visits)
        ],
        "teams": [
            {
                "mode": team.mode,
                "start": problem.place_row[team.start_place],
                "end": problem.place_row[team.end_place or team.start_place],
                "shift": (team.shift_start_seconds, team.shift_end_seconds),
                "lunch": team.lunch
                and (team.lunch.from_seconds, team.lunch.until_seconds, team.lunch.duration_seconds),
                "room": [{need.product: need.count for need in team.carries}.get(name, 0) for name in products],
                "may": sorted(kind for row, kind in kinds.items() if row[number]),
            }
            for number, team in enumerate(problem.teams)
        ],
    }


def run(engine: str, problem: Problem, seconds_max: float, seed: int = 1) -> list[Found]:
    """Run one engine for so many CPU seconds; returns the plans it had, in order of time.

    VROOM has no seconds but levels that run to their natural end: each gets all the seconds, in a process of its own.
    """
    given = neutral(problem, seconds_max) | {"seed": seed}
    if engine != "vroom":
        return _child(engine, given, seconds_max)
    found = [one for level in VROOM_LEVELS for one in _child(engine, given | {"level": level}, seconds_max)]
    return sorted(found, key=lambda one: one.cpu_seconds)


def _child(engine: str, given: dict[str, Any], seconds_max: float) -> list[Found]:
    python = os.environ["MARAUDE_YARDSTICKS_PYTHON"]
    script = Path(__file__).parent / f"yardstick_{engine}.py"
    limit = math.ceil(seconds_max) + GRACE_SECONDS

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))

    child = subprocess.run(
        [python, str(script)],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        timeout=20 * limit,
        preexec_fn=bounded,
    )
    killed = child.returncode in (-signal.SIGXCPU, -signal.SIGKILL)
    if child.returncode != 0 and not killed:
        raise RuntimeError(f"{engine}: {child.stderr[-2000:]}")
    whole = [line for line in child.stdout.splitlines(keepends=True) if line.endswith("\n")]
    return [Found(**json.loads(line)) for line in whole]


def timed(problem: Problem, routes: Mapping[str, Sequence[int]]) -> Plan:
    """Time the sequences by our rules; a stop that cannot be kept is left out, as a dispatcher would have to."""
    made: list[Route] = []
    for line, rows in routes.items():
        names: list[VisitId] = []
        for row in rows:
            longer = [*names, problem.visits[row].id]
            if isinstance(timed_route(problem, problem.teams[int(line)].id, longer, {}), Route):
                names = longer
        route = timed_route(problem, problem.teams[int(line)].id, names, {})
        if isinstance(route, Route):
            made.append(route)
    return plan_of(problem, tuple(made))


def best_within(problem: Problem, found: list[Found], seconds: float) -> Plan | None:
    """Return the cheapest allowed plan among the last few that the engine had by then."""
    in_time = [one for one in found if one.cpu_seconds <= seconds]
    plans = [timed(problem, one.routes) for one in in_time[-len(VROOM_LEVELS) :]]
    allowed = [plan for plan in plans if not check(problem, plan)]
    return min(allowed, key=lambda plan: evaluate(problem, plan).total, default=None)
