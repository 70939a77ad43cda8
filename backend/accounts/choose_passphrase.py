"""This file lets users choose their passphrase: by a one-time code at first or after a reset, later by the former one.

Nobody else ever knows a passphrase: an administrator hands over a code of 120 bits that lasts a day. The second factor
stays as it was. What may be chosen is decided in passphrase_rules.py.
"""

import base64
from datetime import datetime, timedelta
from typing import Final

import structlog

from backend.accounts import session_store, user_store
from backend.accounts.outcomes import BUSY, SIGN_IN_REFUSED, TOO_MANY, Opened, Origin, Refused, Weak
from backend.accounts.passphrase import Fit
from backend.accounts.passphrase_rules import weakness_of
from backend.accounts.services import Accounts
from backend.accounts.sessions import Signed, token_hash
from backend.accounts.throttle import counters_of_code, counters_of_set_up
from backend.accounts.throttle_store import count_attempt, give_back_attempt
from backend.accounts.totp import code_hash, grouped
from backend.accounts.user_store import User
from backend.db.transaction import Transaction, transaction_of_user
from backend.ids import UserId, new_id, new_nonce, new_secret
from backend.notices.store import Kind, tell

log = structlog.get_logger()
CODE_LASTS: Final = timedelta(hours=24)
_CODE_BYTES: Final = 15


async def make_set_up_code(tx: Transaction, user_id: UserId, made_by: UserId | None, at: datetime) -> str:
    """Return a new one-time code for a user; it is kept as a hash, and earlier ones open nothing any more."""
    code = base64.b32encode(new_nonce(_CODE_BYTES)).decode()
    await session_store.add_set_up_code(tx, code_hash(code), user_id, made_by, at, at + CODE_LASTS)
    return grouped(code)


async def choose_by_code(accounts: Accounts, code: str, passphrase: str, origin: Origin) -> Opened | Refused | Weak:
    """Spend a one-time code on a passphrase and open a session, which has still to give or enrol the second factor.

    A passphrase that is refused does not spend the code.
    """
    at, hashed = accounts.clock(), code_hash(code)
    counters = counters_of_set_up(origin.address, at)
    async with transaction_of_user(None) as tx:
        if not await count_attempt(tx, counters):
            return TOO_MANY
        user = await session_store.user_of_set_up_code(tx, hashed, at)
        words = await _own_words(tx, user) if user else ()
    if user is None:
        return SIGN_IN_REFUSED
    if weakness := weakness_of(passphrase, words):
        return Weak(weakness)
    encoded = await accounts.hasher.hash(passphrase)
    if encoded is None:
        return BUSY
    token = new_secret()
    async with transaction_of_user(user.id) as tx:
        if not await session_store.spend_set_up_code(tx, hashed, at):
            return SIGN_IN_REFUSED
        await give_back_attempt(tx, counters, at)
        await user_store.set_passphrase_hash(tx, user.id, encoded)
        await session_store.end_sessions(tx, user.id, at)
        if user.passphrase_hash or user.totp:
            await tell(tx, user.id, Kind.PROOF_CHANGED, "passphrase", at=at)
        signed = await session_store.open_session(tx, user, new_id(), token_hash(token), origin.device_label, at)
    log.info("passphrase.chosen", kind="by_code", user_id=str(user.id))
    return Opened(token, signed)


async def change_passphrase(accounts: Accounts, signed: Signed, former: str, wanted: str) -> Refused | Weak | None:
    """Replace the user's own passphrase, the former one being given; other sessions end. None when it is done."""
    at = accounts.clock()
    counters = counters_of_code(str(signed.user_id), None, at)
    async with transaction_of_user(signed.user_id) as tx:
        if not await count_attempt(tx, counters):
            return TOO_MANY
        user = await user_store.user_by_id(tx, signed.user_id)
        words = await _own_words(tx, user) if user else ()
    fit = await accounts.hasher.check(user.passphrase_hash if user else None, former)
    if fit is Fit.BUSY:
        return BUSY
    if fit is Fit.DOES_NOT_FIT:
        return SIGN_IN_REFUSED
    if weakness := weakness_of(wanted, words):
        return Weak(weakness)
    encoded = await accounts.hasher.hash(wanted)
    if encoded is None:
        return BUSY
    async with transaction_of_user(signed.user_id) as tx:
        await give_back_attempt(tx, counters, at)
        await user_store.set_passphrase_hash(tx, signed.user_id, encoded)
        await session_store.end_sessions(tx, signed.user_id, at, but=signed.session.id)
        await tell(tx, signed.user_id, Kind.PROOF_CHANGED, "passphrase", at=at)
    log.info("passphrase.chosen", kind="by_former", user_id=str(signed.user_id))
    return None


async def _own_words(tx: Transaction, user: User) -> tuple[str, ...]:
    await tx.go_on_as(user.id)
    territories = await user_store.territories_by_id(tx, list(await user_store.roles_by_territory(tx, user.id)))
    return (user.login, user.full_name, *(word for one in territories for word in (one.name, one.slug)))
