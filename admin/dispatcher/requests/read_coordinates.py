"""This file reads coordinates as people type or copy them: latitude first, with a decimal point or a decimal comma."""

import re
from typing import Final

_NUMBER: Final = r"(-?\d{1,3}(?:[.,]\d+)?)"
_WITH_COMMA: Final = r"(-?\d{1,3},\d+)"
_WITH_POINT: Final = r"(-?\d{1,3}\.\d+)"
_WAYS: Final = tuple(
    re.compile(way, re.ASCII)
    for way in (
        rf"{_NUMBER}\s*;\s*{_NUMBER}",
        rf"{_NUMBER}\s*,?\s+{_NUMBER}",
        rf"{_WITH_POINT},{_WITH_POINT}",
        rf"{_WITH_COMMA},{_WITH_COMMA}",
    )
)


def coordinates_of(text: str) -> tuple[float, float] | None:
    """Return (lon, lat) in degrees; None for what cannot be read in one way alone, as `48,83`, or is nowhere on earth.

    >>> [coordinates_of(text) for text in ("48.83, 2.35", "48,83 2,35", "48,83; 2,35", "48.83,2.35", "48,83", "99, 2")]
    [(2.35, 48.83), (2.35, 48.83), (2.35, 48.83), (2.35, 48.83), None, None]
    """
    found = next((read for way in _WAYS if (read := way.fullmatch(text.replace("\u00a0", " ")))), None)
    if found is None:
        return None
    lat, lon = (float(number.replace(",", ".")) for number in found.groups())
    return (lon, lat) if abs(lat) <= 90 and abs(lon) <= 180 else None
