"""This file decides which channel reaches people who are due with the least team-hours, among those that can work.

A channel works for somebody or not: a centre or a pop-up for who walks, a group site where several live at one place, a
home visit always. Minutes are planning values, to be replaced by the territory's own once its report has some months:
30 minutes a home stop with travel (a home brigade's 6 vaccinations in 3 hours), 7 minutes a person at a group site.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

import msgspec

HOME_MINUTES: Final = 30
PERSON_MINUTES: Final = 7
SET_UP_MINUTES: Final = {"centre": 0, "pop_up": 60, "group_site": 30}
GROUP_LEAST: Final = 3


class DuePerson(msgspec.Struct, frozen=True):
    """Somebody who is due: where, and whether that is a shared place and whether they walk."""

    person_id: UUID
    place_id: UUID | None
    shared_place: bool
    walks: bool


class Channel(msgspec.Struct, frozen=True):
    """A way to reach people: how many it can work for, and what it costs."""

    code: str
    persons: int
    team_hours: Decimal
    minutes_a_person: Decimal


def channels(due: Sequence[DuePerson]) -> list[Channel]:
    """Return the channels that can work for some of the people, the cheapest a person first.

    >>> hotel = UUID(int=1)
    >>> people = [DuePerson(UUID(int=n), hotel, True, False) for n in range(2, 12)]
    >>> [(one.code, one.persons, str(one.team_hours)) for one in channels(people)]
    [('group_site', 10, '1.7'), ('home', 10, '5.0')]
    """
    by_place: dict[UUID, int] = {}
    for one in due:
        if one.shared_place and one.place_id is not None:
            by_place[one.place_id] = by_place.get(one.place_id, 0) + 1
    sites = [n for n in by_place.values() if n >= GROUP_LEAST]
    walkers = sum(one.walks for one in due)
    minutes = {
        "home": (len(due), HOME_MINUTES * len(due)),
        "group_site": (sum(sites), sum(SET_UP_MINUTES["group_site"] + PERSON_MINUTES * n for n in sites)),
        "pop_up": (walkers, SET_UP_MINUTES["pop_up"] + PERSON_MINUTES * walkers),
        "centre": (walkers, SET_UP_MINUTES["centre"] + PERSON_MINUTES * walkers),
    }
    found = [
        Channel(code, persons, _tenth(Decimal(cost) / 60), _tenth(Decimal(cost) / persons))
        for code, (persons, cost) in minutes.items()
        if persons
    ]
    return sorted(found, key=lambda one: (one.minutes_a_person, one.code))


def _tenth(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"))
