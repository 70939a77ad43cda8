"""Keep attachments in parts, take the next part, and seal a file when its whole hash fits.

Parts lie in the database, not beside it: a backup holds a picture in the same snapshot as the record it belongs to, a
restore needs one file, and row-level security stands underneath. 10 MB a file and lazy download keep that affordable.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.db.transaction import Transaction
from sync.attachment import refusal


@dataclass(frozen=True)
class State:
    """How far an attachment has come."""

    size_bytes: int
    media_type: str
    bytes_received: int
    is_complete: bool


@dataclass(frozen=True)
class NotTaken:
    """Why a part or an announcement was not taken: `size_differs`, `offset`, or a reason of sync/attachment.py.

    `bytes_received` is where to go on; after `hash` it is 0, since some byte that was taken is not the tablet's.
    """

    reason: str
    bytes_received: int = 0


async def announce(
    tx: Transaction, sha256: bytes, size_bytes: int, media_type: str, record_id: UUID, at: datetime
) -> State | NotTaken:
    """Write down that a file is to come and whose it is; announced again, it goes on where it was (S9)."""
    await tx.execute(
        "INSERT INTO attachment (territory_id, sha256, size_bytes, media_type, announced_at) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT DO NOTHING",
        tx.scope.territory_id,
        sha256,
        size_bytes,
        media_type,
        at,
    )
    found = await find(tx, sha256)
    if found is None or (found.size_bytes, found.media_type) != (size_bytes, media_type):
        return NotTaken("size_differs")
    await tx.execute(
        "INSERT INTO attachment_record (territory_id, sha256, record_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        tx.scope.territory_id,
        sha256,
        record_id,
    )
    return found


_FIND = "SELECT size_bytes, media_type, bytes_received, completed_at FROM attachment WHERE territory_id = $1 AND sha256 = $2"
_FIND_LOCKED = f"{_FIND} FOR UPDATE"


async def find(tx: Transaction, sha256: bytes, *, lock: bool = False) -> State | None:
    """Return how far an attachment has come, or None if nobody announced it."""
    row = await tx.fetch_row(_FIND_LOCKED if lock else _FIND, tx.scope.territory_id, sha256)
    return None if row is None else _state(row)


async def take_part(
    tx: Transaction, sha256: bytes, starts_at: int, content: bytes, now: datetime
) -> State | NotTaken | None:
    """Take the next part; one that was taken before changes nothing (S2); None if the file was not announced."""
    state = await find(tx, sha256, lock=True)
    if state is None:
        return None
    ends_at = starts_at + len(content)
    if state.is_complete or ends_at <= state.bytes_received:
        return state
    if starts_at != state.bytes_received or ends_at > state.size_bytes:
        return NotTaken("offset", state.bytes_received)
    await tx.execute(
        "INSERT INTO attachment_part (territory_id, sha256, starts_at_byte, content) VALUES ($1, $2, $3, $4)",
        tx.scope.territory_id,
        sha256,
        starts_at,
        content,
    )
    if ends_at == state.size_bytes:
        return await _seal(tx, sha256, state, now)
    return await _advance(tx, sha256, state, ends_at, None)


async def content_of(tx: Transaction, sha256: bytes) -> bytes:
    """Return the bytes that have arrived, in their order."""
    rows = await tx.fetch(
        "SELECT content FROM attachment_part WHERE territory_id = $1 AND sha256 = $2 ORDER BY starts_at_byte",
        tx.scope.territory_id,
        sha256,
    )
    return b"".join(row["content"] for row in rows)


async def record_ids_of(tx: Transaction, sha256: bytes) -> list[UUID]:
    """Return the records that an attachment belongs to."""
    rows = await tx.fetch(
        "SELECT record_id FROM attachment_record WHERE territory_id = $1 AND sha256 = $2", tx.scope.territory_id, sha256
    )
    return [row["record_id"] for row in rows]


async def stands_in(tx: Transaction, sha256: bytes, buckets: list[str]) -> bool:
    """Tell whether a record that the attachment belongs to travels in one of these buckets."""
    found = await tx.fetch_value(
        "SELECT 1 FROM attachment_record a JOIN record r ON r.territory_id = a.territory_id AND r.id = a.record_id "
        "WHERE a.territory_id = $1 AND a.sha256 = $2 AND r.buckets && $3::text[] LIMIT 1",
        tx.scope.territory_id,
        sha256,
        buckets,
    )
    return found is not None


async def record_exists(tx: Transaction, record_id: UUID) -> bool:
    """Tell whether a record of this territory has this id."""
    found = await tx.fetch_value(
        "SELECT 1 FROM record WHERE territory_id = $1 AND id = $2", tx.scope.territory_id, record_id
    )
    return found is not None


async def _seal(tx: Transaction, sha256: bytes, state: State, now: datetime) -> State | NotTaken:
    """Seal a file whose last byte has come; one that is not what was announced is thrown away."""
    content = await content_of(tx, sha256)
    if hashlib.sha256(content).digest() != sha256:
        await tx.execute(
            "DELETE FROM attachment_part WHERE territory_id = $1 AND sha256 = $2", tx.scope.territory_id, sha256
        )
        await _advance(tx, sha256, state, 0, None)
        return NotTaken("hash")
    reason = refusal(content, state.media_type)
    if reason is not None:
        await tx.execute(
            "DELETE FROM attachment WHERE territory_id = $1 AND sha256 = $2", tx.scope.territory_id, sha256
        )
        return NotTaken(reason)
    return await _advance(tx, sha256, state, state.size_bytes, now)


async def _advance(tx: Transaction, sha256: bytes, state: State, received: int, completed_at: datetime | None) -> State:
    await tx.execute(
        "UPDATE attachment SET bytes_received = $3, completed_at = $4 WHERE territory_id = $1 AND sha256 = $2",
        tx.scope.territory_id,
        sha256,
        received,
        completed_at,
    )
    return State(state.size_bytes, state.media_type, received, completed_at is not None)


def _state(row: Any) -> State:
    return State(row["size_bytes"], row["media_type"], row["bytes_received"], row["completed_at"] is not None)
