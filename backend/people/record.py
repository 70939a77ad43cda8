"""This file reads one person's record as it stands: who they are, what is known of their health, doses, tests, consents.

Whoever calls it says in the journal, in the same transaction, that it was read. Facts entered in error come too, marked.
"""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from backend.db.transaction import Transaction
from backend.ids import PersonId

ROWS_MOST: Final = 200


class Dose(msgspec.Struct, frozen=True):
    """A dose that was given, or not, and why."""

    id: UUID
    given_on: date | None
    status: str | None
    not_given_reason: str | None
    antigens: list[str]
    product: str
    lot_number: str | None
    dose_number: int | None
    source: str | None
    state: str | None


class Screening(msgspec.Struct, frozen=True):
    """A test that was taken; no result while it waits for one or contradicts itself."""

    id: UUID
    collected_at: datetime | None
    test_type: str | None
    pathogen: str | None
    result: str | None
    state: str | None


class Consent(msgspec.Struct, frozen=True):
    """What the person agreed to, or not."""

    id: UUID
    decided_at: datetime | None
    act: str | None
    decision: str | None
    reason: str | None
    state: str | None


class PersonRecord(msgspec.Struct, frozen=True):
    """One person's record; `disputed` names the fields whose values contradict each other and wait for a human."""

    id: UUID
    given_name: str | None
    family_name: str | None
    alias: str | None
    born_on: date | None
    born_precision: str | None
    sex: str | None
    phone: str | None
    language: str | None
    interpreter_needed: bool | None
    mobility: str | None
    place_name: str | None
    address: str | None
    room: str | None
    died_on: date | None
    allergies: list[str]
    conditions: list[str]
    contraindications: list[str]
    disputed: list[str]
    doses: list[Dose]
    screenings: list[Screening]
    consents: list[Consent]


_PERSON: Final = (
    "SELECT h.id, h.given_name, h.family_name, h.alias, h.born_on, h.born_precision, h.sex, h.phone, h.language, "
    "h.interpreter_needed, h.mobility, p.name AS place_name, p.address, h.room, h.died_on, h.allergies, h.conditions, "
    "h.contraindications, h.disputed FROM person h "
    "LEFT JOIN place p ON p.territory_id = h.territory_id AND p.id = h.place_id WHERE h.territory_id = $1 AND h.id = $2"
)
_DOSES: Final = (
    "SELECT DISTINCT ON (d.given_on, d.id) d.id, d.given_on, d.status, d.not_given_reason, d.antigens, "
    "coalesce(r.name, d.product_code, '') AS product, d.lot_number, d.dose_number, d.source, d.state FROM dose d "
    "LEFT JOIN product r ON r.territory_id = d.territory_id AND r.code = d.product_code "
    f"WHERE d.territory_id = $1 AND d.person_id = $2 ORDER BY d.given_on DESC, d.id, r.id LIMIT {ROWS_MOST}"
)
_SCREENINGS: Final = (
    "SELECT id, collected_at, test_type, pathogen, result, state FROM screening "
    f"WHERE territory_id = $1 AND person_id = $2 ORDER BY collected_at DESC, id LIMIT {ROWS_MOST}"
)
_CONSENTS: Final = (
    "SELECT id, decided_at, act, decision, reason, state FROM consent "
    f"WHERE territory_id = $1 AND person_id = $2 ORDER BY decided_at DESC, id LIMIT {ROWS_MOST}"
)


async def read_record(tx: Transaction, person_id: PersonId) -> PersonRecord | None:
    """Return a person's record, or None when the territory has no such person."""
    row = await tx.fetch_row(_PERSON, tx.scope.territory_id, person_id)
    if row is None:
        return None

    async def rows(sql: str) -> list[dict[str, Any]]:
        return [dict(one) for one in await tx.fetch(sql, tx.scope.territory_id, person_id)]

    facts = {"doses": await rows(_DOSES), "screenings": await rows(_SCREENINGS), "consents": await rows(_CONSENTS)}
    return msgspec.convert({**_with_lists(dict(row)), **facts}, PersonRecord)


def _with_lists(row: dict[str, Any]) -> dict[str, Any]:
    lists = ("allergies", "conditions", "contraindications", "disputed")
    return {**row, **{name: sorted(row[name] or ()) for name in lists}}
