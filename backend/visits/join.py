"""This file decides which requests are one call and may be joined, which of them stays on the board, and how they are separated.

A join is a link on the one that leaves the board; nothing is written on the one that stays (decision 0040). How pressing
they are together is worked out where they are listed and planned (join_store.py).
"""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

OPEN_STATES: Final = ("open", "on_hold", "accepted")
_LIVE_VISITS: Final = ("wanted", "attempted", "planned")  # the later, the harder to take a visit back


class Joinable(msgspec.Struct, frozen=True):
    """A request as far as joining goes; `about` is person, household and place, `visit_state` empty before there is a visit."""

    id: UUID
    state: str
    received_at: datetime | None
    about: tuple[UUID | None, UUID | None, UUID | None]
    acts: frozenset[str]
    joined_to: tuple[UUID, ...]
    is_joined: bool
    visit_state: str


class Joined(msgspec.Struct, frozen=True):
    """Which request stays on the board, and which one leaves it."""

    stays: Joinable
    leaves: Joinable


def join(one: Joinable, other: Joinable) -> Joined | None:
    """Return which of two requests stays: the one whose visit is farther on, else the older; None if they are not one call.

    >>> from datetime import UTC
    >>> def asked(number, day, acts=("screen",), visit=""):
    ...     return Joinable(UUID(int=number), "open", datetime(2026, 11, day, tzinfo=UTC), (None, None, UUID(int=9)),
    ...                     frozenset(acts), (), False, visit)
    >>> join(asked(1, 20), asked(2, 19)).stays.id.int, join(asked(1, 20, visit="wanted"), asked(2, 19)).stays.id.int
    (2, 1)
    >>> join(asked(1, 20), asked(2, 19, acts=("educate",))) is None
    True
    """
    if one.id == other.id or not (_is_open(one) and _is_open(other)) or not _same(one, other):
        return None
    stays, leaves = sorted((one, other), key=_rank)
    may_leave = not leaves.is_joined and leaves.visit_state != "planned" and leaves.acts <= stays.acts
    return Joined(stays, leaves) if may_leave else None


def _is_open(one: Joinable) -> bool:
    return one.state in OPEN_STATES and not one.joined_to and one.visit_state not in ("done", "cancelled")


def _same(one: Joinable, other: Joinable) -> bool:
    """Tell whether both are about the same person or household; where neither names one, about the same place."""
    person, household, place = zip(one.about, other.about, strict=True)
    for mine, theirs in (person, household):
        if mine is not None or theirs is not None:
            return mine == theirs
    return place[0] is not None and place[0] == place[1]


def _rank(one: Joinable) -> tuple[int, float, str]:
    far = _LIVE_VISITS.index(one.visit_state) if one.visit_state in _LIVE_VISITS else -1
    return (-far, one.received_at.timestamp() if one.received_at else 0.0, str(one.id))
