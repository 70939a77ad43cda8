"""This file reads, for auditors, who looked at how many people's records on each day, and the names of those who looked."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from backend.db.transaction import Transaction
from backend.journal.abnormal import WORK_BEGINS_HOUR, WORK_ENDS_HOUR, Day

DAYS_MOST: Final = 500
_DAYS: Final = (
    "SELECT j.user_id, u.full_name AS user_name, (j.at AT TIME ZONE $2)::date AS day_on, "
    "count(DISTINCT s.id) AS persons, "
    "count(DISTINCT j.seq) FILTER (WHERE s.id IS NOT NULL AND (extract(hour FROM j.at AT TIME ZONE $2) < $4 "
    "OR extract(hour FROM j.at AT TIME ZONE $2) >= $5)) AS off_hours, "
    "count(DISTINCT j.seq) FILTER (WHERE lower(p.family_name) = ANY (string_to_array(lower(u.full_name), ' '))) AS same_name, "
    "count(DISTINCT j.seq) FILTER (WHERE j.act = 'glass_broken') AS broken_glass, "
    "count(DISTINCT j.seq) FILTER (WHERE j.act = 'reading_throttled') AS throttled "
    "FROM journal j JOIN app_user u ON u.id = j.user_id "
    "LEFT JOIN LATERAL (SELECT unnest(j.subject_ids) AS id WHERE j.subject_kind = 'person') s ON true "
    "LEFT JOIN person p ON p.territory_id = j.territory_id AND p.id = s.id "
    "WHERE j.territory_id = $1 AND j.at >= $3 AND (j.subject_kind = 'person' OR j.act = 'reading_throttled') "
    f"GROUP BY 1, 2, 3 ORDER BY 3 DESC, 2, 1 LIMIT {DAYS_MOST}"
)


async def days_of_looking(tx: Transaction, time_zone: str, since: datetime) -> list[Day]:
    """Return the days on which users looked at people's records, the latest first."""
    rows = await tx.fetch(_DAYS, tx.scope.territory_id, time_zone, since, WORK_BEGINS_HOUR, WORK_ENDS_HOUR)
    return [Day(**dict(row)) for row in rows]


async def names_of(tx: Transaction, user_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return the names of users, by id."""
    rows = await tx.fetch("SELECT id, full_name FROM app_user WHERE id = ANY ($1)", [one for one in user_ids if one])
    return {row["id"]: row["full_name"] for row in rows}


async def throttled_since(tx: Transaction, user_id: UUID, since: datetime) -> bool:
    """Tell whether a user's reading was throttled, and told of, since an instant."""
    found = await tx.fetch_value(
        "SELECT 1 FROM journal WHERE territory_id = $1 AND user_id = $2 AND at >= $3 AND act = 'reading_throttled' LIMIT 1",
        tx.scope.territory_id,
        user_id,
        since,
    )
    return found is not None
