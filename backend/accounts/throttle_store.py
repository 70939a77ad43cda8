"""This file counts attempts; which counters there are and how far they may go is decided in throttle.py."""

from datetime import datetime

from backend.accounts.throttle import KEPT, Counter
from backend.db.transaction import Transaction


async def count_attempt(tx: Transaction, counters: tuple[Counter, ...]) -> bool:
    """Add one to each counter and tell whether all stay within their limits; if not, none has changed.

    An attempt that is not let through costs nothing, so that a flood does not spend the allowance of the day. Counters
    are always touched in one order, so that no two attempts deadlock.
    """
    allowed = True
    for counter in sorted(counters, key=lambda one: one.key_hash):
        failures = await tx.fetch_value(
            "INSERT INTO throttle (key_hash, window_starts_at, failures) VALUES ($1, $2, 1) "
            "ON CONFLICT (key_hash, window_starts_at) DO UPDATE SET failures = throttle.failures + 1 "
            "RETURNING failures",
            counter.key_hash,
            counter.window_starts_at,
        )
        allowed = allowed and failures <= counter.attempts_max
    if not allowed:
        await _take_off(tx, counters)
    return allowed


async def add_one(tx: Transaction, counters: tuple[Counter, ...]) -> None:
    """Add one to each counter, whatever its limit: what is counted has happened."""
    for counter in sorted(counters, key=lambda one: one.key_hash):
        await tx.execute(
            "INSERT INTO throttle (key_hash, window_starts_at, failures) VALUES ($1, $2, 1) "
            "ON CONFLICT (key_hash, window_starts_at) DO UPDATE SET failures = throttle.failures + 1",
            counter.key_hash,
            counter.window_starts_at,
        )


async def are_within(tx: Transaction, counters: tuple[Counter, ...]) -> bool:
    """Tell whether each counter allows one more; nothing is counted."""
    rows = await tx.fetch(
        "SELECT key_hash, failures FROM throttle WHERE (key_hash, window_starts_at) IN "
        "(SELECT * FROM unnest($1::bytea[], $2::timestamptz[]))",
        [one.key_hash for one in counters],
        [one.window_starts_at for one in counters],
    )
    found = {bytes(row["key_hash"]): row["failures"] for row in rows}
    return all(found.get(one.key_hash, 0) < one.attempts_max for one in counters)


async def failures_in(tx: Transaction, counters: tuple[Counter, ...]) -> int:
    """Return how many attempts stand in these counters."""
    found = [
        await tx.fetch_value(
            "SELECT failures FROM throttle WHERE key_hash = $1 AND window_starts_at = $2",
            counter.key_hash,
            counter.window_starts_at,
        )
        for counter in counters
    ]
    return sum(one or 0 for one in found)


async def give_back_attempt(tx: Transaction, counters: tuple[Counter, ...], at: datetime) -> None:
    """Take one off each counter, since the attempt succeeded, and forget windows that are long over."""
    await _take_off(tx, counters)
    await tx.execute(
        "DELETE FROM throttle WHERE (key_hash, window_starts_at) IN "
        "(SELECT key_hash, window_starts_at FROM throttle WHERE window_starts_at < $1 FOR UPDATE SKIP LOCKED)",
        at - KEPT,
    )


async def _take_off(tx: Transaction, counters: tuple[Counter, ...]) -> None:
    for counter in sorted(counters, key=lambda one: one.key_hash):
        await tx.execute(
            "UPDATE throttle SET failures = failures - 1 "
            "WHERE key_hash = $1 AND window_starts_at = $2 AND failures > 0",
            counter.key_hash,
            counter.window_starts_at,
        )
