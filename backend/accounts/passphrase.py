"""This file hashes and checks passphrases with Argon2id, in a small pool, with the same work for unknown users.

64 MiB and three passes cost a fraction of a second and memory each: two threads at once, or one in each of several web
processes, a bounded queue behind them, and `Busy` beyond, so that a flood of sign-ins cannot take the server's memory.
What may be chosen is in passphrase_rules.py; how often somebody may try is in throttle.py.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from backend.accounts.passphrase_rules import normal
from backend.ids import new_secret

THREADS: Final = 2
WAITING_MAX: Final = 32


@dataclass(frozen=True)
class Cost:
    """What one hash costs: memory in KiB, passes, lanes."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 1


class Fit(StrEnum):
    """How a passphrase compared with a hash."""

    FITS = "fits"
    FITS_OLD_COST = "fits_old_cost"
    DOES_NOT_FIT = "does_not_fit"
    BUSY = "busy"


def threads_of(web_processes: int) -> int:
    """Return how many hashes each of a server's processes computes at once: two alone, else one.

    >>> [processes * threads_of(processes) for processes in (1, 2, 3, 16)]
    [2, 2, 3, 16]
    """
    return max(1, THREADS // web_processes)


class Hasher:
    """The process's one place that runs Argon2id; `close` ends its threads."""

    def __init__(self, cost: Cost | None = None, threads: int = THREADS) -> None:
        self._cost = cost or Cost()
        self._argon2 = PasswordHasher(
            time_cost=self._cost.passes,
            memory_cost=self._cost.memory_kib,
            parallelism=self._cost.lanes,
            hash_len=32,
            salt_len=16,
            type=Type.ID,
        )
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="argon2")
        self._waiting = 0
        self._nobody = self._argon2.hash(new_secret())

    async def hash(self, passphrase: str) -> str | None:
        """Return the encoded hash with its parameters, or None when the queue is full."""
        if self._waiting >= WAITING_MAX:
            return None
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._argon2.hash, normal(passphrase))
        finally:
            self._waiting -= 1

    async def check(self, encoded: str | None, passphrase: str) -> Fit:
        """Compare a passphrase with a hash; None (nobody has that login) costs one comparison as well."""
        if self._waiting >= WAITING_MAX:
            return Fit.BUSY
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            fits = await loop.run_in_executor(self._pool, self._verify, encoded or self._nobody, normal(passphrase))
        finally:
            self._waiting -= 1
        if not fits or not encoded:
            return Fit.DOES_NOT_FIT
        return Fit.FITS_OLD_COST if self._argon2.check_needs_rehash(encoded) else Fit.FITS

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _verify(self, encoded: str, passphrase: str) -> bool:
        try:
            return self._argon2.verify(encoded, passphrase)
        except (VerificationError, InvalidHashError):
            return False
