"""Read a stop as its paper sheet shows it: whom the team went to, what the territory has to give, what was told already."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.db.transaction import Transaction
from backend.dispatch.paper import Lot, SheetLine, Wanted

PEOPLE_MOST = 200


class OnSheet(msgspec.Struct, frozen=True):
    """Somebody whom the team may have seen."""

    id: UUID
    household_id: UUID | None
    name: str
    born_on: date | None
    room: str


class Product(msgspec.Struct, frozen=True):
    """A product to choose."""

    code: str
    name: str


class Told(msgspec.Struct, frozen=True):
    """Who told what came of a stop, and when; `from_paper` if it was typed in from its sheet."""

    result: str
    by: str
    at: datetime
    from_paper: bool


class StopOnPaper(msgspec.Struct, frozen=True):
    """A stop with all that its form needs; `told` is empty as long as nobody told anything."""

    line: SheetLine
    round_id: UUID
    letter: str
    position: int
    place_name: str
    address: str
    arrival_planned_at: datetime | None
    acts: tuple[str, ...]
    people: tuple[OnSheet, ...]
    products: tuple[Product, ...]
    told: tuple[Told, ...]
    is_over: bool


_STOP = (
    "SELECT s.id, s.round_id, r.day_on, t.letter, s.position, s.place_id, s.arrival_planned_at, s.state, s.visit_ids, "
    "coalesce(p.name, '') AS place_name, coalesce(p.address, '') AS address FROM stop s "
    "JOIN round r ON r.territory_id = s.territory_id AND r.id = s.round_id AND r.state IS DISTINCT FROM 'withdrawn' "
    "JOIN team t ON t.territory_id = r.territory_id AND t.id = r.team_id "
    "LEFT JOIN place p ON p.territory_id = s.territory_id AND p.id = s.place_id "
    "WHERE s.territory_id = $1 AND s.id = $2 AND s.state IS DISTINCT FROM 'withdrawn'"
)
_PEOPLE = (
    "SELECT id, household_id, coalesce(nullif(concat_ws(' ', given_name, family_name), ''), alias, '') AS name, born_on, "
    "coalesce(room, '') AS room FROM person WHERE territory_id = $1 AND died_on IS NULL AND (id = ANY($2::uuid[]) "
    "OR household_id = ANY($3::uuid[]) OR place_id = $4) ORDER BY NOT id = ANY($2::uuid[]), room, household_id, 3, id LIMIT $5"
)
_TOLD = (
    "SELECT o.result, coalesce(u.full_name, '') AS by, o.recorded_at AS at, EXISTS (SELECT FROM op JOIN installation i "
    "ON i.territory_id = op.territory_id AND i.actor = op.actor AND i.label = 'paper' "
    "WHERE op.territory_id = o.territory_id AND op.record_id = o.id) AS from_paper FROM visit_outcome o "
    "LEFT JOIN membership m ON m.territory_id = o.territory_id AND m.user_id = o.recorded_by "
    "LEFT JOIN app_user u ON u.id = m.user_id "
    "WHERE o.territory_id = $1 AND o.stop_id = $2 AND o.state IS DISTINCT FROM 'entered_in_error' ORDER BY o.recorded_at, o.id"
)


async def read_stop(tx: Transaction, stop_id: UUID, also: list[UUID]) -> StopOnPaper | None:
    """Return a stop of a round in force; `also` are people seen there whom the sheet does not name."""
    territory_id = tx.scope.territory_id
    row = await tx.fetch_row(_STOP, territory_id, stop_id)
    if row is None:
        return None
    visits = await tx.fetch(
        "SELECT id, person_id, household_id, acts FROM visit WHERE territory_id = $1 AND id = ANY($2::uuid[]) ORDER BY id",
        territory_id,
        row["visit_ids"],
    )
    persons = [one["person_id"] for one in visits if one["person_id"]] + also
    households = [one["household_id"] for one in visits if one["household_id"] and not one["person_id"]]
    # a visit that names nobody is for whoever lives there
    place_id = row["place_id"] if any(not one["person_id"] and not one["household_id"] for one in visits) else None
    people = await tx.fetch(_PEOPLE, territory_id, persons, households, place_id, PEOPLE_MOST)
    products = await tx.fetch(
        "SELECT code, coalesce(name, code) AS name, antigens FROM product WHERE territory_id = $1 AND code IS NOT NULL "
        "ORDER BY 2, 1",
        territory_id,
    )
    return StopOnPaper(
        line=SheetLine(
            stop_id,
            row["day_on"],
            tuple(Wanted(one["id"], one["person_id"], one["household_id"]) for one in visits),
            {one["code"]: tuple(one["antigens"] or ()) for one in products},
            tuple(Lot(**dict(one)) for one in await _lots(tx)),
        ),
        round_id=row["round_id"],
        letter=row["letter"] or "",
        position=row["position"] or 0,
        place_name=row["place_name"],
        address=row["address"],
        arrival_planned_at=row["arrival_planned_at"],
        acts=tuple(sorted({act for one in visits for act in one["acts"] or ()})),
        people=tuple(OnSheet(**dict(one)) for one in people),
        products=tuple(Product(one["code"], one["name"]) for one in products),
        told=tuple(Told(**dict(one)) for one in await tx.fetch(_TOLD, territory_id, stop_id)),
        is_over=row["state"] in ("skipped", "done"),
    )


async def _lots(tx: Transaction) -> list[Any]:
    return await tx.fetch(
        "SELECT l.number, p.code AS product_code, l.expires_on FROM lot l "
        "JOIN product p ON p.territory_id = l.territory_id AND p.id = l.product_id AND p.code IS NOT NULL "
        "WHERE l.territory_id = $1 AND l.number IS NOT NULL ORDER BY l.expires_on DESC NULLS LAST, l.number",
        tx.scope.territory_id,
    )
