"""This file adds, disables and resets users, and journals it in each territory where they have a role.

It never writes a passphrase: that is the user's own act (choose_passphrase.py).
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from backend.access import Role, Scope
from backend.accounts import session_store, user_store
from backend.accounts.choose_passphrase import make_set_up_code
from backend.accounts.second_factor import seal_secret, secret_of
from backend.accounts.secrets_box import SecretsBox
from backend.accounts.user_store import User
from backend.db.transaction import Transaction, transaction, transaction_of_user
from backend.ids import UserId, new_id
from backend.journal.store import record

LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
FULL_NAME_MAX: Final = 120
Change = Callable[[Transaction], Awaitable[None]]


class Obstacle(StrEnum):
    """Why a change was not made."""

    TERRITORY_UNKNOWN = "territory_unknown"
    USER_UNKNOWN = "user_unknown"
    USER_DISABLED = "user_disabled"
    LOGIN_UNFIT = "login_unfit"
    NAME_UNFIT = "name_unfit"
    ADMINISTRATOR_EXISTS = "administrator_exists"


@dataclass(frozen=True)
class NewUser:
    """Somebody to be added to a territory."""

    login: str
    full_name: str
    roles: frozenset[Role]
    locale: str = "fr"


@dataclass(frozen=True)
class Added:
    """The user, and the one-time code to hand over; None when somebody with a passphrase was given more roles."""

    user_id: UserId
    set_up_code: str | None


async def add_user(slug: str, new: NewUser, at: datetime, by: UserId | None = None) -> Added | Obstacle:
    """Add somebody to a territory with roles; who has the login already gets the roles and keeps the proofs."""
    if obstacle := unfit(new):
        return obstacle
    async with transaction_of_user(None) as tx:
        territory = await user_store.territory_by_slug(tx, slug)
    if territory is None:
        return Obstacle.TERRITORY_UNKNOWN
    async with transaction(Scope(territory.id, by)) as tx:
        return await add_in_territory(tx, new, at, code_for_known=True)


def unfit(new: NewUser) -> Obstacle | None:
    """Return what of a new user cannot be kept."""
    if not LOGIN.fullmatch(new.login):
        return Obstacle.LOGIN_UNFIT
    if not 0 < len(new.full_name.strip()) <= FULL_NAME_MAX or not new.full_name.isprintable():
        return Obstacle.NAME_UNFIT
    return None


async def add_in_territory(tx: Transaction, new: NewUser, at: datetime, *, code_for_known: bool) -> Added | Obstacle:
    """Add somebody in the transaction's territory; whoever is known already gets a code only if that is allowed."""
    fresh = User(UserId(new_id()), new.login, new.full_name.strip(), new.locale, "", None, None)
    is_new = await user_store.add_user(tx, fresh, at)
    user = await user_store.user_by_login(tx, new.login)
    if user is None:
        return Obstacle.USER_UNKNOWN
    if user.disabled_at is not None:
        return Obstacle.USER_DISABLED
    for role in sorted(new.roles):
        await user_store.grant_role(tx, user.id, role, at)
    await record(tx, "user_added", "user", [user.id], " ".join(sorted(new.roles)), at=at)
    if user.passphrase_hash or not (is_new or code_for_known):
        return Added(user.id, None)
    return Added(user.id, await make_set_up_code(tx, user.id, tx.scope.user_id, at))


async def disable_user(login: str, at: datetime, by: UserId | None = None) -> Obstacle | None:
    """Disable a user, whose sessions end with it; None when it is done."""
    user = await _find(login)
    if user is None:
        return Obstacle.USER_UNKNOWN

    async def disable(tx: Transaction) -> None:
        await user_store.disable_user(tx, user.id, at)
        await session_store.end_sessions(tx, user.id, at)

    await _change_everywhere(user, "user_disabled", at, disable, by)
    return None


async def reset_user(
    login: str, at: datetime, *, second_factor: bool = False, by: UserId | None = None
) -> str | Obstacle:
    """Take away the passphrase, and the second factor if asked; return the one-time code to hand over."""
    user = await _find(login)
    if user is None or user.disabled_at is not None:
        return Obstacle.USER_UNKNOWN

    async def reset(tx: Transaction) -> None:
        await user_store.clear_proofs(tx, user.id, second_factor=second_factor)
        await session_store.end_sessions(tx, user.id, at)

    await _change_everywhere(user, "second_factor_reset" if second_factor else "passphrase_reset", at, reset, by)
    async with transaction_of_user(user.id) as tx:
        return await make_set_up_code(tx, user.id, by, at)


async def reseal_second_factors(box: SecretsBox) -> tuple[int, int]:
    """Seal every second factor under the present key; return how many were, and how many did not open."""
    async with transaction_of_user(None) as tx:
        users = await user_store.users_sealed_otherwise(tx, box.key_id)
        opened = [(user, secret) for user in users if (secret := secret_of(box, user)) is not None]
        for user, secret in opened:
            if user.totp is not None:
                await user_store.reseal_second_factor(tx, user.id, user.totp, seal_secret(box, user.id, secret))
    return len(opened), len(users) - len(opened)


async def _find(login: str) -> User | None:
    async with transaction_of_user(None) as tx:
        return await user_store.user_by_login(tx, login)


async def _change_everywhere(user: User, act: str, at: datetime, change: Change, by: UserId | None) -> None:
    """Make a change that may be made twice, with its journal entry, in each territory where the user has a role."""
    async with transaction_of_user(user.id) as tx:
        territories = sorted(await user_store.roles_by_territory(tx, user.id))
        if not territories:
            await change(tx)
    for territory_id in territories:
        async with transaction(Scope(territory_id, by)) as tx:
            await change(tx)
            await record(tx, act, "user", [user.id], at=at)
