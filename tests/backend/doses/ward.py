"""A territory whose records are written as ops on the real log, with its forecasts followed."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from backend.access import Role, Scope
from backend.coverage.look_up import with_joined
from backend.db.transaction import Transaction, transaction
from backend.doses.answers import KeptForecast, answers
from backend.doses.history import read_history
from backend.doses.keep import Followed, follow
from backend.doses.load import records_of
from backend.doses.rules.words import release_on
from backend.ids import InstallationId, TerritoryId, new_id
from backend.log.desk import Act, act_of_fields, installation_for, write
from backend.log.projection import Change
from tests.conftest import Database

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
JSON_COLUMNS = ("doses", "lines", "notices", "guidance")


@dataclass
class Ward:
    """One territory at work; `write` says what was written and lets the forecasts follow."""

    scope: Scope
    installation_id: InstallationId
    followed: list[Followed] = field(default_factory=list)

    async def write(self, *acts: Act) -> list[Change]:
        async with transaction(self.scope) as tx:
            written = await write(tx, self.installation_id, list(acts), NOW)
            assert written.refused == []
            self.followed.append(await follow(tx, written.changes))
        return written.changes

    async def person(self, born_on: str | None = "1950-03-01", **more: Any) -> UUID:
        person_id = new_id()
        await self.write(act_of_fields("person", person_id, {"born_on": born_on, "sex": "female", **more}))
        return person_id

    async def dose(self, person_id: UUID, **fields: Any) -> UUID:
        dose_id = new_id()
        base = {"person_id": str(person_id), "status": "given", "given_on": "2026-11-20", "state": "recorded"}
        await self.write(act_of_fields("dose", dose_id, base | fields))
        return dose_id

    async def rows(self, person_id: UUID) -> dict[str, dict[str, Any]]:
        """Return the kept forecasts of a person by antigen."""
        async with transaction(self.scope) as tx:
            rows = await tx.fetch("SELECT * FROM forecast WHERE person_id = $1", person_id)
        return {row["antigen"]: dict(row) for row in rows}

    async def kept(self, person_id: UUID) -> dict[str, Any]:
        async with transaction(self.scope) as tx:
            row = await tx.fetch_row("SELECT * FROM forecast_person WHERE id = $1", person_id)
        assert row is not None
        return dict(row)


async def make_ward(database: Database, slug: str = "w") -> Ward:
    scope = Scope(TerritoryId(new_id()), roles=frozenset({Role.CLINICAL_SUPERVISOR}))
    connection = await asyncpg.connect(database.owner_url)
    await connection.execute(
        "INSERT INTO territory (id, slug, name, time_zone, inhabitants, created_at) "
        "VALUES ($1, $2, 'W', 'Europe/Paris', 1, now())",
        scope.territory_id,
        slug,
    )
    await connection.close()
    async with transaction(scope) as tx:
        installation_id = await installation_for(tx, "test", NOW)
    return Ward(scope, installation_id)


async def from_scratch(tx: Transaction, on: date) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what should be kept of everybody, worked out from the records alone."""
    release = release_on(on)
    ids = {UUID(bytes=row["id"].bytes) for row in await tx.fetch("SELECT id FROM person")}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for human, records in (await records_of(tx, await with_joined(tx, ids))).items():
        born_on = records.person.born_on
        if born_on is None or records.is_dead:
            continue
        history = read_history(records.person, born_on, records.doses, on, release)
        for one in answers(str(human), history, on, release):
            found[str(human), one.antigen] = _comparable(one)
    return found


async def as_kept(tx: Transaction) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what is kept of everybody, in the same form."""
    found = {}
    for row in await tx.fetch("SELECT * FROM forecast"):
        values = {name: json.loads(v) if name in JSON_COLUMNS else v for name, v in row.items()}
        values["person_id"] = str(values["person_id"])
        found[str(row["person_id"]), row["antigen"]] = _comparable(msgspec.convert(values, KeptForecast))
    return found


def _comparable(one: KeptForecast) -> dict[str, Any]:
    return dict(json.loads(msgspec.json.encode(one)))
