"""This file decides where a vial stands: its state, its use-by, and what became of each of its doses.

A vial is opened, used and discarded on tablets that may not know of each other. Its records merge as sync/kinds.py
says (the furthest state stands, increments of waste add up, doses are facts), so two tablets may both discard the same
rest. The balance below stays true whatever they wrote: used + wasted + unaccounted = nominal + over-extracted, and what
was written besides is noted, never hidden. Recalls, stock and counts are the centre's (backend/stock).
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

STATES: Final = ("sealed", "opened", "empty", "discarded")
_ENDED: Final = ("empty", "discarded")


class Clock(StrEnum):
    """What ends the use of a vial."""

    LOT = "lot_expiry"
    THAWED = "thawed"
    OPENED = "opened"
    EXCURSION = "out_of_the_cold"


class Clocks(msgspec.Struct, frozen=True):
    """What is known of a vial's clocks; a product without a sourced figure has no such clock (None).

    `lot_ends_at` is the midnight that ends the lot's last day; `warm_minutes` adds up earlier times out of the cold.
    """

    lot_ends_at: datetime | None = None
    thawed_at: datetime | None = None
    days_thawed: int | None = None
    opened_at: datetime | None = None
    hours_after_opening: int | None = None
    warm_since_at: datetime | None = None
    warm_minutes: int = 0
    warm_minutes_max: int | None = None


class UseBy(msgspec.Struct, frozen=True):
    """The instant from which a vial may not be used, and the clock that says so."""

    at: datetime
    because: Clock


def use_by(clocks: Clocks) -> UseBy | None:
    """Return the earliest of the clocks that run; None where nothing is known, which is no permission.

    >>> from datetime import UTC
    >>> opened = datetime(2026, 11, 22, 9, tzinfo=UTC)
    >>> use_by(Clocks(lot_ends_at=datetime(2026, 12, 1, tzinfo=UTC), opened_at=opened, hours_after_opening=6)).because
    <Clock.OPENED: 'opened'>
    """
    ends = [UseBy(clocks.lot_ends_at, Clock.LOT)] if clocks.lot_ends_at is not None else []
    if clocks.thawed_at is not None and clocks.days_thawed is not None:
        ends.append(UseBy(clocks.thawed_at + timedelta(days=clocks.days_thawed), Clock.THAWED))
    if clocks.opened_at is not None and clocks.hours_after_opening is not None:
        ends.append(UseBy(clocks.opened_at + timedelta(hours=clocks.hours_after_opening), Clock.OPENED))
    if clocks.warm_since_at is not None and clocks.warm_minutes_max is not None:
        left = clocks.warm_minutes_max - clocks.warm_minutes
        ends.append(UseBy(clocks.warm_since_at + timedelta(minutes=left), Clock.EXCURSION))
    return min(ends, key=lambda end: end.at, default=None)


def earliest_opening(values: Iterable[datetime | None]) -> datetime | None:
    """Return the opening to reckon with while two tablets disagree: the earlier one is the cautious one."""
    return min((value for value in values if value is not None), default=None)


class Balance(msgspec.Struct, frozen=True):
    """What became of the doses of a vial. `left` may still be given; the last three are noted for a person to see."""

    nominal: int
    used: int
    wasted: int
    left: int
    over_extracted: int  # more doses drawn than the label says: possible, and noted
    unaccounted: int  # of a vial that has ended: neither given nor said to be wasted
    wasted_twice: int  # waste that two tablets both wrote down


def balance(nominal: int, given: int, wasted_recorded: int, state: str) -> Balance:
    """Return the balance of a vial from its merged record and the doses that name it. Doses come before waste.

    >>> balance(6, 4, 2 + 2, "discarded")  # both tablets discarded the two that were left
    Balance(nominal=6, used=4, wasted=2, left=0, over_extracted=0, unaccounted=0, wasted_twice=2)
    """
    over = max(0, given - nominal)
    rest = max(0, nominal - given)
    wasted = min(max(0, wasted_recorded), rest)
    remaining = rest - wasted
    ended = state in _ENDED
    return Balance(
        nominal=nominal,
        used=given,
        wasted=wasted,
        left=0 if ended else remaining,
        over_extracted=over,
        unaccounted=remaining if ended else 0,
        wasted_twice=max(0, wasted_recorded) - wasted,
    )


class Standing(StrEnum):
    """What a nurse may do with a vial now."""

    SEALED = "sealed"
    OPEN = "open"
    OUT_OF_TIME = "out_of_time"
    UNKNOWN_USE_BY = "unknown_use_by"  # an opened vial of which no clock is known: ask before use
    ENDED = "ended"


def standing(state: str, doses: Balance, clocks: Clocks, now: datetime) -> Standing:
    """Return what may be done with a vial at an instant; a word of a newer app is taken for an ended vial."""
    if state in _ENDED or state not in STATES or (doses.left == 0 and doses.used > 0):
        return Standing.ENDED
    ends = use_by(clocks)
    if ends is not None and now >= ends.at:
        return Standing.OUT_OF_TIME
    is_open = state == "opened" or doses.used > 0 or clocks.opened_at is not None
    if not is_open:
        return Standing.SEALED
    has_clock = clocks.opened_at is not None and clocks.hours_after_opening is not None
    return Standing.OPEN if has_clock or doses.nominal == 1 else Standing.UNKNOWN_USE_BY


class Ending(msgspec.Struct, frozen=True):
    """What a tablet writes when a vial is put away: its last state and how much waste to add to the counter."""

    state: str
    wasted_more: int


def end_vial(doses: Balance) -> Ending:
    """Return the end of a vial as this tablet knows it: empty when nothing is left, else discarded with its waste.

    >>> end_vial(balance(6, 5, 0, "opened"))
    Ending(state='discarded', wasted_more=1)
    """
    return Ending("discarded" if doses.left else "empty", doses.left)


def lot_ends_at(expires_on: date, time_zone: str) -> datetime:
    """Return the instant from which a lot may not be used: the midnight that ends its last day in the territory.

    >>> lot_ends_at(date(2026, 11, 30), "Europe/Paris").isoformat()
    '2026-12-01T00:00:00+01:00'
    """
    return datetime.combine(expires_on + timedelta(days=1), time.min, ZoneInfo(time_zone))
