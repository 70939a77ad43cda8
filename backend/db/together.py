"""Send statements that do not read each other's rows as one, so that a push waits for one answer and not for five.

They become the parts of one WITH: each sees what was there before all of them, all stand or none does. PostgreSQL runs
parts that nobody reads in the reverse of their order, so they are written in reverse: rows are locked in the order in
which the statements were added, here and where one goes alone.
"""

import itertools
import re
from functools import lru_cache
from typing import Any

from backend.db.transaction import Transaction

_VALUE = re.compile(r"\$(\d+)")


def joined(statements: list[tuple[str, tuple[Any, ...]]]) -> tuple[str, tuple[Any, ...]]:
    """Return one statement that does what several do, and its values.

    >>> joined([("DELETE FROM a WHERE x = $1", (7,)), ("UPDATE b SET y = $2 WHERE x = $1", (8, 9))])
    ('WITH s2 AS (UPDATE b SET y = $3 WHERE x = $2), s1 AS (DELETE FROM a WHERE x = $1) SELECT 1', (7, 8, 9))
    """
    parts = tuple((sql, len(own)) for sql, own in statements)
    return _joined(parts), tuple(itertools.chain.from_iterable(own for _, own in statements))


@lru_cache(maxsize=256)  # a push sends one of a few dozens
def _joined(parts: tuple[tuple[str, int], ...]) -> str:
    before = itertools.accumulate((own for _, own in parts), initial=0)
    spelled = [
        f"s{number} AS ({_shifted(sql, by)})"
        for number, ((sql, _), by) in enumerate(zip(parts, before, strict=False), 1)
    ]
    return f"WITH {', '.join(reversed(spelled))} SELECT 1"


def _shifted(sql: str, by: int) -> str:
    return _VALUE.sub(lambda found: f"${int(found[1]) + by}", sql)


class Together:
    """Statements of one transaction that wait to be sent."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._first: list[tuple[str, tuple[Any, ...]]] = []
        self._waiting: list[tuple[str, tuple[Any, ...]]] = []
        self._last: list[tuple[str, tuple[Any, ...]]] = []
        self.territory_id = tx.scope.territory_id

    def add(self, sql: str, *values: Any) -> None:
        """Let a statement with `$n` values wait; it must need nothing of what waits with it."""
        self._waiting.append((sql, values))

    def add_first(self, sql: str, *values: Any) -> None:
        """Let a statement wait that is to run before all others: what it locks is locked before theirs elsewhere too."""
        self._first.append((sql, values))

    def add_last(self, sql: str, *values: Any) -> None:
        """Let a statement wait until all others have run: one that locks what other transactions wait for."""
        self._last.append((sql, values))

    async def send(self) -> None:
        """Run what waits, if anything does."""
        waiting = [*self._first, *self._waiting, *self._last]
        self._first, self._waiting, self._last = [], [], []
        if len(waiting) == 1:
            sql, values = waiting[0]
            await self._tx.execute(sql, *values)
        elif waiting:
            sql, values = joined(waiting)
            await self._tx.execute(sql, *values)
