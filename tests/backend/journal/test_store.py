"""What was done and that it was done stand together, and nobody of another territory reads it."""

import asyncpg
import pytest

from backend.access import Scope
from backend.clock import now
from backend.db.transaction import transaction
from backend.ids import TerritoryId, UserId, new_id
from backend.journal.store import record
from tests.conftest import Database


async def _territory(database: Database) -> TerritoryId:
    territory_id = TerritoryId(new_id())
    connection = await asyncpg.connect(database.owner_url)
    await connection.execute(
        "INSERT INTO territory (id, slug, name, time_zone, inhabitants, created_at) "
        "VALUES ($1, $2, 'T', 'Europe/Paris', 1, $3)",
        territory_id,
        str(territory_id),
        now(),
    )
    await connection.close()
    return territory_id


async def test_entry_says_who_what_and_when(database: Database) -> None:
    scope = Scope(await _territory(database), UserId(new_id()))
    ids, at = [new_id(), new_id()], now()
    async with transaction(scope) as tx:
        await record(tx, "person_read", "person", ids, "called back", at=at, request_id="r1")
    async with transaction(scope) as tx:
        (row,) = await tx.fetch("SELECT * FROM journal")
    assert (row["act"], row["subject_kind"], row["subject_ids"], row["at"]) == ("person_read", "person", ids, at)
    assert (row["user_id"], row["installation_id"], row["reason"], row["request_id"]) == (
        scope.user_id,
        None,
        "called back",
        "r1",
    )


async def test_entry_goes_with_its_act_when_the_act_fails(database: Database) -> None:
    """Both stand, or neither: a journal that knows what did not happen is no better than one that forgot."""
    scope = Scope(await _territory(database))

    async def act_that_fails() -> None:
        async with transaction(scope) as tx:
            await record(tx, "place_added", "place", at=now())
            for _ in range(2):
                await tx.execute("INSERT INTO place (id, territory_id, name) VALUES ($1, $1, 'x')", scope.territory_id)

    with pytest.raises(asyncpg.UniqueViolationError):
        await act_that_fails()
    async with transaction(scope) as tx:
        assert await tx.fetch("SELECT 1 FROM journal") == []


async def test_journal_of_another_territory_is_invisible(database: Database) -> None:
    mine, other = Scope(await _territory(database)), Scope(await _territory(database))
    async with transaction(mine) as tx:
        await record(tx, "signed_in", at=now())
    async with transaction(other) as tx:
        assert await tx.fetch("SELECT 1 FROM journal") == []
    async with transaction(mine) as tx:
        assert len(await tx.fetch("SELECT 1 FROM journal")) == 1
