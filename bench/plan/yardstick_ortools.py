"""This file solves a neutral problem with the routing library of OR-Tools: a script of its own, in a child process.

Reads JSON from standard input, writes one line per improved plan: CPU seconds and the visits of each vehicle.
"""

# Run by a Python of its own, where the engine is and this project is not.
# mypy: ignore-errors

import json
import sys
import time
from itertools import pairwise
from typing import Any

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

POINT = 3_600
HORIZON = 200_000


def main() -> None:
    """Build the model, search, print every improvement."""
    given = json.load(sys.stdin)
    begun = time.process_time()
    visits, teams = given["visits"], given["teams"]
    first = len(visits)
    places = [visit["place"] for visit in visits]
    places += [team["start"] for team in teams] + [team["end"] for team in teams]
    starts = list(range(first, first + len(teams)))
    ends = list(range(first + len(teams), first + 2 * len(teams)))
    manager = pywrapcp.RoutingIndexManager(len(places), len(teams), starts, ends)
    model = pywrapcp.RoutingModel(manager)
    service = [visit["service"] for visit in visits] + [0] * (2 * len(teams))
    add_ways(given, manager, model, places, service)
    add_room(given, manager, model)
    clock = model.GetDimensionOrDie("time")
    for number, visit in enumerate(visits):
        add_visit(given, model, clock, manager.NodeToIndex(number), visit)
    for number, team in enumerate(teams):
        clock.CumulVar(model.Start(number)).SetRange(*team["shift"])
        clock.CumulVar(model.End(number)).SetRange(*team["shift"])
        if team["lunch"]:
            lunch = model.solver().FixedDurationIntervalVar(*team["lunch"], False, f"lunch {number}")
            clock.SetBreakIntervalsOfVehicle([lunch], number, service)
    search(given, manager, model, begun)


def add_ways(given: dict, manager: Any, model: Any, places: list, service: list) -> None:
    """Give each vehicle the travel of its mode, as cost and as time."""
    way_of, time_of = {}, {}
    for mode, seconds in given["seconds"].items():

        def way(origin: int, target: int, seconds: list = seconds) -> int:
            return seconds[places[manager.IndexToNode(origin)]][places[manager.IndexToNode(target)]]

        def spent(origin: int, target: int, way: Any = way) -> int:
            return way(origin, target) + service[manager.IndexToNode(origin)]

        way_of[mode], time_of[mode] = model.RegisterTransitCallback(way), model.RegisterTransitCallback(spent)
    for number, team in enumerate(given["teams"]):
        model.SetArcCostEvaluatorOfVehicle(way_of[team["mode"]], number)
    modes = [time_of[team["mode"]] for team in given["teams"]]
    model.AddDimensionWithVehicleTransits(modes, HORIZON, HORIZON, False, "time")


def add_room(given: dict, manager: Any, model: Any) -> None:
    """Limit what each box holds of each product."""
    for column in range(len(given["teams"][0]["room"])):
        need = [visit["need"][column] for visit in given["visits"]] + [0] * (2 * len(given["teams"]))
        callback = model.RegisterUnaryTransitCallback(lambda index, need=need: need[manager.IndexToNode(index)])
        room = [team["room"][column] for team in given["teams"]]
        model.AddDimensionWithVehicleCapacity(callback, 0, room, True, f"room {column}")


def add_visit(given: dict, model: Any, clock: Any, index: int, visit: dict) -> None:
    """Make a visit optional at its price, within its windows, for the vehicles that may make it."""
    model.AddDisjunction([index], POINT * visit["points"])
    windows = sorted(visit["windows"])
    clock.CumulVar(index).SetRange(windows[0][0], windows[-1][1])
    for left, right in pairwise(windows):
        clock.CumulVar(index).RemoveInterval(left[1] + 1, right[0] - 1)
    allowed = [line for line, team in enumerate(given["teams"]) if visit["kind"] in team["may"]]
    model.VehicleVar(index).SetValues([-1, *allowed])


def search(given: dict, manager: Any, model: Any, begun: float) -> None:
    """Search until killed and print every improvement with its CPU seconds."""
    best = [HORIZON * HORIZON]

    def improved() -> None:
        cost = model.CostVar().Max()
        if cost >= best[0]:
            return
        best[0] = cost
        routes: dict[str, list[int]] = {}
        for number in range(len(given["teams"])):
            index = model.NextVar(model.Start(number)).Value()
            while not model.IsEnd(index):
                routes.setdefault(str(number), []).append(manager.IndexToNode(index))
                index = model.NextVar(index).Value()
        print(json.dumps({"cpu_seconds": time.process_time() - begun, "routes": routes}), flush=True)

    model.AddAtSolutionCallback(improved)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    # This limit is wall time and only a backstop: the parent process limits CPU seconds.
    parameters.time_limit.FromSeconds(20 * int(given["seconds_max"]) + 20)
    model.SolveWithParameters(parameters)


if __name__ == "__main__":
    main()
