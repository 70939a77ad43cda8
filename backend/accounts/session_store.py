"""This file reads and writes sign-in sessions and set-up codes; how long a session lasts is decided in sessions.py."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.accounts.sessions import LASTS_MAX, SEEN_EVERY, Signed, SignInSession, Standing, standing_of
from backend.accounts.user_store import USER, User, roles_by_territory, user_by_id, user_of_row
from backend.db.transaction import Transaction
from backend.ids import TerritoryId, UserId
from backend.notices.store import count_unread

_COLUMNS = (
    "id, user_id, territory_id, created_at, seen_at, second_factor_at, reauthenticated_at, ends_at, ended_at, "
    "device_label, proved_by, acr"
)


@dataclass(frozen=True)
class Proof:
    """How both factors were proved: `code`, `recovery_code`, `passkey` or `identity`, and how strongly (eIDAS)."""

    by: str
    acr: str = ""


_NAMES = _COLUMNS.split(", ")
# `set_config` names the user for row-level security, as Transaction.go_on_as does.
_OF_THE_SESSION = ", ".join(f"s.{name} AS session_{name}" for name in _NAMES)
_SESSION_AND_USER = (
    f"SELECT {_OF_THE_SESSION}, u.*, "
    f"set_config('maraude.user', u.id::text, true) FROM sign_in_session s JOIN ({USER}) u ON u.id = s.user_id "
)


async def read_signed(tx: Transaction, token_hash: bytes, at: datetime) -> Signed | None:
    """Return who holds a token, with the rights of this instant, or None; notes that the session was seen.

    Every request of a page passes here, so session, user and the naming of the user are one statement.
    """
    return await _living(tx, await tx.fetch_row(_SESSION_AND_USER + "WHERE s.token_hash = $1", token_hash), at)


async def read_signed_by_id(tx: Transaction, session_id: UUID, at: datetime) -> Signed | None:
    """Return whose session this is while it lives: for a proof that comes back without the session's cookie."""
    return await _living(tx, await tx.fetch_row(_SESSION_AND_USER + "WHERE s.id = $1", session_id), at)


async def _living(tx: Transaction, row: Any | None, at: datetime) -> Signed | None:
    if row is None:
        return None
    session, user = _session({name: row[f"session_{name}"] for name in _NAMES}), user_of_row(row)
    if standing_of(session, user.disabled_at, at) is not Standing.LIVES:
        return None
    if at - session.seen_at >= SEEN_EVERY:
        await tx.execute(
            "UPDATE sign_in_session SET seen_at = greatest(seen_at, $2) WHERE id = $1 AND ended_at IS NULL",
            session.id,
            at,
        )
    return await _signed(tx, session, user)


async def open_session(
    tx: Transaction, user: User, session_id: UUID, token_hash: bytes, device_label: str, at: datetime
) -> Signed:
    """Open a session with the passphrase proved and nothing else; the transaction goes on as that user."""
    row = await tx.fetch_row(
        "INSERT INTO sign_in_session (id, token_hash, user_id, created_at, seen_at, ends_at, device_label) "
        f"VALUES ($1, $2, $3, $4, $4, $5, $6) RETURNING {_COLUMNS}",
        session_id,
        token_hash,
        user.id,
        at,
        at + LASTS_MAX,
        device_label,
    )
    await tx.go_on_as(user.id)
    return await _signed(tx, _session(row), user)


async def prove_session(
    tx: Transaction, session_id: UUID, token_hash: bytes, territory_id: TerritoryId | None, proof: Proof, at: datetime
) -> bool:
    """Note a proof given now: a new token replaces the old one, which is worth nothing from here on."""
    proved = await tx.execute(
        "UPDATE sign_in_session SET token_hash = $2, second_factor_at = coalesce(second_factor_at, $4), "
        "reauthenticated_at = $4, territory_id = coalesce(territory_id, $3), seen_at = $4, proved_by = $5, acr = $6, "
        "passkey_challenge = NULL WHERE id = $1 AND ended_at IS NULL",
        session_id,
        token_hash,
        territory_id,
        at,
        proof.by,
        proof.acr,
    )
    return proved == 1


async def enter_territory(tx: Transaction, session_id: UUID, token_hash: bytes, territory_id: TerritoryId) -> bool:
    """Let a session work in another territory, under a new token."""
    entered = await tx.execute(
        "UPDATE sign_in_session SET token_hash = $2, territory_id = $3 "
        "WHERE id = $1 AND ended_at IS NULL AND second_factor_at IS NOT NULL",
        session_id,
        token_hash,
        territory_id,
    )
    return entered == 1


async def end_session_of_token(tx: Transaction, token_hash: bytes, at: datetime) -> None:
    """End the session that holds a token, if any."""
    await tx.execute(
        "UPDATE sign_in_session SET ended_at = $2 WHERE token_hash = $1 AND ended_at IS NULL", token_hash, at
    )


async def end_session(tx: Transaction, user_id: UserId, session_id: UUID, at: datetime) -> bool:
    """End one session of a user; False when the user has no such open session."""
    ended = await tx.execute(
        "UPDATE sign_in_session SET ended_at = $3 WHERE id = $2 AND user_id = $1 AND ended_at IS NULL",
        user_id,
        session_id,
        at,
    )
    return ended == 1


async def end_sessions(tx: Transaction, user_id: UserId, at: datetime, but: UUID | None = None) -> int:
    """End all sessions of a user, except one if given, and return how many."""
    return await tx.execute(
        "UPDATE sign_in_session SET ended_at = $2 "
        "WHERE user_id = $1 AND ended_at IS NULL AND id IS DISTINCT FROM $3::uuid",
        user_id,
        at,
        but,
    )


async def living_sessions(tx: Transaction, user_id: UserId, at: datetime) -> list[SignInSession]:
    """Return the sessions of a user that live, the latest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM sign_in_session WHERE user_id = $1 AND ended_at IS NULL ORDER BY seen_at DESC, id",
        user_id,
    )
    return [one for one in map(_session, rows) if standing_of(one, None, at) is Standing.LIVES]


async def _has_passkey(tx: Transaction, user_id: UserId) -> bool:
    return await tx.fetch_value("SELECT 1 FROM passkey WHERE user_id = $1 LIMIT 1", user_id) is not None


async def signed_in_before(tx: Transaction, user_id: UserId) -> bool:
    """Tell whether a user has ever given both factors."""
    found = await tx.fetch_value(
        "SELECT 1 FROM sign_in_session WHERE user_id = $1 AND second_factor_at IS NOT NULL LIMIT 1", user_id
    )
    return found is not None


async def add_set_up_code(
    tx: Transaction, code_hash: str, user_id: UserId, made_by: UserId | None, at: datetime, ends_at: datetime
) -> None:
    """Keep a new set-up code; earlier ones of the user open nothing any more."""
    await tx.execute("UPDATE set_up_code SET used_at = $2 WHERE user_id = $1 AND used_at IS NULL", user_id, at)
    await tx.execute(
        "INSERT INTO set_up_code (code_hash, user_id, made_by, made_at, ends_at) VALUES ($1, $2, $3, $4, $5)",
        code_hash,
        user_id,
        made_by,
        at,
        ends_at,
    )


async def user_of_set_up_code(tx: Transaction, code_hash: str, at: datetime) -> User | None:
    """Return whose code this is while it can be used."""
    user_id = await tx.fetch_value(
        "SELECT user_id FROM set_up_code WHERE code_hash = $1 AND used_at IS NULL AND ends_at > $2", code_hash, at
    )
    user = await user_by_id(tx, UserId(user_id)) if user_id else None
    return user if user and user.disabled_at is None else None


async def spend_set_up_code(tx: Transaction, code_hash: str, at: datetime) -> bool:
    """Spend a set-up code; of any number of simultaneous uses one gets True."""
    spent = await tx.fetch_value(
        "UPDATE set_up_code SET used_at = $2 WHERE code_hash = $1 AND used_at IS NULL AND ends_at > $2 "
        "RETURNING user_id",
        code_hash,
        at,
    )
    return spent is not None


async def _signed(tx: Transaction, session: SignInSession, user: User) -> Signed:
    return Signed(
        session=session,
        login=user.login,
        full_name=user.full_name,
        locale=user.locale,
        has_second_factor=user.totp is not None or await _has_passkey(tx, user.id),
        memberships=await roles_by_territory(tx, user.id),
        notices_unread=await count_unread(tx, user.id),
    )


def _session(row: Any) -> SignInSession:
    return SignInSession(**dict(row))
