"""This file decides which sign-ins are odd enough to be told to the user: a device never seen, or failures before it."""

from datetime import datetime, timedelta
from typing import Final

from backend.accounts.known_device import device_known
from backend.accounts.outcomes import Origin
from backend.accounts.secrets_box import SecretsBox
from backend.accounts.session_store import signed_in_before
from backend.accounts.sessions import Signed
from backend.accounts.throttle import windows_of_failures
from backend.accounts.throttle_store import failures_in
from backend.db.transaction import Transaction
from backend.notices.store import Kind, tell, told_since

LABEL_CHARACTERS_MAX: Final = 80
FAILURES_LEAST: Final = 3
LOOKED_BACK: Final = timedelta(days=1)


async def tell_of_odd_sign_in(tx: Transaction, box: SecretsBox, signed: Signed, origin: Origin, at: datetime) -> None:
    """Tell the user of what is odd about the sign-in that has just succeeded; the very first one is not."""
    known = device_known(box, signed.login, origin.device_cookie) is not None
    if not known and await signed_in_before(tx, signed.user_id):
        await tell(tx, signed.user_id, Kind.NEW_DEVICE, origin.device_label[:LABEL_CHARACTERS_MAX], at=at)
    failures = await failures_in(tx, windows_of_failures(signed.login, str(signed.user_id), at))
    told = await told_since(tx, signed.user_id, Kind.FAILED_ATTEMPTS, str(failures), at - LOOKED_BACK)
    if failures >= FAILURES_LEAST and not told:
        await tell(tx, signed.user_id, Kind.FAILED_ATTEMPTS, str(failures), at=at)
