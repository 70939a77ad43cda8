"""This file turns the seed into ids and chance, so that one seed makes the same territory on every machine.

Every unit of people, place and request draws from a generator of its own, named by words: adding one draw to a
household changes no other. Ids have the form of a UUIDv7 whose time is a counter and means nothing.
"""

import random
from hashlib import blake2b
from uuid import UUID

# 2026-01-01 in milliseconds; ids count up from here only so that an index keeps neighbours together.
FIRST_MILLISECOND = 1_767_225_600_000


class Draw:
    """Ids and chance of one seed.

    >>> Draw(7).record_id("person", 1) == Draw(7).record_id("person", 1) != Draw(8).record_id("person", 1)
    True
    """

    def __init__(self, seed: int) -> None:
        self._key = f"maraude territory {seed}".encode()

    def record_id(self, kind: str, ordinal: int) -> UUID:
        """Return the id of record number `ordinal` (from 0) of a kind."""
        digest = blake2b(f"{kind}/{ordinal}".encode(), key=self._key, digest_size=10).digest()
        tail = int.from_bytes(digest, "big")
        high = (FIRST_MILLISECOND + ordinal) << 16 | 0x7000 | tail >> 68
        return UUID(int=high << 64 | 0b10 << 62 | tail & (1 << 62) - 1)

    def chance(self, *words: str | int) -> random.Random:
        """Return the generator that belongs to these words."""
        digest = blake2b("/".join(map(str, words)).encode(), key=self._key, digest_size=16).digest()
        return random.Random(int.from_bytes(digest, "big"))  # noqa: S311 - invented people, not secrets


def named_id(territory: str, kind: str, name: str) -> UUID:
    """Return the id of a record that a territory's own files name: reading them again gives the same (version 8)."""
    digest = blake2b(f"{territory}\x1f{kind}\x1f{name}".encode(), key=b"maraude import", digest_size=16).digest()
    bits = int.from_bytes(digest, "big")
    return UUID(int=bits & ~(0xF << 76) & ~(0b11 << 62) | 0x8 << 76 | 0b10 << 62)
