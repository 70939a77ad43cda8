"""Order a tablet to wipe itself, say what a lost one held, and note that it was done.

The order destroys the shares at once: from then on only who reads the tablet at that moment can read it, and at its next
contact it hands in what it can and takes everything away.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.db.transaction import Transaction
from backend.ids import TabletId
from backend.tablets.enrol import revoke
from backend.tablets.shares import destroy


@dataclass(frozen=True)
class Order:
    """What a tablet is called, and whether it is to wipe itself."""

    label: str
    wipe: bool


@dataclass(frozen=True)
class HeldPlace:
    """A place whose records a tablet held, and how many people were among them."""

    place_id: UUID
    name: str
    address: str
    people: int


async def order_wipe(tx: Transaction, tablet_id: TabletId, at: datetime) -> bool:
    """Revoke a tablet, order it to wipe itself, and destroy its shares; False if there is none, or it was wiped."""
    await revoke(tx, tablet_id)
    touched = await tx.execute(
        "UPDATE tablet SET wipe_ordered_at = $3 WHERE territory_id = $1 AND id = $2 AND state = 'deposit_only'",
        tx.scope.territory_id,
        tablet_id,
        at,
    )
    if touched == 1:
        await destroy(tx, tablet_id)
    return touched == 1


async def order_of(tx: Transaction) -> Order:
    """Return what is ordered of the tablet that asks."""
    row = await tx.fetch_row(
        "SELECT t.label, t.wipe_ordered_at FROM installation i JOIN tablet t ON t.territory_id = i.territory_id "
        "AND t.id = i.tablet_id WHERE i.territory_id = $1 AND i.id = $2",
        tx.scope.territory_id,
        tx.scope.installation_id,
    )
    return Order("", wipe=False) if row is None else Order(row["label"], row["wipe_ordered_at"] is not None)


async def note_wiped(tx: Transaction) -> bool:
    """Note that the tablet that asks has wiped itself; False if nobody ordered it."""
    tablet_id = await tx.fetch_value(
        "UPDATE tablet t SET state = 'wiped' FROM installation i WHERE i.territory_id = $1 AND i.id = $2 "
        "AND t.territory_id = i.territory_id AND t.id = i.tablet_id AND t.wipe_ordered_at IS NOT NULL RETURNING t.id",
        tx.scope.territory_id,
        tx.scope.installation_id,
    )
    if tablet_id is None:
        return False
    await tx.execute(
        "UPDATE installation SET state = 'wiped' WHERE territory_id = $1 AND tablet_id = $2",
        tx.scope.territory_id,
        tablet_id,
    )
    return True


async def held_by(tx: Transaction, tablet_id: TabletId) -> list[HeldPlace]:
    """Return the places whose records a tablet held when it was last heard of."""
    rows = await tx.fetch(
        "SELECT p.id, coalesce(p.name, '') AS name, coalesce(p.address, '') AS address, "
        "(SELECT count(*) FROM person x WHERE x.territory_id = p.territory_id AND x.place_id = p.id) AS people "
        "FROM place p WHERE p.territory_id = $1 AND 'place:' || p.id::text IN (SELECT h.bucket_id FROM held_bucket h "
        "JOIN installation i ON i.territory_id = h.territory_id AND i.id = h.installation_id "
        "WHERE h.territory_id = $1 AND i.tablet_id = $2) ORDER BY p.address, p.id",
        tx.scope.territory_id,
        tablet_id,
    )
    return [HeldPlace(row["id"], row["name"], row["address"], row["people"]) for row in rows]
