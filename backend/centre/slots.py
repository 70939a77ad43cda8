"""This file decides which slots a session has, and whether somebody may still be booked into one.

Walk-ins stand on the same sheet in the slot that runs, whatever its capacity: nobody who came is sent away by a number.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec


class Hours(msgspec.Struct, frozen=True):
    """When a session runs, how long a slot is and how many persons one takes."""

    starts_at: datetime
    ends_at: datetime
    slot_minutes: int
    slot_persons: int


class Bookable(StrEnum):
    """Whether somebody may be booked."""

    YES = "yes"
    NO_SUCH_SLOT = "no_such_slot"
    FULL = "slot_full"
    CLOSED = "session_closed"
    TWICE = "already_booked"


def slots_of(hours: Hours) -> list[datetime]:
    """Return the instants at which slots begin; a last one that would end late is none.

    >>> from datetime import UTC
    >>> nine = datetime(2026, 11, 23, 9, tzinfo=UTC)
    >>> [at.minute for at in slots_of(Hours(nine, nine.replace(minute=50), 20, 2))]
    [0, 20]
    """
    step, found = timedelta(minutes=hours.slot_minutes), []
    at = hours.starts_at
    while at + step <= hours.ends_at:
        found.append(at)
        at += step
    return found


def slot_of_walk_in(hours: Hours, now: datetime) -> datetime:
    """Return the slot on whose line somebody who just came stands: the one that runs, else the first or the last."""
    slots = slots_of(hours) or [hours.starts_at]
    return max((at for at in slots if at <= now), default=slots[0])


def bookable(state: str, hours: Hours, booked: Mapping[datetime, int], slot_at: datetime, *, known: bool) -> Bookable:
    """Tell whether a slot takes one more person; `known` if the person has a time at this session for the same vaccine."""
    if state == "closed":
        return Bookable.CLOSED
    if known:
        return Bookable.TWICE
    if slot_at not in slots_of(hours):
        return Bookable.NO_SUCH_SLOT
    return Bookable.FULL if booked.get(slot_at, 0) >= hours.slot_persons else Bookable.YES
