"""Get the ways of a day's rounds along the streets of the territory, for a map: a bounded number, where they are known."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from backend.dispatch.travel import cache_folder, extract_path
from backend.settings import Settings
from backend.travel.ways import Leg, Way, ways_along
from routing.travel import Mode, Point

LEGS_MOST: Final = 1000  # of one day: what lies beyond is drawn straight


def legs_of(points: Sequence[Point], mode: str) -> list[Leg]:
    """Return the legs between points in their order.

    >>> legs_of([(2.35, 48.83), (2.36, 48.83), (2.36, 48.84)], "foot")[1]
    ((2.36, 48.83), (2.36, 48.84), <Mode.FOOT: 'foot'>)
    """
    return [(begin, end, Mode(mode)) for begin, end in pairwise(points)]


async def ways_of(settings: Settings, territory_slug: str, rounds: Sequence[Sequence[Leg]]) -> list[list[Way]]:
    """Return the way of each leg of each round; an empty one where the territory's streets do not tell it.

    The first question reads the streets, which takes seconds: no transaction may be open meanwhile.
    """
    asked = [leg for legs in rounds for leg in legs][:LEGS_MOST]
    home = settings.home
    found = iter(await asyncio.to_thread(ways_along, extract_path(home, territory_slug), cache_folder(home), asked))
    return [[next(found, ()) for _ in legs] for legs in rounds]
