"""This file reads to whom an antigen is due, by zone and group, with what a dispatcher needs to send somebody there.

Persons who object to being reminded are left out; those who refused are shown with the day they did.
"""

from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from backend.db.transaction import Transaction
from backend.doses.unsigned import UnsignedRules
from backend.doses.unsigned_store import unsigned_rules

PAGE_ROWS: Final = 100
_WANTED: Final = (
    "FROM forecast f JOIN forecast_person s ON s.territory_id = f.territory_id AND s.id = f.person_id "
    "JOIN person p ON p.territory_id = f.territory_id AND p.id = f.person_id "
    "LEFT JOIN household h ON h.territory_id = p.territory_id AND h.id = p.household_id "
    "LEFT JOIN place l ON l.territory_id = p.territory_id AND l.id = coalesce(p.place_id, h.place_id) "
    "LEFT JOIN zone z ON z.territory_id = l.territory_id AND z.id = l.zone_id "
    "WHERE f.territory_id = $1 AND f.antigen = $2 AND f.status = 'not-complete' AND f.recommended_on <= $3 "
    "AND (f.latest_on IS NULL OR f.latest_on >= $3) AND NOT 'reminders' = ANY(p.objections) "
    "AND ($4 = '' OR z.code = $4) AND ($5 = '' OR p.population_group = $5) AND (f.validated OR $6) "
)


class DueFilters(msgspec.Struct, frozen=True):
    """What the list is narrowed to; an empty filter lets everybody through."""

    antigen: str = ""
    zone: str = ""
    group: str = ""
    page: int = 1


class DueLine(msgspec.Struct, frozen=True):
    """Somebody to whom the antigen is due."""

    person_id: UUID
    name: str
    born_on: date | None
    group: str | None
    place_id: UUID | None
    place_name: str | None
    zone_code: str | None
    dose_number: int
    recommended_on: date
    past_due_on: date | None
    validated: bool
    refused_on: date | None
    has_request: bool


class DueList(msgspec.Struct, frozen=True):
    """One page of them, how many there are in all, and what unsigned rules may say here."""

    lines: list[DueLine]
    count: int
    unsigned_rules: UnsignedRules


async def read_due_list(tx: Transaction, filters: DueFilters, by: date) -> DueList:
    """Return one page of those to whom the antigen should be given by a day, the longest due first."""
    unsigned = await unsigned_rules(tx)
    said = unsigned is not UnsignedRules.OFF
    values = (tx.scope.territory_id, filters.antigen, by, filters.zone, filters.group, said)
    count = int(await tx.fetch_value(f"SELECT count(*) {_WANTED}", *values))
    rows = await tx.fetch(
        "SELECT f.person_id, coalesce(nullif(trim(concat_ws(' ', p.given_name, p.family_name)), ''), p.alias, '?') AS name, "
        "p.born_on, p.population_group AS group, l.id AS place_id, coalesce(l.name, l.address) AS place_name, "
        "z.code AS zone_code, f.dose_number, f.recommended_on, f.past_due_on, f.validated, s.refused_on, "
        "EXISTS (SELECT FROM request r WHERE r.territory_id = f.territory_id AND r.person_id = f.person_id "
        "AND r.joined_to = '{}' AND r.state IN ('open', 'on_hold', 'accepted') AND 'vaccinate' = ANY(r.acts) AND NOT EXISTS "
        "(SELECT FROM visit v WHERE v.territory_id = r.territory_id AND v.request_id = r.id "
        "AND v.state IN ('done', 'cancelled'))) AS has_request "
        f"{_WANTED} ORDER BY f.recommended_on, f.person_id LIMIT $7 OFFSET $8",
        *values,
        PAGE_ROWS,
        PAGE_ROWS * (filters.page - 1),
    )
    return DueList([msgspec.convert(dict(row), DueLine) for row in rows], count, unsigned)


async def read_due_chosen(tx: Transaction, filters: DueFilters, by: date, chosen: set[UUID]) -> list[DueLine]:
    """Return those of the chosen persons to whom it is still due, as the page would show them."""
    found: list[DueLine] = []
    page = 1
    while chosen - {line.person_id for line in found}:
        listed = await read_due_list(tx, msgspec.structs.replace(filters, page=page), by)
        found += [line for line in listed.lines if line.person_id in chosen]
        if len(listed.lines) < PAGE_ROWS:
            break
        page += 1
    return found
