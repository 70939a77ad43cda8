"""This file reads the records of persons, and gathers what the joined records of one human say together.

Every statement carries the territory of the scope; row-level security stands underneath. What the records mean to the
rules is decided in backend/doses/history.py.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.clock import day_in
from backend.db.transaction import Transaction
from backend.doses.history import RecordedDose, RecordedPerson


class Records(msgspec.Struct, frozen=True):
    """What is known of one human: who they are, their doses, whether they died, and since when they refuse."""

    person: RecordedPerson
    doses: tuple[RecordedDose, ...]
    is_dead: bool
    refused_on: date | None


async def time_zone(tx: Transaction) -> str:
    """Return the name of the territory's time zone."""
    return str(await tx.fetch_value("SELECT time_zone FROM territory WHERE id = $1", tx.scope.territory_id))


async def records_of(tx: Transaction, human_of: dict[UUID, UUID]) -> dict[UUID, Records]:
    """Return the records of each human whose person records exist; `human_of` names the human of each record."""
    if not human_of:
        return {}
    zone = await time_zone(tx)
    persons = await _persons(tx, human_of)
    doses = await _doses(tx, human_of)
    detected = await _detected(tx, human_of, zone)
    refused = await _refused(tx, human_of, zone)
    return {
        human: Records(
            _gathered(rows, tuple(sorted(detected[human]))),
            tuple(doses[human]),
            any(row["died_on"] is not None for row in rows),
            refused.get(human),
        )
        for human, rows in persons.items()
    }


def _gathered(rows: list[Any], detected: tuple[tuple[str, date], ...]) -> RecordedPerson:
    """Take the first birth date that is known, as coverage does; every condition and contraindication counts."""
    births = [row["born_on"] for row in rows if row["born_on"] is not None]
    # A birth date in review is nobody's birth date until it is settled.
    disputed = any("born_on" in row["disputed"] for row in rows)
    precisions = [row["born_precision"] or "day" for row in rows if row["born_on"] is not None]
    sexes = {row["sex"] for row in rows if row["sex"] in ("female", "male")}
    return RecordedPerson(
        born_on=births[0] if births and not disputed else None,
        born_precision=precisions[0] if precisions else "day",
        sex=sexes.pop() if len(sexes) == 1 else "unknown",
        conditions=_union(row["conditions"] for row in rows),
        contraindications=_union(row["contraindications"] for row in rows),
        population_groups=_union([row["population_group"]] for row in rows if row["population_group"]),
        detected=detected,
        has_two_birth_dates=len(set(births)) > 1,
    )


def _union(lists: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({text for texts in lists for text in texts}))


async def _persons(tx: Transaction, human_of: dict[UUID, UUID]) -> dict[UUID, list[Any]]:
    rows = await tx.fetch(
        "SELECT id, born_on, born_precision, sex, died_on, conditions, contraindications, population_group, disputed "
        "FROM person WHERE territory_id = $1 AND id = ANY($2) ORDER BY id",
        tx.scope.territory_id,
        list(human_of),
    )
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[human_of[row["id"]]].append(row)
    return found


async def _doses(tx: Transaction, human_of: dict[UUID, UUID]) -> dict[UUID, list[RecordedDose]]:
    rows = await tx.fetch(
        "SELECT DISTINCT ON (d.id) d.id, d.person_id, d.status, d.given_on, d.antigens, d.product_code, d.expires_on, "
        "p.nuva_code, p.antigens AS product_antigens FROM dose d "
        "LEFT JOIN product p ON p.territory_id = d.territory_id AND p.code = d.product_code "
        "WHERE d.territory_id = $1 AND d.person_id = ANY($2) AND (d.status = 'given' OR 'status' = ANY(d.disputed)) "
        "AND d.state IS DISTINCT FROM 'entered_in_error' ORDER BY d.id, p.id",
        tx.scope.territory_id,
        list(human_of),
    )
    found: dict[UUID, list[RecordedDose]] = defaultdict(list)
    for row in rows:
        found[human_of[row["person_id"]]].append(
            RecordedDose(
                str(row["id"]),
                row["given_on"],
                tuple(sorted(row["antigens"] or row["product_antigens"] or ())),
                row["product_code"],
                row["nuva_code"],
                row["expires_on"],
                is_disputed=row["status"] is None,
            )
        )
    return found


async def _detected(tx: Transaction, human_of: dict[UUID, UUID], zone: str) -> dict[UUID, set[tuple[str, date]]]:
    rows = await tx.fetch(
        "SELECT person_id, pathogen, collected_at FROM screening WHERE territory_id = $1 AND person_id = ANY($2) "
        "AND result = 'detected' AND pathogen IS NOT NULL AND collected_at IS NOT NULL "
        "AND state IS DISTINCT FROM 'entered_in_error'",
        tx.scope.territory_id,
        list(human_of),
    )
    found: dict[UUID, set[tuple[str, date]]] = defaultdict(set)
    for row in rows:
        found[human_of[row["person_id"]]].add((row["pathogen"], day_in(zone, row["collected_at"])))
    return found


async def _refused(tx: Transaction, human_of: dict[UUID, UUID], zone: str) -> dict[UUID, date]:
    """Return the day of the last decision about vaccination where that decision was no."""
    rows = await tx.fetch(
        "SELECT person_id, decision, decided_at FROM consent WHERE territory_id = $1 AND person_id = ANY($2) "
        "AND act = 'vaccinate' AND decided_at IS NOT NULL AND decision IS NOT NULL "
        "AND state IS DISTINCT FROM 'entered_in_error' ORDER BY decided_at, id",
        tx.scope.territory_id,
        list(human_of),
    )
    last: dict[UUID, tuple[str, datetime]] = {
        human_of[row["person_id"]]: (row["decision"], row["decided_at"]) for row in rows
    }
    return {human: day_in(zone, at) for human, (said, at) in last.items() if said in ("refused", "withdrawn")}
