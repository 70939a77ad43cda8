"""This file reads what is true of a tablet at the moment of its request: may it be given anything, what, and up to where.

A tablet waits for one answer after the other, so that all of it but the rounds is one statement.
"""

from dataclasses import dataclass

from backend import clock
from backend.db.transaction import Transaction
from backend.log.scope import scope_of_team
from backend.problems import Problem
from sync.scope import Scope


@dataclass(frozen=True)
class TabletNow:
    """What a tablet may hold, under which epoch, and the horizon: whatever has a lower transaction number is committed."""

    scope: Scope
    epoch: int
    horizon: int


async def read_tablet_now(tx: Transaction) -> TabletNow:
    """Return what is true of the tablet of this transaction's scope; raises its Problem where it may be given nothing (S6).

    What is read after this sees all that was committed below the horizon.
    """
    row = await tx.fetch_row(
        "SELECT i.state, t.team_id, y.time_zone, e.epoch, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon "
        "FROM installation i JOIN territory y ON y.id = i.territory_id CROSS JOIN server_epoch e "
        "LEFT JOIN tablet t ON t.territory_id = i.territory_id AND t.id = i.tablet_id "
        "WHERE i.territory_id = $1 AND i.id = $2",
        tx.scope.territory_id,
        tx.scope.installation_id,
    )
    if row is None:
        raise Problem("tablet_unknown")
    if row["state"] != "active":
        raise Problem("tablet_deposit_only")
    today = clock.day_in(row["time_zone"], clock.now())
    scope = await scope_of_team(tx, str(row["team_id"]) if row["team_id"] else None, today)
    return TabletNow(scope, row["epoch"], row["horizon"])


async def scope_of_tablet(tx: Transaction) -> Scope:
    """Return what the tablet of this transaction's scope may hold today."""
    return (await read_tablet_now(tx)).scope
