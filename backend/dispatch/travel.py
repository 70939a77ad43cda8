"""Get the travel matrices of a day: by the territory's streets or server if it has one, else crow-flies; always said."""

import asyncio
from functools import lru_cache
from pathlib import Path

from backend.db.transaction import Transaction
from backend.dispatch.day import Day
from backend.settings import Settings, read_settings
from backend.travel.cache import TravelCache
from backend.travel.choose import TravelSources, travel_between
from backend.travel.server import read_server
from backend.travel.streets import StreetNetwork
from routing.travel import Mode, Point, Travel

DAYS_REMEMBERED = 8  # some 10 MB of matrices for a full territory


def sources_of(settings: Settings, territory_slug: str) -> TravelSources:
    """Return what a territory has: a server by configuration, else its extract of streets, else nothing."""
    if settings.travel_server:
        return TravelSources(server=read_server(settings.travel_server))
    extract = extract_path(settings.home, territory_slug)
    if extract.exists():
        return TravelSources(streets=StreetNetwork(extract, TravelCache(cache_folder(settings.home))))
    return TravelSources()


def extract_path(home: Path, territory_slug: str) -> Path:
    """Return where a territory's OpenStreetMap extract lies; no slug leads out of that folder.

    >>> extract_path(Path("home"), "../x").parent.as_posix()
    'home/streets'
    """
    return home / "streets" / f"{territory_slug.replace('/', '%2F')}.osm.pbf"


def cache_folder(home: Path) -> Path:
    """Return where graphs and matrices are kept."""
    return home / "cache" / "travel"


async def slug_of(tx: Transaction) -> str:
    """Return the short name of the transaction's territory, by which its streets are kept."""
    return str(await tx.fetch_value("SELECT slug FROM territory WHERE id = $1", tx.scope.territory_id))


def travel_of_day(day: Day, sources: TravelSources) -> dict[str, Travel]:
    """Return a matrix per mode that a team of the day travels by, over the day's places in their order."""
    points = [(place.lon, place.lat) for place in day.places]
    modes = sorted({team.mode for team in day.teams})
    return {mode: travel_between(sources, points, Mode(mode)) for mode in modes}


async def known_travel(tx: Transaction, day: Day) -> dict[str, Travel]:
    """Return the matrices of a day, kept in this process: a change by hand asks for the same ones again and again.

    What stands in for a source that could not answer is not kept: the next change asks that source again.
    """
    slug = await slug_of(tx)
    points = tuple((place.lon, place.lat) for place in day.places)
    modes = tuple(sorted({team.mode for team in day.teams}))
    found = await asyncio.to_thread(_remembered, points, modes, slug)
    if any(travel.origin.instead_because for _, travel in found):
        _remembered.cache_clear()
    return dict(found)


@lru_cache(maxsize=DAYS_REMEMBERED)
def _remembered(
    points: tuple[Point, ...], modes: tuple[str, ...], territory_slug: str
) -> tuple[tuple[str, Travel], ...]:
    sources = sources_of(read_settings(), territory_slug)
    return tuple((mode, travel_between(sources, points, Mode(mode))) for mode in modes)
