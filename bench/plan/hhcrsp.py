"""This file reads home health care instances (Mankowska, Meisel, Bierwirth 2014) and measures the gap to the best known.

Every patient is served, some by two carers, at once or one after the other within a gap. A service may start late. The
price is a third of distance, total lateness and longest lateness together. The planner knows the first two; the longest
lateness is held down by closing the windows that much after their wished end, tighter and tighter. The price that is
told comes from the evaluator of this file, which reads the instance alone and shares nothing with the planner.
"""

import csv
import json
import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from routing.budget import iterations_for
from routing.plan import Plan
from routing.problem import (
    DAY_SECONDS_MAX,
    Member,
    MemberId,
    Pair,
    Place,
    PlaceId,
    Problem,
    Team,
    TeamId,
    Travel,
    Visit,
    VisitId,
    Weights,
    Window,
)
from routing.solve import solve

SCALE = 100
CLASSES = {"A": 10, "B": 25, "C": 50, "D": 75}
TIGHTER = (1.0, 0.85, 0.7)
"""The rounds of a run: how long a lateness may be, as a part of the longest in the best plan so far; at first, any."""


@dataclass(frozen=True)
class Instance:
    """One instance as it stands in its file."""

    patients: list[dict[str, Any]]
    carers: list[dict[str, Any]]
    apart: list[list[float]]
    lasts: dict[str, float]


@dataclass(frozen=True)
class Price:
    """What a plan costs by the instance's own rule."""

    distance: float
    late_total: float
    late_max: float

    @property
    def total(self) -> float:
        """The published objective."""
        return (self.distance + self.late_total + self.late_max) / 3


def read(path: Path) -> Instance:
    """Read an instance."""
    given = json.loads(path.read_text())
    return Instance(
        patients=given["patients"],
        carers=given["caregivers"],
        apart=given["distances"],
        lasts={service["id"]: service["default_duration"] for service in given["services"]},
    )


def lasts(instance: Instance, need: dict[str, Any]) -> float:
    """Return how long a service takes."""
    return float(need.get("duration", instance.lasts[need["service"]]))


def problem_of(instance: Instance, late_max: float | None = None) -> Problem:
    """Return the instance in the planner's words, with windows closed `late_max` after their wished end."""
    ways = np.rint(SCALE * np.array(instance.apart)).astype(np.int32)
    places = tuple(Place(id=PlaceId(str(number))) for number in range(len(instance.apart)))
    visits, pairs = [], []
    for number, patient in enumerate(instance.patients, start=1):
        opens, closes = (round(SCALE * at) for at in patient["time_window"])
        until = DAY_SECONDS_MAX if late_max is None else min(DAY_SECONDS_MAX, closes + round(SCALE * late_max))
        names = []
        for turn, need in enumerate(patient["required_caregivers"]):
            names.append(VisitId(f"{number - 1} {turn}"))
            visits.append(
                Visit(
                    id=names[-1],
                    place=places[number].id,
                    service_seconds=round(SCALE * lasts(instance, need)),
                    skills=(need["service"],),
                    windows=(Window(from_seconds=opens, until_seconds=until, wished_until_seconds=closes),),
                )
            )
        if len(names) > 1:
            least, most = gap(patient)
            pairs.append(
                Pair(
                    first=names[0],
                    second=names[1],
                    gap_min_seconds=round(SCALE * least),
                    gap_max_seconds=round(SCALE * most),
                )
            )
    return Problem(
        places=places,
        visits=tuple(visits),
        teams=tuple(_team(carer, places[0].id) for carer in instance.carers),
        travel=(Travel(mode="car", seconds=ways, metres=ways, source="instance"),),
        pairs=tuple(pairs),
        weights=Weights(left_out_point=1_000_000, late_second=1, travel_second=1),
    )


def _team(carer: dict[str, Any], office: PlaceId) -> Team:
    return Team(
        id=TeamId(carer["id"]),
        mode="car",
        start_place=office,
        end_place=office,
        shift_start_seconds=0,
        shift_end_seconds=DAY_SECONDS_MAX,
        members=(Member(id=MemberId(carer["id"]), skills=tuple(carer["abilities"])),),
    )


def gap(patient: dict[str, Any]) -> tuple[float, float]:
    """Return how long after the first service the second may start, at least and at most."""
    wish = patient["synchronization"]
    if wish["type"] == "simultaneous":
        return 0.0, 0.0
    least, most = wish["distance"]
    return float(least), float(most)


def price(instance: Instance, routes: Sequence[tuple[str, Sequence[tuple[int, int]]]]) -> Price | None:
    """Price (carer, services as (patient, turn)) with every start as early as can be; None if a rule is broken."""
    able = {carer["id"]: set(carer["abilities"]) for carer in instance.carers}
    wanted = {(p, t) for p, one in enumerate(instance.patients) for t in range(len(one["required_caregivers"]))}
    made = [stop for _, stops in routes for stop in stops]
    if sorted(made) != sorted(wanted) or len({carer for carer, _ in routes}) != len(routes):
        return None
    carer_of = {stop: carer for carer, stops in routes for stop in stops}
    for (p, t), carer in carer_of.items():
        if instance.patients[p]["required_caregivers"][t]["service"] not in able[carer]:
            return None
        if t == 1 and carer_of[p, 0] == carer:
            return None
    starts = _starts(instance, [stops for _, stops in routes])
    if starts is None:
        return None
    distance = 0.0
    for _, stops in routes:
        way = [0, *(p + 1 for p, _ in stops), 0]
        distance += sum(instance.apart[a][b] for a, b in pairwise(way))
    late = [max(0.0, at - instance.patients[p]["time_window"][1]) for (p, _), at in starts.items()]
    return Price(distance=distance, late_total=sum(late), late_max=max(late, default=0.0))


def _starts(instance: Instance, routes: Sequence[Sequence[tuple[int, int]]]) -> dict[tuple[int, int], float] | None:
    """Return the earliest start of each service; None when two routes wait for each other for ever."""
    starts = {(p, t): float(instance.patients[p]["time_window"][0]) for stops in routes for p, t in stops}
    for _ in range(2 * len(starts) + 2):
        before = dict(starts)
        for stops in routes:
            here, free = 0, 0.0
            for p, t in stops:
                starts[p, t] = max(starts[p, t], free + instance.apart[here][p + 1])
                here, free = p + 1, starts[p, t] + lasts(instance, instance.patients[p]["required_caregivers"][t])
        for p, t in starts:
            if t == 1:
                least, most = gap(instance.patients[p])
                starts[p, 1] = max(starts[p, 1], starts[p, 0] + least)
                starts[p, 0] = max(starts[p, 0], starts[p, 1] - most)
        if starts == before:
            return starts
    return None


def routes_of(plan: Plan) -> list[tuple[str, list[tuple[int, int]]]]:
    """Return the plan as the evaluator reads it."""
    return [
        (str(route.team), [(int(name.split()[0]), int(name.split()[1])) for name in route.visits])
        for route in plan.routes
    ]


def solved(instance: Instance, seed: int, fit: Callable[[Problem, int], int]) -> Price | None:
    """Return the best price found; None if no plan serves everybody. `fit`: iterations, given how many rounds are left."""
    best: Price | None = None
    for number, part in enumerate(TIGHTER):
        late_max = None if best is None or best.late_max == 0 else part * best.late_max
        problem = problem_of(instance, late_max)
        iterations = fit(problem, len(TIGHTER) - number)
        found = price(instance, routes_of(solve(problem, seed + number, iterations=iterations).plan))
        if found is not None and (best is None or found.total < best.total):
            best = found
    return best


def within(seconds: float) -> Callable[[Problem, int], int]:
    """Say how many iterations a round may take so that all rounds together end in so many CPU seconds from now."""
    begun = time.process_time()

    def fit(problem: Problem, rounds_left: int) -> int:
        left = (seconds - (time.process_time() - begun)) / rounds_left
        return iterations_for(problem, 1, left, time.process_time)

    return fit


def measure(folder: Path, classes: Sequence[str], seconds: float, seeds: int, say: Callable[[str], None]) -> None:
    """Print the price of each instance beside the best known, and the mean gap of each class."""
    with (folder / "best_known.csv").open() as file:
        best_known = {row["instance"]: float(row["total_cost"]) for row in csv.DictReader(file)}
    for name in classes:
        gaps = []
        for path in sorted((folder / "mankowska").glob(f"InstanzCPLEX_HCSRP_{CLASSES[name]}_*.json")):
            best = best_known[path.stem]
            found = [solved(read(path), seed, within(seconds)) for seed in range(1, seeds + 1)]
            gap_percent = statistics.median(
                [math.inf if one is None else 100 * (one.total / best - 1) for one in found]
            )
            gaps.append(gap_percent)
            shown = ", ".join("not all served" if one is None else f"{one.total:.2f}" for one in found)
            say(f"{path.stem:26} best known {best:8.2f} found {shown} gap {gap_percent:5.2f} %")
        say(f"class {name}, {CLASSES[name]} patients, {seconds:g} CPU s: mean gap {statistics.mean(gaps):.2f} %")
