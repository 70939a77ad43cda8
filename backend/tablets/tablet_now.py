"""This file reads what is true of a tablet at the moment of its request: may it be given anything, what, and up to where.

A tablet waits for one answer after the other, so that all of it is one statement.
"""

from dataclasses import dataclass
from typing import Final

from backend import clock
from backend.db.transaction import Transaction
from backend.log.scope import DAYS_AROUND, ROUNDS_ASKED, days_around, scope_of_rounds
from backend.problems import Problem
from sync.scope import Scope

# What day it is where the team works is known once its time zone is: a day more on either side holds it.
_DAYS_READ: Final = DAYS_AROUND + 1
_NOW: Final = (
    "SELECT i.state AS installation_state, t.team_id AS own_team_id, y.time_zone, e.epoch, "
    "pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon, ARRAY(SELECT h.bucket_id FROM held_bucket h "
    "WHERE h.territory_id = $1 AND h.installation_id = $2) AS held, r.* "
    "FROM installation i JOIN territory y ON y.id = i.territory_id CROSS JOIN server_epoch e "
    "LEFT JOIN tablet t ON t.territory_id = i.territory_id AND t.id = i.tablet_id "
    "CROSS JOIN LATERAL (SELECT t.team_id, $3::text[]::date[] AS days) asked "
    f"LEFT JOIN LATERAL ({ROUNDS_ASKED}) r ON true WHERE i.territory_id = $1 AND i.id = $2"
)


@dataclass(frozen=True)
class TabletNow:
    """What a tablet may hold, under which epoch, and what it was noted to hold.

    The horizon: whatever has a lower transaction number is committed.
    """

    scope: Scope
    epoch: int
    horizon: int
    held: frozenset[str]


async def read_tablet_now(tx: Transaction) -> TabletNow:
    """Return what is true of the tablet of this transaction's scope; raises its Problem where it may be given nothing (S6).

    What is read after this sees all that was committed below the horizon.
    """
    now = clock.now()
    days = days_around(now.date(), _DAYS_READ)
    rows = await tx.fetch(_NOW, tx.scope.territory_id, tx.scope.installation_id, days)
    if not rows:
        raise Problem("tablet_unknown")
    tablet = rows[0]
    if tablet["installation_state"] != "active":
        raise Problem("tablet_deposit_only")
    team_id = str(tablet["own_team_id"]) if tablet["own_team_id"] else None
    rounds = [row for row in rows if row["day_on"] is not None]
    scope = scope_of_rounds(team_id, rounds, clock.day_in(tablet["time_zone"], now))
    return TabletNow(scope, tablet["epoch"], tablet["horizon"], frozenset(tablet["held"]))


async def scope_of_tablet(tx: Transaction) -> Scope:
    """Return what the tablet of this transaction's scope may hold today."""
    return (await read_tablet_now(tx)).scope
