"""This file decides what an operator is told when a verb cannot use its database: one sentence, and what to do.

The same codes answer a request (backend/db/errors.py); two more mean an operator's mistake here and a bug there.
"""

from typing import Final

import asyncpg

from backend.db.errors import problem_code
from backend.problems import CATALOGUE

_MISTAKES: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (asyncpg.InsufficientPrivilegeError, "The role that DATABASE_URL or DATABASE_OWNER_URL names may not do this."),
    (asyncpg.UndefinedTableError, "The database has no tables of Maraude: run `maraude migrate`."),
)


def database_fault(error: BaseException) -> str | None:
    """Return the sentence for an exception, or None for one that no operator can mend.

    >>> database_fault(ConnectionRefusedError())
    'The database does not answer. Run `maraude doctor`.'
    >>> database_fault(KeyError("a bug")) is None
    True
    """
    code = problem_code(error)
    found = CATALOGUE[code].en if code else next((told for kind, told in _MISTAKES if isinstance(error, kind)), None)
    return found and f"{found} Run `maraude doctor`."
