"""This file draws the charts of the analysis page as SVG: coverage against drop-out, and the funnel plot of zones.

Every mark carries its name as a title and a number that its table repeats; marks differ in shape, not in colour alone.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import sqrt
from typing import Final

import msgspec
from markupsafe import Markup, escape

from admin.coverage.draw import WIDTH, svg

HEIGHT: Final = 360
NAME_MOST: Final = 42
_HATCH: Final = (
    '<defs><pattern id="never" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" fill="#fff"/><line x1="0" y1="0" x2="0" y2="6" stroke="#555" stroke-width="2"/>'
    "</pattern></defs>"
)
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, WIDTH - 30, 20, 310


class Spot(msgspec.Struct, frozen=True):
    """One zone on a chart: its name, and where it stands on both axes."""

    name: str
    x: Decimal
    y: Decimal


def quadrant_of(spot: Spot, coverage_least: int, drop_out_most: int) -> str:
    """Return the category of a zone: A good access and use, B high drop-out, C low coverage, D both.

    >>> quadrant_of(Spot("z", Decimal(80), Decimal(30)), 75, 10)
    'B'
    """
    return (
        ("A" if spot.y <= drop_out_most else "B")
        if spot.x >= coverage_least
        else "C"
        if spot.y <= drop_out_most
        else "D"
    )


def quadrants(spots: Sequence[Spot], coverage_least: int, drop_out_most: int, words: tuple[str, str, str]) -> Markup:
    """Return coverage across and drop-out upwards, both from 0 to 100 %, with the thresholds; `words` are title and axes."""
    title, across, upwards = words
    parts = [*_axes(across, upwards, 100, 100)]
    x, y = _at(Decimal(coverage_least), Decimal(drop_out_most), 100, 100)
    parts.append(f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{_BOTTOM}" stroke="#000" stroke-dasharray="7 5"/>')
    parts.append(f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_RIGHT}" y2="{y:.1f}" stroke="#000" stroke-dasharray="7 5"/>')
    parts += [_mark(spot, quadrant_of(spot, coverage_least, drop_out_most), 100, 100) for spot in spots]
    return svg(HEIGHT, title, parts)


def funnel_limits(mean_percent: Decimal, persons: int, deviations: float) -> tuple[Decimal, Decimal]:
    """Return the limits within which a zone of so many persons lies by chance, around the mean, in percent.

    >>> funnel_limits(Decimal(50), 100, 2)
    (Decimal('40.0'), Decimal('60.0'))
    """
    half = deviations * sqrt(float(mean_percent) * (100 - float(mean_percent)) / max(1, persons))
    low, high = max(0.0, float(mean_percent) - half), min(100.0, float(mean_percent) + half)
    return Decimal(f"{low:.1f}"), Decimal(f"{high:.1f}")


def standing_in_funnel(spot: Spot, mean_percent: Decimal) -> str:
    """Return where a zone stands: `low` or `high` beyond three deviations, else `within`."""
    low, high = funnel_limits(mean_percent, int(spot.x), 3)
    return "low" if spot.y < low else "high" if spot.y > high else "within"


def funnel(spots: Sequence[Spot], mean_percent: Decimal, words: tuple[str, str, str]) -> Markup:
    """Return persons across and their share covered upwards, with the limits at two and three deviations."""
    title, across, upwards = words
    most = max((int(spot.x) for spot in spots), default=1)
    parts = [*_axes(across, upwards, most, 100)]
    for deviations, dashes in ((2.0, "2 4"), (3.0, "7 5")):
        for side in (0, 1):
            line = " ".join(
                "{:.1f},{:.1f}".format(*_at(Decimal(n), funnel_limits(mean_percent, n, deviations)[side], most, 100))
                for n in sorted({max(1, most * step // 60) for step in range(1, 61)})
            )
            parts.append(f'<polyline points="{line}" fill="none" stroke="#555" stroke-dasharray="{dashes}"/>')
    signs = {"low": "▼", "high": "▲", "within": "·"}
    parts += [_mark(spot, signs[standing_in_funnel(spot, mean_percent)], most, 100) for spot in spots]
    return svg(HEIGHT, title, parts)


class Bar(msgspec.Struct, frozen=True):
    """One site: its name, and the days since its last visit; None if there was none."""

    name: str
    days: int | None


def site_bars(bars: Sequence[Bar], no_visit: str, title: str) -> Markup:
    """Return a bar for each site, as long as the time since its last visit; who was never visited has a hatched one.

    >>> drawn = site_bars([Bar("Hôtel A", None), Bar("Foyer B", 12)], "aucune visite", "Sites")
    >>> drawn.count("<rect"), "aucune visite" in drawn
    (3, True)
    """
    if not bars:
        return Markup()
    left, high = 300, 20
    most = max([1, *(one.days for one in bars if one.days is not None)])
    parts = [_HATCH]
    for number, one in enumerate(bars):
        y, name = 10 + high * number, one.name if len(one.name) <= NAME_MOST else f"{one.name[:NAME_MOST]}…"
        long = (WIDTH - left - 130) * (1 if one.days is None else one.days / most)
        fill, said = ("url(#never)", no_visit) if one.days is None else ("#3182bd", str(one.days))
        parts.append(
            f'<text x="{left - 8}" y="{y + 13}" font-size="12" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{left}" y="{y + 2}" width="{max(1.0, long):.1f}" height="{high - 5}" fill="{fill}" stroke="#333" '
            f'stroke-width="0.5"/><text x="{left + max(1.0, long) + 6:.1f}" y="{y + 13}" font-size="12">{escape(said)}</text>'
        )
    return svg(20 + high * len(bars), title, parts)


def _at(x: Decimal, y: Decimal, x_most: int, y_most: int) -> tuple[float, float]:
    across = _LEFT + (_RIGHT - _LEFT) * min(1.0, float(x) / max(1, x_most))
    return across, _BOTTOM - (_BOTTOM - _TOP) * min(1.0, float(y) / max(1, y_most))


def _mark(spot: Spot, sign: str, x_most: int, y_most: int) -> str:
    x, y = _at(spot.x, spot.y, x_most, y_most)
    return (
        f'<g><title>{escape(spot.name)} : {spot.x} / {spot.y} %</title><circle cx="{x:.1f}" cy="{y:.1f}" r="9" '
        f'fill="#fff" stroke="#08519c"/><text x="{x:.1f}" y="{y + 4:.1f}" font-size="11" text-anchor="middle">{sign}</text></g>'
    )


def _axes(across: str, upwards: str, x_most: int, y_most: int) -> Iterator[str]:
    for step in range(5):
        x, y = _at(Decimal(x_most * step) / 4, Decimal(y_most * step) / 4, x_most, y_most)
        yield f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_RIGHT}" y2="{y:.1f}" stroke="#ccc"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" font-size="12" text-anchor="end">{y_most * step // 4} %</text>'
        yield f'<text x="{x:.1f}" y="{_BOTTOM + 16}" font-size="12" text-anchor="middle">{x_most * step // 4}</text>'
    yield f'<text x="{_RIGHT}" y="{_BOTTOM + 34}" font-size="12" text-anchor="end">{escape(across)}</text>'
    yield f'<text x="{_LEFT}" y="12" font-size="12">{escape(upwards)}</text>'
