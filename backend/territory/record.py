"""This file names what the territory is handed over as: records of the kinds that sync/kinds.py lists.

A record's fields are JSON-shaped: references and days are text, coordinates whole 1e-7 degrees, sets sorted lists.
"""

from typing import TypeAlias
from uuid import UUID

import msgspec

Value: TypeAlias = str | int | bool | list[str]
Fields: TypeAlias = dict[str, Value]


class Record(msgspec.Struct, frozen=True):
    """One record: its kind (a name in `sync.kinds.KINDS`), its id, and its fields."""

    kind: str
    record_id: UUID
    fields: Fields


def degrees_e7(degrees: float) -> int:
    """Return degrees as whole 1e-7 degrees.

    >>> degrees_e7(2.355)
    23550000
    """
    return round(degrees * 10_000_000)
