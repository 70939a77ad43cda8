"""This file decides how entries of the journal are sealed and what a sealed journal must still look like.

A seal holds the digest of each entry, the hash of the seal before, and an Ed25519 signature by a key that is not in the
database: its owner can alter rows, and cannot make the alteration fit. Reading and writing is in seal_store.py; when to
seal, in sealer.py.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NO_SEAL: Final = bytes(32)  # what the first seal names as the one before
_DIGEST_BYTES: Final = 32


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One entry of the journal, as it is hashed: every column of its row."""

    seq: int
    at: datetime
    user_id: UUID | None
    installation_id: UUID | None
    act: str
    subject_kind: str
    subject_ids: tuple[UUID, ...]
    reason: str
    request_id: str


@dataclass(frozen=True)
class Seal:
    """One link of a territory's chain. `digests` has 32 bytes per seq, in their order."""

    territory_id: UUID
    n: int
    seqs: tuple[int, ...]
    digests: bytes
    hash: bytes
    key_id: str
    signature: bytes
    sealed_at: datetime


class Head(msgspec.Struct, frozen=True):
    """The end of a chain as it is exported, to be kept where the owner of the database cannot write."""

    territory_id: UUID
    n: int
    hash: str
    key_id: str
    signature: str
    sealed_at: datetime


@dataclass(frozen=True)
class Cut:
    """Where a journal begins whose start was purged: the last seal that is gone, its hash, and the last entry under it."""

    n: int
    hash: bytes
    seq: int


@dataclass(frozen=True)
class Fault:
    """One place where the journal is not what was sealed: `what` happened to entry `seq` or at seal `n`."""

    what: str
    n: int
    seq: int | None = None


NOT_CUT: Final = Cut(0, NO_SEAL, 0)


@dataclass(frozen=True)
class SealKey:
    """A key that seals, known by the first digits of its public key's hash."""

    private: Ed25519PrivateKey

    @property
    def id(self) -> str:
        """Return the key's id."""
        return hashlib.sha256(self.public.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:12]

    @property
    def public(self) -> Ed25519PublicKey:
        """Return the key that proves."""
        return self.private.public_key()


def key_of(secret_key: str) -> SealKey:
    """Return the sealing key that an installation's secret key gives (HKDF-SHA-256, RFC 5869)."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"maraude journal seal").derive(secret_key.encode())
    return SealKey(Ed25519PrivateKey.from_private_bytes(derived))


def digest_of(territory_id: UUID, entry: Entry) -> bytes:
    """Return the digest of an entry: the SHA-256 of all its columns as a JSON array, instants in UTC.

    >>> from uuid import UUID
    >>> entry = Entry(1, datetime(2026, 11, 22, tzinfo=UTC), None, None, "person_read", "person", (), "", "")
    >>> digest_of(UUID(int=1), entry).hex()[:8] == digest_of(UUID(int=2), entry).hex()[:8]
    False
    """
    utc = msgspec.structs.replace(entry, at=entry.at.astimezone(UTC))
    return hashlib.sha256(msgspec.json.encode([territory_id, utc])).digest()


def seal(territory_id: UUID, before: Seal | None, entries: Sequence[Entry], key: SealKey, at: datetime) -> Seal:
    """Return the next seal of a chain over these entries."""
    seqs = tuple(entry.seq for entry in entries)
    digests = b"".join(digest_of(territory_id, entry) for entry in entries)
    n = before.n + 1 if before else 1
    link = _hash(territory_id, n, before.hash if before else NO_SEAL, seqs, digests, at)
    return Seal(territory_id, n, seqs, digests, link, key.id, key.private.sign(link), at)


def head_of(last: Seal) -> Head:
    """Return what is exported of a chain's end."""
    return Head(last.territory_id, last.n, last.hash.hex(), last.key_id, last.signature.hex(), last.sealed_at)


def examine(
    territory_id: UUID,
    seals: Iterable[Seal],
    entries: Mapping[int, Entry],
    heads: Iterable[Head],
    keys: Mapping[str, Ed25519PublicKey],
    cut: Cut = NOT_CUT,
) -> list[Fault]:
    """Return every place where journal, seals and exported heads do not fit; nothing, if all is as it was sealed.

    `entries` are those of the territory by seq; the newest, that no seal covers yet, are not judged. `cut` is that of a
    purge whose certificate fits: what it took away is not missed, and what was put back before it is found.
    """
    faults: list[Fault] = []
    before, n, sealed, by_n = cut.hash, cut.n, set[int](), dict[int, Seal]()
    for one in seals:
        faults += [Fault("seal_missing", missing) for missing in range(n + 1, one.n)]
        faults += _faults_of_seal(territory_id, one, before if one.n == n + 1 else None, keys)
        faults += _faults_of_entries(territory_id, one, entries)
        sealed.update(one.seqs)
        before, n = one.hash, one.n
        by_n[one.n] = one
    last = max(sealed, default=cut.seq)
    faults += [Fault("entry_inserted", n, seq) for seq in sorted(entries) if seq <= last and seq not in sealed]
    for head in heads:
        if head.n < cut.n:
            continue
        if head.n == cut.n:
            faults += [Fault("differs_from_exported_head", head.n)] * (cut.hash.hex() != head.hash)
            continue
        kept = by_n.get(head.n)
        if kept is None:
            faults.append(Fault("tail_cut" if head.n > n else "seal_missing", head.n))
        elif kept.hash.hex() != head.hash:
            faults.append(Fault("differs_from_exported_head", head.n))
    return list(dict.fromkeys(faults))


def _faults_of_seal(
    territory_id: UUID, one: Seal, before: bytes | None, keys: Mapping[str, Ed25519PublicKey]
) -> list[Fault]:
    key = keys.get(one.key_id)
    if key is None:
        return [Fault("seal_by_unknown_key", one.n)]
    fits = before is None or one.hash == _hash(territory_id, one.n, before, one.seqs, one.digests, one.sealed_at)
    try:
        key.verify(one.signature, one.hash)
    except InvalidSignature:
        fits = False
    return [] if fits else [Fault("seal_altered", one.n)]


def _faults_of_entries(territory_id: UUID, one: Seal, entries: Mapping[int, Entry]) -> list[Fault]:
    faults = []
    for place, seq in enumerate(one.seqs):
        entry = entries.get(seq)
        digest = one.digests[place * _DIGEST_BYTES : (place + 1) * _DIGEST_BYTES]
        if entry is None:
            faults.append(Fault("entry_deleted", one.n, seq))
        elif digest_of(territory_id, entry) != digest:
            faults.append(Fault("entry_edited", one.n, seq))
    return faults


def _hash(territory_id: UUID, n: int, before: bytes, seqs: tuple[int, ...], digests: bytes, at: datetime) -> bytes:
    facts = [territory_id, n, before.hex(), seqs, digests.hex(), at.astimezone(UTC)]
    return hashlib.sha256(msgspec.json.encode(facts)).digest()
