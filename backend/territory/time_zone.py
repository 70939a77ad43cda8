"""Tell which calendar day it is in the territory of a transaction."""

from datetime import date

from backend import clock
from backend.db.transaction import Transaction


async def today_of(tx: Transaction) -> date:
    """Return the calendar day in the territory's time zone."""
    time_zone = await tx.fetch_value("SELECT time_zone FROM territory WHERE id = $1", tx.scope.territory_id)
    return clock.day_in(str(time_zone), clock.now())
