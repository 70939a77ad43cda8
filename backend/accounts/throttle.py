"""This file decides how often somebody may try to sign in, so that guessing is slow and the true user still gets in.

An attempt is counted before it is checked and given back when it succeeds: fifty at once cannot slip through. What is
not let through is not counted, so that a flood cannot spend the true user's day. Each key is counted in a minute, a
quarter of an hour and a day: the wait grows with the failures, seconds, then minutes, then until the next day. Without
a known device an attempt counts against login with address, the address, and the login; with one (a mark left by an
earlier full sign-in, see known_device.py) it counts against login with device alone, so that a stranger who spends
every other allowance does not keep the true user out. A true user on a device never seen waits like the stranger while
an attack lasts: that is the price. SQL is in throttle_store.py.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

_MINUTE: Final = timedelta(minutes=1)
_QUARTER: Final = timedelta(minutes=15)
_DAY: Final = timedelta(days=1)
KEPT: Final = timedelta(days=2)  # counters older than this are forgotten


@dataclass(frozen=True)
class Limit:
    """How many attempts a window allows."""

    window: timedelta
    attempts_max: int


@dataclass(frozen=True)
class Counter:
    """One counter to add one to: its key (hashed), when its window starts, and how far it may go."""

    key_hash: bytes
    window_starts_at: datetime
    attempts_max: int


LIMITS: Final[dict[str, tuple[Limit, ...]]] = {
    "login_and_address": (Limit(_MINUTE, 5), Limit(_QUARTER, 10), Limit(_DAY, 40)),
    "login_and_device": (Limit(_MINUTE, 5), Limit(_QUARTER, 10), Limit(_DAY, 40)),
    "login": (Limit(_MINUTE, 10), Limit(_QUARTER, 30), Limit(_DAY, 150)),
    # An office shares one address, so that this one is wide; a success gives its attempt back.
    "address": (Limit(_MINUTE, 30), Limit(_QUARTER, 120), Limit(_DAY, 1500)),
    # Three codes of a million are valid at once: five tries in a minute and forty in a day are a chance in 8,000 a day.
    "code_of_user": (Limit(_MINUTE, 5), Limit(_QUARTER, 10), Limit(_DAY, 40)),
    "code_of_user_and_device": (Limit(_MINUTE, 5), Limit(_QUARTER, 10), Limit(_DAY, 40)),
    "set_up_code": (Limit(_MINUTE, 10), Limit(_QUARTER, 30), Limit(_DAY, 150)),
    # Each journey to an identity provider leaves a row; an office shares one address.
    "identity_journey": (Limit(_MINUTE, 30), Limit(_DAY, 1500)),
    "policy_report": (Limit(_MINUTE, 20), Limit(_DAY, 1000)),
    # Looks at records, each page or record one: a person at a desk makes a few a minute, a script thousands.
    "looks_of_user": (Limit(_MINUTE, 300), Limit(_DAY, 10_000)),
    # What somebody from outside asks for lands on a dispatcher's desk, each with a person and a place of its own.
    "request_of_partner": (Limit(_MINUTE, 10), Limit(_DAY, 300)),
    # Whoever asks for a record in an emergency learns whether somebody is known: found or not, each search counts.
    "break_glass": (Limit(_QUARTER, 5), Limit(_DAY, 20)),
}


def counters_of_passphrase(login: str, address: str, device: str | None, at: datetime) -> tuple[Counter, ...]:
    """Return the counters of an attempt with a passphrase; `device` is the id of a device known for this login."""
    if device is not None:
        return _counters("login_and_device", (login, device), at)
    return (
        *_counters("login_and_address", (login, address), at),
        *_counters("login", (login,), at),
        *_counters("address", (address,), at),
    )


def counters_of_code(user: str, device: str | None, at: datetime) -> tuple[Counter, ...]:
    """Return the counters of an attempt with a six-digit or recovery code, the passphrase having been right."""
    if device is not None:
        return _counters("code_of_user_and_device", (user, device), at)
    return _counters("code_of_user", (user,), at)


def counters_of_set_up(address: str, at: datetime) -> tuple[Counter, ...]:
    """Return the counters of an attempt with a set-up code.

    >>> one, *_ = counters_of_set_up("192.0.2.1", datetime(2026, 11, 22, 18, 10, 7, tzinfo=UTC))
    >>> one.window_starts_at.isoformat(), one.attempts_max
    ('2026-11-22T18:10:00+00:00', 10)
    """
    return _counters("set_up_code", (address,), at)


def windows_of_failures(login: str, user: str, at: datetime) -> tuple[Counter, ...]:
    """Return the day's counters in which failed attempts for a login and its codes stand, wherever they came from."""
    return tuple(
        Counter(_key(kind, parts, _DAY), _window_start(at, _DAY), 0)
        for kind, parts in (("login", (login,)), ("code_of_user", (user,)))
    )


def counters_of_reports(address: str, at: datetime) -> tuple[Counter, ...]:
    """Return the counters of a browser's reports of what its policy refused."""
    return _counters("policy_report", (address,), at)


def counters_of_reading(user: str, at: datetime) -> tuple[Counter, ...]:
    """Return the counters of a user's looks at people's records."""
    return _counters("looks_of_user", (user,), at)


def counters_of_journey(address: str, at: datetime) -> tuple[Counter, ...]:
    """Return the counters of a journey to an identity provider."""
    return _counters("identity_journey", (address,), at)


def counters_of_break_glass(user: str, at: datetime) -> tuple[Counter, ...]:
    """Return the counters of a search for one record in an emergency."""
    return _counters("break_glass", (user,), at)


def counters_of_partner(user: str, at: datetime) -> tuple[Counter, ...]:
    """Return the counters of a partner's requests."""
    return _counters("request_of_partner", (user,), at)


def _counters(kind: str, parts: tuple[str, ...], at: datetime) -> tuple[Counter, ...]:
    return tuple(
        Counter(_key(kind, parts, limit.window), _window_start(at, limit.window), limit.attempts_max)
        for limit in LIMITS[kind]
    )


def _window_start(at: datetime, window: timedelta) -> datetime:
    beginning = datetime(2000, 1, 1, tzinfo=UTC)
    return beginning + (at - beginning) // window * window


def _key(kind: str, parts: tuple[str, ...], window: timedelta) -> bytes:
    written = "\0".join((kind, str(int(window.total_seconds())), *parts))
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).digest()
