"""This file decides which lots were in a team's bag, by what is known: vials, doses given, and the only lot there can be.

A round says what its bag carried by product and doses. The lot is known from a vial of the team, or from a dose given at
a stop of the round. Where neither names one and the territory has one usable lot of the product, it is that one; where it
has several, nobody can tell from here: the product is named, so that somebody asks the team.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec


class Lot(msgspec.Struct, frozen=True):
    """A lot as far as it matters here; it is usable until it has expired, or was recalled or destroyed."""

    id: UUID
    product_code: str
    number: str
    storage: str
    is_usable: bool


class InBag(msgspec.Struct, frozen=True):
    """The lots that were in a bag, and the products carried of which no lot is known."""

    lots: tuple[Lot, ...]
    unknown: tuple[str, ...]


def lots_in_bag(
    lots: Sequence[Lot], carried: Collection[str], used: Collection[UUID], given: Collection[tuple[str, str]]
) -> InBag:
    """Return what was in a bag: products carried, lots of the team's vials, products and lot numbers of doses given.

    >>> a, b = Lot(UUID(int=1), "FLU", "A", "cold", True), Lot(UUID(int=2), "FLU", "B", "cold", True)
    >>> [one.number for one in lots_in_bag([a, b], ["FLU"], [], [("FLU", "B")]).lots]
    ['B']
    >>> lots_in_bag([a, b], ["FLU"], [], []).unknown, [one.number for one in lots_in_bag([a], ["FLU"], [], []).lots]
    (('FLU',), ['A'])
    """
    found = {one.id: one for one in lots if one.id in used or (one.product_code, one.number) in given}
    unknown = []
    for code in sorted(set(carried) - {one.product_code for one in found.values()}):
        usable = [one for one in lots if one.product_code == code and one.is_usable]
        if len(usable) == 1:
            found[usable[0].id] = usable[0]
        else:
            unknown.append(code)
    return InBag(tuple(found[id_] for id_ in sorted(found)), tuple(unknown))
