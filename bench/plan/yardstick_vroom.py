"""This file solves a neutral problem with VROOM: a script of its own, run in a child process that can be killed.

Reads JSON from standard input, with the exploration level; writes one line: CPU seconds and the visits of each vehicle.
A level runs to its natural end, because a time limit at a high level is split over its searches.
"""

# Run by a Python of its own, where the engine is and this project is not.
# mypy: ignore-errors

import json
import sys
import time

import numpy as np
import vroom


def main() -> None:
    """Solve at the level asked for."""
    given = json.load(sys.stdin)
    begun = time.process_time()
    routes = solve(given, given["level"])
    print(json.dumps({"cpu_seconds": time.process_time() - begun, "routes": routes}), flush=True)


def solve(given: dict, level: int) -> dict[str, list[int]]:
    """Return the visits of each vehicle in order."""
    problem = vroom.Input()
    for mode, seconds in given["seconds"].items():
        problem.set_durations_matrix(profile=mode, matrix_input=np.array(seconds, dtype=np.uint32))
    for number, team in enumerate(given["teams"]):
        breaks = []
        if team["lunch"]:
            opens, closes, lasts = team["lunch"]
            breaks = [vroom.Break(number, time_windows=[vroom.TimeWindow(opens, closes)], service=lasts)]
        problem.add_vehicle(
            vroom.Vehicle(
                number,
                start=team["start"],
                end=team["end"],
                profile=team["mode"],
                capacity=team["room"],
                skills=set(team["may"]),
                time_window=vroom.TimeWindow(*team["shift"]),
                breaks=breaks,
            )
        )
    for number, visit in enumerate(given["visits"]):
        problem.add_job(
            vroom.Job(
                number,
                location=visit["place"],
                default_service=visit["service"],
                delivery=visit["need"],
                skills={visit["kind"]},
                priority=visit["priority"],
                time_windows=[vroom.TimeWindow(*window) for window in visit["windows"]],
            )
        )
    routes: dict[str, list[int]] = {}
    steps = problem.solve(exploration_level=level, nb_threads=1).routes
    for vehicle, kind, name in zip(steps["vehicle_id"], steps["type"], steps["id"], strict=True):
        if kind == "job":
            routes.setdefault(str(int(vehicle)), []).append(int(name))
    return routes


if __name__ == "__main__":
    main()
