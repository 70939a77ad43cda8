"""This file seals secrets with AES-256-GCM under named keys, so that a key can be replaced while old seals still open.

Keys are derived from `MARAUDE_SECRET_KEY` and `MARAUDE_SECRET_KEYS_FORMER`, one subkey per use (HKDF, RFC 5869). The
place where a secret lies is bound into its seal: a ciphertext that is moved to another row does not open.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.ids import new_nonce
from backend.settings import BadSetting

KEY_LENGTH_MIN: Final = 32
NONCE_BYTES: Final = 12


@dataclass(frozen=True)
class Sealed:
    """A secret as it is stored: the id of its key, and nonce with ciphertext."""

    key_id: str
    body: bytes


@dataclass(frozen=True)
class Unopenable:
    """A seal that does not open: `key_unknown`, or `altered` (bytes or place are not those that were sealed)."""

    why: str


class SecretsBox:
    """Seals under the present key, opens under the present and the former ones.

    >>> box = SecretsBox("a key of thirty-two characters at least")
    >>> box.open(box.seal(b"secret", "user 1"), "user 1")
    b'secret'
    >>> box.open(box.seal(b"secret", "user 1"), "user 2")
    Unopenable(why='altered')
    """

    def __init__(self, secret_key: str, former: tuple[str, ...] = ()) -> None:
        for name, key in [("MARAUDE_SECRET_KEY", secret_key), *(("MARAUDE_SECRET_KEYS_FORMER", one) for one in former)]:
            if len(key) < KEY_LENGTH_MIN:
                raise BadSetting(name, f"at least {KEY_LENGTH_MIN} characters are expected: they seal second factors.")
        self._roots = {key_id_of(key): key.encode() for key in (*former, secret_key)}
        self.key_id = key_id_of(secret_key)

    def seal(self, secret: bytes, place: str) -> Sealed:
        """Return the secret sealed for one place (a table, a column and a row, in words)."""
        nonce = new_nonce(NONCE_BYTES)
        cipher = AESGCM(_subkey(self._roots[self.key_id], "seal"))
        return Sealed(self.key_id, nonce + cipher.encrypt(nonce, secret, place.encode()))

    def open(self, sealed: Sealed, place: str) -> bytes | Unopenable:
        """Return the secret, or why it does not open."""
        root = self._roots.get(sealed.key_id)
        if root is None:
            return Unopenable("key_unknown")
        nonce, body = sealed.body[:NONCE_BYTES], sealed.body[NONCE_BYTES:]
        try:
            return AESGCM(_subkey(root, "seal")).decrypt(nonce, body, place.encode())
        except (InvalidTag, ValueError):
            return Unopenable("altered")

    def mark(self, use: str, text: str) -> str:
        """Return a keyed mark (HMAC-SHA-256, hexadecimal) of a text for one use, under the present key."""
        return _mark(self._roots[self.key_id], use, text)

    def marks(self, use: str, text: str) -> list[str]:
        """Return the marks of a text under every known key: what was marked before the key changed is found too."""
        return [_mark(root, use, text) for root in self._roots.values()]

    def is_mark(self, use: str, text: str, mark: str) -> bool:
        """Tell whether a mark was made here, under the present or a former key."""
        found = [hmac.compare_digest(_mark(root, use, text).encode(), mark.encode()) for root in self._roots.values()]
        return any(found)


def key_id_of(key: str) -> str:
    """Return the id of a secret key, which tells nothing of the key."""
    return hashlib.sha256(b"maraude key id\0" + _subkey(key.encode(), "key id")).hexdigest()[:12]


def _subkey(root: bytes, use: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"maraude {use}".encode()).derive(root)


def _mark(root: bytes, use: str, text: str) -> str:
    return hmac.new(_subkey(root, f"mark {use}"), text.encode(), hashlib.sha256).hexdigest()
