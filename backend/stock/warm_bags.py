"""This file opens an excursion for a bag that was too warm or too cold, and holds back the lots that were in it.

It follows the log (backend/log/follow.py): readings come from tablets, hours later, in any order. So it looks at what
stands now: what was in the bag may become known after the reading, and is held back then. Asked twice, it does nothing
the second time. Everything is an op of the server itself, whoever's page made it look.
"""

from datetime import datetime
from uuid import UUID

from backend.clock import wire_instant
from backend.db.transaction import Transaction
from backend.ids import new_id
from backend.log.desk import Act, installation_for, write
from backend.stock.bag_store import OpenExcursion, contents, open_excursions, readings_to_judge, states_of
from backend.stock.cold_chain import HELD, is_kept_cold, is_out_of_range


async def hold_warm_bags(tx: Transaction, now: datetime) -> int:
    """Open excursions for new readings, hold back what is known to have been in their bags; return how many were opened."""
    acts: list[Act] = []
    opened: list[OpenExcursion] = []
    for reading in await readings_to_judge(tx):
        if reading.round_id is not None and reading.round_id in {one.round_id for one in opened}:
            continue
        inside = await contents(tx, reading.round_id, now.date())
        if not is_out_of_range(
            reading.celsius_tenths, [lot.storage for lot in inside.lots] + ["" for _ in inside.unknown]
        ):
            continue
        excursion_id = new_id()
        fields = {"temperature_id": str(reading.id), "opened_at": wire_instant(now), "state": "open"}
        acts.append(Act("excursion", excursion_id, dict(fields)))
        opened.append(OpenExcursion(excursion_id, reading.round_id, None, []))
    for excursion in [*opened, *await open_excursions(tx, to_change=True)]:
        inside = await contents(tx, excursion.round_id, now.date())
        more = [lot.id for lot in inside.lots if is_kept_cold(lot.storage) and lot.id not in excursion.lot_ids]
        acts += await held_back(tx, excursion.id, more)
    if acts:
        written = await write(tx, await installation_for(tx, "bag temperature", now), acts, now, by_server=True)
        if written.refused:
            message = f"The server's own ops about a bag were refused: {sorted(set(written.refused))}."
            raise RuntimeError(message)
    return len(opened)


async def held_back(tx: Transaction, excursion_id: UUID, lot_ids: list[UUID]) -> list[Act]:
    """Return the acts that add lots to an excursion and hold them back."""
    if not lot_ids:
        return []
    states = await states_of(tx, lot_ids)
    acts = [Act("excursion", excursion_id, add={"lot_ids": sorted(str(one) for one in lot_ids)})]
    return acts + [Act("lot", one, {"state": HELD}) for one in sorted(lot_ids) if states.get(one) == "available"]
