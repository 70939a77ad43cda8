"""This file adds to the towns of tests what belongs to accounts: colleagues, passkeys, emergency openings, a journey."""

import secrets
from urllib.parse import urlencode
from uuid import UUID

from backend import clock
from backend.access import Role
from backend.identity.provider import CALLBACK
from backend.ids import new_id
from tests.trust.town import Territory, Town


async def add_passkey(town: Town, user_id: UUID) -> str:
    """Give a user one passkey and no other; return its id."""
    credential_id = secrets.token_bytes(16)
    await town.owner.execute("DELETE FROM passkey WHERE user_id = $1", user_id)
    await town.owner.execute(
        "INSERT INTO passkey (credential_id, user_id, public_key, sign_count, label, made_at) "
        "VALUES ($1, $2, '', 0, 'my key', now())",
        credential_id, user_id,
    )  # fmt: skip
    return credential_id.hex()


async def add_colleague(town: Town, where: Territory, role: Role = Role.PARTNER) -> UUID:
    """Add a user with one role to the territory and return their id."""
    user_id = new_id()
    await town.as_owner(
        where.id,
        "WITH added AS (INSERT INTO app_user (id, login, full_name, passphrase_hash, created_at) "
        "VALUES ($2, 'c' || $2::uuid::text, 'colleague', 'x', now())) "
        "INSERT INTO membership (territory_id, user_id, role, granted_at) VALUES ($1, $2, $3, now())",
        user_id,
        role.value,
    )
    return user_id


async def come_back(town: Town, where: Territory) -> dict[str, str]:
    """Let the territory's partner prove who they are to the identity provider; return query and cookie of the way back."""
    user_id = where.users[Role.PARTNER]
    await town.owner.execute("DELETE FROM linked_identity WHERE user_id = $1", user_id)
    await town.owner.execute(
        "INSERT INTO linked_identity (issuer, subject, user_id, linked_at) VALUES ($1, $2, $3, now())",
        town.provider.url, str(user_id), user_id,
    )  # fmt: skip
    async with town.browser() as browser:
        gone = await browser.get("/sign-in/identity")
        back = town.provider.authorise(gone.headers["location"], str(user_id), int(clock.now().timestamp()))
        return {"path": f"{CALLBACK}?{urlencode(back)}", "cookie": f"journey={browser.cookies['journey']}"}


async def add_opening(town: Town, where: Territory, user_id: UUID) -> UUID:
    """Let a user open the record of the territory's person in an emergency; return the opening's id."""
    opening_id = new_id()
    await town.as_owner(
        where.id,
        "INSERT INTO break_glass (territory_id, id, user_id, person_id, motive, reason, opened_at, ends_at) "
        "VALUES ($1, $2, $3, $4, 'other', 'found on the landing', now(), now() + interval '1 hour')",
        opening_id, user_id, where.ids["person"],
    )  # fmt: skip
    return opening_id
