"""Hold the pool of connections, and give back every connection whatever COMMIT answers.

Piccolo 1.38 keeps a connection out of its pool for ever when COMMIT or ROLLBACK raises (a deferred constraint, a lost
server). `_Transaction` mends that; tests/backend/db/test_engine.py shows the leak without it.
"""

import asyncio
from types import TracebackType
from typing import Any

from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

ACQUIRE_SECONDS_MAX = 2.0


class PoolBusyError(Exception):
    """No connection came free within ACQUIRE_SECONDS_MAX."""


class _Transaction(PostgresTransaction):
    async def get_connection(self) -> Any:
        """Return a connection, or raise PoolBusyError: Piccolo would wait for ever."""
        try:
            async with asyncio.timeout(ACQUIRE_SECONDS_MAX):
                return await super().get_connection()  # type: ignore[no-untyped-call]
        except TimeoutError:
            raise PoolBusyError from None

    async def __aenter__(self) -> PostgresTransaction:
        if self._parent is not None:
            return self._parent
        self.connection = await self.get_connection()
        try:
            self.transaction = self.connection.transaction()
            await self.begin()  # type: ignore[no-untyped-call]
        except BaseException:
            await self._give_back()
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if self._parent is not None:
            return error is None
        try:
            if error is not None:
                if not self._rolled_back:
                    await self.rollback()  # type: ignore[no-untyped-call]
            elif not self._committed and not self._rolled_back:
                await self.commit()  # type: ignore[no-untyped-call]
        finally:
            self.engine.current_transaction.reset(self.context)
            await self._give_back()
        return error is None

    async def _give_back(self) -> None:
        if self.engine.pool:
            await self.engine.pool.release(self.connection)
        else:
            await self.connection.close()


async def _leave_as_it_is(_connection: Any) -> None:
    """Do nothing: all that the product sets is local to its transaction (transaction.py), so nothing is left to take back.

    asyncpg would ask the server to reset everything, one round trip a transaction. A transaction left open it still ends.
    """


class Engine(PostgresEngine):
    """The process's one engine. `point_at` names the database before the pool starts."""

    def __init__(self) -> None:
        super().__init__(config={}, log_queries=False)

    def point_at(self, url: str) -> None:
        """Name the database by URL; the pool must be closed."""
        if self.pool is not None:
            message = "The pool is open: close it before the engine is pointed at another database."
            raise RuntimeError(message)
        self.config = {"dsn": url}

    async def start_connection_pool(self, **kwargs: Any) -> None:
        """Start the pool. A connection that comes back is not reset by a statement more: see `_leave_as_it_is`."""
        await super().start_connection_pool(reset=_leave_as_it_is, **kwargs)

    async def check_version(self) -> None:
        """Do nothing: `maraude doctor` and the migrations check the server's version, with a remedy."""

    def transaction(self, allow_nested: bool = True) -> PostgresTransaction:  # noqa: FBT001, FBT002 - Piccolo's signature
        """Return a transaction that gives its connection back whatever COMMIT answers."""
        return _Transaction(engine=self, allow_nested=allow_nested)
