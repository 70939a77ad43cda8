"""Hold one act recorded on one tablet: the op, its canonical payload, and the hash that chains it to the one before.

Promise S2: an op is known by its random id and by its content, never by its number alone. How a payload is read from
the wire is in sync/decode.py; what an op does to a record, in sync/merge.py.

Units: `wall_at` is an instant by the tablet's own clock; `mono_ms` are milliseconds since the start named by `boot`.
"""

import hashlib
from typing import Any, Generic

import msgspec
from typing_extensions import TypeVar

from sync.canonical import canonical

Scalar = str | int | bool | None
# What the parts of an op may hold at most; sync/sound.py reads the ops of one kind with what they may hold of that kind.
Word = TypeVar("Word", bound=str, default=str)
Values = TypeVar("Values", bound=dict[str, Scalar], default=dict[str, Scalar])
Elements = TypeVar("Elements", bound=dict[str, list[str]], default=dict[str, list[str]])
Increments = TypeVar("Increments", bound=dict[str, int], default=dict[str, int])
_NOTHING: Any = {}  # the default of a part: each op is given an empty one of its own
NO_PREVIOUS = "0" * 64  # the `prev` of an installation's first op


class Op(msgspec.Struct, Generic[Word, Values, Elements, Increments], frozen=True, omit_defaults=True):
    """One act: fields set, set elements added and removed, counters increased, and what the author had seen.

    A removal takes away the additions of that element that `seen` covers, and no other.
    """

    id: str
    actor: int
    n: int
    prev: str
    record: str
    kind: Word
    schema: int
    author: str
    wall_at: str
    mono_ms: int
    boot: str
    set: Values = _NOTHING
    add: Elements = _NOTHING
    remove: Elements = _NOTHING
    inc: Increments = _NOTHING
    seen: dict[int, int] = {}


PAYLOAD_KEYS = frozenset(Op.__struct_fields__)
_PLACE_IN_CHAIN = ("actor", "n", "prev", "seen")


def payload(op: Op) -> bytes:
    """Return the canonical payload of an op, as a tablet writes it: empty parts are left out."""
    return canonical(msgspec.to_builtins(op, str_keys=True) if op.seen else op)


def hash_of(content: bytes) -> str:
    """Return the hash of a canonical payload as 64 hexadecimal digits; the next op of the installation names it."""
    return hashlib.sha256(content).hexdigest()


def act_of(content: bytes) -> bytes | None:
    """Return the act alone, without its place in a chain, or None if the content is no JSON object.

    An op issued again by a new installation keeps its id and its act: that is how the server knows it (S2).
    """
    try:
        fields: Any = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(fields, dict):
        return None
    return canonical({key: value for key, value in fields.items() if key not in _PLACE_IN_CHAIN})
