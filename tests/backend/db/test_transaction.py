"""A scope lives as long as its transaction, and a connection always comes back."""

import asyncio

import asyncpg
import pytest
from piccolo.engine.postgres import PostgresTransaction

from backend.access import Scope
from backend.clock import now
from backend.db.engine import Engine, PoolBusyError
from backend.db.errors import problem_code
from backend.db.transaction import transaction, transaction_of_jobs
from backend.ids import TerritoryId, new_id
from backend.piccolo_conf import DB
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


async def _add_place(territory_id: TerritoryId) -> None:
    async with transaction(Scope(territory_id)) as tx:
        await tx.execute("INSERT INTO place (id, territory_id, name) VALUES ($1, $2, 'x')", new_id(), territory_id)


async def test_rows_of_another_territory_are_invisible_even_without_a_predicate(database: Database) -> None:
    """The net below the scope: a statement that forgets the territory returns none of another's rows."""
    mine, other = await _territory(database), await _territory(database)
    await _add_place(mine)
    async with transaction(Scope(other)) as tx:
        assert await tx.fetch_value("SELECT count(*) FROM place") == 0
    async with transaction(Scope(mine)) as tx:
        assert await tx.fetch_value("SELECT count(*) FROM place") == 1


async def test_scope_does_not_leak_when_the_connection_is_used_again(database: Database) -> None:
    """A pooled connection without a transaction of ours sees nothing."""
    mine = await _territory(database)
    await _add_place(mine)
    assert DB.pool is not None
    for _ in range(8):
        async with DB.pool.acquire() as connection:
            assert await connection.fetchval("SELECT count(*) FROM place") == 0


async def test_writing_into_another_territory_is_refused_by_the_database(database: Database) -> None:
    mine, other = await _territory(database), await _territory(database)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with transaction(Scope(mine)) as tx:
            await tx.execute("INSERT INTO place (id, territory_id) VALUES ($1, $2)", new_id(), other)


async def test_application_cannot_change_the_log_or_the_journal(database: Database) -> None:
    mine = await _territory(database)
    for statement in ("DELETE FROM op", "UPDATE journal SET act = 'x'", "DROP TABLE op", "TRUNCATE journal"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(Scope(mine)) as tx:
                await tx.execute(statement)


async def _commit_that_fails(engine: Engine) -> None:
    async with engine.transaction() as tx:
        await tx.connection.execute(
            "CREATE TEMP TABLE IF NOT EXISTS parent (id int PRIMARY KEY); "
            "CREATE TEMP TABLE IF NOT EXISTS child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"
        )
        await tx.connection.execute("INSERT INTO child VALUES (1)")


@pytest.mark.parametrize("mended", [True, False])
async def test_pool_gets_its_connections_back_when_commit_fails(
    database: Database, monkeypatch: pytest.MonkeyPatch, mended: bool
) -> None:
    """Piccolo's own transaction (the planted fault) keeps them: with it the pool runs dry, with ours it does not."""
    engine = Engine()
    engine.point_at(database.owner_url)
    await engine.start_connection_pool(min_size=1, max_size=2)
    if not mended:
        monkeypatch.setattr(Engine, "transaction", lambda self: PostgresTransaction(engine=self))
    for _ in range(2):
        engine.current_transaction.set(None)
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await _commit_that_fails(engine)
    assert engine.pool is not None
    assert engine.pool.get_idle_size() == (engine.pool.get_size() if mended else 0)
    engine.pool.terminate()


async def test_busy_pool_is_told_and_not_waited_for_without_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with asyncio.TaskGroup() as group:
        release, held = asyncio.Event(), asyncio.Semaphore(0)

        async def hold() -> None:
            async with transaction_of_jobs():
                held.release()
                await release.wait()

        for _ in range(8):
            group.create_task(hold())
        for _ in range(8):
            await held.acquire()
        monkeypatch.setattr("backend.db.engine.ACQUIRE_SECONDS_MAX", 0.05)  # now that the eight hold theirs
        with pytest.raises(PoolBusyError):
            async with transaction_of_jobs():
                pass
        release.set()


async def test_transaction_that_says_nothing_is_ended_and_holds_no_feed_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that stops in the middle of a push would hold back what every tablet is sent."""
    mine = await _territory(database)
    monkeypatch.setattr("backend.db.transaction.IDLE_SECONDS_MAX", 1)
    open_xids: list[int] = []
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)) as raised:
        await _stop_in_the_middle(database, mine, open_xids)
    assert problem_code(raised.value) == "database_away"
    async with transaction(Scope(mine)) as tx:
        assert await tx.fetch_value("SELECT count(*) FROM place") == 0
        assert await tx.fetch_value("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint") > open_xids[0]


async def _stop_in_the_middle(database: Database, mine: TerritoryId, open_xids: list[int]) -> None:
    async with transaction(Scope(mine)) as tx:
        await tx.execute("INSERT INTO place (id, territory_id, name) VALUES ($1, $2, 'x')", new_id(), mine)
        open_xids.append(await tx.fetch_value("SELECT pg_current_xact_id()::text::bigint"))
        await _gone(database, await tx.fetch_value("SELECT pg_backend_pid()"))
        await tx.execute("SELECT 1")


async def _gone(database: Database, pid: int) -> None:
    watcher = await asyncpg.connect(database.owner_url)
    async with asyncio.timeout(60):
        while await watcher.fetchval("SELECT count(*) FROM pg_stat_activity, pg_sleep(0.02) WHERE pid = $1", pid):
            pass
    await watcher.close()
