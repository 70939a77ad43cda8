"""This file decides how many doses of a lot lie where, and what is to be said about a lot: expiry, shortage, a wrong sum.

Stock is the sum of what came less what went; a count adds what was found or takes away what is missing, with its cause.
A sum below nothing is shown as it is: some move was never written down.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

EXPIRES_SOON_DAYS: Final = 30


class Move(msgspec.Struct, frozen=True):
    """Doses of a lot that came to a place, left one, or both."""

    lot_id: UUID
    from_place_id: UUID | None
    to_place_id: UUID | None
    doses: int


class Flag(StrEnum):
    """What a reader must know about a lot."""

    EXPIRED = "expired"
    EXPIRES_SOON = "expires_soon"
    BELOW_NOTHING = "below_nothing"


def on_hand(moves: Iterable[Move]) -> dict[tuple[UUID, UUID], int]:
    """Return the doses by (lot, place), without those that are at nothing.

    >>> lot, fridge, bag = UUID(int=1), UUID(int=2), UUID(int=3)
    >>> sorted(on_hand([Move(lot, None, fridge, 30), Move(lot, fridge, bag, 12)]).values())
    [12, 18]
    """
    found: Counter[tuple[UUID, UUID]] = Counter()
    for move in moves:
        if move.to_place_id is not None:
            found[move.lot_id, move.to_place_id] += move.doses
        if move.from_place_id is not None:
            found[move.lot_id, move.from_place_id] -= move.doses
    return {key: n for key, n in found.items() if n}


def is_expired(expires_on: date | None, today: date) -> bool:
    """Tell whether a lot may no longer be used; its last day is the one it names.

    >>> is_expired(date(2026, 11, 22), date(2026, 11, 22)), is_expired(date(2020, 1, 1), date(2026, 11, 22))
    (False, True)
    """
    return expires_on is not None and expires_on < today


def flags(expires_on: date | None, doses: int, today: date) -> tuple[Flag, ...]:
    """Return what to say about the doses of a lot at a place.

    >>> flags(date(2026, 12, 1), 10, date(2026, 11, 22))
    (<Flag.EXPIRES_SOON: 'expires_soon'>,)
    """
    found = [Flag.BELOW_NOTHING] if doses < 0 else []
    if is_expired(expires_on, today):
        found.append(Flag.EXPIRED)
    elif expires_on is not None and (expires_on - today).days <= EXPIRES_SOON_DAYS:
        found.append(Flag.EXPIRES_SOON)
    return tuple(found)
