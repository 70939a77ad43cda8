"""This file keeps who goes out with which team: of those with the role of a field team, each with one team or none.

It stands beside the role, is read at each request, and goes with the role when that is taken away.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.access import Role
from backend.db.transaction import Transaction
from backend.journal.store import record as journal


@dataclass(frozen=True)
class GoesOut:
    """Somebody who may go out with a team, and the team they go out with now, if any."""

    user_id: UUID
    full_name: str
    team_id: UUID | None
    team_name: str


async def read_who_goes_out(tx: Transaction) -> list[GoesOut]:
    """Return everybody of the territory who goes out, by name."""
    rows = await tx.fetch(
        "SELECT u.id AS user_id, u.full_name, m.team_id, coalesce(nullif(t.name, ''), t.letter, '') AS team_name "
        "FROM membership m JOIN app_user u ON u.id = m.user_id "
        "LEFT JOIN team t ON t.territory_id = m.territory_id AND t.id = m.team_id "
        "WHERE m.territory_id = $1 AND m.role = $2 AND u.disabled_at IS NULL ORDER BY u.full_name, u.id",
        tx.scope.territory_id,
        Role.FIELD_TEAM.value,
    )
    return [GoesOut(**dict(row)) for row in rows]


async def set_people(tx: Transaction, team_id: UUID, wanted: Collection[UUID], at: datetime) -> bool:
    """Let these go out with a team and nobody else; False, and nothing is changed, if one of them does not go out here."""
    if not set(wanted) <= {one.user_id for one in await read_who_goes_out(tx)}:
        return False
    rows = await tx.fetch(
        "UPDATE membership SET team_id = CASE WHEN user_id = ANY($4::uuid[]) THEN $3::uuid END "
        "WHERE territory_id = $1 AND role = $2 AND (user_id = ANY($4::uuid[])) <> (team_id IS NOT DISTINCT FROM $3) "
        "RETURNING user_id",
        tx.scope.territory_id,
        Role.FIELD_TEAM.value,
        team_id,
        list(wanted),
    )
    if rows:
        await journal(tx, "team_people_set", "user", sorted(row["user_id"] for row in rows), f"team {team_id}", at=at)
    return True


async def own_team(tx: Transaction) -> UUID | None:
    """Return the team with which the user of this transaction goes out."""
    found = await tx.fetch_value(
        "SELECT team_id FROM membership WHERE territory_id = $1 AND user_id = $2 AND role = $3",
        tx.scope.territory_id,
        tx.scope.user_id,
        Role.FIELD_TEAM.value,
    )
    return UUID(str(found)) if found else None
