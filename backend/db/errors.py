"""Translate what the database raises into a problem of the catalogue; None for what is a bug."""

import errno
from socket import gaierror
from ssl import SSLError

import asyncpg

from backend.db.engine import PoolBusyError

_AWAY = (
    ConnectionError,
    FileNotFoundError,
    TimeoutError,
    gaierror,  # the name of its machine is not known
    SSLError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that breaks in the middle of an exchange
    asyncpg.IdleInTransactionSessionTimeoutError,
)
_REFUSED = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)  # a password's is of the former
_UNREACHABLE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN})
_BUSY = (PoolBusyError, asyncpg.TooManyConnectionsError, asyncpg.SerializationError, asyncpg.DeadlockDetectedError)


def problem_code(error: BaseException) -> str | None:
    """Return the code of the problem that an exception of the database means.

    >>> problem_code(FileNotFoundError("no socket"))
    'database_away'
    >>> problem_code(asyncpg.InternalClientError("unexpected message"))
    'database_away'
    >>> problem_code(asyncpg.InvalidPasswordError("password authentication failed"))
    'database_refused'
    >>> problem_code(ValueError("a bug")) is None
    True
    """
    if isinstance(error, _BUSY):
        return "database_busy"
    if isinstance(error, asyncpg.DiskFullError):
        return "database_full"
    if isinstance(error, _REFUSED):
        return "database_refused"
    unreachable = isinstance(error, OSError) and error.errno in _UNREACHABLE
    return "database_away" if unreachable or isinstance(error, _AWAY) else None
