"""Name the ids that cross between tablets and server, so that one cannot be passed for another.

Ids are made outside (by the tablet's or the server's source of chance) and arrive here as arguments; the only ids
computed here are those that must be the same wherever they are computed, such as a review's.
"""

import hashlib
from typing import NewType
from uuid import UUID

RecordId = NewType("RecordId", str)  # a uuid in its lower-case form
OpId = NewType("OpId", str)  # 128 random bits as 32 hexadecimal digits
InstallationId = NewType("InstallationId", str)  # a uuid given at enrolment
BucketId = NewType("BucketId", str)  # "<lane>:<what>", see sync/scope.py
Actor = NewType("Actor", int)  # a whole number given at enrolment, one per installation or desk sign-in session

Dot = tuple[int, int]  # (actor, n): the op that wrote a value

SERVER_ACTOR = Actor(0)  # opens reviews, which any replica derives alike; it records nothing else

_ZEROS = bytes.maketrans(b"123456789abcdef", b"0" * 15)
_UUID = b"00000000-0000-0000-0000-000000000000"


def is_uuid(text: str) -> bool:
    """Return whether the text is a uuid in its lower-case form with dashes."""
    return text.encode("utf-8", "replace").translate(_ZEROS) == _UUID


def are_uuids(texts: list[str]) -> bool:
    """Return whether each of the texts is a uuid: a blank inside one would be one blank too many.

    >>> one = "0190c0de-0000-7000-8000-000000000001"
    >>> are_uuids([one, one]), are_uuids([one + " " + one]), are_uuids([one[:-1], one + "1"])
    (True, False, False)
    """
    return " ".join(texts).encode("utf-8", "replace").translate(_ZEROS) == b" ".join([_UUID] * len(texts))


def derived_id(rule: str, *parts: str) -> RecordId:
    """Return the uuid that a rule gives to these parts, in whatever order they are named.

    >>> derived_id("double_dose", "b", "a") == derived_id("double_dose", "a", "b")
    True
    """
    content = "\x1f".join((rule, *sorted(parts))).encode()
    digits = bytearray(hashlib.sha256(content).digest()[:16])
    digits[6] = digits[6] & 0x0F | 0x80  # version 8 of RFC 9562: made by a rule of our own
    digits[8] = digits[8] & 0x3F | 0x80
    return RecordId(str(UUID(bytes=bytes(digits))))


def shard(record: str) -> str:
    """Return the record's digits for drill-down, last digit first, since uuids made in one hour begin alike."""
    return record.replace("-", "")[::-1]
