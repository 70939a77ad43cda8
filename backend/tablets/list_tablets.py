"""Read the tablets of a territory for the people who look after them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.db.transaction import Transaction


@dataclass(frozen=True)
class TabletLine:
    """A tablet: its team, when it was last heard of, how many ops it has handed in."""

    id: UUID
    label: str
    team_id: UUID | None
    team: str
    state: str
    seen_at: datetime | None
    ops: int


async def list_tablets(tx: Transaction) -> list[TabletLine]:
    """Return the tablets by their labels."""
    rows = await tx.fetch(
        "SELECT t.id, t.label, t.team_id, m.letter, m.name, t.state, max(i.seen_at) AS seen_at, "
        "coalesce(sum(i.n_last), 0)::bigint AS ops FROM tablet t "
        "LEFT JOIN installation i ON i.territory_id = t.territory_id AND i.tablet_id = t.id "
        "LEFT JOIN team m ON m.territory_id = t.territory_id AND m.id = t.team_id "
        "WHERE t.territory_id = $1 GROUP BY t.id, m.letter, m.name ORDER BY t.label, t.id",
        tx.scope.territory_id,
    )
    return [
        TabletLine(
            row["id"],
            row["label"],
            row["team_id"],
            " ".join(filter(None, (row["letter"], row["name"]))),
            row["state"],
            row["seen_at"],
            row["ops"],
        )
        for row in rows
    ]


async def list_teams(tx: Transaction) -> list[tuple[UUID, str]]:
    """Return the teams as (id, letter and name)."""
    rows = await tx.fetch(
        "SELECT id, concat_ws(' ', letter, name) AS name FROM team WHERE territory_id = $1 "
        "AND state IS DISTINCT FROM 'suspended' ORDER BY letter, id",
        tx.scope.territory_id,
    )
    return [(row["id"], row["name"]) for row in rows]


async def count_unseen(tx: Transaction, since: datetime) -> tuple[int, int]:
    """Return how many active tablets were not heard of since an instant, and how many there are."""
    row = await tx.fetch_row(
        "SELECT count(*) AS tablets, count(*) FILTER (WHERE NOT EXISTS (SELECT FROM installation i "
        "WHERE i.territory_id = t.territory_id AND i.tablet_id = t.id AND i.seen_at >= $2)) AS unseen "
        "FROM tablet t WHERE t.territory_id = $1 AND t.state = 'active'",
        tx.scope.territory_id,
        since,
    )
    return (row["unseen"], row["tablets"]) if row else (0, 0)
