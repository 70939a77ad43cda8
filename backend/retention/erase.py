"""This file erases one human's file from everything that holds it, in the caller's transaction: all of it, or nothing.

Records that are about the person alone go with the person: whatever names one of them, and so on (sync/kinds.py says which
field names what). If a record of somebody else hangs on the file, the file waits: nothing of others is ever erased. A home
or household in which nobody is left goes too. What is left of an op is its number and its hash (0010_retention.sql).
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from backend.coverage.keep import apply_changes
from backend.coverage.touched import Change
from backend.db.transaction import Transaction
from backend.log.projection import ORDER
from backend.people.belongings import Records, closure, columns_to, ids_where
from sync.integrity import MODULUS
from sync.kinds import KINDS

# A link or an exposure names two people; it is nothing without the one, and no part of the other's care.
_ABOUT_TWO: Final = frozenset({"same_person", "exposure"})
# What belongs to the house and never to a home in which nobody is left.
_OF_THE_HOUSE: Final = frozenset(kind for kind, one in KINDS.items() if one.desk_only) | {"round"}


@dataclass(frozen=True)
class Erased:
    """How much of each kind of row went; `tied` if nothing did, because records of others hang on the file."""

    counts: dict[str, int]
    tied: bool = False


async def erase_file(tx: Transaction, purge_id: UUID, person_ids: tuple[UUID, ...]) -> Erased:
    """Erase the file of one human, whose joined records these are."""
    gone = await _records_of(tx, person_ids)
    if gone is None:
        return Erased({}, tied=True)
    ids = [one for of_kind in gone.values() for one in of_kind]
    await tx.execute(
        "SELECT id FROM record WHERE territory_id = $1 AND id = ANY($2) ORDER BY id FOR UPDATE",
        tx.scope.territory_id,
        ids,
    )
    reviews = await tx.fetch(
        "SELECT id FROM review WHERE territory_id = $1 AND record_ids && $2", tx.scope.territory_id, ids
    )
    gone["review"] = {row["id"] for row in reviews}
    ids += gone["review"]
    attachments = await _erase_attachments(tx, ids)
    await _leave_the_feed(tx, ids)
    changes = await _erase_typed_rows(tx, gone)
    records = await tx.execute(
        "DELETE FROM record WHERE territory_id = $1 AND id = ANY($2)", tx.scope.territory_id, ids
    )
    for statement in _READ_MODELS:
        await tx.execute(statement, tx.scope.territory_id, ids)
    ops = await tx.fetch_value("SELECT maraude_erase_ops($1, $2)", purge_id, ids)
    await apply_changes(tx, changes)
    await tx.execute(
        "DELETE FROM coverage_subject WHERE territory_id = $1 AND id = ANY($2)", tx.scope.territory_id, ids
    )
    return Erased({"persons": len(person_ids), "records": records, "ops": int(ops), "attachments": attachments})


_READ_MODELS: Final = (
    "DELETE FROM identity_number WHERE territory_id = $1 AND person_id = ANY($2)",
    "DELETE FROM forecast WHERE territory_id = $1 AND person_id = ANY($2)",
    "DELETE FROM forecast_person WHERE territory_id = $1 AND id = ANY($2)",
    "DELETE FROM keyed_dose WHERE territory_id = $1 AND id = ANY($2)",
    # Who opened it in an emergency, when and by which motive stays; what they wrote about the person does not.
    "UPDATE break_glass SET reason = '', review_note = '' WHERE territory_id = $1 AND person_id = ANY($2)",
)


async def _records_of(tx: Transaction, person_ids: tuple[UUID, ...]) -> Records | None:
    """Return everything that goes with these persons, or None if records of others hang on it."""
    persons = set(person_ids)
    gone = await closure(tx, "person", persons)
    if not await _names_nobody_else(tx, gone, persons):
        return None
    homes = await tx.fetch(
        "SELECT DISTINCT h.id AS household_id, l.id AS place_id FROM person p "
        "LEFT JOIN household h ON h.territory_id = p.territory_id AND h.id = p.household_id "
        "LEFT JOIN place l ON l.territory_id = p.territory_id AND l.id IN (p.place_id, h.place_id) AND l.kind = 'home' "
        "WHERE p.territory_id = $1 AND p.id = ANY($2)",
        tx.scope.territory_id,
        list(persons),
    )
    for kind, column in (("household", "household_id"), ("place", "place_id")):
        for one in {row[column] for row in homes if row[column] is not None}:
            more = await closure(tx, kind, {one})
            alone = more["person"] <= persons and not any(more[kind] for kind in _OF_THE_HOUSE)
            if alone and await _names_nobody_else(tx, more, persons):
                for name, ids in more.items():
                    gone[name] |= ids
    return gone


async def _names_nobody_else(tx: Transaction, gone: Records, persons: set[UUID]) -> bool:
    """Tell whether none of these records is about a person, or the outcome of a visit, that stays."""
    visits = "id = ANY($2) AND visit_id <> ALL($3)"
    outcomes, own_visits = list(gone["visit_outcome"]), list(gone["visit"])
    if await tx.fetch(ids_where("visit_outcome", visits), tx.scope.territory_id, outcomes, own_visits):
        return False
    for kind in set(gone) - _ABOUT_TWO - {"person"}:
        for name in (*columns_to(kind, "person", sets=False), *columns_to(kind, "person", sets=True)):
            of_a_set = name in columns_to(kind, "person", sets=True)
            others = f"NOT {name} <@ $3" if of_a_set else f"{name} <> ALL($3)"
            found = await tx.fetch(
                ids_where(kind, f"id = ANY($2) AND {others}"), tx.scope.territory_id, list(gone[kind]), list(persons)
            )
            if found:
                return False
    return True


async def _erase_attachments(tx: Transaction, ids: list[UUID]) -> int:
    """Erase the files that belong to these records and to no other."""
    rows = await tx.fetch(
        "DELETE FROM attachment_record WHERE territory_id = $1 AND record_id = ANY($2) RETURNING sha256",
        tx.scope.territory_id,
        ids,
    )
    return await tx.execute(
        "DELETE FROM attachment a WHERE a.territory_id = $1 AND a.sha256 = ANY($2) AND NOT EXISTS "
        "(SELECT FROM attachment_record r WHERE r.territory_id = a.territory_id AND r.sha256 = a.sha256)",
        tx.scope.territory_id,
        [row["sha256"] for row in rows],
    )


async def _leave_the_feed(tx: Transaction, ids: list[UUID]) -> None:
    """Say goodbye to these records in every bucket, so that tablets put them away and sums agree (S6, S7)."""
    await tx.execute(
        "WITH left_now AS (UPDATE feed SET gone = true, xid = pg_current_xact_id(), seq = nextval('feed_seq') "
        "WHERE territory_id = $1 AND record_id = ANY($2) AND NOT gone RETURNING bucket_id, record_id) "
        f"UPDATE bucket b SET records = b.records - c.n, "
        f"content_sum = mod(mod(b.content_sum - c.total, {MODULUS}) + {MODULUS}, {MODULUS}) "
        "FROM (SELECT l.bucket_id, count(*) AS n, sum(r.content_sum) AS total FROM left_now l "
        "JOIN record r ON r.territory_id = $1 AND r.id = l.record_id GROUP BY l.bucket_id) c "
        "WHERE b.territory_id = $1 AND b.id = c.bucket_id",
        tx.scope.territory_id,
        ids,
    )


async def _erase_typed_rows(tx: Transaction, gone: Records) -> list[Change]:
    """Erase the typed rows, children before parents; return what each was, for coverage to follow."""
    changes: list[Change] = []
    for kind in reversed(ORDER):
        if gone.get(kind):
            rows: list[Any] = await tx.fetch(_ERASE[kind], tx.scope.territory_id, list(gone[kind]))
            changes += [Change(kind, row["id"], dict(row), None) for row in rows]
    return changes


_ERASE: Final = {kind: f"DELETE FROM {kind} WHERE territory_id = $1 AND id = ANY($2) RETURNING *" for kind in KINDS}
