"""Decide which source answers for a territory: its streets or its server first, the crow-flies model when they cannot.

The answer always comes, and says where it comes from and why not from the preferred source (DESIGN section 6). A few
places off the streets stay unreachable and are named to the dispatcher; an extract that misses half of the places is
the wrong extract, and is not used.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from backend.travel.extract_file import UnreadableExtractError
from backend.travel.server import NoTravel, RoutingServer, ask
from backend.travel.streets import StreetNetwork
from routing.travel import OVERHEAD_SECONDS, Mode, Point, Travel, crow_flies

OFF_STREETS_MOST = 0.5  # share of the points


@dataclass(frozen=True)
class TravelSources:
    """What a territory has: at most one of a street network and a server; neither means crow-flies by choice."""

    streets: StreetNetwork | None = None
    server: RoutingServer | None = None
    overhead_seconds: dict[Mode, int] = field(default_factory=lambda: dict(OVERHEAD_SECONDS))

    def __post_init__(self) -> None:
        if self.streets is not None and self.server is not None:
            raise ValueError("a territory has a street network or a routing server, not both")


def travel_between(sources: TravelSources, points: Sequence[Point], mode: Mode) -> Travel:
    """Return the matrix of the points; raise ValueError only where a point is not on Earth."""
    overhead = sources.overhead_seconds[mode]
    answer: Travel | NoTravel
    if sources.streets is not None:
        answer = _on_streets(sources.streets, points, mode, overhead)
    elif sources.server is not None:
        answer = ask(sources.server, points, mode, overhead)
    else:
        return crow_flies(points, mode, overhead_seconds=overhead)
    if isinstance(answer, Travel):
        return answer
    return crow_flies(points, mode, overhead_seconds=overhead, instead_because=answer.reason)


def _on_streets(streets: StreetNetwork, points: Sequence[Point], mode: Mode, overhead: int) -> Travel | NoTravel:
    try:
        travel = streets.travel(points, mode, overhead)
    except UnreadableExtractError as problem:
        return NoTravel(str(problem))
    lost = len(travel.stranded)
    if lost > OFF_STREETS_MOST * len(points):
        return NoTravel(f"{lost} of {len(points)} points lie off the streets of the extract")
    return travel
