"""This file carries out what is done to stock: receive, move, count, read a temperature, decide, recall. Every step is an op.

A temperature out of range opens an excursion and holds back the lots that lie there, in the same transaction. Those of
bags come from tablets: backend/stock/warm_bags.py.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from backend.clock import wire_instant
from backend.db.transaction import Transaction
from backend.ids import InstallationId, new_id
from backend.log.desk import Act, write
from backend.problems import Problem
from backend.stock import store
from backend.stock.bag_store import begun_vials, is_of_bag
from backend.stock.cold_chain import HELD, is_kept_cold, is_out_of_range, state_after
from backend.stock.on_hand import is_expired, on_hand
from backend.stock.warm_bags import held_back


@dataclass(frozen=True)
class Moved:
    """Doses that move; which places are needed depends on the kind."""

    kind: str
    lot_id: UUID
    doses: int
    from_place_id: UUID | None
    to_place_id: UUID | None
    cause: str = ""


PLACES_NEEDED = {
    "received": (False, True),
    "transferred": (True, True),
    "discarded": (True, False),
    "found": (False, True),
    "missing": (True, False),
}


async def receive_lot(
    tx: Transaction,
    installation_id: InstallationId,
    lot: tuple[UUID, str, date],
    moved: tuple[UUID, int],
    now: datetime,
    today: date,
) -> UUID:
    """Write down a lot (product, number, expiry) that came to a place with so many doses; an expired one is held back.

    Doses of a lot that is known come to it: the page has asked whether number and expiry agree.
    """
    product_id, number, expires_on = lot
    place_id, doses = moved
    known = await store.lot_of_number(tx, product_id, number, expires_on)
    if known is not None:
        received = _move_act(Moved("received", known.id, doses, None, place_id), now)
        await _written(tx, installation_id, [received], now)
        return known.id
    lot_id = new_id()
    fields: dict[str, str | int | bool | None] = {
        "product_id": str(product_id),
        "number": number,
        "expires_on": expires_on.isoformat(),
        "state": HELD if is_expired(expires_on, today) else "available",
    }
    await _written(
        tx,
        installation_id,
        [Act("lot", lot_id, fields), _move_act(Moved("received", lot_id, doses, None, place_id), now)],
        now,
    )
    return lot_id


async def move(tx: Transaction, installation_id: InstallationId, moved: Moved, now: datetime) -> None:
    """Write a move down; a kind that lacks one of its places is a bad request."""
    needs_from, needs_to = PLACES_NEEDED.get(moved.kind, (True, True))
    if needs_from != (moved.from_place_id is not None) or needs_to != (moved.to_place_id is not None):
        raise Problem("bad_request", codes=["place"])
    await _written(tx, installation_id, [_move_act(moved, now)], now)


async def read_temperature(
    tx: Transaction, installation_id: InstallationId, place_id: UUID, celsius_tenths: int, now: datetime
) -> bool:
    """Write a fridge's temperature down; return whether it opened an excursion."""
    reading_id = new_id()
    acts = [
        Act(
            "temperature",
            reading_id,
            {
                "place_id": str(place_id),
                "read_at": wire_instant(now),
                "celsius_tenths": celsius_tenths,
                "moment": "centre",
            },
        )
    ]
    lots = {lot.id: lot for lot in await store.list_lots(tx)}
    stock = on_hand(await store.read_moves(tx))
    there = [lots[lot_id] for (lot_id, where), n in stock.items() if where == place_id and n > 0 and lot_id in lots]
    out = is_out_of_range(celsius_tenths, [lot.storage for lot in there])
    if out:
        held = [lot for lot in there if is_kept_cold(lot.storage) and lot.state in ("available", HELD)]
        acts.append(
            Act(
                "excursion",
                new_id(),
                {"temperature_id": str(reading_id), "opened_at": wire_instant(now), "state": "open"},
                {"lot_ids": sorted(str(lot.id) for lot in held)} if held else {},
            )
        )
        acts += [Act("lot", lot.id, {"state": HELD}) for lot in held if lot.state != HELD]
    await _written(tx, installation_id, acts, now)
    return out


async def decide(
    tx: Transaction, installation_id: InstallationId, excursion_id: UUID, decision: tuple[str, str], now: datetime
) -> None:
    """Settle an excursion with a reason: its lots may be used again, or are destroyed; of a bag, what was in it alone."""
    word, reason = decision
    known = await store.excursion_state(tx, excursion_id)
    if known is None:
        raise Problem("not_found")
    if known == "decided":
        raise Problem("record_changed")
    lots = await store.lots_of_excursion(tx, excursion_id)
    if word not in ("release", "destroy") or not reason:
        raise Problem("bad_request", codes=["decision"])
    settled: dict[str, str | int | bool | None] = {
        "decision": word,
        "decision_reason": reason,
        "decided_at": wire_instant(now),
        "state": "decided",
    }
    acts = [Act("excursion", excursion_id, settled)]
    of_bag = await is_of_bag(tx, excursion_id)
    acts += [
        Act("lot", lot_id, {"state": after})
        for lot_id, state, other_open in lots
        if (after := state_after(word, state, other_open=other_open, of_bag=of_bag)) != state
    ]
    if of_bag and word == "destroy":
        acts += [
            Act("vial", vial_id, {"state": "discarded"}, {"waste_cause": ["temperature"]}, inc={"doses_wasted": left})
            for vial_id, left in await begun_vials(tx, excursion_id, [lot_id for lot_id, _, _ in lots])
        ]
    await _written(tx, installation_id, acts, now)


async def name_lot(
    tx: Transaction, installation_id: InstallationId, excursion_id: UUID, lot_id: UUID, now: datetime
) -> None:
    """Name a lot that was in a bag too, as the team says: it is held back with the others."""
    if await store.find_lot(tx, lot_id) is None or await store.excursion_state(tx, excursion_id) is None:
        raise Problem("not_found")
    if lot_id not in {one for one, _, _ in await store.lots_of_excursion(tx, excursion_id)}:
        await _written(tx, installation_id, await held_back(tx, excursion_id, [lot_id]), now)


async def recall(tx: Transaction, installation_id: InstallationId, lot_id: UUID, now: datetime) -> None:
    """Recall a lot: no page and no tablet offers it any more."""
    if await store.find_lot(tx, lot_id) is None:
        raise Problem("not_found")
    await _written(tx, installation_id, [Act("lot", lot_id, {"state": "recalled"})], now)


def _move_act(moved: Moved, now: datetime) -> Act:
    fields: dict[str, str | int | bool | None] = {
        "kind": moved.kind,
        "lot_id": str(moved.lot_id),
        "doses": moved.doses,
        "moved_at": wire_instant(now),
    }
    places = {"from_place_id": moved.from_place_id, "to_place_id": moved.to_place_id}
    fields |= {name: str(place) for name, place in places.items() if place is not None}
    return Act("stock_move", new_id(), {**fields, "cause": moved.cause} if moved.cause else fields)


async def _written(tx: Transaction, installation_id: InstallationId, acts: list[Act], now: datetime) -> None:
    written = await write(tx, installation_id, acts, now)
    if written.refused:
        raise Problem("bad_request", codes=sorted(set(written.refused)))
