"""This file decides which ops follow a visit at the desk: a result comes and is told, a contact is called, a door stays shut.

Three attempts in vain and nobody goes again until a dispatcher decides: another day and other hours, or no more. Each act
says what the record must be like for it; one that somebody else dealt with meanwhile is told, not written over.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from backend.clock import wire_instant
from backend.log.desk import Act

ATTEMPTS_MOST: Final = 3
RESULTS: Final = ("detected", "not_detected", "inconclusive", "unsatisfactory", "not_done")
TO_BE_TOLD: Final = RESULTS[:4]
STILL_CALLED: Final = ("listed", "under_follow_up")
AFTER_A_CALL: Final = ("under_follow_up", "lost", "completed", "converted")


class Tried(msgspec.Struct, frozen=True):
    """A visit's attempts in vain: how many, the last one's day, and from when it may be made."""

    failures: int
    last_failed_on: date
    not_before_on: date | None


def waits_for_decision(tried: Tried) -> bool:
    """Tell whether a visit waits for a dispatcher; who decided on a later day is asked again only if that one fails too.

    >>> waits_for_decision(Tried(3, date(2026, 11, 20), None))
    True
    >>> waits_for_decision(Tried(3, date(2026, 11, 20), date(2026, 11, 27)))
    False
    """
    return tried.failures >= ATTEMPTS_MOST and (
        tried.not_before_on is None or tried.not_before_on <= tried.last_failed_on
    )


def result_acts(screening_id: UUID, result: str, now: datetime) -> list[Act] | None:
    """Return the act of a result that came for a test that was pending; None if the word is no result."""
    if result not in RESULTS:
        return None
    return [Act("screening", screening_id, {"result": result, "resulted_at": wire_instant(now)})]


def told_acts(screening_id: UUID, now: datetime) -> list[Act]:
    """Return the act of having told somebody their result."""
    return [Act("screening", screening_id, {"told_at": wire_instant(now)})]


def called_acts(exposure_id: UUID, came_of_it: str) -> list[Act] | None:
    """Return the act of a call to a contact; None if nothing can come of it in that word."""
    return [Act("exposure", exposure_id, {"follow_up": came_of_it})] if came_of_it in AFTER_A_CALL else None


def again_acts(visit_id: UUID, from_on: date, windows: Sequence[str], former: Sequence[str]) -> list[Act]:
    """Return the act of trying once more, from a day on, at other hours if some are given."""
    add = {"windows": sorted(set(windows) - set(former))} if windows else {}
    remove = {"windows": sorted(set(former) - set(windows))} if windows else {}
    return [
        Act("visit", visit_id, {"not_before_on": from_on.isoformat()},
            {name: of for name, of in add.items() if of}, {name: of for name, of in remove.items() if of}),
    ]  # fmt: skip


def no_more_acts(request_id: UUID) -> list[Act]:
    """Return the act of giving up: the request is closed, and a visit of a closed request is on no plan."""
    return [Act("request", request_id, {"state": "closed"})]
