"""This file reads the temperatures of bags and what tells which lots were in them; every statement carries the territory."""

from datetime import date
from uuid import UUID

import msgspec

from backend.db.transaction import Transaction
from backend.stock.bags import counts
from backend.stock.cold_chain import COLD_LEAST_TENTHS, COLD_MOST_TENTHS
from backend.stock.in_the_bag import InBag, Lot, lots_in_bag


class BagReading(msgspec.Struct, frozen=True):
    """A temperature of a bag that may open an excursion."""

    id: UUID
    round_id: UUID | None
    celsius_tenths: int


class OpenExcursion(msgspec.Struct, frozen=True):
    """An excursion of a bag that waits for a decision, and the lots that it holds back."""

    id: UUID
    round_id: UUID | None
    team_id: UUID | None
    lot_ids: list[UUID]


async def readings_to_judge(tx: Transaction) -> list[BagReading]:
    """Return standing readings of bags outside the cold that no excursion of the round answers yet, the first one first.

    A decision answers every reading of the round that had arrived by then. What the bounds here leave out is never out of
    range.
    """
    rows = await tx.fetch(
        "SELECT t.id, t.round_id, t.celsius_tenths FROM temperature t WHERE t.territory_id = $1 AND t.place_id IS NULL "
        "AND (t.celsius_tenths < $2 OR t.celsius_tenths > $3) AND t.state IS DISTINCT FROM 'entered_in_error' "
        "AND t.read_at IS NOT NULL AND NOT EXISTS (SELECT FROM excursion e JOIN temperature o "
        "ON o.territory_id = e.territory_id AND o.id = e.temperature_id WHERE e.territory_id = $1 "
        "AND (o.id = t.id OR (o.round_id = t.round_id AND (e.decided_at IS NULL OR e.decided_at >= "
        "(SELECT min(p.received_at) FROM op p WHERE p.territory_id = $1 AND p.record_id = t.id))))) "
        "ORDER BY t.read_at, t.id",
        tx.scope.territory_id,
        COLD_LEAST_TENTHS,
        COLD_MOST_TENTHS,
    )
    return [BagReading(**dict(row)) for row in rows]


async def open_excursions(tx: Transaction, *, to_change: bool = False) -> list[OpenExcursion]:
    """Return the undecided excursions of bags; nobody decides on them meanwhile if they are to be changed."""
    rows = await tx.fetch(
        "SELECT e.id, t.round_id, t.team_id, e.lot_ids FROM excursion e "
        "JOIN temperature t ON t.territory_id = e.territory_id AND t.id = e.temperature_id "
        "WHERE e.territory_id = $1 AND e.state IS DISTINCT FROM 'decided' AND t.place_id IS NULL ORDER BY e.id"
        + (" FOR UPDATE OF e" if to_change else ""),
        tx.scope.territory_id,
    )
    return [OpenExcursion(**dict(row)) for row in rows]


async def contents(tx: Transaction, round_id: UUID | None, on: date) -> InBag:
    """Return which lots were in the bag of a round, as far as anything on the log tells; lots expired `on` are not usable."""
    territory = tx.scope.territory_id
    row = await tx.fetch_row(
        "SELECT team_id, day_on, doses_carried FROM round WHERE territory_id = $1 AND id = $2", territory, round_id
    )
    if row is None:
        return InBag((), ())
    used = await tx.fetch(
        "SELECT coalesce(v.lot_id, l.id) AS id FROM vial v JOIN territory o ON o.id = v.territory_id "
        "LEFT JOIN product p ON p.territory_id = v.territory_id AND p.code = v.product_code "
        "LEFT JOIN lot l ON l.territory_id = v.territory_id AND l.product_id = p.id AND l.number = v.lot_number "
        "WHERE v.territory_id = $1 AND v.team_id = $2 AND CASE WHEN v.opened_at IS NULL "
        "THEN coalesce(v.state, 'sealed') = 'sealed' ELSE (v.opened_at AT TIME ZONE o.time_zone)::date = $3 END",
        territory,
        row["team_id"],
        row["day_on"],
    )
    given = await tx.fetch(
        "SELECT DISTINCT d.product_code, d.lot_number FROM stop s "
        "JOIN dose d ON d.territory_id = s.territory_id AND d.visit_id = ANY(s.visit_ids) "
        "WHERE s.territory_id = $1 AND s.round_id = $2 AND d.status = 'given' AND d.given_on = $3 "
        "AND d.lot_number IS NOT NULL AND d.state IS DISTINCT FROM 'entered_in_error'",
        territory,
        round_id,
        row["day_on"],
    )
    return lots_in_bag(
        await _lots(tx, on),
        list(counts(row["doses_carried"])),
        {one["id"] for one in used if one["id"]},
        {(one["product_code"] or "", one["lot_number"]) for one in given},
    )


async def _lots(tx: Transaction, on: date) -> list[Lot]:
    rows = await tx.fetch(
        "SELECT l.id, coalesce(p.code, '') AS product_code, coalesce(l.number, '') AS number, "
        "coalesce(p.storage, '') AS storage, coalesce(l.state, 'available') IN ('available', 'quarantined') "
        "AND (l.expires_on IS NULL OR l.expires_on >= $2) AS is_usable FROM lot l "
        "JOIN product p ON p.territory_id = l.territory_id AND p.id = l.product_id WHERE l.territory_id = $1 ORDER BY l.id",
        tx.scope.territory_id,
        on,
    )
    return [Lot(**dict(row)) for row in rows]


async def states_of(tx: Transaction, lot_ids: list[UUID]) -> dict[UUID, str]:
    """Return the states of lots."""
    rows = await tx.fetch(
        "SELECT id, coalesce(state, 'available') AS state FROM lot WHERE territory_id = $1 AND id = ANY($2)",
        tx.scope.territory_id,
        lot_ids,
    )
    return {row["id"]: row["state"] for row in rows}


async def is_of_bag(tx: Transaction, excursion_id: UUID) -> bool:
    """Tell whether an excursion is of a bag, and not of a place."""
    return bool(
        await tx.fetch_value(
            "SELECT t.place_id IS NULL FROM excursion e JOIN temperature t ON t.territory_id = e.territory_id "
            "AND t.id = e.temperature_id WHERE e.territory_id = $1 AND e.id = $2",
            tx.scope.territory_id,
            excursion_id,
        )
    )


async def begun_vials(tx: Transaction, excursion_id: UUID, lot_ids: list[UUID]) -> list[tuple[UUID, int]]:
    """Return the vials of these lots that the team of an excursion's bag has not ended, and the doses left in each."""
    rows = await tx.fetch(
        "SELECT v.id, greatest(0, v.doses_nominal - coalesce(v.doses_wasted, 0) - (SELECT count(*) FROM dose d "
        "WHERE d.territory_id = $1 AND d.vial_id = v.id AND d.status = 'given' AND d.state IS DISTINCT FROM 'entered_in_error')) "
        "AS doses_left FROM excursion e JOIN temperature t ON t.territory_id = $1 AND t.id = e.temperature_id "
        "JOIN vial v ON v.territory_id = $1 AND v.team_id = t.team_id AND v.lot_id = ANY($3) "
        "WHERE e.territory_id = $1 AND e.id = $2 AND coalesce(v.state, 'sealed') IN ('sealed', 'opened') ORDER BY v.id",
        tx.scope.territory_id,
        excursion_id,
        lot_ids,
    )
    return [(row["id"], row["doses_left"]) for row in rows]


async def unknown_lots(tx: Transaction, on: date) -> dict[UUID, tuple[str, ...]]:
    """Return, for each undecided excursion of a bag, the products carried of which no lot is known or named."""
    found = {}
    for one in await open_excursions(tx):
        inside = await contents(tx, one.round_id, on)
        named = {lot.product_code for lot in await _lots(tx, on) if lot.id in one.lot_ids}
        found[one.id] = tuple(code for code in inside.unknown if code not in named)
    return found
