"""This file decides when a first administrator may be made: never for a territory that has one who can sign in.

There is no default account (ASVS 5.0 6.3.2): whoever holds the server's command line gets a one-time code and chooses
the passphrase and the second factor in the browser.
"""

from datetime import datetime

from backend.access import Role, Scope
from backend.accounts import user_store
from backend.accounts.user_changes import Added, NewUser, Obstacle, add_user
from backend.db.transaction import transaction, transaction_of_user


async def add_first_administrator(
    slug: str, login: str, full_name: str, at: datetime, locale: str = "fr"
) -> Added | Obstacle:
    """Add a territory's first administrator; asked again before the code is used, it gives a new code."""
    async with transaction_of_user(None) as tx:
        territory = await user_store.territory_by_slug(tx, slug)
    if territory is None:
        return Obstacle.TERRITORY_UNKNOWN
    async with transaction(Scope(territory.id)) as tx:
        if await user_store.ready_administrators(tx):
            return Obstacle.ADMINISTRATOR_EXISTS
    return await add_user(slug, NewUser(login, full_name, frozenset({Role.TERRITORY_ADMINISTRATOR}), locale), at)
