"""This file finds everything that was recorded about a person: the records that name them, and what names those."""

from collections import defaultdict
from typing import Final
from uuid import UUID

from backend.db.transaction import Transaction
from sync.kinds import KINDS, Policy, Shape

Records = dict[str, set[UUID]]  # ids by kind


async def closure(tx: Transaction, kind: str, ids: set[UUID]) -> Records:
    """Return these records and all that name them, and so on."""
    found: Records = defaultdict(set)
    ask = [(kind, ids)]
    while ask:
        named, fresh = ask.pop()
        fresh = fresh - found[named]
        found[named] |= fresh
        for table, columns in _NAMED_BY[named] if fresh else ():
            condition = " OR ".join(f"{column} = ANY($2)" for column in columns)
            rows = await tx.fetch(ids_where(table, condition), tx.scope.territory_id, list(fresh))
            ask.append((table, {row["id"] for row in rows}))
    return found


def ids_where(table: str, condition: str) -> str:
    """Return the statement for the ids of a kind that meet a condition, both of our own words."""
    return f"SELECT id FROM {table} WHERE territory_id = $1 AND ({condition})"


def columns_to(kind: str, target: str, *, sets: bool) -> tuple[str, ...]:
    """Return the fields by which a kind names another: those that hold one id, or those that hold a set.

    >>> columns_to("exposure", "person", sets=False)
    ('index_person_id', 'contact_person_id')
    """
    fields = KINDS[kind].fields.items()
    return tuple(
        name
        for name, field in fields
        if field.shape is Shape.REF and field.to == target and (field.policy is Policy.SET) is sets
    )


# Which kinds name a kind, by which fields that hold one id.
_NAMED_BY: Final = {
    target: [(kind, columns) for kind in KINDS if (columns := columns_to(kind, target, sets=False))] for target in KINDS
}
