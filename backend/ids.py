"""Make new ids: the only place that draws them, and the types that keep one kind of id from another."""

import secrets
import time
from typing import NewType
from uuid import UUID

TerritoryId = NewType("TerritoryId", UUID)
UserId = NewType("UserId", UUID)
PersonId = NewType("PersonId", UUID)
PlaceId = NewType("PlaceId", UUID)
VisitId = NewType("VisitId", UUID)
TeamId = NewType("TeamId", UUID)
PlanId = NewType("PlanId", UUID)
JobId = NewType("JobId", UUID)
TabletId = NewType("TabletId", UUID)
InstallationId = NewType("InstallationId", UUID)


def new_id() -> UUID:
    """Return a UUIDv7 (RFC 9562): 48 bits of milliseconds keep indexes tight; nobody reads the time back."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def new_secret() -> str:
    """Return 256 random bits as text for a token that is shown once and kept as a hash."""
    return secrets.token_urlsafe(32)


def new_epoch() -> int:
    """Return the number of a new life of the server: random, so that no restored copy can take it up again."""
    return 1 + secrets.randbelow(2**52)


def new_nonce(length_bytes: int) -> bytes:
    """Return random bytes for a nonce, a seed or a code."""
    return secrets.token_bytes(length_bytes)
