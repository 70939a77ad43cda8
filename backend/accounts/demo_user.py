"""This file gives a user of a demo territory proofs that the demo prints, and refuses for any other territory.

Users of a real territory choose their own (choose_passphrase.py, enrolment.py).
"""

from datetime import datetime

from backend.accounts import user_store
from backend.accounts.second_factor import seal_secret
from backend.accounts.services import Accounts
from backend.accounts.user_changes import Added, NewUser, Obstacle, add_user
from backend.db.transaction import transaction_of_user
from backend.ids import UserId


async def add_demo_user(
    accounts: Accounts, slug: str, new: NewUser, passphrase: str, totp_secret: str, at: datetime
) -> UserId | Obstacle:
    """Add a user who can sign in at once with this passphrase and the codes of this secret (base 32)."""
    async with transaction_of_user(None) as tx:
        territory = await user_store.territory_by_slug(tx, slug)
    if territory is None or not territory.is_demo:
        return Obstacle.TERRITORY_UNKNOWN
    encoded = await accounts.hasher.hash(passphrase)
    added = await add_user(slug, new, at)
    if not isinstance(added, Added):
        return added
    async with transaction_of_user(added.user_id) as tx:
        await user_store.set_passphrase_hash(tx, added.user_id, encoded or "")
        sealed = seal_secret(accounts.box, added.user_id, totp_secret)
        await user_store.set_second_factor(tx, added.user_id, sealed, 1, [], replace=True)
    return added.user_id
