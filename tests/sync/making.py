"""Make ops, pushes and tablets for the tests of sync: short names, fixed ids, no chance that is not a seed."""

from typing import Any
from uuid import UUID

import msgspec

from sync.client import Clocks
from sync.clock import instant_of
from sync.decode import envelope
from sync.ops import NO_PREVIOUS, Op, hash_of, payload

START = 1_795_371_000_000  # 2026-11-22, late morning in UTC
BOOT = "boot-1"
AUTHOR = str(UUID(int=0xA))
INSTALLATION = str(UUID(int=0x1))


def uuid(number: int) -> str:
    """Return a uuid made of a number."""
    return str(UUID(int=number))


def op_id(number: int) -> str:
    """Return an op id made of a number."""
    return f"{number:032x}"


def make_op(actor: int = 1, n: int = 1, **parts: Any) -> Op:
    """Return an op with everything set that the test does not care for."""
    made: dict[str, Any] = {
        "id": op_id(actor * 1000 + n),
        "prev": NO_PREVIOUS,
        "record": uuid(7),
        "kind": "person",
        "schema": 1,
        "author": AUTHOR,
        "wall_at": instant_of(START + n * 1000),
        "mono_ms": n * 1000,
        "boot": BOOT,
    }
    return Op(actor=actor, n=n, **(made | parts))


def chained(ops: list[Op], previous: str = NO_PREVIOUS) -> list[Op]:
    """Return the ops with each naming the hash of the one before."""
    linked = []
    for op in ops:
        linked.append(msgspec.structs.replace(op, prev=previous))
        previous = hash_of(payload(linked[-1]))
    return linked


def line(op: Op) -> bytes:
    """Return the line of an op in a push."""
    content = payload(op)
    return envelope(op.id, op.n, hash_of(content), content)


def header(**parts: Any) -> bytes:
    """Return the header line of a push."""
    made: dict[str, Any] = {
        "protocol": 1,
        "installation": INSTALLATION,
        "epoch": 1,
        "wall_at": instant_of(START + 60_000),
        "mono_ms": 60_000,
        "boot": BOOT,
    }
    return msgspec.json.encode(made | parts)


def body(lines: list[bytes]) -> bytes:
    """Return a push of these lines."""
    return b"\n".join([header(), *lines]) + b"\n"


def clocks(seconds: int = 0) -> Clocks:
    """Return a tablet's clocks, some seconds after START."""
    return Clocks(START + seconds * 1000, seconds * 1000, BOOT)
