"""Check that a request was signed by the key of an installation.

A tablet signs the method, the path with its query, `at` and the SHA-256 of the body, a line each, with its P-256 key
(ECDSA with SHA-256; 64 bytes, r then s, as browsers make it). `at` is the tablet's estimate of the server's time in
milliseconds: a wrong clock costs one more request, since the refusal tells the time (S10). There is no token to steal,
and a replayed push is answered `already`.
"""

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

INSTALLATION_HEADER = "maraude-installation"  # "<territory id>/<installation id>"
SIGNATURE_HEADER = "maraude-signature"  # "<at>.<signature, base64url without padding>"
AT_MS_MAX = 10 * 60_000
PUBLIC_KEY_BYTES = 65  # uncompressed point


@dataclass(frozen=True)
class Claim:
    """What the headers of a request say about who sent it."""

    territory_id: UUID
    installation_id: UUID
    at_ms: int
    signature: bytes


def read_claim(installation: str, signature: str) -> Claim | None:
    """Return the claim of a request's two headers, or None if they are not of their form."""
    territory, _, own = installation.partition("/")
    at, _, signed = signature.partition(".")
    if not (at.isascii() and at.isdigit() and len(at) < 16):
        return None
    try:
        return Claim(UUID(territory), UUID(own), int(at), base64.urlsafe_b64decode(signed + "=" * (-len(signed) % 4)))
    except ValueError:
        return None


def text_to_sign(method: str, path: str, at_ms: int, body: bytes) -> bytes:
    """Return the bytes that are signed."""
    return f"{method}\n{path}\n{at_ms}\n{hashlib.sha256(body).hexdigest()}".encode()


def is_signed(public_key: bytes, text: bytes, signature: bytes) -> bool:
    """Tell whether the signature of a text fits the public key (65 bytes, uncompressed)."""
    if len(signature) != 64:
        return False
    der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    try:
        _key(public_key).verify(der, text, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def is_public_key(content: bytes) -> bool:
    """Tell whether the bytes are a point of the curve."""
    try:
        _key(content)
    except ValueError:
        return False
    return len(content) == PUBLIC_KEY_BYTES


@lru_cache(maxsize=4096)
def _key(content: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), content)
