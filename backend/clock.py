"""Tell the time: the only place that reads a clock of the server."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]


def now() -> datetime:
    """Return the instant, aware, in UTC."""
    return datetime.fromtimestamp(time.time(), tz=UTC)  # noqa: TID251 - this file is the one source of time


def day_in(time_zone: str, at: datetime) -> date:
    """Return the calendar day that `at` falls on in a territory's time zone.

    >>> day_in("Europe/Paris", datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
    datetime.date(2026, 11, 23)
    """
    return at.astimezone(ZoneInfo(time_zone)).date()


def wire_instant(at: datetime) -> str:
    """Return an instant as it stands on the wire and in the log: UTC, milliseconds, `Z`.

    >>> wire_instant(datetime(2026, 11, 22, 18, 10, tzinfo=UTC))
    '2026-11-22T18:10:00.000Z'
    """
    utc = at.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
