"""This file lets somebody at a desk take turns with every other writer about records, before it reads what it decides on.

A push locks its installation, then the records that are there in the order of their ids, and writes typed rows after that
(load.py, save.py). Whoever decides first and writes afterwards takes the same locks in the same order: with a typed row locked
first, two who meet would wait for each other, and PostgreSQL would end one of them (decision 0046).
"""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from backend.db.transaction import Transaction
from backend.ids import InstallationId

_OFFERED_AGAIN: Final = 7_227_004


async def take_turn(tx: Transaction, installation_id: InstallationId, record_ids: Iterable[UUID]) -> None:
    """Wait for whoever writes about these records; nobody else does until the transaction ends.

    All at once, and before anything is written: also what the ops to come stand by.
    """
    await tx.execute(
        "SELECT FROM installation WHERE territory_id = $1 AND id = $2 FOR UPDATE",
        tx.scope.territory_id,
        installation_id,
    )
    await take_turn_while_offered_again(tx)
    await tx.execute(
        "SELECT FROM record WHERE territory_id = $1 AND id = ANY($2::uuid[]) ORDER BY id FOR UPDATE",
        tx.scope.territory_id,
        sorted(set(record_ids)),
    )


async def take_turn_while_offered_again(tx: Transaction) -> None:
    """Wait, after a restore, for whoever else writes in the territory: a dose may come before its person.

    While neither is committed, neither push sees the other's record, and the dose would stay where its person does not stand.
    """
    await tx.execute(
        "SELECT pg_advisory_xact_lock($1, hashtext($2)) FROM server_epoch WHERE reoffering",
        _OFFERED_AGAIN,
        str(tx.scope.territory_id),
    )
