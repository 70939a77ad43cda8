"""This file decides what the map of the backlog says of a place: how many requests wait there, how pressing, how late.

One mark stands for a place with all its requests. What waits where nobody knows where is counted, never left unsaid.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal
from uuid import UUID

import msgspec

from backend.visits.ageing import age

REQUESTS_MOST: Final = 2000  # the most pressing ones; more would be one stain, and the table has them all
_WORSE: Final = ("on_time", "due", "late")


class Located(msgspec.Struct, frozen=True):
    """A request that waits at a place; without coordinates (degrees) it is on no map."""

    place_id: UUID | None
    place_name: str
    place_kind: str
    lon: float | None
    lat: float | None
    priority: int
    received_on: date
    due_on: date | None


class Mark(msgspec.Struct, frozen=True):
    """A place on the map: its requests, the highest priority among them, and how the worst of them stands."""

    place_id: UUID
    place_name: str
    place_kind: str
    lon: float
    lat: float
    requests: int
    priority: int
    age: Literal["on_time", "due", "late"]


class Marks(msgspec.Struct, frozen=True):
    """What the map shows, how many requests are at no place that it could show, and whether there are more than it takes."""

    marks: tuple[Mark, ...]
    nowhere: int
    has_more: bool


def marks_of(requests: Sequence[Located], today: date) -> Marks:
    """Return a mark for each place, the most pressing first.

    >>> def waits(day, priority): return Located(UUID(int=1), "Hôtel", "hotel", 2.35, 48.83, priority, day, None)
    >>> made = marks_of([waits(date(2026, 11, 22), 2), waits(date(2026, 11, 1), 1)], date(2026, 11, 22))
    >>> [(mark.requests, mark.priority, mark.age) for mark in made.marks]
    [(2, 2, 'late')]
    """
    marks: dict[UUID, Mark] = {}
    nowhere = 0
    for one in requests[:REQUESTS_MOST]:
        if one.place_id is None or one.lon is None or one.lat is None:
            nowhere += 1
            continue
        stands = age(one.received_on, one.due_on, one.priority, today).word
        former = marks.get(one.place_id)
        marks[one.place_id] = Mark(
            one.place_id,
            one.place_name,
            one.place_kind,
            one.lon,
            one.lat,
            1 + (former.requests if former else 0),
            max(one.priority, former.priority if former else 0),
            max(stands, former.age, key=_WORSE.index) if former else stands,
        )
    shown = sorted(marks.values(), key=lambda mark: (-mark.priority, -_WORSE.index(mark.age), str(mark.place_id)))
    return Marks(tuple(shown), nowhere, len(requests) > REQUESTS_MOST)
