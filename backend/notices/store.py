"""This file writes and reads notices: what one user is told, in the transaction of what happened.

`detail` holds codes, ids and labels of devices, never what a record says. Row-level security keeps each notice its
reader's: a colleague's transaction may write one and cannot read it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from backend.access import RIGHTS, Right, Role
from backend.db.transaction import Transaction
from backend.ids import UserId, new_id

LISTED_MOST: Final = 100


class Kind(StrEnum):
    """What a notice tells."""

    GLASS_BROKEN = "glass_broken"
    GLASS_NOT_JUSTIFIED = "glass_not_justified"
    READING_THROTTLED = "reading_throttled"
    NEW_DEVICE = "new_device"
    FAILED_ATTEMPTS = "failed_attempts"
    PROOF_CHANGED = "proof_changed"
    ROLES_CHANGED = "roles_changed"
    RECORDS_DIFFER = "records_differ"


@dataclass(frozen=True)
class Notice:
    """One notice of the reader's own."""

    id: UUID
    kind: str
    detail: str
    made_at: datetime
    read_at: datetime | None


async def tell(tx: Transaction, user_id: UserId, kind: Kind, detail: str = "", *, at: datetime) -> None:
    """Tell one user; the transaction is the user's own, or in a territory of theirs."""
    territory_id = tx.scope.territory_id if tx.has_scope else None
    await tx.execute(
        "INSERT INTO notice (id, territory_id, user_id, kind, detail, made_at) VALUES ($1, $2, $3, $4, $5, $6)",
        new_id(),
        territory_id,
        user_id,
        kind.value,
        detail,
        at,
    )


async def tell_those_who(tx: Transaction, right: Right, kind: Kind, detail: str = "", *, at: datetime) -> int:
    """Tell everybody of the territory who holds a right, but not who acts; return how many they are."""
    rows = await tx.fetch(
        "SELECT DISTINCT m.user_id FROM membership m JOIN app_user u ON u.id = m.user_id "
        "WHERE m.territory_id = $1 AND m.role = ANY ($2) AND u.disabled_at IS NULL AND m.user_id IS DISTINCT FROM $3 "
        "ORDER BY 1",
        tx.scope.territory_id,
        [role.value for role in _roles_with(right)],
        tx.scope.user_id,
    )
    for row in rows:
        await tell(tx, UserId(row["user_id"]), kind, detail, at=at)
    return len(rows)


async def told_since(tx: Transaction, user_id: UserId, kind: Kind, detail: str, since: datetime) -> bool:
    """Tell whether a user was told just this lately; the transaction is the user's own."""
    found = await tx.fetch_value(
        "SELECT 1 FROM notice WHERE user_id = $1 AND kind = $2 AND detail = $3 AND made_at >= $4 LIMIT 1",
        user_id,
        kind.value,
        detail,
        since,
    )
    return found is not None


async def own_notices(tx: Transaction, user_id: UserId) -> list[Notice]:
    """Return the latest notices of a user."""
    rows = await tx.fetch(
        f"SELECT id, kind, detail, made_at, read_at FROM notice WHERE user_id = $1 "
        f"ORDER BY made_at DESC, id DESC LIMIT {LISTED_MOST}",
        user_id,
    )
    return [Notice(**dict(row)) for row in rows]


async def count_unread(tx: Transaction, user_id: UserId) -> int:
    """Return how many notices a user has not read."""
    return int(await tx.fetch_value("SELECT count(*) FROM notice WHERE user_id = $1 AND read_at IS NULL", user_id))


async def mark_read(tx: Transaction, user_id: UserId, latest: UUID, at: datetime) -> int:
    """Note that a user has read what they were told up to a notice of theirs; return how many notices that were."""
    return await tx.execute(
        "UPDATE notice SET read_at = $3 WHERE user_id = $1 AND read_at IS NULL AND made_at <= "
        "(SELECT made_at FROM notice WHERE user_id = $1 AND id = $2)",
        user_id,
        latest,
        at,
    )


def _roles_with(right: Right) -> Iterable[Role]:
    return (role for role in Role if right in RIGHTS[role])
