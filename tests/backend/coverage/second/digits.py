"""How digits are written: fractions until the last of them, halves away from zero; Wilson's interval; classes of delay."""

from decimal import Decimal, localcontext
from fractions import Fraction

from tests.backend.coverage.second.counts import HOURS


def tenth(value: Fraction | Decimal) -> str:
    tenths = (
        int(abs(value) * 10 + Fraction(1, 2)) if isinstance(value, Fraction) else int(abs(value) * 10 + Decimal("0.5"))
    )
    return f"{'-' if value < 0 and tenths else ''}{tenths // 10}.{tenths % 10}"


def percent(n: int, of: int) -> str:
    return tenth(Fraction(100 * n, of)) if of > 0 else "-"


def share(n: int, of: int) -> str:
    return f"{n}/{of} {percent(n, of)} {wilson(n, of)}"


def wilson(n: int, of: int) -> str:
    """The two x for which (n/of - x)² = z² x(1 - x)/of, in percent."""
    if of <= 0:
        return "-"
    with localcontext() as context:
        context.prec = 50
        p, w = Decimal(n) / of, Decimal("1.959963984540054") ** 2 / of
        root = ((2 * p + w) ** 2 - 4 * (1 + w) * p * p).sqrt()
        low, high = ((2 * p + w + sign * root) / (2 * (1 + w)) for sign in (-1, 1))
        return f"[{tenth(max(Decimal(0), low) * 100)} {tenth(min(Decimal(1), high) * 100)}]"


def within(hours_of: list[float], hundredths: int) -> str:
    """The class of the value below which so many of a hundred lie."""
    if not hours_of:
        return "-"
    value = sorted(hours_of)[-(-len(hours_of) * hundredths // 100) - 1]
    return str(next((hours for hours in HOURS if value <= hours), "-"))
