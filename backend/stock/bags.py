"""This file decides what is to be said of a bag that came back: what left, what was given, what returned, and what is missing.

Tablets write "product code x doses" into a set. Two tablets of one team may write different counts for one product; neither
is the value then, and the line is to be counted again.
"""

from collections.abc import Iterable, Mapping

import msgspec


class BagLine(msgspec.Struct, frozen=True):
    """One product in a bag; `returned` and `missing` are None until a return is written, or while two counts differ."""

    product_code: str
    loaded: int
    given: int
    wasted: int
    returned: int | None
    missing: int | None
    counted_twice: bool


def counts(texts: Iterable[str]) -> dict[str, list[int]]:
    """Return the counts written for each product; what is not of the form is left out.

    >>> counts(["FLU x 20", "FLU x 18", "MMR x 5", "?"])
    {'FLU': [18, 20], 'MMR': [5]}
    """
    found: dict[str, list[int]] = {}
    for text in sorted(texts):
        code, by, number = text.rpartition(" x ")
        if by and number.isascii() and number.isdigit():
            found.setdefault(code, []).append(int(number))
    return found


def lines(
    carried: Iterable[str], returned: Iterable[str], given: Mapping[str, int], wasted: Mapping[str, int]
) -> list[BagLine]:
    """Return a line per product; a product of which nothing was loaded but something given is named too.

    >>> lines(["FLU x 20"], ["FLU x 11"], {"FLU": 7}, {"FLU": 1})
    [BagLine(product_code='FLU', loaded=20, given=7, wasted=1, returned=11, missing=1, counted_twice=False)]
    """
    left, back = counts(carried), counts(returned)
    found = []
    for code in sorted({*left, *back, *given, *wasted}):
        loads, returns = left.get(code, []), back.get(code, [])
        is_twice = len(loads) > 1 or len(returns) > 1
        came_back = returns[0] if len(returns) == 1 else None
        missing = None
        if came_back is not None and not is_twice:
            missing = sum(loads) - given.get(code, 0) - wasted.get(code, 0) - came_back
        found.append(
            BagLine(code, max(loads, default=0), given.get(code, 0), wasted.get(code, 0), came_back, missing, is_twice)
        )
    return found
