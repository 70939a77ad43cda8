"""This file tells by which fields the records of a kind refer to others."""

from functools import cache

from sync.kinds import KINDS, Shape


@cache
def references_of(kind: str) -> tuple[str, ...]:
    """Return the fields of a kind that refer to other records.

    >>> references_of("person")
    ('place_id', 'household_id')
    """
    return tuple(name for name, field in KINDS[kind].fields.items() if field.shape is Shape.REF)
