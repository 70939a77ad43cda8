"""This file keeps journeys to the provider, each good once and for one browser, and which subject is which user."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from backend.db.transaction import Transaction
from backend.ids import UserId

JOURNEY_LASTS: Final = timedelta(minutes=10)
KEPT: Final = timedelta(days=1)


@dataclass(frozen=True)
class Journey:
    """A journey that came back: what was asked for, and the session to prove anew, if any."""

    nonce: str
    verifier: str
    session_id: UUID | None
    made_at: datetime


async def begin(tx: Transaction, state_hash: bytes, browser_hash: bytes, journey: Journey) -> None:
    """Keep a new journey, and forget those that are long over."""
    await tx.execute("DELETE FROM identity_attempt WHERE made_at < $1", journey.made_at - KEPT)
    await tx.execute(
        "INSERT INTO identity_attempt (state_hash, browser_hash, nonce, verifier, session_id, made_at) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        state_hash,
        browser_hash,
        journey.nonce,
        journey.verifier,
        journey.session_id,
        journey.made_at,
    )


async def come_back(tx: Transaction, state_hash: bytes, browser_hash: bytes, at: datetime) -> Journey | None:
    """Spend a journey; of any number of simultaneous uses one gets it, and another browser never does."""
    row = await tx.fetch_row(
        "UPDATE identity_attempt SET used_at = $3 WHERE state_hash = $1 AND browser_hash = $2 AND used_at IS NULL "
        "AND made_at > $4 RETURNING nonce, verifier, session_id, made_at",
        state_hash,
        browser_hash,
        at,
        at - JOURNEY_LASTS,
    )
    return Journey(**dict(row)) if row else None


async def user_of(tx: Transaction, issuer: str, subject: str) -> UserId | None:
    """Return which user an administrator linked a subject to."""
    found = await tx.fetch_value(
        "SELECT user_id FROM linked_identity WHERE issuer = $1 AND subject = $2", issuer, subject
    )
    return UserId(found) if found else None


async def link(tx: Transaction, issuer: str, subject: str, user_id: UserId, by: UserId | None, at: datetime) -> bool:
    """Link a subject to a user in place of an earlier one; False when it is somebody else's."""
    holder = await user_of(tx, issuer, subject)
    if holder is not None and holder != user_id:
        return False
    await unlink(tx, issuer, user_id)
    linked = await tx.execute(
        "INSERT INTO linked_identity (issuer, subject, user_id, linked_by, linked_at) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT DO NOTHING",
        issuer,
        subject,
        user_id,
        by,
        at,
    )
    return linked == 1


async def unlink(tx: Transaction, issuer: str, user_id: UserId) -> int:
    """Take a user's link away; return how many there were."""
    return await tx.execute("DELETE FROM linked_identity WHERE issuer = $1 AND user_id = $2", issuer, user_id)


async def subject_of(tx: Transaction, issuer: str, user_id: UserId) -> str | None:
    """Return the subject that is linked to a user."""
    found = await tx.fetch_value(
        "SELECT subject FROM linked_identity WHERE issuer = $1 AND user_id = $2", issuer, user_id
    )
    return str(found) if found else None
