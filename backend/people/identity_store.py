"""This file keeps national identity numbers sealed, finds one by its keyed mark, and seals them anew under another key.

A seal is bound to its territory and person: moved to another row it does not open. The number is in no other place: no
record, no log, no address (decision 0021).
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from backend.accounts.secrets_box import Sealed, SecretsBox, Unopenable
from backend.db.transaction import Transaction
from backend.ids import UserId

BATCH: Final = 100


async def keep(tx: Transaction, box: SecretsBox, person_id: UUID, number: str, by: UserId, at: datetime) -> None:
    """Seal a person's number and keep it; a former one is replaced."""
    sealed = box.seal(number.encode(), _place(tx, person_id))
    await tx.execute(
        "INSERT INTO identity_number (territory_id, person_id, sealed, key_id, mark, recorded_by, recorded_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (territory_id, person_id) DO UPDATE SET "
        "sealed = excluded.sealed, key_id = excluded.key_id, mark = excluded.mark, recorded_by = excluded.recorded_by, "
        "recorded_at = excluded.recorded_at",
        tx.scope.territory_id,
        person_id,
        sealed.body,
        sealed.key_id,
        box.mark(_use(tx), number),
        by,
        at,
    )


async def read(tx: Transaction, box: SecretsBox, person_id: UUID) -> str | Unopenable | None:
    """Return a person's number, or why its seal does not open, or None if there is none."""
    row = await tx.fetch_row(
        "SELECT sealed, key_id FROM identity_number WHERE territory_id = $1 AND person_id = $2",
        tx.scope.territory_id,
        person_id,
    )
    if row is None:
        return None
    opened = box.open(Sealed(row["key_id"], row["sealed"]), _place(tx, person_id))
    return opened if isinstance(opened, Unopenable) else opened.decode()


async def has_number(tx: Transaction, person_id: UUID) -> bool:
    """Tell whether a number of this person is kept, without opening it."""
    found = await tx.fetch_value(
        "SELECT 1 FROM identity_number WHERE territory_id = $1 AND person_id = $2", tx.scope.territory_id, person_id
    )
    return found is not None


async def find(tx: Transaction, box: SecretsBox, number: str) -> list[UUID]:
    """Return the persons who have this number: normally one."""
    rows = await tx.fetch(
        "SELECT person_id FROM identity_number WHERE territory_id = $1 AND mark = ANY($2) ORDER BY person_id",
        tx.scope.territory_id,
        box.marks(_use(tx), number),
    )
    return [row["person_id"] for row in rows]


async def remove(tx: Transaction, person_id: UUID) -> bool:
    """Take a person's number away; False if there was none."""
    return bool(
        await tx.execute(
            "DELETE FROM identity_number WHERE territory_id = $1 AND person_id = $2", tx.scope.territory_id, person_id
        )
    )


async def reseal_some(tx: Transaction, box: SecretsBox, after: UUID) -> tuple[UUID | None, int, int]:
    """Seal the next numbers under the present key; return the last person looked at, how many were, how many do not open."""
    rows = await tx.fetch(
        "SELECT person_id, sealed, key_id FROM identity_number WHERE territory_id = $1 AND key_id <> $2 AND person_id > $3 "
        "ORDER BY person_id LIMIT $4 FOR UPDATE",
        tx.scope.territory_id,
        box.key_id,
        after,
        BATCH,
    )
    unopenable = 0
    for row in rows:
        opened = box.open(Sealed(row["key_id"], row["sealed"]), _place(tx, row["person_id"]))
        if isinstance(opened, Unopenable):
            unopenable += 1
            continue
        sealed = box.seal(opened, _place(tx, row["person_id"]))
        await tx.execute(
            "UPDATE identity_number SET sealed = $3, key_id = $4, mark = $5 WHERE territory_id = $1 AND person_id = $2",
            tx.scope.territory_id,
            row["person_id"],
            sealed.body,
            sealed.key_id,
            box.mark(_use(tx), opened.decode()),
        )
    return (rows[-1]["person_id"] if rows else None), len(rows) - unopenable, unopenable


async def keys_in_use(tx: Transaction) -> dict[str, int]:
    """Return how many numbers lie under each key."""
    rows = await tx.fetch(
        "SELECT key_id, count(*) AS n FROM identity_number WHERE territory_id = $1 GROUP BY key_id",
        tx.scope.territory_id,
    )
    return {row["key_id"]: row["n"] for row in rows}


def _place(tx: Transaction, person_id: UUID) -> str:
    return f"identity_number.sealed {tx.scope.territory_id} {person_id}"


def _use(tx: Transaction) -> str:
    return f"identity number {tx.scope.territory_id}"
