"""This file reads the teams of a territory, changes them as ops of the desk, and says on which days they go out.

A team that no longer works is suspended, never deleted: rounds and doses name it. A shift is no record of the log: it is what
the planner may use of a day, and holds for plans made from then on.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from backend.db.transaction import Transaction
from backend.ids import InstallationId, new_id
from backend.journal.store import record as journal
from backend.log.desk import Act, write

SETS = ("skills", "languages")


@dataclass(frozen=True)
class Team:
    """A team as it is, and its next shift if it has one; `doses` are those of its latest shift, by product."""

    id: UUID
    name: str
    letter: str
    mode: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    start_place_id: UUID | None
    end_place_id: UUID | None
    doses_capacity: int | None
    tests_capacity: int | None
    state: str
    tablets: int
    next_on: date | None
    shifts: int
    doses: Mapping[str, int]


@dataclass(frozen=True)
class Days:
    """Which days a team goes out, with the instants of each, and what it carries."""

    hours: tuple[tuple[date, datetime, datetime], ...]
    lunch_window: str
    lunch_minutes: int
    doses: Mapping[str, int]
    tests: int


async def read_teams(tx: Transaction, today: date) -> list[Team]:
    """Return the teams by their letter, the suspended last."""
    rows = await tx.fetch(
        "SELECT t.id, coalesce(t.name, '') AS name, coalesce(t.letter, '') AS letter, coalesce(t.mode, 'foot') AS mode, "
        "t.skills, t.languages, t.start_place_id, t.end_place_id, t.doses_capacity, t.tests_capacity, "
        "coalesce(t.state, 'active') AS state, "
        "(SELECT count(*) FROM tablet b WHERE b.territory_id = t.territory_id AND b.team_id = t.id AND b.state = 'active') "
        "AS tablets, "
        "(SELECT min(s.day_on) FROM shift s WHERE s.territory_id = t.territory_id AND s.team_id = t.id AND s.day_on >= $2) "
        "AS next_on, "
        "(SELECT count(*) FROM shift s WHERE s.territory_id = t.territory_id AND s.team_id = t.id AND s.day_on >= $2) "
        "AS shifts, "
        "(SELECT s.doses_carried::text FROM shift s WHERE s.territory_id = t.territory_id AND s.team_id = t.id "
        "ORDER BY s.day_on DESC LIMIT 1) AS doses "
        "FROM team t WHERE t.territory_id = $1 ORDER BY t.state IS NOT DISTINCT FROM 'suspended', t.letter, t.name, t.id",
        tx.scope.territory_id,
        today,
    )
    return [
        Team(**{**dict(row), **{name: tuple(row[name]) for name in SETS}, "doses": json.loads(row["doses"] or "{}")})
        for row in rows
    ]


async def read_centres(tx: Transaction) -> list[tuple[UUID, str]]:
    """Return the places where a team may begin and end its day: centres, by name."""
    rows = await tx.fetch(
        "SELECT id, coalesce(name, address, '') AS name FROM place WHERE territory_id = $1 AND kind = 'centre' "
        "AND state IS DISTINCT FROM 'closed' ORDER BY name, id",
        tx.scope.territory_id,
    )
    return [(row["id"], row["name"]) for row in rows]


async def read_products(tx: Transaction) -> list[tuple[str, str]]:
    """Return the products that a team may carry, as (code, name)."""
    rows = await tx.fetch(
        "SELECT DISTINCT ON (code) code, coalesce(name, code) AS name FROM product WHERE territory_id = $1 "
        "AND code IS NOT NULL ORDER BY code, id",
        tx.scope.territory_id,
    )
    return [(row["code"], row["name"]) for row in rows]


def act_of(
    team_id: UUID, known: Team | None, wanted: Mapping[str, str | int | None], sets: Mapping[str, list[str]]
) -> Act:
    """Return the op that makes a team what a form says: what changed and nothing else, so that a colleague's change stays.

    >>> act_of(UUID(int=1), None, {"name": "Nord", "letter": None}, {"skills": ["nurse"]}).set
    {'name': 'Nord'}
    """
    was: dict[str, object] = {} if known is None else {name: _plain(getattr(known, name)) for name in wanted}
    held = {name: set() if known is None else set(getattr(known, name)) for name in sets}
    add = {name: sorted(set(values) - held[name]) for name, values in sets.items()}
    remove = {name: sorted(held[name] - set(values)) for name, values in sets.items()}
    return Act(
        "team",
        team_id,
        {name: value for name, value in wanted.items() if value != was.get(name)},
        {name: values for name, values in add.items() if values},
        {name: values for name, values in remove.items() if values},
    )


async def save(tx: Transaction, installation_id: InstallationId, act: Act, now: datetime) -> str:
    """Write a team's op and its line of the journal; return why the log refused it, or nothing."""
    if not (act.set or act.add or act.remove):
        return ""
    written = await write(tx, installation_id, [act], now)
    if written.refused:
        return written.refused[0]
    await journal(
        tx, "team_changed", "team", [act.record_id], " ".join([*act.set, *act.add, *act.remove])[:200], at=now
    )
    return ""


async def set_days(tx: Transaction, team_id: UUID, days: Days, now: datetime) -> None:
    """Let a team go out on these days; a day that it had already gets the new hours and load."""
    await tx.execute(
        "INSERT INTO shift (territory_id, id, team_id, day_on, starts_at, ends_at, lunch_window, lunch_minutes, "
        "doses_carried, tests_carried) SELECT $1, d.id, $2, d.day_on, d.starts_at, d.ends_at, $7, $8, $9::text::jsonb, $10 "
        "FROM unnest($3::uuid[], $4::date[], $5::timestamptz[], $6::timestamptz[]) AS d (id, day_on, starts_at, ends_at) "
        "ON CONFLICT (territory_id, team_id, day_on) DO UPDATE SET starts_at = excluded.starts_at, "
        "ends_at = excluded.ends_at, lunch_window = excluded.lunch_window, lunch_minutes = excluded.lunch_minutes, "
        "doses_carried = excluded.doses_carried, tests_carried = excluded.tests_carried",
        tx.scope.territory_id,
        team_id,
        [new_id() for _ in days.hours],
        [day_on for day_on, _, _ in days.hours],
        [starts_at for _, starts_at, _ in days.hours],
        [ends_at for _, _, ends_at in days.hours],
        days.lunch_window,
        days.lunch_minutes,
        json.dumps(dict(days.doses)),
        days.tests,
    )
    await journal(tx, "shifts_set", "team", [team_id], f"{len(days.hours)} days", at=now)


async def cancel_days(tx: Transaction, team_id: UUID, from_on: date, until_on: date, now: datetime) -> None:
    """Let a team not go out between two days, both included; rounds that are published stand."""
    await tx.execute(
        "DELETE FROM shift WHERE territory_id = $1 AND team_id = $2 AND day_on BETWEEN $3 AND $4",
        tx.scope.territory_id,
        team_id,
        from_on,
        until_on,
    )
    await journal(tx, "shifts_cancelled", "team", [team_id], f"{from_on} {until_on}", at=now)


def _plain(value: object) -> object:
    return str(value) if isinstance(value, UUID) else value
