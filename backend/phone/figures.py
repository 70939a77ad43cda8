"""This file decides the figures of the desk's phone: calls by what came of them, and from a call to the visit.

What an exchange tells goes before what the desk counted. Where neither told anything of a day, answered calls are not
made up: the requests written down at the phone are shown as what they are, and the share of abandoned calls is unknown.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import median_low
from typing import Literal

import msgspec

from backend.phone.exchange import PhoneDay


class Asked(msgspec.Struct, frozen=True):
    """A request written down at the phone: its day, and the hours until the visit was made, if it was."""

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
