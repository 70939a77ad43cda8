"""Read what else was noted of a person: values that did not win, so that none of them is out of sight (S8).

Which value wins is decided in sync/view.py; what contradicts itself waits in a review and is not told here.
"""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from backend.db.transaction import Transaction
from sync.state import decode
from sync.view import view

TOLD: Final = ("given_name", "family_name", "alias", "phone", "room", "language")


async def other_values(tx: Transaction, record_ids: Collection[UUID]) -> dict[str, list[str]]:
    """Return the other values by field, over all joined records of a person, each once."""
    rows = await tx.fetch(
        "SELECT body FROM record WHERE territory_id = $1 AND id = ANY($2::uuid[]) ORDER BY id",
        tx.scope.territory_id,
        list(record_ids),
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        others = view(decode(row["body"].encode())[1]).others
        for name in TOLD:
            noted = [str(value) for value in others.get(name, []) if value is not None]
            found.setdefault(name, []).extend(one for one in noted if one not in found.get(name, []))
    return {name: values for name, values in found.items() if values}
