"""This file draws the timeline of a plan as SVG: one row per team, hours across, stops, ways and lunch in place.

Stops are filled and numbered, lunch is hatched, ways are the line between. Only attributes; every text is escaped. Rows name
their team and stops their visits, by which admin/static/plan_timeline.js moves them in a draft.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec
from markupsafe import Markup, escape

WIDTH: Final = 1200
_LEFT: Final = 46
_ROW: Final = 34  # a stop of it is high enough for a finger
_TOP: Final = 24
_HOUR: Final = 3600
Place = Callable[[int], float]


class Bar(msgspec.Struct, frozen=True):
    """One stop of a row: seconds of the day, its number, what is said about it, and the visits it is moved by."""

    start_seconds: int
    end_seconds: int
    number: int
    says: str
    names: tuple[str, ...]


class TimelineRow(msgspec.Struct, frozen=True):
    """A team's day: its way out and back, its stops, its lunch (None: none needed). Seconds of the day."""

    team_id: str
    letter: str
    colour: str
    depart_seconds: int
    end_seconds: int
    bars: tuple[Bar, ...]
    lunch: tuple[int, int] | None


def draw_timeline(rows: Sequence[TimelineRow], title: str, lunch_word: str) -> Markup:
    """Return the timeline from the full hour before the first departure to the one after the last return."""
    busy = [row for row in rows if row.bars]
    if not busy:
        return Markup()
    first = min(row.depart_seconds for row in busy) // _HOUR
    last = -(-max(row.end_seconds for row in busy) // _HOUR)
    height = _TOP + _ROW * len(rows) + 8
    per_second = (WIDTH - _LEFT - 14) / ((last - first) * _HOUR)

    def x(second: int) -> float:
        return round(_LEFT + (second - first * _HOUR) * per_second, 1)

    parts = list(_hours(x, first, last, height))
    for number, row in enumerate(rows):
        parts += _row(x, row, _TOP + number * _ROW, lunch_word)
    return Markup(  # noqa: S704 - every text inside is escaped where it is written
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {height}">'
        f"<title>{escape(title)}</title>{_HATCH}{''.join(parts)}</svg>"
    )


_HATCH: Final = (
    '<defs><pattern id="lunch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="5" height="5" fill="#fff"/><line x1="0" y1="0" x2="0" y2="5" stroke="#56616f" stroke-width="1.5"/>'
    "</pattern></defs>"
)


def _hours(x: Place, first: int, last: int, height: int) -> Iterator[str]:
    for hour in range(first, last + 1):
        at = x(hour * _HOUR)
        yield f'<line x1="{at}" y1="18" x2="{at}" y2="{height}" stroke="#dde3e9"/>'
        yield f'<text x="{at}" y="13" font-size="11" text-anchor="middle" fill="#56616f">{hour % 24:02}:00</text>'


def _row(x: Place, row: TimelineRow, top: int, lunch_word: str) -> Iterator[str]:
    middle = top + _ROW // 2
    yield f'<g data-team="{escape(row.team_id)}" data-letter="{escape(row.letter)}">'
    yield f'<rect class="ground" x="0" y="{top}" width="{WIDTH}" height="{_ROW}" fill="none" pointer-events="none"/>'
    yield f'<text x="8" y="{middle + 5}" font-size="14" font-weight="700" fill="{row.colour}">{escape(row.letter)}</text>'
    if row.bars:
        yield (
            f'<line x1="{x(row.depart_seconds)}" y1="{middle}" x2="{x(row.end_seconds)}" y2="{middle}" '
            f'stroke="{row.colour}" stroke-width="2"/>'
        )
    if row.lunch is not None:
        start, end = row.lunch
        yield (
            f"<g><title>{escape(lunch_word)}</title>"
            f'<rect x="{x(start)}" y="{top + 6}" width="{_wide(x, start, end)}" height="{_ROW - 12}" fill="url(#lunch)" '
            'stroke="#56616f"/></g>'
        )
    for bar in row.bars:
        yield (
            f'<g data-names="{escape(",".join(bar.names))}"><title>{escape(bar.says)}</title>'
            f'<rect x="{x(bar.start_seconds)}" y="{top + 4}" width="{_wide(x, bar.start_seconds, bar.end_seconds)}" '
            f'height="{_ROW - 8}" rx="2" fill="{row.colour}" stroke="#fff"/>'
            f'<text x="{x((bar.start_seconds + bar.end_seconds) // 2)}" y="{middle + 4}" font-size="10" '
            f'text-anchor="middle" fill="#fff">{bar.number}</text></g>'
        )
    yield "</g>"


def _wide(x: Place, start: int, end: int) -> float:
    return max(3.0, round(x(end) - x(start), 1))
