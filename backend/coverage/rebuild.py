"""This file counts a whole territory again: in one transaction, or in short ones that hold up nobody's feed.

It promises the same digits as the step-by-step counting (tests/backend/coverage/test_keep.py). The counts are filled
into a new generation beside the one that serves and published by one row, so that a page never sees half of them.
"""

from enum import StrEnum
from typing import Final
from uuid import UUID

from backend.access import Scope
from backend.coverage.keep import generations, lock, recount
from backend.coverage.subjects import Subject, SubjectKind
from backend.db.transaction import Transaction, transaction

BATCH: Final = 500
_IDS: Final = {
    SubjectKind.PERSON: "SELECT id FROM person WHERE territory_id = $1 AND id > $2 ORDER BY id LIMIT $3",
    SubjectKind.REQUEST: "SELECT id FROM request WHERE territory_id = $1 AND id > $2 ORDER BY id LIMIT $3",
    SubjectKind.SITE: "SELECT id FROM place WHERE territory_id = $1 AND id > $2 ORDER BY id LIMIT $3",
    SubjectKind.VIAL: "SELECT id FROM vial WHERE territory_id = $1 AND id > $2 ORDER BY id LIMIT $3",
    # Only what a tablet recorded has a delay; the log knows which records those are.
    SubjectKind.ACT: "SELECT DISTINCT o.record_id AS id FROM op o "
    "JOIN installation i ON i.territory_id = o.territory_id AND i.actor = o.actor AND i.tablet_id IS NOT NULL "
    "WHERE o.territory_id = $1 AND o.record_id > $2 AND o.verdict <> 'refused' "
    "AND o.kind IN ('dose', 'screening', 'visit_outcome') ORDER BY 1 LIMIT $3",
}


class Rebuilt(StrEnum):
    """How a rebuild ended."""

    PUBLISHED = "published"
    SUPERSEDED = "superseded"  # another rebuild began meanwhile and will publish


async def rebuild(tx: Transaction) -> Rebuilt:
    """Count everything again within the caller's transaction: for a territory that nobody is using yet."""
    building = await _begin(tx)
    for kind in SubjectKind:
        last: UUID | None = UUID(int=0)
        while last is not None:
            last = await _count_batch(tx, building, kind, last)
    return await _publish(tx, building)


async def rebuild_in_steps(scope: Scope) -> Rebuilt:
    """Count everything again in short transactions, while others write; again if a campaign changed meanwhile."""
    while True:
        outcome = await _rebuild_once(scope)
        async with transaction(scope) as tx:
            needed = await tx.fetch_value(
                "SELECT rebuild_needed_at IS NOT NULL FROM coverage_state WHERE territory_id = $1",
                scope.territory_id,
            )
        if outcome is Rebuilt.SUPERSEDED or not needed:
            return outcome


async def _rebuild_once(scope: Scope) -> Rebuilt:
    async with transaction(scope) as tx:
        building = await _begin(tx)
    for kind in SubjectKind:
        last: UUID | None = UUID(int=0)
        while last is not None:
            async with transaction(scope) as tx:
                last = await _count_batch(tx, building, kind, last)
    async with transaction(scope) as tx:
        return await _publish(tx, building)


async def _begin(tx: Transaction) -> int:
    """Open a new generation; one that a rebuild left half-built is dropped."""
    await lock(tx, alone=True)
    now = await generations(tx)
    building = max(now.serving, now.building or 0) + 1
    await tx.execute(
        "UPDATE coverage_state SET generation_building = $2, rebuild_needed_at = NULL WHERE territory_id = $1",
        tx.scope.territory_id,
        building,
    )
    await _drop_counts(tx, keep=now.serving)
    return building


async def _count_batch(tx: Transaction, building: int, kind: SubjectKind, after: UUID) -> UUID | None:
    """Count the next subjects of a kind; return the last id, or None when there are no more."""
    await lock(tx, alone=False)
    if (await generations(tx)).building != building:
        return None
    rows = await tx.fetch(_IDS[kind], tx.scope.territory_id, after, BATCH)
    await recount(tx, [Subject(kind, row["id"]) for row in rows])
    return UUID(bytes=rows[-1]["id"].bytes) if rows else None


async def _publish(tx: Transaction, building: int) -> Rebuilt:
    await lock(tx, alone=True)
    if (await generations(tx)).building != building:
        return Rebuilt.SUPERSEDED
    territory = tx.scope.territory_id
    await tx.execute(
        "UPDATE coverage_state SET generation = $2, generation_building = NULL, rebuilt_at = now() "
        "WHERE territory_id = $1",
        territory,
        building,
    )
    await _drop_counts(tx, keep=building)
    # Cells that nothing is counted in any more: no one adds to a cell while the lock is held alone.
    await tx.execute(
        "DELETE FROM coverage_cell c WHERE c.territory_id = $1 AND NOT EXISTS "
        "(SELECT FROM coverage_count n WHERE n.territory_id = $1 AND n.cell_id = c.id)",
        territory,
    )
    # What was not met on the way has no record any more.
    await tx.execute("DELETE FROM coverage_subject WHERE territory_id = $1 AND generation <> $2", territory, building)
    return Rebuilt.PUBLISHED


async def _drop_counts(tx: Transaction, keep: int) -> None:
    await tx.execute(
        "DELETE FROM coverage_count WHERE territory_id = $1 AND generation <> $2", tx.scope.territory_id, keep
    )
