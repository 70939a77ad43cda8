"""This file decides what must be looked at again after records changed: by the read models and by the rules across records.

A note names subjects and persons by their ids and holds nothing that was recorded about them. Notes of several pushes
are gathered into one, so that somebody whom ten pushes touched is looked at once.
"""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

import msgspec

from backend.coverage import touched as coverage
from backend.doses import touched as doses
from backend.log.projection import Change

_RECOGNISED_BY: Final = ("given_name", "family_name", "alias", "born_on", "place_id")
_IN_HISTORIES: Final = frozenset({"dose", "consent", "same_person"})

_TELLS_OF_A_BAG: Final = {
    "temperature": ("team_id", "round_id", "celsius_tenths", "state"),
    "vial": ("team_id", "lot_id", "lot_number", "opened_at"),
    "dose": ("visit_id", "lot_number", "state"),
    "round": ("doses_carried",),
}


class Rules(msgspec.Struct, frozen=True):
    """Whom the rules across records ask about: people by their histories, visits by outcomes, persons by their names."""

    people: set[UUID] = set()
    visits: set[UUID] = set()
    recognised: set[UUID] = set()


class Noted(msgspec.Struct, frozen=True):
    """What a push has touched, for each that follows the log."""

    coverage: coverage.Touched
    doses: doses.Touched
    rules: Rules
    bags: bool = False  # how warm a bag was, or what was in it

    @property
    def is_empty(self) -> bool:
        """Tell whether nobody has anything to look at."""
        return self == gathered(())


def noted(changes: list[Change]) -> Noted:
    """Return what a set of changes touches.

    >>> change = Change("dose", UUID(int=9), None, {"person_id": UUID(int=1)})
    >>> [person.int for person in noted([change]).rules.people]
    [1]
    """
    counted = coverage.touched_by(coverage.Change(one.kind, one.record_id, one.before, one.after) for one in changes)
    return Noted(counted, doses.touched_by(changes), _rules(changes), any(_tells_of_a_bag(one) for one in changes))


def gathered(notes: Iterable[Noted]) -> Noted:
    """Return several notes as one."""
    read = list(notes)
    return Noted(
        coverage.gathered(one.coverage for one in read),
        doses.Touched(
            frozenset().union(*(one.doses.persons for one in read)),
            frozenset().union(*(one.doses.product_codes for one in read)),
        ),
        Rules(
            set().union(*(one.rules.people for one in read)),
            set().union(*(one.rules.visits for one in read)),
            set().union(*(one.rules.recognised for one in read)),
        ),
        any(one.bags for one in read),
    )


def _rules(changes: list[Change]) -> Rules:
    found = Rules(set(), set(), set())
    for change in changes:
        row = change.after
        if row is None:
            continue
        if change.kind in _IN_HISTORIES:
            found.people.update(row[column] for column in ("person_id", "other_id") if row.get(column))
        if change.kind == "visit_outcome" and row["visit_id"]:
            found.visits.add(row["visit_id"])
        if change.kind == "person" and _recognised_otherwise(change.before, row):
            found.recognised.add(change.record_id)
    return found


def _tells_of_a_bag(change: Change) -> bool:
    return any(
        (change.before or {}).get(name) != (change.after or {}).get(name)
        for name in _TELLS_OF_A_BAG.get(change.kind, ())
    )


def _recognised_otherwise(before: dict[str, Any] | None, after: dict[str, Any]) -> bool:
    return before is None or any(before[name] != after[name] for name in _RECOGNISED_BY)
