"""This file draws the page's map and chart as SVG without style or script: attributes alone, texts escaped.

Colour is never alone: each zone of the map carries the number of its class, hidden and uncertain ones are hatched, and
every picture has its table on the page. What is drawn is decided in admin/coverage/view.py.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from math import cos, radians
from typing import Any, Final, NamedTuple

import msgspec
import shapely
from markupsafe import Markup, escape

CLASSES: Final = (20, 40, 60, 80)  # upper bounds in percent; the last class is open
FILLS: Final = ("#eff3ff", "#bdd7e7", "#6baed6", "#3182bd", "#08519c")
_INKS: Final = ("#000", "#000", "#000", "#fff", "#fff")
WIDTH: Final = 900
_HATCHES: Final = (
    '<defs><pattern id="hidden" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="4" height="4" fill="#fff"/><line x1="0" y1="0" x2="0" y2="4" stroke="#555" stroke-width="2"/>'
    '</pattern><pattern id="uncertain" width="9" height="9" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="9" stroke="#555" stroke-width="1"/></pattern></defs>'
)


class MapZone(msgspec.Struct, frozen=True):
    """One zone to draw: its outline as GeoJSON, its share in percent (None: not shown), and what is said about it."""

    geojson: str
    percent: Decimal | None
    uncertain: bool
    says: str


def class_of(percent: Decimal) -> int:
    """Return the number of a share's class, from 1.

    >>> class_of(Decimal("19.9")), class_of(Decimal(20)), class_of(Decimal(130))
    (1, 2, 5)
    """
    return 1 + sum(percent >= bound for bound in CLASSES)


class Place(NamedTuple):
    """Where a zone is drawn: its outline as a path, and the spot of its number."""

    path: str
    x: float
    y: float


@lru_cache(maxsize=16)
def laid_out(outlines: tuple[str, ...]) -> tuple[int, tuple[Place | None, ...]]:
    """Return the height of a map of these GeoJSON outlines and the place of each (None: empty), north up.

    Lengths are true at the territory's middle latitude. It is kept, since a territory's zones hardly ever change.
    """
    shapes = [shapely.from_geojson(outline) for outline in outlines]
    drawn = [shape for shape in shapes if not shape.is_empty]
    if not drawn:
        return 0, (None,) * len(shapes)
    west, south, east, north = shapely.total_bounds(drawn)
    shrink = cos(radians((south + north) / 2))
    scale = (WIDTH - 20) / max(1e-9, (east - west) * shrink)

    def point(lon: float, lat: float) -> tuple[float, float]:
        return round(10 + (lon - west) * shrink * scale, 1), round(10 + (north - lat) * scale, 1)

    def place(shape: Any) -> Place | None:
        if shape.is_empty:
            return None
        path = "".join(
            "M" + "L".join("{:g} {:g}".format(*point(lon, lat)) for lon, lat, *_ in ring.coords) + "Z"
            for polygon in shapely.get_parts(shape)
            for ring in (polygon.exterior, *polygon.interiors)
        )
        spot = shape.representative_point()
        return Place(path, *point(spot.x, spot.y))

    return round((north - south) * scale) + 20, tuple(place(shape) for shape in shapes)


def choropleth(zones: Sequence[MapZone], title: str) -> Markup:
    """Return the map of zones, each filled by its class."""
    height, places = laid_out(tuple(zone.geojson for zone in zones))
    drawn = [(zone, place) for zone, place in zip(zones, places, strict=True) if place is not None]
    if not drawn:
        return Markup()
    return svg(height, title, [_HATCHES, *(part for zone, place in drawn for part in _zone(zone, place))])


def _zone(zone: MapZone, place: Place) -> Iterator[str]:
    number = None if zone.percent is None else class_of(zone.percent)
    fill = "url(#hidden)" if number is None else FILLS[number - 1]
    yield f'<path d="{place.path}" fill="{fill}" stroke="#333" stroke-width="0.7" fill-rule="evenodd">'
    yield f"<title>{escape(zone.says)}</title></path>"
    if number is not None and zone.uncertain:
        yield f'<path d="{place.path}" fill="url(#uncertain)" stroke="none" fill-rule="evenodd" pointer-events="none"/>'
    if number is not None:
        yield (
            f'<text x="{place.x:g}" y="{place.y:g}" font-size="9" text-anchor="middle" fill="{_INKS[number - 1]}" '
            f'pointer-events="none">{number}</text>'
        )


class Curve(msgspec.Struct, frozen=True):
    """What a monitoring chart shows: shares in percent by day, and the target's line if both its ends are known."""

    points: tuple[tuple[date, Decimal], ...]
    starts_on: date | None
    ends_on: date | None
    target_percent: int | None


def monitoring_chart(curve: Curve, title: str, day_words: dict[date, str]) -> Markup:
    """Return the cumulative chart, from 0 to at least 100 %; `day_words` writes the days of the axis."""
    days = [on for on, _ in curve.points] + [on for on in (curve.starts_on, curve.ends_on) if on]
    if not curve.points:
        return Markup()
    first, last = min(days), max(days)
    top = max([Decimal(100), *(percent for _, percent in curve.points)])
    height, left, bottom = 320, 50, 280

    def point(on: date, percent: Decimal | int) -> str:
        x = left + (WIDTH - left - 30) * ((on - first).days / max(1, (last - first).days))
        return f"{x:.1f},{bottom - float(percent) / float(top) * (bottom - 20):.1f}"

    parts = list(_axis(point, first, (first, last), day_words))
    if curve.starts_on and curve.ends_on and curve.target_percent is not None:
        ends = f"{point(curve.starts_on, 0)} {point(curve.ends_on, curve.target_percent)}"
        parts.append(f'<polyline points="{ends}" fill="none" stroke="#000" stroke-dasharray="7 5"/>')
    line = " ".join(point(on, percent) for on, percent in curve.points)
    parts.append(f'<polyline points="{line}" fill="none" stroke="#08519c" stroke-width="3"/>')
    for on, percent in curve.points:
        x, y = point(on, percent).split(",")
        parts.append(f'<circle cx="{x}" cy="{y}" r="4" fill="#08519c"/>')
    return svg(height, title, parts)


def _axis(point: Any, first: date, ends: Iterable[date], day_words: dict[date, str]) -> Iterator[str]:
    for percent in (0, 25, 50, 75, 100):
        x, y = point(first, percent).split(",")
        yield f'<line x1="{x}" y1="{y}" x2="{WIDTH - 30}" y2="{y}" stroke="#ccc"/>'
        yield f'<text x="{float(x) - 6:g}" y="{float(y) + 4:g}" font-size="12" text-anchor="end">{percent} %</text>'
    for on, anchor in zip(ends, ("start", "end"), strict=True):
        x = point(on, 0).split(",")[0]
        yield f'<text x="{x}" y="300" font-size="12" text-anchor="{anchor}">{escape(day_words[on])}</text>'


def svg(height: int, title: str, parts: Iterable[str]) -> Markup:
    """Return a picture with its title; every text inside must be escaped where it was written."""
    return Markup(  # noqa: S704 - every text inside is escaped where it is written
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )
