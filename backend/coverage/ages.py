"""This file decides which age band somebody is in on a day.

The bands are those of the population figures (low and high age included, in completed years). Ages are never "today":
a dose has the age of its day, a campaign the age on the day it starts, so that a figure does not drift overnight.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

# (name, least age, most age), in completed years; the last one is open.
BANDS: Final[tuple[tuple[str, int, int], ...]] = (
    ("0-4", 0, 4),
    ("5-10", 5, 10),
    ("11-17", 11, 17),
    ("18-24", 18, 24),
    ("25-44", 25, 44),
    ("45-64", 45, 64),
    ("65-74", 65, 74),
    ("75-84", 75, 84),
    ("85+", 85, 200),
)
UNKNOWN: Final = "unknown"


def age_on(born_on: date | None, day_on: date) -> int | None:
    """Return the completed years on a day; None if the birth is unknown or after that day.

    >>> age_on(date(1961, 10, 14), date(2026, 10, 14)), age_on(date(1961, 10, 15), date(2026, 10, 14))
    (65, 64)
    """
    if born_on is None or born_on > day_on:
        return None
    return day_on.year - born_on.year - ((day_on.month, day_on.day) < (born_on.month, born_on.day))


def band_of(age_years: int | None) -> str:
    """Return the name of the band that an age falls in.

    >>> band_of(64), band_of(None)
    ('45-64', 'unknown')
    """
    if age_years is None:
        return UNKNOWN
    return next((name for name, least, most in BANDS if least <= age_years <= most), UNKNOWN)


def least_age(band: str) -> int | None:
    """Return the first age of a band written `65-74`, `85+` or `all`; None when the text is not a band.

    >>> least_age("85+"), least_age("65-74"), least_age("all"), least_age("adults")
    (85, 65, 0, None)
    """
    if band == "all":
        return 0
    first = band.removesuffix("+").split("-")[0]
    return int(first) if first.isdigit() else None


def in_order(bands: Sequence[str]) -> list[str]:
    """Return band names by age, the unknown one last.

    >>> in_order(["unknown", "85+", "5-10"])
    ['5-10', '85+', 'unknown']
    """
    return sorted(bands, key=lambda band: (least_age(band) is None, least_age(band) or 0, band))
