"""This file decides which temperature is out of range for what is stored there, and what a decision does to the lots.

Outside 2 to 8 °C, in a fridge or in a bag, a lot is held back, never thrown away at once: a clinical supervisor decides,
with a reason. A lot stays held back while another excursion of it is undecided, and a recalled one is never released.
"""

from collections.abc import Iterable
from typing import Final

COLD_LEAST_TENTHS, COLD_MOST_TENTHS = 20, 80
HELD: Final = "quarantined"


def is_kept_cold(storage: str) -> bool:
    """Tell whether a product is kept in the cold; nothing known is taken for cold.

    >>> is_kept_cold(""), is_kept_cold("ambient")
    (True, False)
    """
    return storage in ("", "cold")


def is_out_of_range(celsius_tenths: int, storages: Iterable[str]) -> bool:
    """Tell whether a reading is out of range for any product kept in the cold there; nothing known is taken for cold.

    >>> is_out_of_range(81, ["cold"]), is_out_of_range(80, ["cold"]), is_out_of_range(210, ["ambient"])
    (True, False, False)
    """
    read = list(storages)
    kept_cold = not read or any(is_kept_cold(one) for one in read)
    return kept_cold and not COLD_LEAST_TENTHS <= celsius_tenths <= COLD_MOST_TENTHS


def state_after(decision: str, state: str, *, other_open: bool, of_bag: bool = False) -> str:
    """Return the state of a lot after a decision on one excursion; what a bag held is never the whole of a lot.

    >>> state_after("release", "quarantined", other_open=False), state_after("release", "recalled", other_open=False)
    ('available', 'recalled')
    >>> state_after("destroy", "quarantined", other_open=False, of_bag=True)
    'available'
    """
    if state in ("recalled", "destroyed"):
        return state
    if decision == "destroy" and not of_bag:
        return "destroyed"
    return HELD if other_open else "available"
