"""This file decides whether a day's doses balance: of each lot, those of the vials opened are given or thrown away.

A day that does not balance is closed only with a reason, which stays with it. The arithmetic of a vial is that of
backend/doses/vials.py, over all the vials of a lot together.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from backend.doses.vials import Balance, balance


class LotOfDay(msgspec.Struct, frozen=True):
    """A lot at a session: doses in the vials that were opened, doses given by the records, doses thrown away."""

    lot_id: UUID
    doses_opened: int
    doses_given: int
    doses_wasted: int


class Unbalanced(msgspec.Struct, frozen=True):
    """What is wrong with the counts of one lot: doses missing, or more than the vials held."""

    lot_id: UUID
    missing: int
    too_many: int


def balance_of(lot: LotOfDay) -> Balance:
    """Return the balance of a lot at the end of the day.

    >>> balance_of(LotOfDay(UUID(int=1), 12, 9, 2)).unaccounted
    1
    """
    return balance(lot.doses_opened, lot.doses_given, lot.doses_wasted, "discarded")


def unbalanced(lots: Sequence[LotOfDay]) -> tuple[Unbalanced, ...]:
    """Return the lots whose counts do not balance; none when the day may be closed as it is.

    >>> unbalanced([LotOfDay(UUID(int=1), 12, 10, 2)])
    ()
    """
    found = []
    for lot in lots:
        doses = balance_of(lot)
        if doses.unaccounted or doses.over_extracted or doses.wasted_twice:
            found.append(Unbalanced(lot.lot_id, doses.unaccounted, doses.over_extracted + doses.wasted_twice))
    return tuple(found)
