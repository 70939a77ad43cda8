"""Say which bytes stand for a value, so that every hash and sum is the same on every machine.

This is RFC 8785 canonical JSON restricted to what travels: text in NFC, whole numbers below 2**53 in size, flags, null,
lists, and objects whose keys are ASCII (so sorting by UTF-8 and by UTF-16 agree). Fractions do not exist here:
coordinates are whole 1e-7 degrees. Which values an op may hold at all is decided in sync/decode.py.
"""

import hashlib
import unicodedata
from typing import Any

import msgspec

WHOLE_MOST = 2**53 - 1
DEPTH_MOST = 32

_ENCODER = msgspec.json.Encoder(order="sorted")


def canonical(value: Any) -> bytes:
    """Return the canonical bytes of a value that `refusal` accepts.

    >>> canonical({"b": [1, True, None], "a": "é"}).decode()
    '{"a":"é","b":[1,true,null]}'
    """
    return _ENCODER.encode(value)


def digest(value: Any) -> bytes:
    """Return the SHA-256 of the canonical bytes of a value."""
    return hashlib.sha256(canonical(value)).digest()


def sum64(content: bytes) -> int:
    """Return the first 8 bytes of the SHA-256 of the content as an unsigned big-endian number."""
    return int.from_bytes(hashlib.sha256(content).digest()[:8], "big")


def refusal(value: Any, depth: int = 0) -> str | None:  # noqa: PLR0911 - one reason after the other, in the order they are looked for
    """Return the word for why a decoded JSON value may not travel, or None if it may.

    >>> refusal({"lat": 48.8}), refusal([2**53]), refusal("e\u0301"), refusal({"a": [1, "é"]})
    ('number', 'number', 'not_nfc', None)
    """
    if isinstance(value, str):
        return text_refusal(value)
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int):
        return None if -WHOLE_MOST <= value <= WHOLE_MOST else "number"
    if isinstance(value, float):
        return "number"
    if depth >= DEPTH_MOST:
        return "too_deep"
    if isinstance(value, dict):
        return next((word for item in value.items() if (word := _item_refusal(item, depth))), None)
    return next((word for element in value if (word := refusal(element, depth + 1))), None)


def text_refusal(text: str) -> str | None:
    """Return why a text may not travel: a NUL (PostgreSQL cannot hold it) or another form than NFC."""
    if "\x00" in text:
        return "nul"
    return None if text.isascii() or unicodedata.is_normalized("NFC", text) else "not_nfc"


def _item_refusal(item: tuple[str, Any], depth: int) -> str | None:
    key, value = item
    if not key.isascii() or "\x00" in key:
        return "key"
    return refusal(value, depth + 1)
