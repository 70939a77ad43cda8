"""Turn an op in quarantine into an act of the supervisor who answers for it, or say why that cannot be.

The act gets an id of its own and the supervisor as its author; which op it stands for is written in the decision, so
that both stay on the log and point at each other. Whether the act may stand is decided like that of any desk op.
"""

from uuid import UUID

import msgspec

from backend.log.desk import Act
from sync.decode import Batch, decode, envelope
from sync.ops import Op
from sync.wire import PROTOCOL_VERSION, PushHeader

_HEADER = msgspec.json.encode(PushHeader(PROTOCOL_VERSION, str(UUID(int=0)), 0, "2026-01-01T00:00:00.000Z", 0, ""))


class NotReplayable(msgspec.Struct, frozen=True):
    """Why an op cannot be replayed: the code with which its content is refused."""

    code: str


def act_of(op_id: UUID, n: int, content_hash: bytes, body: bytes) -> Act | NotReplayable:
    """Return the act of an op by its envelope and payload, read as strictly as at its first arrival.

    >>> act_of(UUID(int=1), 1, bytes(32), b"nonsense")
    NotReplayable(code='unreadable')
    """
    line = envelope(op_id.hex, n, content_hash.hex(), body)
    batch = decode(_HEADER + b"\n" + line + b"\n")
    if not isinstance(batch, Batch) or not batch.items:
        return NotReplayable("unreadable")
    item = batch.items[0]
    return _act(item.op) if item.op is not None else NotReplayable(item.code)


def _act(op: Op) -> Act:
    return Act(op.kind, UUID(op.record), dict(op.set), dict(op.add), dict(op.remove), dict(op.seen), dict(op.inc))
