"""This file decides how long the way to each stop of a route takes, from the times of the route alone.

A plan keeps when a team is where; what lies between the end of one stop and the arrival at the next is the way, and lunch
where it was taken before leaving. Waiting comes after the arrival, so it is in no way.
"""

from typing import Any


def travel_seconds(route: dict[str, Any]) -> list[int]:
    """Return the seconds of travel to each stop of a plan's route, in its order.

    >>> first = {"arrive_seconds": 29_400, "start_seconds": 30_000, "end_seconds": 31_200}
    >>> second = {"arrive_seconds": 35_100, "start_seconds": 35_100, "end_seconds": 36_000}
    >>> lunch = {"after_stops": 1, "start_seconds": 32_000, "end_seconds": 34_700}
    >>> travel_seconds({"depart_seconds": 28_800, "stops": [first, second], "lunch": lunch})
    [600, 400]
    """
    free = [route["depart_seconds"], *(stop["end_seconds"] for stop in route["stops"])]
    lunch = route.get("lunch")
    found: list[int] = []
    for place, stop in enumerate(route["stops"]):
        left_at = free[place]
        if lunch is not None and left_at <= lunch["start_seconds"] and lunch["end_seconds"] <= stop["arrive_seconds"]:
            left_at = lunch["end_seconds"]
        found.append(stop["arrive_seconds"] - left_at)
    return found
