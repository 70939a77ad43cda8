"""This file decides the figures of the desk's phone: calls by what came of them, and from a call to the visit.

What an exchange tells goes before what the desk counted. Where neither told anything of a day, answered calls are not
made up: the requests written down at the phone are shown as what they are, and the share of abandoned calls is unknown.

Requests that were joined are so many calls and one wish (decision 0040): each is counted on its day, their visit once, on
the day of the wish's first call at the phone, from that call on.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import median_low
from typing import Literal
from uuid import UUID

import msgspec

from backend.phone.exchange import PhoneDay


class Told(msgspec.Struct, frozen=True):
    """A request of a wish, named by the one that stays on the board: when it came, and its own first visit made."""

    wish_id: UUID
    by_phone: bool
    received_at: datetime
    day_on: date  # of the territory
    visit_made_at: datetime | None


class Asked(msgspec.Struct, frozen=True):
    """A call that became a request: its day, and the hours until the visit was made, if it was and this was the first."""

    day_on: date
    hours_to_visit: int | None


class Line(msgspec.Struct, frozen=True):
    """A day, or all of them (`day_on` None); None where nobody knows."""

    day_on: date | None
    source: Literal["exchange", "desk", ""]
    answered: int | None
    abandoned: int | None
    missed: int | None
    abandoned_percent: int | None
    wait_seconds: int | None
    requests: int
    visits_made: int
    hours_to_visit: int | None


def asked_at_the_phone(told: Sequence[Told]) -> list[Asked]:
    """Return every call of these wishes; all requests of a wish must be among them.

    >>> from datetime import UTC
    >>> def call(day, made=None, by_phone=True):
    ...     return Told(UUID(int=1), by_phone, datetime(2026, 11, day, 8, tzinfo=UTC), date(2026, 11, day), made)
    >>> made_at = datetime(2026, 11, 22, 10, tzinfo=UTC)
    >>> [one.hours_to_visit for one in asked_at_the_phone([call(21), call(20, made_at), call(19, by_phone=False)])]
    [None, 50]
    """
    wishes: dict[UUID, list[Told]] = {}
    for one in told:
        wishes.setdefault(one.wish_id, []).append(one)
    found: list[Asked] = []
    for requests in wishes.values():
        calls = sorted((one for one in requests if one.by_phone), key=lambda one: one.received_at)
        made_at = min((one.visit_made_at for one in requests if one.visit_made_at), default=None)
        found += [Asked(call.day_on, None) for call in calls[1:]]
        found += [Asked(first.day_on, _hours(first.received_at, made_at)) for first in calls[:1]]
    return found


def _hours(since_at: datetime, made_at: datetime | None) -> int | None:
    """Return the hours between two instants; a clock that ran backwards is no delay."""
    return None if made_at is None else max(0, round((made_at - since_at) / timedelta(hours=1)))


def lines_of(
    exchange: Mapping[date, PhoneDay], desk: Mapping[date, PhoneDay], asked: Sequence[Asked], since: date, until: date
) -> list[Line]:
    """Return a line for each day, both ends among them, and one for all of them at the end.

    >>> day = date(2026, 11, 22)
    >>> told = {day: PhoneDay(day, 30, 10, 2, 20)}
    >>> first, whole = lines_of(told, {}, [Asked(day, 26), Asked(day, None)], day, day)
    >>> first.abandoned_percent, first.requests, first.visits_made, first.hours_to_visit
    (25, 2, 1, 26)
    """
    days = [since + timedelta(days=number) for number in range((until - since).days + 1)]
    lines = [_line(day_on, exchange, desk, [one for one in asked if one.day_on == day_on]) for day_on in days]
    told = [one for one in lines if one.source]
    sums = PhoneDay(
        until,
        sum(one.answered or 0 for one in told),
        sum(one.abandoned or 0 for one in told),
        sum(one.missed or 0 for one in told),
    )
    return [*lines, _written(None, "exchange" if told else "", sums if told else None, asked)]


def _line(
    day_on: date, exchange: Mapping[date, PhoneDay], desk: Mapping[date, PhoneDay], asked: Sequence[Asked]
) -> Line:
    if day_on in exchange:
        return _written(day_on, "exchange", exchange[day_on], asked)
    return _written(day_on, "desk" if day_on in desk else "", desk.get(day_on), asked)


def _written(
    day_on: date | None, source: Literal["exchange", "desk", ""], told: PhoneDay | None, asked: Sequence[Asked]
) -> Line:
    """Return a line; the share is of the calls that reached the desk, answered or abandoned."""
    hours = [one.hours_to_visit for one in asked if one.hours_to_visit is not None]
    reached = told.answered + told.abandoned if told else 0
    return Line(
        day_on,
        source,
        told.answered if told else None,
        told.abandoned if told else None,
        told.missed if told else None,
        round(100 * told.abandoned / reached) if told and reached else None,
        told.wait_seconds if told else None,
        len(asked),
        len(hours),
        median_low(hours) if hours else None,
    )
