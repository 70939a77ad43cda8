"""This file reads Solomon and Gehring-Homberger instances and measures the gap to the best known distance.

Convention: distances and times truncated to one decimal, here ten times as integers; the objective is distance alone,
the fleet as in the file, every customer served.
"""

import json
import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from routing.budget import iterations_for
from routing.check import check
from routing.cost import evaluate
from routing.problem import (
    Need,
    Place,
    PlaceId,
    Problem,
    Product,
    ProductId,
    Team,
    TeamId,
    Travel,
    Visit,
    VisitId,
    Weights,
    Window,
)
from routing.solve import solve

SCALE = 10
GOODS = ProductId("goods")
SUBSETS = {"solomon": "solomon", "gh200": "homberger_200"}


def read(path: Path) -> Problem:
    """Read one instance as a problem of the planner."""
    rows = [[float(word) for word in line.split()] for line in path.read_text().splitlines() if _is_numbers(line)]
    (fleet, capacity), customers = rows[0], rows[1:]
    at = np.array([[row[1], row[2]] for row in customers])
    apart = np.hypot(at[:, None, 0] - at[None, :, 0], at[:, None, 1] - at[None, :, 1])
    ways = np.floor(SCALE * apart + 1e-9).astype(np.int32)
    places = tuple(Place(id=PlaceId(str(number))) for number in range(len(customers)))
    return Problem(
        places=places,
        visits=tuple(
            Visit(
                id=VisitId(str(int(row[0]))),
                place=places[number].id,
                service_seconds=int(SCALE * row[6]),
                priority=1,
                windows=(Window(from_seconds=int(SCALE * row[4]), until_seconds=int(SCALE * row[5])),),
                needs=(Need(product=GOODS, count=int(row[3])),),
            )
            for number, row in enumerate(customers)
            if number > 0
        ),
        teams=tuple(
            Team(
                id=TeamId(str(number)),
                mode="vehicle",
                start_place=places[0].id,
                end_place=places[0].id,
                shift_start_seconds=int(SCALE * customers[0][4]),
                shift_end_seconds=int(SCALE * customers[0][5]),
                carries=(Need(product=GOODS, count=int(capacity)),),
            )
            for number in range(int(fleet))
        ),
        travel=(Travel(mode="vehicle", seconds=ways, metres=ways, source="truncated to one decimal"),),
        products=(Product(id=GOODS, cold=False),),
        weights=Weights(left_out_point=10_000_000),
    )


def _is_numbers(line: str) -> bool:
    words = line.split()
    return bool(words) and all(word.replace(".", "", 1).isdigit() for word in words)


def gap_percent(problem: Problem, best: float, seconds: float, seed: int) -> float:
    """Solve within CPU seconds and return how far above the best known distance the plan is; inf if a visit is out."""
    iterations = iterations_for(problem, seed, seconds, time.process_time)
    plan = solve(problem, seed, iterations=iterations).plan
    if plan.left_out or check(problem, plan):
        return math.inf
    return 100 * (evaluate(problem, plan).travel_seconds / SCALE / best - 1)


def measure(folder: Path, subset: str, seconds: tuple[float, ...], seeds: int, say: Callable[[str], None]) -> None:
    """Print one line per instance and the mean of the medians."""
    best_known = json.loads((folder / "best_known.json").read_text())["best_known"]
    means: dict[float, list[float]] = {budget: [] for budget in seconds}
    for path in sorted((folder / SUBSETS[subset]).glob("*.txt")):
        problem, name = read(path), path.stem.upper()
        gaps = []
        for budget in seconds:
            tried = sorted(gap_percent(problem, best_known[name], budget, seed) for seed in range(1, seeds + 1))
            means[budget].append(tried[len(tried) // 2])
            gaps.append(f"{tried[len(tried) // 2]:6.2f}")
        say(f"{name:10} {' '.join(gaps)}")
    say(f"{'mean':10} {' '.join(f'{sum(gaps) / len(gaps):6.2f}' for gaps in means.values())}")
