"""Read and write the desk's rota, and the tokens by which calendars read one user's shifts."""

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from backend.db.transaction import Transaction

AHEAD_DAYS: Final = 60


class DeskShift(msgspec.Struct, frozen=True):
    """When somebody sits at the desk."""

    id: UUID
    user_id: UUID
    name: str
    starts_at: datetime
    ends_at: datetime


class OwnShift(msgspec.Struct, frozen=True):
    """A shift of a user: at the desk, or with a team whose letter and name it has."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    letter: str
    team_name: str


class Owner(msgspec.Struct, frozen=True):
    """Whose calendar a token opens."""

    user_id: UUID
    locale: str


async def list_shifts(tx: Transaction, since: datetime, until: datetime) -> list[DeskShift]:
    """Return the desk's shifts that lie in a stretch of time, or touch it."""
    rows = await tx.fetch(
        "SELECT s.id, s.user_id, u.full_name AS name, s.starts_at, s.ends_at FROM desk_shift s "
        "JOIN app_user u ON u.id = s.user_id WHERE s.territory_id = $1 AND s.ends_at > $2 AND s.starts_at < $3 "
        "ORDER BY s.starts_at, u.full_name, s.id",
        tx.scope.territory_id,
        since,
        until,
    )
    return [DeskShift(**dict(row)) for row in rows]


async def list_staff(tx: Transaction) -> list[tuple[UUID, str]]:
    """Return who can sit at the desk: dispatchers and supervisors who may sign in."""
    rows = await tx.fetch(
        "SELECT DISTINCT u.id, u.full_name FROM membership m JOIN app_user u ON u.id = m.user_id "
        "WHERE m.territory_id = $1 AND m.role IN ('dispatcher', 'clinical_supervisor') AND u.disabled_at IS NULL "
        "ORDER BY u.full_name, u.id",
        tx.scope.territory_id,
    )
    return [(row["id"], row["full_name"]) for row in rows]


async def add_shift(tx: Transaction, shift: DeskShift, now: datetime) -> bool:
    """Write a shift down, by the user of the transaction; False if its user has one already at some of its hours."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtext('rota'), hashtext($1))", f"{tx.scope.territory_id} {shift.user_id}"
    )
    added = await tx.execute(
        "INSERT INTO desk_shift (territory_id, id, user_id, starts_at, ends_at, made_by, made_at) "
        "SELECT $1, $2, $3, $4, $5, $6, $7 WHERE NOT EXISTS (SELECT FROM desk_shift WHERE territory_id = $1 "
        "AND user_id = $3 AND starts_at < $5 AND ends_at > $4)",
        tx.scope.territory_id,
        shift.id,
        shift.user_id,
        shift.starts_at,
        shift.ends_at,
        tx.scope.user_id,
        now,
    )
    return bool(added)


async def remove_shift(tx: Transaction, shift_id: UUID) -> bool:
    """Take a shift away; False if there is none."""
    return bool(
        await tx.fetch_value(
            "DELETE FROM desk_shift WHERE territory_id = $1 AND id = $2 RETURNING true", tx.scope.territory_id, shift_id
        )
    )


async def keep_token(tx: Transaction, user_id: UUID, token: str, now: datetime) -> None:
    """Let this token open the user's calendar, and the former one no more."""
    await tx.execute(
        "INSERT INTO calendar_token (territory_id, user_id, token_hash, made_at) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (territory_id, user_id) DO UPDATE SET token_hash = excluded.token_hash, made_at = excluded.made_at",
        tx.scope.territory_id,
        user_id,
        _hash(token),
        now,
    )


async def forget_token(tx: Transaction, user_id: UUID) -> None:
    """Close the user's calendar."""
    await tx.execute(
        "DELETE FROM calendar_token WHERE territory_id = $1 AND user_id = $2", tx.scope.territory_id, user_id
    )


async def token_made_at(tx: Transaction, user_id: UUID) -> datetime | None:
    """Return since when the user's calendar is open; None if it is not."""
    found: datetime | None = await tx.fetch_value(
        "SELECT made_at FROM calendar_token WHERE territory_id = $1 AND user_id = $2", tx.scope.territory_id, user_id
    )
    return found


async def owner_of(tx: Transaction, token: str) -> Owner | None:
    """Return whose calendar a token opens: nobody's once they may not sign in to the territory any more."""
    row = await tx.fetch_row(
        "SELECT u.id, u.locale FROM calendar_token c JOIN app_user u ON u.id = c.user_id AND u.disabled_at IS NULL "
        "WHERE c.territory_id = $1 AND c.token_hash = $2 AND EXISTS (SELECT FROM membership m "
        "WHERE m.territory_id = c.territory_id AND m.user_id = c.user_id)",
        tx.scope.territory_id,
        _hash(token),
    )
    return Owner(row["id"], row["locale"]) if row else None


async def shifts_of(tx: Transaction, user_id: UUID, since: datetime, until: datetime) -> list[OwnShift]:
    """Return a user's shifts in a stretch of time: at the desk, and those of the teams they go out with."""
    rows = await tx.fetch(
        "SELECT s.id, s.starts_at, s.ends_at, '' AS letter, '' AS team_name FROM desk_shift s "
        "WHERE s.territory_id = $1 AND s.user_id = $2 AND s.ends_at > $3 AND s.starts_at < $4 UNION ALL "
        "SELECT s.id, s.starts_at, s.ends_at, coalesce(t.letter, ''), coalesce(t.name, '') FROM shift s "
        "JOIN team t ON t.territory_id = s.territory_id AND t.id = s.team_id "
        "WHERE s.territory_id = $1 AND s.ends_at > $3 AND s.starts_at < $4 AND s.team_id IN (SELECT m.team_id "
        "FROM membership m WHERE m.territory_id = $1 AND m.user_id = $2 AND m.role = 'field_team') ORDER BY 2, 1",
        tx.scope.territory_id,
        user_id,
        since,
        until,
    )
    return [OwnShift(**dict(row)) for row in rows]


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
