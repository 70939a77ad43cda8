"""Tell which calendar day it is in the territory of a transaction."""

from datetime import date

from backend import clock
from backend.db.transaction import Transaction


async def today_of(tx: Transaction) -> date:
    """Return the calendar day in the territory's time zone."""
    return clock.day_in(await read_time_zone(tx), clock.now())


async def read_time_zone(tx: Transaction) -> str:
    """Return the name of the territory's time zone."""
    return str(await tx.fetch_value("SELECT time_zone FROM territory WHERE id = $1", tx.scope.territory_id))
