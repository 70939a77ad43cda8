"""This file decides to whom doses left in open vials are offered, in which order, and until when an offer holds.

Who can still arrive before the vial's end comes first by the minutes to arrive, then the eldest: a dose offered to
somebody too far away is a dose thrown away. An offer that nobody took lapses, and the next one is asked.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

OFFER_MINUTES: Final = 10


class Waiting(msgspec.Struct, frozen=True):
    """Somebody on the reserve list: minutes to arrive and metres away (None: not known), age (None: not known)."""

    id: UUID
    state: str
    minutes_to_arrive: int | None
    metres: int | None
    age_years: int | None
    offer_ends_at: datetime | None


class Offers(msgspec.Struct, frozen=True):
    """Whom to offer a dose now, and which offers have lapsed."""

    offer: tuple[UUID, ...]
    lapsed: tuple[UUID, ...]


def ranked(waiting: Sequence[Waiting]) -> list[Waiting]:
    """Return the list in the order in which doses are offered; what is not known comes last.

    >>> far, near = (Waiting(UUID(int=n), "waiting", minutes, None, 70, None) for n, minutes in ((1, 40), (2, 10)))
    >>> [one.id.int for one in ranked([far, near])]
    [2, 1]
    """

    def key(one: Waiting) -> tuple[int, int, int, str]:
        minutes = 10**6 if one.minutes_to_arrive is None else one.minutes_to_arrive
        metres = 10**9 if one.metres is None else one.metres
        return minutes, metres, -(one.age_years or 0), str(one.id)

    return sorted(waiting, key=key)


def offers(waiting: Sequence[Waiting], doses_left: int, usable_until_at: datetime | None, now: datetime) -> Offers:
    """Return what to do about doses that are left: as many offers stand at a time as there are doses, and no more."""
    lapsed = [one for one in waiting if one.state == "offered" and one.offer_ends_at and one.offer_ends_at <= now]
    standing = sum(one.state == "offered" for one in waiting) - len(lapsed)
    accepted = sum(one.state == "accepted" for one in waiting)
    in_time = [
        one
        for one in ranked([one for one in waiting if one.state == "waiting"])
        if usable_until_at is None or now + timedelta(minutes=one.minutes_to_arrive or 0) < usable_until_at
    ]
    free = max(0, doses_left - standing - accepted)
    return Offers(tuple(one.id for one in in_time[:free]), tuple(one.id for one in lapsed))
