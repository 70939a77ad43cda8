"""This file decides what the planner is told of a product's vials: doses in one, and for how long an opened one serves.

Source of the fallback: the WHO's policy for opened multi-dose vials without preservative, discarded after 6 hours or at the
end of the session unless the label says otherwise. The figures of products are data (backend/territory/facts/products.csv).
"""

from typing import Final

import msgspec

HOURS_UNLESS_THE_LABEL_SAYS: Final = 6


class VialTerms(msgspec.Struct, frozen=True):
    """The terms of a multi-dose vial."""

    doses: int
    open_seconds: int
    is_assumed: bool  # the hours are the WHO's, not the product's


def vial_terms(doses_per_vial: int | None, hours_after_opening: int | None) -> VialTerms | None:
    """Return the terms, or None where each dose is a container of its own.

    >>> vial_terms(6, 12)
    VialTerms(doses=6, open_seconds=43200, is_assumed=False)
    >>> vial_terms(10, None).open_seconds, vial_terms(1, None)
    (21600, None)
    """
    if doses_per_vial is None or doses_per_vial <= 1:
        return None
    hours = hours_after_opening or HOURS_UNLESS_THE_LABEL_SAYS
    return VialTerms(doses_per_vial, hours * 3600, is_assumed=not hours_after_opening)
