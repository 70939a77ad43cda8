"""This file holds the arithmetic of uncertainty: rounding, Wilson's interval, Chapman's two-list estimate.

Percentages are decimals with one digit, halves away from zero, so that page, CSV and report print the same figure.
"""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import sqrt
from typing import Final

import msgspec

Z_95: Final = 1.959963984540054
MATCHES_LEAST: Final = 7  # below, Chapman's estimate is too biased to show


class Interval(msgspec.Struct, frozen=True):
    """Two bounds, in the unit of the figure they belong to."""

    low: Decimal
    high: Decimal


class TwoListEstimate(msgspec.Struct, frozen=True):
    """How many persons there are in all, with the 95 % interval; both lists must be independent and closed."""

    persons: Decimal
    interval: Interval


class TooFewMatches(msgspec.Struct, frozen=True):
    """Why there is no estimate: `matches` persons on both lists, `matches_least` needed."""

    matches: int
    matches_least: int


class NotTwoLists(msgspec.Struct, frozen=True):
    """Why there is no estimate: more persons on both lists than on one of them, or a negative number."""

    matches: int


def tenth(value: float | Decimal | Fraction) -> Decimal:
    """Round to one digit after the point, halves away from zero.

    >>> tenth(Fraction(3, 20)), tenth(Fraction(-3, 20))
    (Decimal('0.2'), Decimal('-0.2'))
    """
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / Decimal(value.denominator)
    return Decimal(value).quantize(Decimal("0.1"), ROUND_HALF_UP) + 0  # never "-0.0"


def percent(numerator: int, denominator: int) -> Decimal | None:
    """Return a share in percent, never cut at 100; None when there is nothing to divide by.

    >>> percent(1, 3), percent(21, 20), percent(1, 0)
    (Decimal('33.3'), Decimal('105.0'), None)
    """
    if denominator <= 0:
        return None
    return (Decimal(numerator) * 100 / Decimal(denominator)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def wilson(numerator: int, denominator: int) -> Interval | None:
    """Return Wilson's 95 % interval of a share, in percent (Wilson 1927).

    >>> wilson(10, 20)
    Interval(low=Decimal('29.9'), high=Decimal('70.1'))
    """
    if denominator <= 0 or not 0 <= numerator <= denominator:
        return None
    share, square = numerator / denominator, Z_95**2
    centre = share + square / (2 * denominator)
    half = Z_95 * sqrt(share * (1 - share) / denominator + square / (4 * denominator**2))
    scale = 100 / (1 + square / denominator)
    return Interval(tenth(max(0.0, (centre - half) * scale)), tenth(min(100.0, (centre + half) * scale)))


def chapman(first: int, second: int, matches: int) -> TwoListEstimate | TooFewMatches | NotTwoLists:
    """Estimate a population from two lists with `matches` persons on both (Chapman 1951).

    >>> chapman(120, 80, 24)
    TwoListEstimate(persons=Decimal('391.0'), interval=Interval(low=Decimal('279.4'), high=Decimal('502.6')))
    >>> chapman(40, 30, 6)
    TooFewMatches(matches=6, matches_least=7)
    """
    if matches < 0 or matches > min(first, second):
        return NotTwoLists(matches)
    if matches < MATCHES_LEAST:
        return TooFewMatches(matches, MATCHES_LEAST)
    persons = (first + 1) * (second + 1) / (matches + 1) - 1
    variance = (
        (first + 1) * (second + 1) * (first - matches) * (second - matches) / ((matches + 1) ** 2 * (matches + 2))
    )
    half = Z_95 * sqrt(variance)
    # Nobody can be fewer than those who were seen on either list.
    seen = first + second - matches
    return TwoListEstimate(tenth(persons), Interval(tenth(max(float(seen), persons - half)), tenth(persons + half)))
