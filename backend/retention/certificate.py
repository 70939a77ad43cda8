"""This file decides what a certificate of a purge says, how it is signed, and whether one still fits what is there.

It names the rule and its version, the day, how much of what was erased, and a digest over the links of the ops whose
content went: whoever marks a further op as erased, or puts one back, is found out. The signature is by the key that seals
the journal (backend/journal/seal.py), which is not in the database.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from backend.journal.seal import Cut, SealKey

_PREFIX: Final = b"maraude purge certificate 1\n"  # a signature of a seal is never one of a certificate


@dataclass(frozen=True)
class Certificate:
    """What was erased. `digest` covers the ops, `cut` is where the journal begins since; unsigned while it is under way."""

    territory_id: UUID
    id: UUID
    rule: str
    rules_version: str
    as_of_on: date
    begun_at: datetime
    erased: dict[str, int]
    asked_by: UUID | None = None
    ended_at: datetime | None = None
    digest: bytes | None = None
    cut: Cut | None = None
    key_id: str | None = None
    signature: bytes | None = None


def digest_of_ops(links: Iterable[tuple[int, int, bytes]]) -> bytes:
    """Return the digest over (actor, n, hash) of the ops whose content was erased, in their order.

    >>> digest_of_ops([(1, 2, b"x" * 32)]) == digest_of_ops([(1, 3, b"x" * 32)])
    False
    """
    digest = hashlib.sha256()
    for actor, n, link in links:
        digest.update(f"{actor}.{n} {link.hex()}\n".encode())
    return digest.digest()


def text_of(one: Certificate) -> bytes:
    """Return the bytes that are signed: every word of the certificate but key and signature."""
    facts = [
        one.territory_id, one.id, one.rule, one.rules_version, one.as_of_on, _utc(one.begun_at), _utc(one.ended_at),
        one.asked_by, sorted(one.erased.items()), one.digest.hex() if one.digest else "",
        [one.cut.n, one.cut.hash.hex(), one.cut.seq] if one.cut else [],
    ]  # fmt: skip
    return _PREFIX + msgspec.json.encode(facts)


def signed(one: Certificate, digest: bytes, ended_at: datetime, key: SealKey) -> Certificate:
    """Return the certificate of a purge that has come to its end."""
    whole = replace(one, digest=digest, ended_at=ended_at, key_id=key.id)
    return replace(whole, signature=key.private.sign(text_of(whole)))


def fault_of(one: Certificate, digest_now: bytes, keys: Mapping[str, Ed25519PublicKey]) -> str:
    """Return what does not fit: `key_unknown`, `altered`, `ops_differ`; empty if all does, or the purge is under way."""
    if one.signature is None:
        return ""
    key = keys.get(one.key_id or "")
    if key is None:
        return "key_unknown"
    try:
        key.verify(one.signature, text_of(one))
    except InvalidSignature:
        return "altered"
    return "" if one.digest == digest_now else "ops_differ"


def _utc(at: datetime | None) -> datetime | None:
    return at.astimezone(UTC) if at else None
