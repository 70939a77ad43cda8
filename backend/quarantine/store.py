"""Read the ops that wait in quarantine, and write what was decided about them (S5).

An op is in quarantine as long as nobody decided and no op of the same id counts: a tablet that became a new
installation may have handed the same act in again. An op refused as `id_reused` is not there: its tablet issues it
again by itself under a new id.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.db.transaction import Transaction

PAGE_MOST = 200

_WAITING = (
    "FROM op o LEFT JOIN installation i ON i.territory_id = o.territory_id AND i.actor = o.actor "
    "LEFT JOIN tablet t ON t.territory_id = i.territory_id AND t.id = i.tablet_id "
    "WHERE o.territory_id = $1 AND (o.verdict = 'refused' OR o.code <> '') "
    "AND (o.verdict = 'refused' OR (o.verdict = 'review' AND o.code = 'revoked_tablet')) AND o.code <> 'id_reused' "
    "AND NOT EXISTS (SELECT 1 FROM quarantine_decision d WHERE d.territory_id = $1 AND d.actor = o.actor AND d.n = o.n) "
    "AND NOT EXISTS (SELECT 1 FROM op c WHERE c.territory_id = $1 AND c.id = o.id AND (c.actor, c.n) <> (o.actor, o.n) "
    "AND c.verdict IN ('stored', 'merged', 'review')) "
)
_COLUMNS = "o.actor, o.n, o.id, o.hash, o.code, o.detail, o.received_at, coalesce(t.label, i.label, '') AS from_label "


@dataclass(frozen=True)
class Waiting:
    """An op in quarantine; `code` says why it is there, `body` is what arrived, byte by byte."""

    actor: int
    n: int
    op_id: UUID
    hash: bytes
    code: str
    detail: str
    received_at: datetime
    from_label: str
    body: bytes


async def waiting(tx: Transaction) -> list[Waiting]:
    """Return the ops in quarantine, the longest waiting first, at most PAGE_MOST."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS}, o.body {_WAITING} ORDER BY o.received_at, o.actor, o.n LIMIT {PAGE_MOST}",
        tx.scope.territory_id,
    )
    return [_waiting(row) for row in rows]


async def count(tx: Transaction) -> int:
    """Return how many ops are in quarantine."""
    return int(await tx.fetch_value(f"SELECT count(*) {_WAITING}", tx.scope.territory_id))


async def find(tx: Transaction, actor: int, n: int) -> Waiting | None:
    """Return an op in quarantine, or None if there is none of this number any more."""
    row = await tx.fetch_row(
        f"SELECT {_COLUMNS}, o.body {_WAITING} AND o.actor = $2 AND o.n = $3", tx.scope.territory_id, actor, n
    )
    return None if row is None else _waiting(row)


async def decide(
    tx: Transaction, one: Waiting, decision: str, reason: str, at: datetime, replayed: tuple[int, int] | None = None
) -> bool:
    """Write what was decided; False if somebody decided at the same moment: then the caller takes everything back."""
    written = await tx.execute(
        "INSERT INTO quarantine_decision (territory_id, actor, n, op_id, decision, reason, replayed_actor, replayed_n, "
        "decided_by, decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        tx.scope.territory_id,
        one.actor,
        one.n,
        one.op_id,
        decision,
        reason,
        replayed[0] if replayed else None,
        replayed[1] if replayed else None,
        tx.scope.user_id,
        at,
    )
    return written == 1


def _waiting(row: Any) -> Waiting:
    return Waiting(
        row["actor"],
        row["n"],
        row["id"],
        row["hash"],
        row["code"],
        row["detail"],
        row["received_at"],
        row["from_label"],
        row["body"],
    )
