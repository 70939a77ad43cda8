"""Join a call that is written down to the request that is open already for the same person or place."""

from datetime import datetime
from uuid import UUID

from backend.db.transaction import Transaction
from backend.ids import InstallationId
from backend.journal.store import record as journal
from backend.log.desk import Act, write
from backend.log.hold import take_turn
from backend.visits.join import join
from backend.visits.join_store import hold_joinable, open_requests_of
from backend.visits.take import Asked


async def hold_call(tx: Transaction, installation_id: InstallationId, asked: Asked) -> None:
    """Take turns, before a call is written, with whoever writes about it or about the requests that it may repeat."""
    known = await open_requests_of(tx, asked.person_id, asked.place_id)
    await take_turn(tx, installation_id, [one for one in (*known, asked.person_id, asked.household_id) if one])


async def join_call(
    tx: Transaction, installation_id: InstallationId, request_id: UUID, asked: Asked, now: datetime
) -> bool:
    """Join the new request and the oldest open one that it repeats; False if it repeats none, and both stand.

    `hold_call` comes first, before the new one is written.
    """
    known = [one for one in await open_requests_of(tx, asked.person_id, asked.place_id) if one != request_id]
    found = {one.id: one for one in await hold_joinable(tx, installation_id, [*known, request_id])}
    for former in known:
        joined = join(found[former], found[request_id])
        if joined is None:
            continue
        link = Act("request", joined.leaves.id, add={"joined_to": [str(joined.stays.id)]})
        if (await write(tx, installation_id, [link], now)).refused:
            return False
        await journal(tx, "requests_joined", "request", [joined.stays.id, joined.leaves.id], at=now)
        return True
    return False
