"""This file decides which visits stand on another day: a team has been told of them for that day and is still to make them.

Nobody is visited on two days for one wish. A stop that was made, skipped or withdrawn holds its visits no longer, nor does
a day that is past: what was not made there may be planned again.
"""

from datetime import date, datetime
from uuid import UUID

from backend.clock import day_in
from backend.db.transaction import Transaction

_STANDING = (
    "SELECT DISTINCT unnest(s.visit_ids) AS visit_id FROM round r JOIN stop s ON s.territory_id = r.territory_id "
    "AND s.round_id = r.id WHERE r.territory_id = $1 AND r.day_on >= $2 AND r.day_on <> $3 "
    "AND r.state NOT IN ('withdrawn', 'closed') AND s.state IN ('planned', 'arrived')"
)


async def standing_on_other_days(tx: Transaction, day_on: date, time_zone: str, at: datetime) -> set[UUID]:
    """Return the visits that stand in a plan in force of another day than this one, from the day of `at` on."""
    rows = await tx.fetch(_STANDING, tx.scope.territory_id, day_in(time_zone, at), day_on)
    return {row["visit_id"] for row in rows}
