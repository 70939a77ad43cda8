"""This file reads the journal for those who may: pages of entries, the latest first, by number."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.db.transaction import Transaction

ENTRIES_MOST = 200
SUBJECTS_SHOWN_MOST = 20  # a tablet's page names thousands; how many they were is told


class Looked(msgspec.Struct, frozen=True):
    """One entry as an auditor reads it: who, when, what, about how many records and which (the first few)."""

    seq: int
    at: datetime
    user_id: UUID | None
    installation_id: UUID | None
    act: str
    subject_kind: str
    subjects: int
    subject_ids: list[UUID]
    reason: str
    request_id: str


async def latest(tx: Transaction, before: int | None) -> list[Looked]:
    """Return entries of the territory before a number."""
    rows = await tx.fetch(
        "SELECT seq, at, user_id, installation_id, act, subject_kind, cardinality(subject_ids) AS subjects, "
        "subject_ids[1:$4] AS subject_ids, reason, request_id FROM journal WHERE territory_id = $1 "
        "AND seq < coalesce($2, 9223372036854775807) ORDER BY seq DESC LIMIT $3",
        tx.scope.territory_id,
        before,
        ENTRIES_MOST,
        SUBJECTS_SHOWN_MOST,
    )
    return [_looked(row) for row in rows]


async def about_person(tx: Transaction, person_id: UUID, before: int | None) -> list[Looked]:
    """Return entries that name a person or a record about that person; of its subjects, those alone."""
    rows = await tx.fetch(
        "WITH own AS (SELECT array_agg(id) AS ids FROM record WHERE territory_id = $1 AND (id = $2 OR subject_id = $2)) "
        "SELECT j.seq, j.at, j.user_id, j.installation_id, j.act, j.subject_kind, "
        "cardinality(j.subject_ids) AS subjects, "
        "ARRAY(SELECT unnest(j.subject_ids) INTERSECT SELECT unnest(own.ids)) AS subject_ids, j.reason, j.request_id "
        "FROM journal j, own WHERE j.territory_id = $1 AND j.subject_ids && own.ids "
        "AND j.seq < coalesce($3, 9223372036854775807) ORDER BY j.seq DESC LIMIT $4",
        tx.scope.territory_id,
        person_id,
        before,
        ENTRIES_MOST,
    )
    return [_looked(row) for row in rows]


async def is_person(tx: Transaction, person_id: UUID) -> bool:
    """Tell whether the territory has a person of this id."""
    found = await tx.fetch_value(
        "SELECT 1 FROM person WHERE territory_id = $1 AND id = $2", tx.scope.territory_id, person_id
    )
    return found is not None


def _looked(row: Any) -> Looked:
    return Looked(**{**dict(row), "subject_ids": list(row["subject_ids"])})
