"""This file keeps the forecasts in step with the records: soon after a push for whom it touches, by a job for everybody.

The same change twice gives the same rows (S2), and order does not matter (S3): each time the human's records are read
whole, under a lock on their rows. What is kept of an answer is decided in backend/doses/answers.py.

`follow_touched` is called once per transaction, always before coverage's follower (backend/log/follow.py): both take their
locks in that one order.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec

from backend.coverage.look_up import with_joined
from backend.db.transaction import Transaction
from backend.doses.answers import KeptForecast, answers
from backend.doses.history import Notice, UnreadDose, read_history
from backend.doses.load import Records, records_of
from backend.doses.rules.words import Release, release_on
from backend.doses.touched import Touched, touched_by
from backend.log.projection import Change

# What touches more people than this waits for the job: a transaction stays short.
PERSONS_MAX: Final = 500


class Followed(StrEnum):
    """What became of a set of changes."""

    COMPUTED = "computed"
    RECOMPUTE_NEEDED = "recompute_needed"  # noted in forecast_person: the caller asks for the job


class KeptPerson(msgspec.Struct, frozen=True):
    """A row of `forecast_person`: one per person record, joined ones naming their human."""

    id: str
    human_id: str
    state: str
    refused_on: date | None = None
    unread: tuple[UnreadDose, ...] = ()
    notices: tuple[Notice, ...] = ()


async def follow(tx: Transaction, changes: Sequence[Change]) -> Followed:
    """Forecast again, in the caller's transaction, for those whom these changes touch."""
    return await follow_touched(tx, touched_by(changes))


async def follow_touched(tx: Transaction, touched: Touched) -> Followed:
    """Forecast again, in the caller's transaction, for those who were touched, or note that a job must.

    The day is the territory's, by the clock of the database.
    """
    if touched.product_codes:
        await _note_doses_of(tx, touched.product_codes)
    if len(touched.persons) > PERSONS_MAX:
        await _note(tx, touched.persons)
    elif touched.persons:
        await recompute(tx, touched.persons, await today(tx))
    is_noted = bool(touched.product_codes) or len(touched.persons) > PERSONS_MAX
    return Followed.RECOMPUTE_NEEDED if is_noted else Followed.COMPUTED


async def today(tx: Transaction) -> date:
    """Return the territory's day as the database's clock has it."""
    day: date = await tx.fetch_value(
        "SELECT (now() AT TIME ZONE time_zone)::date FROM territory WHERE id = $1", tx.scope.territory_id
    )
    return day


async def recompute(tx: Transaction, person_ids: Iterable[UUID], on: date) -> int:
    """Forecast again for these persons and whoever they are joined to; return how many records that were."""
    release = release_on(on)
    human_of = await _hold(tx, set(person_ids))
    found = await records_of(tx, human_of)
    persons: list[KeptPerson] = []
    forecasts: list[KeptForecast] = []
    for human, records in found.items():
        kept, due = _answer(human, records, on, release)
        persons += [msgspec.structs.replace(kept, id=str(record)) for record, of in human_of.items() if of == human]
        forecasts += due
    await _write_forecasts(tx, list(human_of), forecasts)
    await _write_persons(tx, list(human_of), persons, release, on)
    return len(human_of)


def _answer(human: UUID, records: Records, on: date, release: Release) -> tuple[KeptPerson, list[KeptForecast]]:
    """Return the rows of one human. Without a birth date nothing can be said, and that is said."""
    name = str(human)
    if records.is_dead:
        return KeptPerson(name, name, "dead"), []
    born_on = records.person.born_on
    if born_on is None or born_on > on:
        return KeptPerson(name, name, "no_birth_date", records.refused_on), []
    history = read_history(records.person, born_on, records.doses, on, release)
    kept = KeptPerson(name, name, "computed", records.refused_on, history.unread, history.notices)
    return kept, answers(name, history, on, release)


async def _hold(tx: Transaction, person_ids: set[UUID]) -> dict[UUID, UUID]:
    """Lock the rows of these persons and of whoever they are joined to; return the human of each.

    Somebody may be joined while we wait for a lock: then the group is looked up and locked again.
    """
    human_of = await with_joined(tx, person_ids)
    while True:
        await tx.execute(
            "INSERT INTO forecast_person AS f (territory_id, id, human_id) "
            "SELECT $1, id, id FROM unnest($2::uuid[]) AS u (id) "
            "ON CONFLICT (territory_id, id) DO UPDATE SET state = f.state",
            tx.scope.territory_id,
            sorted(human_of),
        )
        again = await with_joined(tx, person_ids)
        if again == human_of:
            return human_of
        human_of = again


async def _note(tx: Transaction, person_ids: Iterable[UUID]) -> None:
    await tx.execute(
        "INSERT INTO forecast_person (territory_id, id, human_id) SELECT $1, id, id FROM unnest($2::uuid[]) AS u (id) "
        "ON CONFLICT (territory_id, id) DO UPDATE SET computed_for_on = NULL",
        tx.scope.territory_id,
        sorted(person_ids),
    )


async def _note_doses_of(tx: Transaction, product_codes: Iterable[str]) -> None:
    rows = await tx.fetch(
        "SELECT DISTINCT person_id FROM dose WHERE territory_id = $1 AND product_code = ANY($2) "
        "AND person_id IS NOT NULL",
        tx.scope.territory_id,
        sorted(product_codes),
    )
    await _note(tx, [row["person_id"] for row in rows])


_TYPES: Final = {
    "person_id": "uuid",
    "antigen": "text",
    "vaccine_group": "text",
    "series": "text",
    "status": "text",
    "earliest_on": "date",
    "recommended_on": "date",
    "past_due_on": "date",
    "latest_on": "date",
    "dose_number": "bigint",
    "vaccines": "text[]",
    "doses": "jsonb",
    "lines": "jsonb",
    "notices": "jsonb",
    "guidance": "jsonb",
    "rules_version": "text",
    "validated": "boolean",
}
_COLUMNS: Final = ", ".join(_TYPES)
_VALUES: Final = ", ".join(name for name in _TYPES if name not in ("person_id", "antigen"))
# A row that says the same is left alone: a new day rewrites only the answers that a day changes.
_WRITE_FORECASTS: Final = (
    f"INSERT INTO forecast AS f (territory_id, {_COLUMNS}) SELECT $1, {_COLUMNS} "
    f"FROM jsonb_to_recordset($2::jsonb) AS u ({', '.join(f'{name} {type_}' for name, type_ in _TYPES.items())}) "
    "ON CONFLICT (territory_id, person_id, antigen) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _VALUES.split(", "))
    + f" WHERE ({', '.join(f'f.{name}' for name in _VALUES.split(', '))}) IS DISTINCT FROM "
    f"({', '.join(f'excluded.{name}' for name in _VALUES.split(', '))})"
)


async def _write_forecasts(tx: Transaction, person_ids: Sequence[UUID], forecasts: Sequence[KeptForecast]) -> None:
    territory = tx.scope.territory_id
    await tx.execute(
        "DELETE FROM forecast f WHERE territory_id = $1 AND person_id = ANY($2) AND NOT EXISTS "
        "(SELECT FROM unnest($3::uuid[], $4::text[]) AS u (person_id, antigen) "
        "WHERE u.person_id = f.person_id AND u.antigen = f.antigen)",
        territory,
        person_ids,
        [one.person_id for one in forecasts],
        [one.antigen for one in forecasts],
    )
    if forecasts:
        await tx.execute(_WRITE_FORECASTS, territory, _json(forecasts))


async def _write_persons(
    tx: Transaction, person_ids: Sequence[UUID], persons: Sequence[KeptPerson], release: Release, on: date
) -> None:
    """Write how far each record's forecast is current; a record that does not exist (yet) keeps no row."""
    territory = tx.scope.territory_id
    written = {UUID(one.id) for one in persons}
    await tx.execute(
        "DELETE FROM forecast_person WHERE territory_id = $1 AND id = ANY($2)",
        territory,
        [one for one in person_ids if one not in written],
    )
    await tx.execute(
        "UPDATE forecast_person f SET human_id = u.human_id, state = u.state, refused_on = u.refused_on, "
        "unread = u.unread, notices = u.notices, rules_version = $3, computed_for_on = $4 "
        "FROM jsonb_to_recordset($2::jsonb) AS u "
        "(id uuid, human_id uuid, state text, refused_on date, unread jsonb, notices jsonb) "
        "WHERE f.territory_id = $1 AND f.id = u.id",
        territory,
        _json(persons),
        release.version,
        on,
    )


def _json(rows: Sequence[Any]) -> str:
    return msgspec.json.encode(rows).decode()
