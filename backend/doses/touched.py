"""This file decides whose forecast must be made again after records changed.

Joined records are followed in backend/doses/keep.py; a changed product touches all who had a dose of it, which is the
business of a job and never of one push.
"""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

import msgspec

from backend.log.projection import Change

_OF_A_PERSON: Final = {"dose": ("person_id",), "consent": ("person_id",), "screening": ("person_id",)}
_JOINED: Final = ("person_id", "other_id")
# Where somebody lives or how they are called changes nothing about what is due to them.
_READ_OF_PERSON: Final = (
    "born_on",
    "born_precision",
    "sex",
    "died_on",
    "conditions",
    "contraindications",
    "population_group",
    "disputed",
)
_READ_OF_PRODUCT: Final = ("code", "nuva_code", "antigens")


class Touched(msgspec.Struct, frozen=True):
    """Persons to forecast again, and products (by code) whose doses may be read otherwise now."""

    persons: frozenset[UUID]
    product_codes: frozenset[str]


def touched_by(changes: Iterable[Change]) -> Touched:
    """Return whose forecast a set of changes touches.

    >>> change = Change("dose", UUID(int=9), {"person_id": UUID(int=1)}, {"person_id": UUID(int=2)})
    >>> sorted(person.int for person in touched_by([change]).persons)
    [1, 2]
    """
    persons: set[UUID] = set()
    codes: set[str] = set()
    for change in changes:
        columns = _JOINED if change.kind == "same_person" else _OF_A_PERSON.get(change.kind, ())
        persons.update(id_ for column in columns for id_ in _values(change, column))
        if change.kind == "person" and _moved(change, _READ_OF_PERSON):
            persons.add(change.record_id)
        if change.kind == "product" and _moved(change, _READ_OF_PRODUCT):
            codes.update(_values(change, "code"))
    return Touched(frozenset(persons), frozenset(codes))


def _values(change: Change, column: str) -> list[Any]:
    rows = (row for row in (change.before, change.after) if row is not None)
    return [row[column] for row in rows if row.get(column) is not None]


def _moved(change: Change, columns: tuple[str, ...]) -> bool:
    if change.before is None or change.after is None:
        return True
    return any(change.before.get(column) != change.after.get(column) for column in columns)
