"""This file reads what leaves the house: persons who do not object to sharing, their doses, and what is to be keyed.

Every statement carries the territory of the scope; row-level security stands underneath.
"""

from datetime import date, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec

from backend.db.transaction import Transaction
from backend.exchange.keying import KeyingRow
from backend.exchange.to_fhir import DoseRow, PersonRow

Row = TypeVar("Row")
_PERSON = (
    "SELECT p.id, coalesce(f.human_id, p.id) AS human_id, p.given_name, p.family_name, p.alias, p.born_on, "
    "p.born_precision, p.sex, p.identity_status, p.died_on FROM person p "
    "LEFT JOIN forecast_person f ON f.territory_id = p.territory_id AND f.id = p.id WHERE p.territory_id = $1 "
)
_DOSE = (
    "SELECT DISTINCT ON (d.id) d.id, d.person_id, d.status, d.state, d.not_given_reason, d.antigens, d.product_code, "
    "p.name AS product_name, p.nuva_code, p.cip_code, d.lot_number, d.expires_on, d.body_site, d.dose_number, "
    "d.given_on, d.source, d.note FROM dose d "
    "LEFT JOIN product p ON p.territory_id = d.territory_id AND p.code = d.product_code "
    "WHERE d.territory_id = $1 AND d.person_id = ANY($2) AND d.given_on IS NOT NULL AND d.status IS NOT NULL "
    "ORDER BY d.id, p.id"
)


async def persons_after(tx: Transaction, after: UUID, limit: int, objections: tuple[str, ...]) -> list[PersonRow]:
    """Return the next persons by id who have none of these objections."""
    sql = _PERSON + "AND p.id > $2 AND NOT p.objections && $4::text[] ORDER BY p.id LIMIT $3"
    return _rows(await tx.fetch(sql, tx.scope.territory_id, after, limit, objections), PersonRow)


async def find_person(tx: Transaction, person_id: UUID) -> PersonRow | None:
    """Return one person who does not object to sharing."""
    sql = _PERSON + "AND p.id = $2 AND NOT 'sharing' = ANY(p.objections)"
    found = _rows(await tx.fetch(sql, tx.scope.territory_id, person_id), PersonRow)
    return found[0] if found else None


async def doses_of(tx: Transaction, person_ids: list[UUID]) -> list[DoseRow]:
    """Return the dose records of persons, those in error too: a correction has to reach whoever got the first."""
    return _rows(await tx.fetch(_DOSE, tx.scope.territory_id, person_ids), DoseRow)


async def find_dose(tx: Transaction, dose_id: UUID) -> tuple[DoseRow, PersonRow] | None:
    """Return a dose with its person."""
    person_id = await tx.fetch_value(
        "SELECT person_id FROM dose WHERE territory_id = $1 AND id = $2", tx.scope.territory_id, dose_id
    )
    person = await find_person(tx, person_id) if person_id is not None else None
    if person is None:
        return None
    found = [dose for dose in await doses_of(tx, [person.id]) if dose.id == dose_id]
    return (found[0], person) if found else None


async def known_persons(tx: Transaction, ids: set[UUID]) -> set[UUID]:
    """Return which of these are persons of the territory."""
    rows = await tx.fetch("SELECT id FROM person WHERE territory_id = $1 AND id = ANY($2)", tx.scope.territory_id, ids)
    return {UUID(bytes=row["id"].bytes) for row in rows}


async def known_records(tx: Transaction, ids: set[UUID]) -> dict[UUID, str]:
    """Return the kind of each of these records that exists."""
    rows = await tx.fetch(
        "SELECT id, kind FROM record WHERE territory_id = $1 AND id = ANY($2)", tx.scope.territory_id, ids
    )
    return {UUID(bytes=row["id"].bytes): row["kind"] for row in rows}


_TO_KEY: Final = (
    "FROM dose d JOIN person p ON p.territory_id = d.territory_id AND p.id = d.person_id "
    "LEFT JOIN keyed_dose k ON k.territory_id = d.territory_id AND k.id = d.id "
    "WHERE d.territory_id = $1 AND d.status = 'given' AND d.source = 'own' AND d.given_on BETWEEN $2 AND $3 "
    "AND d.state IS DISTINCT FROM 'entered_in_error' AND NOT p.objections && ARRAY['sharing', 'register'] "
    "AND ($4 OR k.id IS NULL)"
)


async def count_to_key(tx: Transaction, since: date, until: date, *, keyed_too: bool) -> int:
    """Return how many of our own doses of a period are to be keyed, or are or were."""
    return int(await tx.fetch_value(f"SELECT count(*) {_TO_KEY}", tx.scope.territory_id, since, until, keyed_too))


async def to_key(
    tx: Transaction, since: date, until: date, *, keyed_too: bool, first: int = 0, most: int | None = None
) -> list[KeyingRow]:
    """Return our own doses of a period, or so many of them from one on, with who has keyed them and when."""
    rows = await tx.fetch(
        "SELECT d.id AS dose_id, p.family_name, p.given_name, p.born_on, p.sex, "
        "coalesce(r.name, d.product_code, '') AS vaccine, r.cip_code, d.lot_number, d.given_on, d.dose_number, "
        "k.keyed_by, k.keyed_at FROM (SELECT d.id "
        f"{_TO_KEY} ORDER BY d.given_on, d.id LIMIT $5 OFFSET $6) listed "
        "JOIN dose d ON d.territory_id = $1 AND d.id = listed.id "
        "JOIN person p ON p.territory_id = d.territory_id AND p.id = d.person_id "
        "LEFT JOIN keyed_dose k ON k.territory_id = d.territory_id AND k.id = d.id "
        "LEFT JOIN LATERAL (SELECT name, cip_code FROM product WHERE territory_id = d.territory_id "
        "AND code = d.product_code ORDER BY id LIMIT 1) r ON true ORDER BY d.given_on, d.id",
        tx.scope.territory_id,
        since,
        until,
        keyed_too,
        most,
        first,
    )
    return _rows(rows, KeyingRow)


async def mark_keyed(tx: Transaction, dose_ids: list[UUID], user_id: UUID, at: datetime) -> int:
    """Note that somebody has keyed these doses; the first who says so stays. Return how many were new."""
    return await tx.execute(
        "INSERT INTO keyed_dose (territory_id, id, keyed_by, keyed_at) SELECT $1, d.id, $3, $4 FROM dose d "
        "WHERE d.territory_id = $1 AND d.id = ANY($2) AND d.status = 'given' ON CONFLICT DO NOTHING",
        tx.scope.territory_id,
        dose_ids,
        user_id,
        at,
    )


async def names_of_users(tx: Transaction, user_ids: set[UUID]) -> dict[UUID, str]:
    """Return the names of people who work, or worked, in the territory."""
    rows = await tx.fetch(
        "SELECT u.id, u.full_name FROM app_user u JOIN membership m ON m.user_id = u.id AND m.territory_id = $1 "
        "WHERE u.id = ANY($2)",
        tx.scope.territory_id,
        list(user_ids),
    )
    return {UUID(bytes=row["id"].bytes): row["full_name"] for row in rows}


def _rows(rows: list[Any], wanted: type[Row]) -> list[Row]:
    return [msgspec.convert(dict(row), wanted) for row in rows]
