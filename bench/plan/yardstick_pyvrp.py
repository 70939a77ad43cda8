"""This file solves a neutral problem with PyVRP: a script of its own, run in a child process that can be killed.

Reads JSON from standard input, writes one line per improved plan: CPU seconds and the visits of each vehicle. What the
library has no word for is said with what it has: a profile for each set of visits a team may make, with ways too long
for the others; one client for each window of a visit, only one of them to be served; lunch as a stop at one of several
places that only this team can reach, one of them required.
"""

# Run by a Python of its own, where the engine is and this project is not.
# mypy: ignore-errors

import json
import sys
import time
from typing import Any

import numpy as np
import pyvrp
from pyvrp.IteratedLocalSearch import IteratedLocalSearchCallbacks, IteratedLocalSearchParams

POINT = 3_600
TOO_FAR = 1_000_000
LUNCH_PLACES = 6


class Model:
    """The neutral problem in PyVRP's words; `visit_of` says which visit each client is, None for a lunch."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.given = given
        self.places: list[int] = []
        self.visit_of: list[int | None] = []
        self.clients: list[Any] = []
        self.groups: list[Any] = []
        self.lunch_of: list[int | None] = []
        for number, visit in enumerate(given["visits"]):
            self._add_visit(number, visit)
        for number, team in enumerate(given["teams"]):
            if team["lunch"]:
                self._add_lunch(number, team)

    def _add_visit(self, number: int, visit: dict[str, Any]) -> None:
        group = None
        if len(visit["windows"]) > 1:
            group = len(self.groups)
            first = len(self.clients)
            self.groups.append(pyvrp.ClientGroup([*range(first, first + len(visit["windows"]))], required=False))
        for opens, closes in visit["windows"]:
            self._add_client(number, None, visit["place"], pyvrp.Client(
                len(self.places), delivery=visit["need"], service_duration=visit["service"], tw_early=opens,
                tw_late=closes, prize=POINT * visit["points"], required=False, group=group,
            ))  # fmt: skip

    def _add_lunch(self, number: int, team: dict[str, Any]) -> None:
        """Let a team eat at its start or at one of some places spread over the visits it may make."""
        may = set(team["may"])
        at = sorted({visit["place"] for visit in self.given["visits"] if visit["kind"] in may} | {team["start"]})
        at = [team["start"], *at[number % 3 :: max(1, len(at) // (LUNCH_PLACES - 1))]][:LUNCH_PLACES]
        first, group = len(self.clients), len(self.groups)
        self.groups.append(pyvrp.ClientGroup([*range(first, first + len(at))], required=True))
        opens, closes, lasts = team["lunch"]
        for place in at:
            self._add_client(None, number, place, pyvrp.Client(
                len(self.places), delivery=[0] * len(team["room"]), service_duration=lasts, tw_early=opens,
                tw_late=closes, required=False, group=group,
            ))  # fmt: skip

    def _add_client(self, visit: int | None, lunch: int | None, place: int, client: Any) -> None:
        self.clients.append(client)
        self.places.append(place)
        self.visit_of.append(visit)
        self.lunch_of.append(lunch)

    def data(self) -> Any:
        """Return the library's problem: one profile for each mode, set of visits and, with lunch, team."""
        teams = self.given["teams"]
        ends = sorted({team["start"] for team in teams} | {team["end"] for team in teams})
        places = [*self.places, *ends]
        depots = [pyvrp.Depot(len(self.places) + index) for index in range(len(ends))]
        profiles: dict[tuple[Any, ...], int] = {}
        matrices, vehicles = [], []
        for number, team in enumerate(teams):
            key = (team["mode"], tuple(team["may"]), number if team["lunch"] else None)
            if key not in profiles:
                profiles[key] = len(profiles)
                matrices.append(self._ways(places, number, team))
            vehicles.append(pyvrp.VehicleType(
                1, capacity=team["room"], start_depot=ends.index(team["start"]), end_depot=ends.index(team["end"]),
                tw_early=team["shift"][0], tw_late=team["shift"][1], profile=profiles[key], name=str(number),
            ))  # fmt: skip
        locations = [pyvrp.Location(0, 0) for _ in places]
        return pyvrp.ProblemData(locations, self.clients, depots, vehicles, matrices, matrices, self.groups)

    def _ways(self, places: list[int], number: int, team: dict[str, Any]) -> Any:
        ways = np.array(self.given["seconds"][team["mode"]], dtype=np.int64)[np.ix_(places, places)]
        may = set(team["may"])
        for client, (visit, lunch) in enumerate(zip(self.visit_of, self.lunch_of, strict=True)):
            own = lunch == number if visit is None else self.given["visits"][visit]["kind"] in may
            if not own:
                ways[client, :] = ways[:, client] = TOO_FAR
        np.fill_diagonal(ways, 0)
        return ways


class Told(IteratedLocalSearchCallbacks):
    """Prints each better plan that breaks no rule."""

    def __init__(self, model: Model, begun: float) -> None:
        self.model = model
        self.begun = begun

    def on_best(self, best: Any) -> None:
        """Print the visits of each vehicle."""
        if not best.is_feasible():
            return
        routes: dict[str, list[int]] = {}
        for route in best.routes():
            visits = (self.model.visit_of[stop.idx] for stop in route if stop.is_client())
            routes[str(route.vehicle_type())] = [visit for visit in visits if visit is not None]
        print(json.dumps({"cpu_seconds": time.process_time() - self.begun, "routes": routes}), flush=True)


def main() -> None:
    """Build the model, search until the CPU seconds are used up, print every improvement."""
    given = json.load(sys.stdin)
    begun = time.process_time()
    model = Model(given)
    params = pyvrp.SolveParams(ils=IteratedLocalSearchParams(callbacks=Told(model, begun)))

    def over(_: int) -> bool:
        return time.process_time() - begun > given["seconds_max"]

    pyvrp.solve(model.data(), over, seed=given["seed"], collect_stats=False, params=params)


if __name__ == "__main__":
    main()
