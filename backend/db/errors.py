"""Translate what the database raises into a problem of the catalogue; None for what is a bug."""

from socket import gaierror

import asyncpg

from backend.db.engine import PoolBusyError

_AWAY = (
    ConnectionError,
    FileNotFoundError,
    TimeoutError,
    gaierror,  # the name of its machine is not known
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that breaks in the middle of an exchange
    asyncpg.IdleInTransactionSessionTimeoutError,
)
_BUSY = (PoolBusyError, asyncpg.TooManyConnectionsError, asyncpg.SerializationError, asyncpg.DeadlockDetectedError)


def problem_code(error: BaseException) -> str | None:
    """Return the code of the problem that an exception of the database means.

    >>> problem_code(FileNotFoundError("no socket"))
    'database_away'
    >>> problem_code(asyncpg.InternalClientError("unexpected message"))
    'database_away'
    >>> problem_code(ValueError("a bug")) is None
    True
    """
    if isinstance(error, _BUSY):
        return "database_busy"
    if isinstance(error, asyncpg.DiskFullError):
        return "database_full"
    return "database_away" if isinstance(error, _AWAY) else None
