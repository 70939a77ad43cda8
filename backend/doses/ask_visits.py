"""This file decides which requests a chosen list of people due becomes: one each, and none for whom none may be sent.

Nobody is asked for twice, nobody who refused is sent somebody, and without a place nobody can go there. What a request
becomes on the log is decided in backend/visits/call.py.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec

from backend.doses.due import DueLine
from backend.visits.take import Asked

PRIORITY: Final = 2


class NotAsked(StrEnum):
    """Why no request is made for somebody."""

    HAS_REQUEST = "has_request"
    REFUSED = "refused"
    NO_PLACE = "no_place"


class Bulk(msgspec.Struct, frozen=True):
    """The requests to write, and how many people were left out, by reason."""

    asked: tuple[Asked, ...]
    left_out: dict[NotAsked, int]


def requests_for(lines: Iterable[DueLine], reason: str) -> Bulk:
    """Return the requests for people who were chosen; `reason` says what is due, without a name.

    >>> from datetime import date
    >>> from uuid import UUID
    >>> day = date(2026, 11, 1)
    >>> line = DueLine(UUID(int=1), "Awa", None, None, UUID(int=2), "h", "z", 1, day, None, False, None, False)
    >>> refused = msgspec.structs.replace(line, refused_on=day)
    >>> bulk = requests_for([line, refused], "zoster")
    >>> len(bulk.asked), bulk.left_out
    (1, {<NotAsked.REFUSED: 'refused'>: 1})
    """
    asked: list[Asked] = []
    left_out: dict[NotAsked, int] = {}
    for line in lines:
        why = _why_not(line)
        if why is not None:
            left_out[why] = left_out.get(why, 0) + 1
        elif line.place_id is not None:
            asked.append(
                Asked(
                    caller_role="team",
                    channel="referral",
                    place_id=line.place_id,
                    person_id=line.person_id,
                    acts=["vaccinate"],
                    priority=PRIORITY,
                    due_on=line.past_due_on,
                    reason=reason,
                )
            )
    return Bulk(tuple(asked), left_out)


def _why_not(line: DueLine) -> NotAsked | None:
    if line.has_request:
        return NotAsked.HAS_REQUEST
    if line.refused_on is not None:
        return NotAsked.REFUSED
    return NotAsked.NO_PLACE if line.place_id is None else None
