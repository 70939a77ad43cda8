"""This file keeps what was worked out from the read model for as long as everything that it was made of stands.

Each statement that changes counts, zones, inhabitants, campaigns or targets draws a new version in its own transaction
(migration 0024). What is kept is found by the territory, both versions and what was asked, and by nothing else: a new
dose is in the next answer, whoever wrote it and on whichever machine, and no territory finds another's figures. Only
what every reader of coverage may see is kept: who may see records is not asked here.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from backend.db.transaction import Transaction

KEPT_MOST: Final = 64  # answers of one process; the least asked for goes first
_kept: OrderedDict[Hashable, Any] = OrderedDict()
T = TypeVar("T")


class Version(NamedTuple):
    """A state of a territory's figures."""

    territory_id: UUID
    counts: UUID | None
    rules: UUID | None


async def read_version(tx: Transaction) -> Version:
    """Return the present version; what is read after it in the same transaction is at least as new."""
    territory = tx.scope.territory_id
    rows = await tx.fetch("SELECT part, version FROM coverage_version WHERE territory_id = $1", territory)
    found = {row["part"]: UUID(bytes=row["version"].bytes) for row in rows}
    return Version(territory, found.get("counts"), found.get("rules"))


async def remembered(version: Version, asked: tuple[Hashable, ...], read: Callable[[], Awaitable[T]]) -> T:
    """Return the answer to what is asked in this version, reading it if it is not kept; it must not be changed."""
    key = (version, asked)
    if key not in _kept:
        return _keep(key, await read())
    _kept.move_to_end(key)
    found: T = _kept[key]
    return found


def remembered_value(version: Version, asked: tuple[Hashable, ...], make: Callable[[], T]) -> T:
    """Return the same for what is made without reading."""
    key = (version, asked)
    if key not in _kept:
        return _keep(key, make())
    _kept.move_to_end(key)
    found: T = _kept[key]
    return found


def _keep(key: Hashable, value: T) -> T:
    _kept[key] = value
    while len(_kept) > KEPT_MOST:
        _kept.popitem(last=False)
    return value
