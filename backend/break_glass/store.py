"""This file reads and writes emergency openings; what they open is decided in rules.py."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from backend.break_glass.rules import Finding, Motive, Opening
from backend.db.transaction import Transaction
from backend.ids import PersonId, UserId

LISTED_MOST: Final = 200
_COLUMNS: Final = "b.id, b.user_id, b.person_id, b.motive, b.reason, b.opened_at, b.ends_at, b.closed_at, b.finding"


@dataclass(frozen=True)
class ReviewRow:
    """An opening as a reviewer reads it: who, whose record, how often it was looked at, and what was found."""

    opening: Opening
    user_name: str
    person_name: str
    looks: int
    reviewer_name: str
    review_note: str
    reviewed_at: datetime | None


async def add(tx: Transaction, opening: Opening) -> None:
    """Keep a new opening."""
    await tx.execute(
        "INSERT INTO break_glass (territory_id, id, user_id, person_id, motive, reason, opened_at, ends_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        tx.scope.territory_id,
        opening.id,
        opening.user_id,
        opening.person_id,
        opening.motive.value,
        opening.reason,
        opening.opened_at,
        opening.ends_at,
    )


async def find(tx: Transaction, opening_id: UUID, *, lock: bool = False) -> Opening | None:
    """Return an opening of the territory; `lock` keeps others from settling it meanwhile."""
    row = await tx.fetch_row(
        f"SELECT {_COLUMNS} FROM break_glass b WHERE b.territory_id = $1 AND b.id = $2"
        + (" FOR UPDATE" if lock else ""),
        tx.scope.territory_id,
        opening_id,
    )
    return _opening(row) if row else None


async def own(tx: Transaction, user_id: UserId, at: datetime) -> list[Opening]:
    """Return the openings of a user that are not over."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM break_glass b WHERE b.territory_id = $1 AND b.user_id = $2 AND b.ends_at > $3 "
        "AND b.closed_at IS NULL ORDER BY b.opened_at DESC, b.id",
        tx.scope.territory_id,
        user_id,
        at,
    )
    return [_opening(row) for row in rows]


async def close(tx: Transaction, opening_id: UUID, at: datetime) -> None:
    """End an opening before its time."""
    await tx.execute(
        "UPDATE break_glass SET closed_at = $3 WHERE territory_id = $1 AND id = $2 AND closed_at IS NULL",
        tx.scope.territory_id,
        opening_id,
        at,
    )


async def settle(tx: Transaction, opening_id: UUID, finding: Finding, note: str, by: UserId, at: datetime) -> None:
    """Write down what a review found; the record is closed with it."""
    await tx.execute(
        "UPDATE break_glass SET finding = $3, review_note = $4, reviewed_by = $5, reviewed_at = $6, "
        "closed_at = CASE WHEN $3 = 'not_justified' THEN coalesce(closed_at, $6) ELSE closed_at END "
        "WHERE territory_id = $1 AND id = $2 AND reviewed_at IS NULL",
        tx.scope.territory_id,
        opening_id,
        finding.value,
        note,
        by,
        at,
    )


async def count_unreviewed(tx: Transaction) -> int:
    """Return how many openings wait for a review."""
    count = await tx.fetch_value(
        "SELECT count(*) FROM break_glass WHERE territory_id = $1 AND reviewed_at IS NULL", tx.scope.territory_id
    )
    return int(count)


async def for_review(tx: Transaction) -> list[ReviewRow]:
    """Return the openings, those that wait first and the oldest of them first, then the latest reviewed."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS}, u.full_name AS user_name, coalesce(w.full_name, '') AS reviewer_name, b.review_note, "
        "b.reviewed_at, coalesce(nullif(concat_ws(' ', p.given_name, p.family_name), ''), p.alias, '') AS person_name, "
        "(SELECT count(*) FROM journal j WHERE j.territory_id = b.territory_id AND j.user_id = b.user_id "
        "AND j.act = 'person_read' AND j.reason = b.id::text AND j.at >= b.opened_at) AS looks "
        "FROM break_glass b JOIN app_user u ON u.id = b.user_id LEFT JOIN app_user w ON w.id = b.reviewed_by "
        "LEFT JOIN person p ON p.territory_id = b.territory_id AND p.id = b.person_id WHERE b.territory_id = $1 "
        "ORDER BY b.reviewed_at IS NOT NULL, CASE WHEN b.reviewed_at IS NULL THEN b.opened_at END, "
        f"b.reviewed_at DESC, b.id LIMIT {LISTED_MOST}",
        tx.scope.territory_id,
    )
    return [
        ReviewRow(
            _opening(row),
            row["user_name"],
            row["person_name"],
            row["looks"],
            row["reviewer_name"],
            row["review_note"],
            row["reviewed_at"],
        )
        for row in rows
    ]


def _opening(row: Any) -> Opening:
    return Opening(
        id=row["id"],
        user_id=UserId(row["user_id"]),
        person_id=PersonId(row["person_id"]),
        motive=Motive(row["motive"]),
        reason=row["reason"],
        opened_at=row["opened_at"],
        ends_at=row["ends_at"],
        closed_at=row["closed_at"],
        finding=Finding(row["finding"]) if row["finding"] else None,
    )
