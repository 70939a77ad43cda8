"""This file registers, uses and removes passkeys of the user's own.

A passkey stands beside the six-digit code, never instead of the passphrase. Each answer is to a challenge of this very
session, good once; attempts are counted as codes are.
"""

from typing import Any

import structlog

from backend.accounts.outcomes import SIGN_IN_REFUSED, TOO_MANY, Opened, Origin, Refused
from backend.accounts.services import Accounts
from backend.accounts.session_store import Proof
from backend.accounts.sessions import Signed
from backend.accounts.sign_in import open_with_both_factors, transaction_in_territory
from backend.accounts.throttle import counters_of_code
from backend.accounts.throttle_store import count_attempt, give_back_attempt
from backend.db.transaction import Transaction, transaction_of_user
from backend.ids import new_nonce
from backend.journal.store import record
from backend.notices.store import Kind, tell
from backend.passkeys import ceremony, store
from backend.passkeys.ceremony import CHALLENGE_BYTES, Party, party_of
from backend.passkeys.store import Passkey

log = structlog.get_logger()
NONE_HERE = Refused("not_found")
PASSKEYS_MAX = 10


async def offer(accounts: Accounts, signed: Signed) -> dict[str, Any] | Refused:
    """Return what a browser needs to make a passkey for this user."""
    party, challenge = party_of(accounts.settings.public_url), new_nonce(CHALLENGE_BYTES)
    if party is None:
        return NONE_HERE
    async with transaction_of_user(signed.user_id) as tx:
        known = await store.own(tx, signed.user_id)
        await store.keep_challenge(tx, signed.session.id, challenge)
    return ceremony.offer(party, signed.user_id, signed.login, challenge, [one.key for one in known])


async def register(accounts: Accounts, signed: Signed, label: str, answer: dict[str, Any]) -> Refused | None:
    """Keep the passkey that an authenticator has made; None when it is kept."""
    party, at = party_of(accounts.settings.public_url), accounts.clock()
    async with transaction_in_territory(signed) as tx:
        challenge = await store.spend_challenge(tx, signed.session.id)
        key = ceremony.made(party, challenge, answer) if party and challenge else None
        known = await store.own(tx, signed.user_id)
        if key is None or len(known) >= PASSKEYS_MAX or not await store.add(tx, signed.user_id, key, label, at):
            return SIGN_IN_REFUSED
        await _tell(tx, signed, "passkey_added", accounts)
    log.info("passkey.added", user_id=str(signed.user_id))
    return None


async def ask(accounts: Accounts, signed: Signed) -> dict[str, Any] | Refused:
    """Return what a browser needs to prove a passkey of this user."""
    party, challenge = party_of(accounts.settings.public_url), new_nonce(CHALLENGE_BYTES)
    async with transaction_of_user(signed.user_id) as tx:
        known = await store.own(tx, signed.user_id)
        if party is None or not known:
            return NONE_HERE
        await store.keep_challenge(tx, signed.session.id, challenge)
    return ceremony.ask(party, challenge, [one.key for one in known])


async def prove(accounts: Accounts, signed: Signed, answer: dict[str, Any], origin: Origin) -> Opened | Refused:
    """Take a passkey for the second factor, or for the code once more before a sensitive act."""
    party, at = party_of(accounts.settings.public_url), accounts.clock()
    counters = counters_of_code(str(signed.user_id), None, at)
    async with transaction_of_user(signed.user_id) as tx:
        if not await count_attempt(tx, counters):
            return TOO_MANY
        challenge = await store.spend_challenge(tx, signed.session.id)
    async with transaction_in_territory(signed) as tx:
        known = await store.own(tx, signed.user_id)
        if not party or not challenge or not await _is_proved(tx, party, challenge, known, answer, accounts):
            log.warning("sign_in.refused", code="sign_in_refused", kind="passkey", user_id=str(signed.user_id))
            return SIGN_IN_REFUSED
        await give_back_attempt(tx, counters, at)
        act = "reauthenticated" if signed.session.second_factor_at else "signed_in"
        return await open_with_both_factors(tx, accounts, signed, act, at, Proof("passkey"), origin)


async def remove(accounts: Accounts, signed: Signed, passkey_id: str) -> bool:
    """Remove one of the user's own passkeys; False when there is none such."""
    try:
        credential_id = bytes.fromhex(passkey_id)
    except ValueError:
        return False
    async with transaction_in_territory(signed) as tx:
        if not await store.remove(tx, signed.user_id, credential_id):
            return False
        await _tell(tx, signed, "passkey_removed", accounts)
    return True


async def own_passkeys(signed: Signed) -> list[Passkey]:
    """Return the user's own passkeys."""
    async with transaction_of_user(signed.user_id) as tx:
        return await store.own(tx, signed.user_id)


async def _is_proved(
    tx: Transaction, party: Party, challenge: bytes, known: list[Passkey], answer: dict[str, Any], accounts: Accounts
) -> bool:
    for one in known:
        count = ceremony.proved(party, challenge, one.key, answer)
        if count is not None:
            return await store.use(tx, one.key, count, accounts.clock())
    return False


async def _tell(tx: Transaction, signed: Signed, act: str, accounts: Accounts) -> None:
    at = accounts.clock()
    if tx.has_scope:
        await record(tx, act, "user", [signed.user_id], at=at)
    await tell(tx, signed.user_id, Kind.PROOF_CHANGED, "passkey", at=at)
