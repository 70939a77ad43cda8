"""This file reads what decides the end of people's files, page by page: when they were last cared for and last heard of.

When a file is due is decided in rules.py. Records that were joined are one human with one file.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from backend.coverage.look_up import with_joined
from backend.db.transaction import Transaction
from backend.retention.rules import (
    FILES,
    RULES,
    Ending,
    FileFacts,
    RuleName,
    ending_of,
    is_due,
    later,
    latest_birth,
    together,
)
from sync.kinds import KINDS, Policy

PAGE: Final = 500
_NOT_OURS: Final = "('card', 'told', 'register')"
# Any record that names a person tells of a contact on the day it was written; what more it tells stands below.
_WRITTEN: Final = " ".join(
    "UNION ALL SELECT " + name + ", coalesce(recorded_at, changed_at)::date, false FROM " + kind + " "
    "WHERE territory_id = $1 AND " + name + " = ANY($2)"
    for kind, one in KINDS.items()
    for name, field in one.fields.items()
    if field.to == "person" and field.policy is not Policy.SET
)
# `care` says whether somebody was cared for.
_ACTS: Final = f"""
SELECT person_id AS id, coalesce(given_on, recorded_at::date) AS day, source IS NULL OR source NOT IN {_NOT_OURS} AS care
  FROM dose WHERE territory_id = $1 AND person_id = ANY($2)
UNION ALL SELECT person_id, greatest(collected_at, recorded_at)::date, true FROM screening
  WHERE territory_id = $1 AND person_id = ANY($2)
UNION ALL SELECT person_id, greatest(decided_at, recorded_at)::date, false FROM consent
  WHERE territory_id = $1 AND person_id = ANY($2)
UNION ALL SELECT person_id, received_at::date, false FROM request WHERE territory_id = $1 AND person_id = ANY($2)
UNION ALL SELECT p.id, greatest(v.due_on, coalesce(v.recorded_at, v.changed_at)::date), false FROM visit v
  JOIN person p ON p.territory_id = v.territory_id AND (p.id = v.person_id OR p.household_id = v.household_id)
  WHERE v.territory_id = $1 AND p.id = ANY($2)
UNION ALL SELECT p.id, greatest(o.arrived_at, o.recorded_at)::date, o.result = 'done' FROM visit_outcome o
  JOIN visit v ON v.territory_id = o.territory_id AND v.id = o.visit_id
  JOIN person p ON p.territory_id = v.territory_id AND (p.id = v.person_id OR p.household_id = v.household_id)
  WHERE o.territory_id = $1 AND p.id = ANY($2)
UNION ALL SELECT one.id, e.held_at::date, true FROM education_session e, unnest(e.person_ids) AS one (id)
  WHERE e.territory_id = $1 AND e.person_ids && $2 AND one.id = ANY($2)
{_WRITTEN}"""
_FACTS: Final = (
    f"SELECT p.id, p.born_on, p.born_precision, p.died_on, coalesce(p.recorded_at, p.changed_at)::date AS written_on, "
    f"a.cared_on, a.heard_on FROM person p LEFT JOIN (SELECT id, max(day) FILTER (WHERE care) AS cared_on, "
    f"max(day) AS heard_on FROM ({_ACTS}) acts GROUP BY id) a ON a.id = p.id WHERE p.territory_id = $1 AND p.id = ANY($2)"
)


@dataclass(frozen=True)
class File:
    """One human's file: the ids of the joined person records, the smallest first, and when it ends."""

    person_ids: tuple[UUID, ...]
    ending: Ending
    held: bool


async def persons_after(tx: Transaction, after: UUID, as_of: date) -> list[UUID]:
    """Return the next persons by id who were written down long enough ago for a rule to be over at all."""
    shortest = min(RULES[rule].months for rule in FILES)
    rows = await tx.fetch(
        "SELECT id FROM person WHERE territory_id = $1 AND id > $2 AND coalesce(recorded_at, changed_at) < $3 "
        "ORDER BY id LIMIT $4",
        tx.scope.territory_id,
        after,
        later(as_of, -shortest) + timedelta(days=1),
        PAGE,
    )
    return [UUID(bytes=row["id"].bytes) for row in rows]


async def files_of(tx: Transaction, person_ids: list[UUID]) -> list[File]:
    """Return the files of these persons; one of several joined records brings the others with it."""
    human_of = await with_joined(tx, set(person_ids))
    rows = await tx.fetch(_FACTS, tx.scope.territory_id, list(human_of))
    held = {
        row["person_id"]
        for row in await tx.fetch(
            "SELECT person_id FROM retention_hold WHERE territory_id = $1 AND person_id = ANY($2)",
            tx.scope.territory_id,
            list(human_of),
        )
    }
    records: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        records[human_of[row["id"]]].append(row)
    return [
        File(
            tuple(sorted(row["id"] for row in one)),
            ending_of(together([_facts(row) for row in one])),
            any(row["id"] in held for row in one),
        )
        for _, one in sorted(records.items())
    ]


async def due_files(tx: Transaction, person_ids: list[UUID], rule: RuleName, as_of: date) -> list[File]:
    """Return the files of these persons whose time by a rule is over and that nobody holds."""
    return [one for one in await files_of(tx, person_ids) if is_due(one.ending, rule, as_of) and not one.held]


async def lock_persons(tx: Transaction, person_ids: tuple[UUID, ...]) -> None:
    """Let whoever writes about these persons wait until this transaction ends, in the order in which pushes lock."""
    await tx.execute(
        "SELECT id FROM record WHERE territory_id = $1 AND id = ANY($2) ORDER BY id FOR UPDATE",
        tx.scope.territory_id,
        list(person_ids),
    )


def _facts(row: Any) -> FileFacts:
    heard_on = max(day for day in (row["heard_on"], row["written_on"]) if day is not None)
    return FileFacts(row["cared_on"], heard_on, latest_birth(row["born_on"], row["born_precision"]), row["died_on"])
