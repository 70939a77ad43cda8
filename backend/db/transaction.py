"""Open the one transaction of a request or job, with its scope set for row-level security.

Every statement of the product runs inside `transaction(scope)`. The settings are local to the transaction, so that a
pooled connection never carries one user's scope to the next; outside of it every territory's rows are invisible.
"""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from backend.access import Scope
from backend.db.engine import Engine
from backend.ids import UserId
from backend.piccolo_conf import DB

AfterCommit = Callable[[], Awaitable[None]]
_SET = (
    "SELECT set_config('role', 'maraude_app', true), set_config('maraude.territory', $1, true), "
    "set_config('maraude.user', $2, true), set_config('maraude.system', $3, true), "
    "set_config('synchronous_commit', 'on', true), "  # S1: what is answered after the commit survives a crash
    "set_config('idle_in_transaction_session_timeout', $4, true), set_config('plan_cache_mode', $5, true)"
)
# PostgreSQL plans a statement anew for each set of values five times, on each connection, before it keeps a plan.
_AS_USUAL, _KEPT = "auto", "force_generic_plan"

_ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"

# A feed ends below the oldest writing transaction. One that a stopped process has left open would hold back what
# every tablet is sent, so PostgreSQL itself ends a transaction that says nothing for this long.
IDLE_SECONDS_MAX = 30


class Transaction:
    """A transaction that is open: asyncpg's connection, and what is to happen once it is committed."""

    def __init__(self, connection: Any, scope: Scope | None) -> None:
        self.connection = connection
        self._scope = scope
        self._after_commit: list[AfterCommit] = []

    @property
    def scope(self) -> Scope:
        """Return the scope; a transaction without one has no business with a territory's rows."""
        if self._scope is None:
            message = "This transaction was opened without a scope."
            raise RuntimeError(message)
        return self._scope

    @property
    def has_scope(self) -> bool:
        """Tell whether this transaction is in a territory."""
        return self._scope is not None

    def after_commit(self, act: AfterCommit) -> None:
        """Let `act` happen after a successful commit (putting a job on the queue, waking a listener)."""
        self._after_commit.append(act)

    async def go_on_as(self, user_id: UserId) -> None:
        """Name the user that a token has just proved: row-level security lets own memberships be seen."""
        await self.connection.execute("SELECT set_config('maraude.user', $1, true)", str(user_id))

    async def fetch(self, sql: str, *values: Any) -> list[Any]:
        """Return the rows of a statement with `$n` values."""
        return list(await self.connection.fetch(sql, *values))

    async def fetch_row(self, sql: str, *values: Any) -> Any | None:
        """Return the first row or None."""
        return await self.connection.fetchrow(sql, *values)

    async def fetch_value(self, sql: str, *values: Any) -> Any:
        """Return the first column of the first row, or None."""
        return await self.connection.fetchval(sql, *values)

    async def execute(self, sql: str, *values: Any) -> int:
        """Run a statement and return how many rows it touched."""
        status = str(await self.connection.execute(sql, *values))
        last = status.rsplit(" ", 1)[-1]
        return int(last) if last.isdigit() else 0


@contextlib.asynccontextmanager
async def transaction(scope: Scope, *, plans_are_kept: bool = False) -> AsyncIterator[Transaction]:
    """Open a transaction in a scope: commit at the end, roll back on an exception, then run what waited.

    The scope reaches row-level security through settings that end with the transaction. `plans_are_kept` is for statements
    that are served well by one plan whatever their values, as those that find rows by their keys.
    """
    plans = _KEPT if plans_are_kept else _AS_USUAL
    async with _open(scope, str(scope.territory_id), str(scope.user_id or ""), "", plans=plans) as opened:
        yield opened


@contextlib.asynccontextmanager
async def snapshot(scope: Scope) -> AsyncIterator[Transaction]:
    """Open a transaction in a scope that reads alone, and sees one moment from its first statement to its last."""
    async with _open(scope, str(scope.territory_id), str(scope.user_id or ""), "", _ONE_MOMENT) as opened:
        yield opened


@contextlib.asynccontextmanager
async def transaction_of_user(user_id: UserId | None) -> AsyncIterator[Transaction]:
    """Open a transaction for signing in, before a territory is chosen: users, sessions, own memberships."""
    async with _open(None, "", str(user_id or ""), "") as opened:
        yield opened


@contextlib.asynccontextmanager
async def transaction_of_jobs() -> AsyncIterator[Transaction]:
    """Open a transaction for the worker and the sweeper: it sees the job rows of every territory, and nothing else."""
    async with _open(None, "", "", "jobs") as opened:
        yield opened


@contextlib.asynccontextmanager
async def _open(
    scope: Scope | None, territory: str, user: str, system: str, first: str = "", plans: str = _AS_USUAL
) -> AsyncIterator[Transaction]:
    engine: Engine = DB
    async with engine.transaction(allow_nested=False) as inner:
        if first:
            await inner.connection.execute(first)
        await inner.connection.execute(_SET, territory, user, system, f"{IDLE_SECONDS_MAX}s", plans)
        opened = Transaction(inner.connection, scope)
        yield opened
    for act in opened._after_commit:  # noqa: SLF001 - the two belong to one file
        await act()
