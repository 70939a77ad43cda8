"""Say which way a leg takes along the streets, for a map; what was found is kept in this process.

Only the streets of an extract are known leg by leg. Whoever asks for what is not known gets an empty way, and draws a
straight line that says so. A shape is thinned to what a map shows.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Final

import shapely

from backend.travel.cache import TravelCache
from backend.travel.extract_file import UnreadableExtractError
from backend.travel.streets import StreetNetwork
from routing.travel import Mode, Point

LEGS_KEPT: Final = 8192  # some 10 MB
EXTRACTS_KEPT: Final = 4
THINNED_DEGREES: Final = 0.00003  # three metres
DECIMALS: Final = 5  # one metre
Leg = tuple[Point, Point, Mode]
Way = tuple[Point, ...]
_one_at_a_time = Lock()


def ways_along(extract: Path, cache_folder: Path, legs: Sequence[Leg]) -> list[Way]:
    """Return the shape of each leg on the streets of an extract; empty where a point is off its streets."""
    try:
        changed_at = extract.stat().st_mtime_ns
    except OSError:
        return [()] * len(legs)
    with _one_at_a_time:
        try:
            return [_way(extract, cache_folder, changed_at, leg) for leg in legs]
        except UnreadableExtractError:
            return [()] * len(legs)


@lru_cache(maxsize=EXTRACTS_KEPT)
def _network(extract: Path, cache_folder: Path, _changed_at: int) -> StreetNetwork:
    return StreetNetwork(extract, TravelCache(cache_folder))


@lru_cache(maxsize=LEGS_KEPT)
def _way(extract: Path, cache_folder: Path, changed_at: int, leg: Leg) -> Way:
    begin, end, mode = leg
    if begin == end:
        return begin, end
    shape = _network(extract, cache_folder, changed_at).leg(begin, end, mode)
    if not shape:
        return ()
    thinned = shapely.LineString(shape).simplify(THINNED_DEGREES)
    return tuple((round(lon, DECIMALS), round(lat, DECIMALS)) for lon, lat in thinned.coords)
