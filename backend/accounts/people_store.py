"""This file reads and writes the users of one territory, for those who administer it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from backend.access import Role
from backend.db.transaction import Transaction
from backend.ids import UserId

_PERSON: Final = (
    "SELECT u.id, u.login, u.full_name, u.disabled_at, u.passphrase_hash <> '' AS has_passphrase, "
    "u.totp_secret IS NOT NULL AS has_code, "
    "(SELECT count(*) FROM passkey p WHERE p.user_id = u.id) AS passkeys, "
    "(SELECT count(*) FROM linked_identity l WHERE l.user_id = u.id) AS identities, "
    "(SELECT count(*) FROM sign_in_session s WHERE s.user_id = u.id AND s.ended_at IS NULL AND s.ends_at > $2) AS sessions, "
    "(SELECT max(s.seen_at) FROM sign_in_session s WHERE s.user_id = u.id) AS seen_at, "
    "array_agg(m.role ORDER BY m.role) AS roles FROM membership m JOIN app_user u ON u.id = m.user_id "
    "WHERE m.territory_id = $1 "
)


@dataclass(frozen=True)
class Colleague:
    """A user with roles in the territory: what they may, how they sign in, whether they are here."""

    id: UserId
    login: str
    full_name: str
    roles: frozenset[Role]
    disabled_at: datetime | None
    has_passphrase: bool
    has_code: bool
    passkeys: int
    identities: int
    sessions: int
    seen_at: datetime | None


async def colleagues(tx: Transaction, at: datetime) -> list[Colleague]:
    """Return the users of the territory, those who can sign in first, by name."""
    rows = await tx.fetch(
        _PERSON + "GROUP BY u.id ORDER BY u.disabled_at IS NOT NULL, u.full_name, u.id", tx.scope.territory_id, at
    )
    return [_colleague(row) for row in rows]


async def colleague(tx: Transaction, user_id: UserId, at: datetime) -> Colleague | None:
    """Return one user of the territory."""
    row = await tx.fetch_row(_PERSON + "AND u.id = $3 GROUP BY u.id", tx.scope.territory_id, at, user_id)
    return _colleague(row) if row else None


async def take_role(tx: Transaction, user_id: UserId, role: Role) -> None:
    """Take a role away in the transaction's territory."""
    await tx.execute(
        "DELETE FROM membership WHERE territory_id = $1 AND user_id = $2 AND role = $3",
        tx.scope.territory_id,
        user_id,
        role.value,
    )


async def other_administrators(tx: Transaction, user_id: UserId) -> int:
    """Return how many other administrators of the territory can sign in; they are held until the transaction ends."""
    rows = await tx.fetch(
        "SELECT m.user_id FROM membership m JOIN app_user u ON u.id = m.user_id WHERE m.territory_id = $1 "
        "AND m.role = $2 AND m.user_id <> $3 AND u.disabled_at IS NULL AND u.passphrase_hash <> '' "
        "ORDER BY m.user_id FOR UPDATE OF m",
        tx.scope.territory_id,
        Role.TERRITORY_ADMINISTRATOR.value,
        user_id,
    )
    return len(rows)


def _colleague(row: Any) -> Colleague:
    return Colleague(**{**dict(row), "id": UserId(row["id"]), "roles": frozenset(map(Role, row["roles"]))})
