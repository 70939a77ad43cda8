"""Seal a backup for one reader and open it again: X25519 for the key, AES-256-GCM in chunks for the content.

The server holds the reader's public key alone, so that who takes the server cannot read its backups. The form is that of
age (age-encryption.org, STREAM of Rogaway and Shrimpton): each chunk's nonce is its number and whether it is the last,
so that a chunk changed, moved, taken out, or a file cut at its end is refused.

A file is: `MAGIC`, the sender's one-time public key (32 bytes), the reader's (32 bytes), chunks of 64 KiB with their tag.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"maraude backup 1\n"
CHUNK_BYTES = 64 * 1024
TAG_BYTES = 16
HEAD_BYTES = len(MAGIC) + 64
PUBLIC_PREFIX, PRIVATE_PREFIX = "maraude-backup-to-", "maraude-backup-key-"


class UnreadableError(Exception):
    """A backup that cannot be opened: `not_a_backup`, `another_key`, `changed` or `cut`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def sealed(content: Iterable[bytes], reader: X25519PublicKey, sender: X25519PrivateKey) -> Iterator[bytes]:
    """Yield the bytes of the sealed file; `sender` is a fresh key that is forgotten afterwards.

    >>> reader, sender = (X25519PrivateKey.from_private_bytes(bytes([n] * 32)) for n in (1, 2))
    >>> b"".join(opened(sealed([b"one", b"two"], reader.public_key(), sender), reader))
    b'onetwo'
    """
    head = MAGIC + sender.public_key().public_bytes_raw() + reader.public_bytes_raw()
    key = _key(sender.exchange(reader), head)
    yield head
    for number, (chunk, is_last) in enumerate(_chunks(content, CHUNK_BYTES)):
        yield key.encrypt(_nonce(number, is_last=is_last), chunk, head)


def opened(content: Iterable[bytes], reader: X25519PrivateKey) -> Iterator[bytes]:
    """Yield the content of a sealed file, each piece proved before it is given; raises UnreadableError.

    Who uses the pieces as they come must be able to throw them away: that the file was cut is known at its end.
    """
    source = iter(content)
    head, rest = _take_head(source)
    if head[-32:] != reader.public_key().public_bytes_raw():
        raise UnreadableError("another_key")
    sender = X25519PublicKey.from_public_bytes(head[len(MAGIC) : -32])
    key = _key(reader.exchange(sender), head)
    for number, (chunk, is_last) in enumerate(_chunks(_prepended(rest, source), CHUNK_BYTES + TAG_BYTES)):
        yield _proved(key, number, chunk, head, is_last=is_last)


def private_text(key: X25519PrivateKey) -> str:
    """Return the private key as one line of text."""
    return PRIVATE_PREFIX + _base64url(key.private_bytes_raw())


def public_text(key: X25519PublicKey) -> str:
    """Return the public key as one word for the settings."""
    return PUBLIC_PREFIX + _base64url(key.public_bytes_raw())


def read_private(text: str) -> X25519PrivateKey | None:
    """Return the private key of a text, or None if it is none."""
    raw = _raw(text, PRIVATE_PREFIX)
    return X25519PrivateKey.from_private_bytes(raw) if raw else None


def read_public(text: str) -> X25519PublicKey | None:
    """Return the public key of a text, or None if it is none."""
    raw = _raw(text, PUBLIC_PREFIX)
    return X25519PublicKey.from_public_bytes(raw) if raw else None


def _key(shared: bytes, head: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=head[len(MAGIC) :], info=MAGIC).derive(shared))


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _proved(key: AESGCM, number: int, chunk: bytes, head: bytes, *, is_last: bool) -> bytes:
    try:
        return key.decrypt(_nonce(number, is_last=is_last), chunk, head)
    except InvalidTag:
        pass
    if is_last:  # a sound chunk that was not the last one means that what followed is gone
        try:
            key.decrypt(_nonce(number, is_last=False), chunk, head)
        except InvalidTag:
            raise UnreadableError("changed") from None
        raise UnreadableError("cut")
    raise UnreadableError("changed")


def _take_head(source: Iterator[bytes]) -> tuple[bytes, bytes]:
    taken = b""
    while len(taken) < HEAD_BYTES:
        piece = next(source, b"")
        if not piece:
            raise UnreadableError("not_a_backup")
        taken += piece
    if not taken.startswith(MAGIC):
        raise UnreadableError("not_a_backup")
    return taken[:HEAD_BYTES], taken[HEAD_BYTES:]


def _prepended(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _chunks(content: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """Yield the content in pieces of `size` bytes and whether each is the last; there is always a last one."""
    waiting = bytearray()
    for piece in content:
        waiting += piece
        while len(waiting) > size:
            yield bytes(waiting[:size]), False
            del waiting[:size]
    yield bytes(waiting), True


def _raw(text: str, prefix: str) -> bytes | None:
    body = text.strip()
    if not body.startswith(prefix):
        return None
    try:
        raw = base64.urlsafe_b64decode(body.removeprefix(prefix) + "=")
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == 32 else None


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
