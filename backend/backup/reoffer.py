"""Say which tablets have not offered again since a restore, and end the time in which more is believed.

While `reoffering` is on, an op may name a record or a version that this server does not know yet: the op that made it
was forgotten and may still come. It is ended by a command, never by a clock: only people know whether a tablet that has
not come is late, lost or broken, and an op refused because the time was over would be lost to the record it belongs to.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

_AWAITED = (
    "SELECT t.label, max(i.seen_at) AS seen_at FROM tablet t JOIN installation i ON i.territory_id = t.territory_id "
    "AND i.tablet_id = t.id WHERE t.territory_id = $1 AND t.state <> 'wiped' GROUP BY t.id, t.label "
    "HAVING coalesce(max(i.seen_at), '-infinity') < $2 ORDER BY t.label"
)


@dataclass(frozen=True)
class Awaited:
    """A tablet that has not handed in since the restore; `seen_at` is when it last did, as far as the backup knew."""

    territory: str
    label: str
    seen_at: datetime | None


@dataclass(frozen=True)
class Reoffering:
    """Since when tablets offer again, and who has not; `started_at` is None when nothing is being offered again."""

    started_at: datetime | None
    awaited: tuple[Awaited, ...]


async def state(owner_url: str) -> Reoffering:
    """Return how far the offering is."""
    connection = await asyncpg.connect(owner_url)
    try:
        row = await connection.fetchrow("SELECT reoffering, started_at FROM server_epoch")
        if not row["reoffering"]:
            return Reoffering(None, ())
        return Reoffering(row["started_at"], await _awaited(connection, row["started_at"]))
    finally:
        await connection.close()


async def end(owner_url: str) -> None:
    """End the offering: from now on an op that names what the server does not know is refused as before."""
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute("UPDATE server_epoch SET reoffering = false")
    finally:
        await connection.close()


async def _awaited(connection: Any, since: datetime) -> tuple[Awaited, ...]:
    awaited: list[Awaited] = []
    for territory in await connection.fetch("SELECT id, slug FROM territory ORDER BY slug"):
        async with connection.transaction(readonly=True):
            await connection.execute("SELECT set_config('maraude.territory', $1, true)", str(territory["id"]))
            rows = await connection.fetch(_AWAITED, territory["id"], since)
            awaited += [Awaited(territory["slug"], row["label"], row["seen_at"]) for row in rows]
    return tuple(awaited)
