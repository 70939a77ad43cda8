"""This file keeps passkeys, and the challenge that a session must answer once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.db.transaction import Transaction
from backend.ids import UserId
from backend.passkeys.ceremony import Key


@dataclass(frozen=True)
class Passkey:
    """A passkey as its user sees it."""

    key: Key
    label: str
    made_at: datetime
    used_at: datetime | None

    @property
    def id(self) -> str:
        """Return its id as it stands in addresses and forms."""
        return self.key.credential_id.hex()


async def own(tx: Transaction, user_id: UserId) -> list[Passkey]:
    """Return the passkeys of a user, the oldest first."""
    rows = await tx.fetch(
        "SELECT credential_id, public_key, sign_count, label, made_at, used_at FROM passkey WHERE user_id = $1 "
        "ORDER BY made_at, credential_id",
        user_id,
    )
    return [
        Passkey(
            Key(row["credential_id"], row["public_key"], row["sign_count"]),
            row["label"],
            row["made_at"],
            row["used_at"],
        )
        for row in rows
    ]


async def add(tx: Transaction, user_id: UserId, key: Key, label: str, at: datetime) -> bool:
    """Keep a new passkey; False when this credential is known already."""
    added = await tx.execute(
        "INSERT INTO passkey (credential_id, user_id, public_key, sign_count, label, made_at) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        key.credential_id,
        user_id,
        key.public_key,
        key.sign_count,
        label,
        at,
    )
    return added == 1


async def use(tx: Transaction, key: Key, sign_count: int, at: datetime) -> bool:
    """Note a use; of two at once that counted alike, one is told False. Some authenticators do not count."""
    used = await tx.execute(
        "UPDATE passkey SET sign_count = $2, used_at = $3 WHERE credential_id = $1 AND (sign_count < $2 OR $2 = 0)",
        key.credential_id,
        sign_count,
        at,
    )
    return used == 1


async def remove(tx: Transaction, user_id: UserId, credential_id: bytes) -> bool:
    """Remove one of a user's passkeys; False when there is none such."""
    removed = await tx.execute("DELETE FROM passkey WHERE user_id = $1 AND credential_id = $2", user_id, credential_id)
    return removed == 1


async def keep_challenge(tx: Transaction, session_id: UUID, challenge: bytes) -> None:
    """Keep what the session must answer next; an earlier one is void."""
    await tx.execute(
        "UPDATE sign_in_session SET passkey_challenge = $2 WHERE id = $1 AND ended_at IS NULL", session_id, challenge
    )


async def spend_challenge(tx: Transaction, session_id: UUID) -> bytes | None:
    """Return what the session must answer, once."""
    held = await tx.fetch_value(
        "WITH held AS (SELECT id, passkey_challenge FROM sign_in_session WHERE id = $1 FOR UPDATE) "
        "UPDATE sign_in_session s SET passkey_challenge = NULL FROM held WHERE s.id = held.id "
        "RETURNING held.passkey_challenge",
        session_id,
    )
    return bytes(held) if held is not None else None
