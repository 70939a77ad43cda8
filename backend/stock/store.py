"""This file reads lots, moves, temperatures and who was given a lot; every statement carries the territory."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from backend.db.transaction import Transaction
from backend.stock.bags import BagLine, lines
from backend.stock.on_hand import Move


class LotShown(msgspec.Struct, frozen=True):
    """A lot of a product."""

    id: UUID
    number: str
    product_code: str
    product_name: str
    storage: str
    expires_on: date | None
    state: str
    disputed: bool


class Reading(msgspec.Struct, frozen=True):
    """A temperature, where it was read, and the excursion that it opened, if any."""

    id: UUID
    read_at: datetime
    celsius_tenths: int
    where: str
    place_id: UUID | None
    excursion_id: UUID | None
    excursion_state: str
    decision: str
    decision_reason: str
    lot_numbers: list[str]


class Recipient(msgspec.Struct, frozen=True):
    """Somebody who was given a dose of a lot."""

    person_id: UUID
    name: str
    born_on: date | None
    phone: str
    place_id: UUID | None
    place_name: str
    given_on: date | None


class Bag(msgspec.Struct, frozen=True):
    """What a team took along on a round and what it brought back."""

    team_name: str
    day_on: date
    state: str
    doses: list[BagLine]
    tests_carried: int | None
    tests_returned: int | None


async def list_bags(tx: Transaction, day_on: date) -> list[Bag]:
    """Return the bags of a day's rounds, with the doses given at their stops and the waste of the team's vials of that day."""
    rounds = await tx.fetch(
        "SELECT r.id, r.team_id, coalesce(t.name, '') AS team_name, r.day_on, coalesce(r.state, '') AS state, "
        "r.doses_carried, r.doses_returned, r.tests_carried, r.tests_returned FROM round r "
        "LEFT JOIN team t ON t.territory_id = r.territory_id AND t.id = r.team_id "
        "WHERE r.territory_id = $1 AND r.day_on = $2 AND r.state IS DISTINCT FROM 'withdrawn' ORDER BY 3, 1",
        tx.scope.territory_id,
        day_on,
    )
    given = await tx.fetch(
        "SELECT s.round_id AS of, d.product_code AS code, count(DISTINCT d.id) AS doses FROM dose d "
        "JOIN stop s ON s.territory_id = d.territory_id AND d.visit_id = ANY(s.visit_ids) "
        "WHERE d.territory_id = $1 AND d.given_on = $2 AND d.status = 'given' AND d.product_code IS NOT NULL "
        "AND d.state IS DISTINCT FROM 'entered_in_error' GROUP BY 1, 2",
        tx.scope.territory_id,
        day_on,
    )
    wasted = await tx.fetch(
        "SELECT v.team_id AS of, p.code, sum(v.doses_wasted)::bigint AS doses FROM vial v "
        "JOIN lot l ON l.territory_id = v.territory_id AND l.id = v.lot_id "
        "JOIN product p ON p.territory_id = l.territory_id AND p.id = l.product_id "
        "JOIN territory o ON o.id = v.territory_id "
        "WHERE v.territory_id = $1 AND (v.opened_at AT TIME ZONE o.time_zone)::date = $2 AND v.doses_wasted > 0 "
        "GROUP BY 1, 2",
        tx.scope.territory_id,
        day_on,
    )
    counted = {(row["of"], row["code"]): row["doses"] for row in (*given, *wasted)}

    def of(key: UUID) -> dict[str, int]:
        return {code: doses for (one, code), doses in counted.items() if one == key}

    return [
        Bag(
            row["team_name"],
            row["day_on"],
            row["state"],
            lines(row["doses_carried"], row["doses_returned"], of(row["id"]), of(row["team_id"])),
            row["tests_carried"],
            row["tests_returned"],
        )
        for row in rounds
    ]


async def list_lots(tx: Transaction) -> list[LotShown]:
    """Return the lots, those that expire first at the top."""
    rows = await tx.fetch(
        "SELECT l.id, coalesce(l.number, '') AS number, coalesce(p.code, '') AS product_code, "
        "coalesce(p.name, p.code, '') AS product_name, coalesce(p.storage, '') AS storage, l.expires_on, "
        "coalesce(l.state, 'available') AS state, 'state' = ANY(l.disputed) AS disputed FROM lot l "
        "JOIN product p ON p.territory_id = l.territory_id AND p.id = l.product_id "
        "WHERE l.territory_id = $1 ORDER BY l.expires_on NULLS LAST, l.number, l.id",
        tx.scope.territory_id,
    )
    return [LotShown(**dict(row)) for row in rows]


async def lot_of_number(tx: Transaction, product_id: UUID, number: str, expires_on: date) -> LotShown | None:
    """Return the product's lot of this number, whatever its case, the one of this expiry first; none if there is none."""
    found = await tx.fetch_value(
        "SELECT id FROM lot WHERE territory_id = $1 AND product_id = $2 AND lower(number) = lower($3) "
        "ORDER BY (expires_on = $4) DESC NULLS LAST, id LIMIT 1",
        tx.scope.territory_id,
        product_id,
        number,
        expires_on,
    )
    return None if found is None else await find_lot(tx, found)


async def list_products(tx: Transaction) -> list[tuple[UUID, str]]:
    """Return the products: id and name."""
    rows = await tx.fetch(
        "SELECT id, coalesce(name, code, '') AS name FROM product WHERE territory_id = $1 ORDER BY name, id",
        tx.scope.territory_id,
    )
    return [(row["id"], row["name"]) for row in rows]


async def read_moves(tx: Transaction) -> list[Move]:
    """Return every move that stands."""
    rows = await tx.fetch(
        "SELECT lot_id, from_place_id, to_place_id, sum(doses)::bigint AS doses FROM stock_move WHERE territory_id = $1 "
        "AND state IS DISTINCT FROM 'entered_in_error' GROUP BY 1, 2, 3",
        tx.scope.territory_id,
    )
    return [Move(**dict(row)) for row in rows]


async def place_names(tx: Transaction) -> dict[UUID, str]:
    """Return the names of the places where stock may lie."""
    rows = await tx.fetch(
        "SELECT id, coalesce(name, address, '') AS name FROM place WHERE territory_id = $1 AND kind <> 'home' "
        "ORDER BY kind = 'centre' DESC, name, id",
        tx.scope.territory_id,
    )
    return {row["id"]: row["name"] for row in rows}


async def list_readings(tx: Transaction, most: int = 50) -> list[Reading]:
    """Return the latest temperatures of fridges and bags, and what became of those out of range."""
    rows = await tx.fetch(
        "SELECT t.id, t.read_at, t.celsius_tenths, coalesce(l.name, l.address, m.name, '') AS where, t.place_id, "
        "e.id AS excursion_id, coalesce(e.state, '') AS excursion_state, coalesce(e.decision, '') AS decision, "
        "coalesce(e.decision_reason, '') AS decision_reason, coalesce((SELECT array_agg(o.number ORDER BY o.number) "
        "FROM lot o WHERE o.territory_id = $1 AND o.id = ANY(e.lot_ids)), '{}') AS lot_numbers FROM temperature t "
        "LEFT JOIN place l ON l.territory_id = t.territory_id AND l.id = t.place_id "
        "LEFT JOIN team m ON m.territory_id = t.territory_id AND m.id = t.team_id "
        "LEFT JOIN excursion e ON e.territory_id = t.territory_id AND e.temperature_id = t.id "
        "WHERE t.territory_id = $1 AND t.state IS DISTINCT FROM 'entered_in_error' "
        "AND t.celsius_tenths IS NOT NULL AND t.read_at IS NOT NULL ORDER BY t.read_at DESC, t.id LIMIT $2",
        tx.scope.territory_id,
        most,
    )
    return [Reading(**dict(row)) for row in rows]


async def excursion_state(tx: Transaction, excursion_id: UUID) -> str | None:
    """Return where an excursion stands; None if there is none."""
    found = await tx.fetch_value(
        "SELECT coalesce(state, 'open') FROM excursion WHERE territory_id = $1 AND id = $2 FOR UPDATE",
        tx.scope.territory_id,
        excursion_id,
    )
    return None if found is None else str(found)


async def lots_of_excursion(tx: Transaction, excursion_id: UUID) -> list[tuple[UUID, str, bool]]:
    """Return the lots that an undecided excursion holds back: id, state, and whether another one holds them too."""
    rows = await tx.fetch(
        "SELECT l.id, coalesce(l.state, 'available') AS state, EXISTS (SELECT FROM excursion o WHERE o.territory_id = $1 "
        "AND o.id <> e.id AND o.state IS DISTINCT FROM 'decided' AND l.id = ANY(o.lot_ids)) AS other_open "
        "FROM excursion e JOIN lot l ON l.territory_id = e.territory_id AND l.id = ANY(e.lot_ids) "
        "WHERE e.territory_id = $1 AND e.id = $2 AND e.state IS DISTINCT FROM 'decided' ORDER BY l.id",
        tx.scope.territory_id,
        excursion_id,
    )
    return [(row["id"], row["state"], row["other_open"]) for row in rows]


async def find_lot(tx: Transaction, lot_id: UUID) -> LotShown | None:
    """Return a lot."""
    return next((one for one in await list_lots(tx) if one.id == lot_id), None)


async def recipients(tx: Transaction, lot: LotShown) -> list[Recipient]:
    """Return everybody who was given a dose of a lot, by name; joined records stand as they were written."""
    rows = await tx.fetch(
        "SELECT p.id AS person_id, trim(concat(p.given_name, ' ', coalesce(p.family_name, p.alias))) AS name, p.born_on, "
        "coalesce(p.phone, '') AS phone, l.id AS place_id, coalesce(l.name, l.address, '') AS place_name, d.given_on "
        "FROM dose d JOIN person p ON p.territory_id = d.territory_id AND p.id = d.person_id "
        "LEFT JOIN household h ON h.territory_id = p.territory_id AND h.id = p.household_id "
        "LEFT JOIN place l ON l.territory_id = p.territory_id AND l.id = coalesce(p.place_id, h.place_id) "
        "WHERE d.territory_id = $1 AND d.lot_number = $2 AND (d.product_code IS NULL OR d.product_code = $3) "
        "AND d.status = 'given' AND d.state IS DISTINCT FROM 'entered_in_error' ORDER BY name, d.given_on, p.id",
        tx.scope.territory_id,
        lot.number,
        lot.product_code,
    )
    return [Recipient(**dict(row)) for row in rows]
