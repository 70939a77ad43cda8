"""This file reads and writes users, their proofs and their roles.

Users are known to the whole server; `membership` is under row-level security: a territory's own, or the user's own.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.access import Role
from backend.accounts.secrets_box import Sealed
from backend.db.transaction import Transaction
from backend.ids import TerritoryId, UserId


@dataclass(frozen=True)
class User:
    """A row of app_user. An empty hash fits no passphrase: the user has still to choose one."""

    id: UserId
    login: str
    full_name: str
    locale: str
    passphrase_hash: str
    totp: Sealed | None
    disabled_at: datetime | None


@dataclass(frozen=True)
class Territory:
    """What signing in needs to know of a territory."""

    id: TerritoryId
    slug: str
    name: str
    is_demo: bool


USER = (
    "SELECT id, login, full_name, locale, passphrase_hash, totp_secret, totp_secret_key_id, disabled_at FROM app_user "
)
_TERRITORY = "SELECT id, slug, name, is_demo FROM territory "


async def user_by_login(tx: Transaction, login: str) -> User | None:
    """Return a user by login (lower case), disabled or not."""
    row = await tx.fetch_row(USER + "WHERE login = $1", login)
    return user_of_row(row) if row else None


async def user_by_id(tx: Transaction, user_id: UserId) -> User | None:
    """Return a user by id."""
    row = await tx.fetch_row(USER + "WHERE id = $1", user_id)
    return user_of_row(row) if row else None


async def add_user(tx: Transaction, user: User, at: datetime) -> bool:
    """Add a user; False when the login is taken."""
    added = await tx.execute(
        "INSERT INTO app_user (id, login, full_name, locale, passphrase_hash, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (login) DO NOTHING",
        user.id,
        user.login,
        user.full_name,
        user.locale,
        user.passphrase_hash,
        at,
    )
    return added == 1


async def set_passphrase_hash(tx: Transaction, user_id: UserId, encoded: str) -> None:
    """Write a user's new hash."""
    await tx.execute("UPDATE app_user SET passphrase_hash = $2 WHERE id = $1", user_id, encoded)


async def set_second_factor(
    tx: Transaction, user_id: UserId, totp: Sealed, step: int, recovery_hashes: list[str], *, replace: bool
) -> bool:
    """Write a confirmed second factor whose step was proved; False when there is one already or the step is spent."""
    written = await tx.execute(
        "UPDATE app_user SET totp_secret = $2, totp_secret_key_id = $3, totp_step_last = $4, recovery_hashes = $5 "
        "WHERE id = $1 AND totp_step_last < $4 AND ($6 OR totp_secret IS NULL)",
        user_id,
        totp.body,
        totp.key_id,
        step,
        recovery_hashes,
        replace,
    )
    return written == 1


async def clear_proofs(tx: Transaction, user_id: UserId, *, second_factor: bool) -> None:
    """Take away a user's passphrase, and the second factor with its recovery codes if asked."""
    await tx.execute(
        "UPDATE app_user SET passphrase_hash = '', totp_secret = CASE WHEN $2 THEN NULL ELSE totp_secret END, "
        "totp_secret_key_id = CASE WHEN $2 THEN NULL ELSE totp_secret_key_id END, "
        "recovery_hashes = CASE WHEN $2 THEN '{}' ELSE recovery_hashes END WHERE id = $1",
        user_id,
        second_factor,
    )
    if second_factor:
        await tx.execute("DELETE FROM passkey WHERE user_id = $1", user_id)


async def reseal_second_factor(tx: Transaction, user_id: UserId, former: Sealed, present: Sealed) -> None:
    """Write the same second factor under the present key, unless it has changed meanwhile."""
    await tx.execute(
        "UPDATE app_user SET totp_secret = $3, totp_secret_key_id = $4 WHERE id = $1 AND totp_secret = $2",
        user_id,
        former.body,
        present.body,
        present.key_id,
    )


async def users_sealed_otherwise(tx: Transaction, key_id: str) -> list[User]:
    """Return the users whose second factor lies under another key than this."""
    rows = await tx.fetch(USER + "WHERE totp_secret IS NOT NULL AND totp_secret_key_id <> $1 ORDER BY id", key_id)
    return [user_of_row(row) for row in rows]


async def accept_step(tx: Transaction, user_id: UserId, step: int) -> bool:
    """Accept a proved time step once: of any number of simultaneous uses one gets True."""
    accepted = await tx.fetch_value(
        "UPDATE app_user SET totp_step_last = $2 WHERE id = $1 AND totp_step_last < $2 AND disabled_at IS NULL "
        "RETURNING id",
        user_id,
        step,
    )
    return accepted is not None


async def use_recovery_code(tx: Transaction, user_id: UserId, code_hash: str) -> bool:
    """Take a recovery code away; True for the one use that found it."""
    used = await tx.fetch_value(
        "UPDATE app_user SET recovery_hashes = array_remove(recovery_hashes, $2) "
        "WHERE id = $1 AND $2 = ANY (recovery_hashes) AND disabled_at IS NULL RETURNING id",
        user_id,
        code_hash,
    )
    return used is not None


async def disable_user(tx: Transaction, user_id: UserId, at: datetime) -> None:
    """Disable a user; the first instant stays."""
    await tx.execute("UPDATE app_user SET disabled_at = coalesce(disabled_at, $2) WHERE id = $1", user_id, at)


async def enable_user(tx: Transaction, user_id: UserId) -> None:
    """Let a user sign in again."""
    await tx.execute("UPDATE app_user SET disabled_at = NULL WHERE id = $1", user_id)


async def roles_by_territory(tx: Transaction, user_id: UserId) -> dict[TerritoryId, frozenset[Role]]:
    """Return the user's roles; the transaction must be the user's own to see all territories."""
    rows = await tx.fetch("SELECT territory_id, role FROM membership WHERE user_id = $1 ORDER BY 1, 2", user_id)
    found: dict[TerritoryId, frozenset[Role]] = {}
    for row in rows:
        territory = TerritoryId(row["territory_id"])
        found[territory] = found.get(territory, frozenset()) | {Role(row["role"])}
    return found


async def grant_role(tx: Transaction, user_id: UserId, role: Role, at: datetime) -> None:
    """Give a role in the transaction's territory; nothing happens when it is held already."""
    await tx.execute(
        "INSERT INTO membership (territory_id, user_id, role, granted_by, granted_at) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT DO NOTHING",
        tx.scope.territory_id,
        user_id,
        role.value,
        tx.scope.user_id,
        at,
    )


async def ready_administrators(tx: Transaction) -> int:
    """Return how many enabled administrators of the transaction's territory have chosen a passphrase."""
    count = await tx.fetch_value(
        "SELECT count(*) FROM membership m JOIN app_user u ON u.id = m.user_id "
        "WHERE m.territory_id = $1 AND m.role = $2 AND u.disabled_at IS NULL AND u.passphrase_hash <> ''",
        tx.scope.territory_id,
        Role.TERRITORY_ADMINISTRATOR.value,
    )
    return int(count)


async def territory_by_slug(tx: Transaction, slug: str) -> Territory | None:
    """Return a territory by its slug."""
    row = await tx.fetch_row(_TERRITORY + "WHERE slug = $1", slug)
    return Territory(TerritoryId(row["id"]), row["slug"], row["name"], row["is_demo"]) if row else None


async def territories_by_id(tx: Transaction, ids: list[TerritoryId]) -> list[Territory]:
    """Return these territories in the order of their names."""
    rows = await tx.fetch(_TERRITORY + "WHERE id = ANY ($1) ORDER BY name, id", ids)
    return [Territory(TerritoryId(row["id"]), row["slug"], row["name"], row["is_demo"]) for row in rows]


def user_of_row(row: Any) -> User:
    """Return the user of a row of `USER`."""
    secret, key_id = row["totp_secret"], row["totp_secret_key_id"]
    return User(
        id=UserId(row["id"]),
        login=str(row["login"]),
        full_name=str(row["full_name"]),
        locale=str(row["locale"]),
        passphrase_hash=str(row["passphrase_hash"]),
        totp=Sealed(str(key_id), bytes(secret)) if isinstance(secret, bytes) else None,
        disabled_at=row["disabled_at"],
    )
