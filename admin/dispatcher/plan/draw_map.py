"""This file draws the map of a plan as SVG: outlines of the zones, a line and numbered stops per team. No street, no tile.

It is what a page shows where the map's library or script is missing; admin/static/map.js draws the same to be moved.
Only attributes, no style and no script; every text is escaped. Lengths are true at the territory's middle latitude.
"""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import cos, radians
from typing import Any, Final

import msgspec
import shapely
from markupsafe import Markup, escape

WIDTH: Final = 900
_MARGIN: Final = 18


class MapStop(msgspec.Struct, frozen=True):
    """A stop to draw: degrees, its number on the route, what is said about it, and a sign of how it stands."""

    lon: float
    lat: float
    number: int
    says: str
    visit: str = ""
    sign: str = ""


class MapRoute(msgspec.Struct, frozen=True):
    """A team's way: from its start (degrees, if known) through its stops."""

    letter: str
    colour: str
    start: tuple[float, float] | None
    stops: tuple[MapStop, ...]


class _Frame(msgspec.Struct, frozen=True):
    """Where degrees lie on the picture."""

    west: float
    north: float
    shrink: float
    scale: float
    height: int

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        x = _MARGIN + (lon - self.west) * self.shrink * self.scale
        return round(x, 1), round(_MARGIN + (self.north - lat) * self.scale, 1)


class _Ground(msgspec.Struct, frozen=True):
    frame: _Frame
    path: str


def draw_map(outlines: tuple[str, ...], routes: Sequence[MapRoute], left_out: Sequence[MapStop], title: str) -> Markup:
    """Return the map; nothing when the territory has no outline."""
    if not outlines:
        return Markup()
    ground = _ground(outlines)
    parts = [f'<path d="{ground.path}" fill="#f7f9fb" stroke="#b8c2cc" stroke-width="0.8" fill-rule="evenodd"/>']
    for route in routes:
        parts += _line(ground.frame, route)
    parts += [part for one in left_out for part in _cross(ground.frame, one)]
    for route in routes:
        parts += [part for stop in route.stops for part in _stop(ground.frame, route, stop)]
    return Markup(  # noqa: S704 - every text inside is escaped where it is written
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {ground.frame.height}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


@lru_cache(maxsize=16)
def _ground(outlines: tuple[str, ...]) -> _Ground:
    """Return frame and outlines; they change with the territory's zones alone, so they are drawn once."""
    shapes = [shapely.from_geojson(json.dumps(json.loads(text))) for text in outlines]
    west, south, east, north = shapely.total_bounds(shapes)
    shrink = cos(radians((south + north) / 2))
    scale = (WIDTH - 2 * _MARGIN) / max(1e-9, (east - west) * shrink)
    frame = _Frame(west, north, shrink, scale, round((north - south) * scale) + 2 * _MARGIN)
    return _Ground(frame, "".join(_path(frame, shape) for shape in shapes))


def _path(frame: _Frame, shape: Any) -> str:
    return "".join(
        "M" + "L".join("{:g} {:g}".format(*frame.point(lon, lat)) for lon, lat, *_ in ring.coords) + "Z"
        for polygon in shapely.get_parts(shape)
        for ring in (polygon.exterior, *polygon.interiors)
    )


def _line(frame: _Frame, route: MapRoute) -> Iterator[str]:
    ways = [route.start] if route.start else []
    points = [frame.point(*way) for way in [*ways, *((stop.lon, stop.lat) for stop in route.stops)]]
    if len(points) > 1:
        text = " ".join(f"{x:g},{y:g}" for x, y in points)
        yield f'<polyline points="{text}" fill="none" stroke="{route.colour}" stroke-width="2" stroke-opacity="0.75"/>'
    if route.start:
        x, y = points[0]
        yield (
            f'<rect x="{x - 8:g}" y="{y - 8:g}" width="16" height="16" fill="#fff" stroke="{route.colour}" '
            f'stroke-width="3"/><text x="{x:g}" y="{y + 4:g}" font-size="11" font-weight="700" text-anchor="middle" '
            f'fill="{route.colour}">{escape(route.letter)}</text>'
        )


def _stop(frame: _Frame, route: MapRoute, stop: MapStop) -> Iterator[str]:
    x, y = frame.point(stop.lon, stop.lat)
    yield (
        f'<g><title>{escape(stop.says)}</title><circle cx="{x:g}" cy="{y:g}" r="9" fill="{route.colour}" stroke="#fff"/>'
        f'<text x="{x:g}" y="{y + 3.5:g}" font-size="9" text-anchor="middle" fill="#fff">'
        f"{escape(route.letter)}{stop.number}{escape(stop.sign)}</text></g>"
    )


def _cross(frame: _Frame, stop: MapStop) -> Iterator[str]:
    """Draw a visit left out: a cross, so that it is no stop in any colour."""
    x, y = frame.point(stop.lon, stop.lat)
    yield (
        f"<g><title>{escape(stop.says)}</title>"
        f'<path d="M{x - 4:g} {y - 4:g}l8 8m0-8l-8 8" stroke="#1b2430" stroke-width="1.8" fill="none"/></g>'
    )
