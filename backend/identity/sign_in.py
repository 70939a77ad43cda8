"""This file signs people in by an identity provider: the journey there, and what is made of what it answers.

The provider proves both factors. A subject that no administrator has linked opens nothing. The same journey, asked for
by a session that lives, is its re-authentication: the provider must then have seen a proof since it was asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from backend.accounts import session_store, user_store
from backend.accounts.outcomes import TOO_MANY, Opened, Origin, Refused
from backend.accounts.services import Accounts
from backend.accounts.session_store import Proof
from backend.accounts.sessions import Signed, token_hash
from backend.accounts.sign_in import open_with_both_factors, transaction_in_territory
from backend.accounts.throttle import counters_of_journey
from backend.accounts.throttle_store import count_attempt
from backend.db.transaction import transaction_of_user
from backend.identity import store
from backend.identity.claims import MAX_AGE, Expected, Identity, Why, identity_of
from backend.identity.provider import Away, Provider, Token
from backend.identity.store import Journey
from backend.ids import UserId, new_id, new_secret

log = structlog.get_logger()
AWAY = Refused("identity_provider_away")


@dataclass(frozen=True)
class Departed:
    """Where the browser goes, and the secret by which the journey is this browser's alone."""

    address: str
    browser_secret: str


@dataclass(frozen=True)
class NotProved:
    """What came back proves nobody, and what of it does not fit."""

    why: Why


@dataclass(frozen=True)
class Unlinked:
    """Somebody proved who they are, and no administrator has linked this subject to a user."""

    subject: str


async def depart(accounts: Accounts, provider: Provider, origin: Origin, session: Signed | None) -> Departed | Refused:
    """Begin a journey: to sign in, or to prove a session anew."""
    at, state, nonce, verifier, browser = accounts.clock(), *(new_secret() for _ in range(4))
    asked = {"prompt": "login", "max_age": "0"} if session else {"max_age": str(int(MAX_AGE.total_seconds()))}
    address = await provider.address(state, nonce, verifier, asked)
    if isinstance(address, Away):
        return AWAY
    async with transaction_of_user(None) as tx:
        if not await count_attempt(tx, counters_of_journey(origin.address, at)):
            return TOO_MANY
        journey = Journey(nonce, verifier, session.session.id if session else None, at)
        await store.begin(tx, token_hash(state), token_hash(browser), journey)
    return Departed(address, browser)


async def come_back(
    accounts: Accounts, provider: Provider, said: Mapping[str, str], browser_secret: str, origin: Origin
) -> Opened | Refused | NotProved | Unlinked:
    """Make of the provider's answer a session with both factors, or say what does not fit."""
    at = accounts.clock()
    async with transaction_of_user(None) as tx:
        journey = await store.come_back(tx, token_hash(said.get("state", "")), token_hash(browser_secret), at)
    identity = await _prove(provider, journey, said, at) if journey else Why.STATE
    if isinstance(identity, Away):
        return AWAY
    if journey is None or isinstance(identity, Why):
        log.warning("sign_in.refused", code=str(identity), kind="identity")
        return NotProved(identity if isinstance(identity, Why) else Why.STATE)
    async with transaction_of_user(None) as tx:
        user_id = await store.user_of(tx, identity.issuer, identity.subject)
    if user_id is None:
        log.warning("sign_in.refused", code="identity_unlinked", kind="identity")
        return Unlinked(identity.subject)
    return await _open(accounts, user_id, journey, identity, origin)


async def _prove(provider: Provider, journey: Journey, said: Mapping[str, str], at: datetime) -> Identity | Why | Away:
    """Return who the provider's answer proves somebody to be, or what does not fit."""
    if said.get("iss", provider.issuer) != provider.issuer:
        return Why.ISS
    if "error" in said or not said.get("code"):
        return Why.PROVIDER_ERROR
    token = await provider.exchange(said["code"], journey.verifier)
    if not isinstance(token, Token):
        return token
    since = journey.made_at if journey.session_id else at - MAX_AGE
    expected = Expected(provider.issuer, provider.client_id, journey.nonce, provider.acr, since)
    return identity_of(token.claims, token.access_token, expected, at)


async def _open(
    accounts: Accounts, user_id: UserId, journey: Journey, identity: Identity, origin: Origin
) -> Opened | Refused:
    at, token = accounts.clock(), new_secret()
    async with transaction_of_user(user_id) as tx:
        user = await user_store.user_by_id(tx, user_id)
        if user is None or user.disabled_at is not None:
            return Refused("sign_in_refused")
        if journey.session_id is None:
            signed = await session_store.open_session(tx, user, new_id(), token_hash(token), origin.device_label, at)
        else:
            known = await session_store.read_signed_by_id(tx, journey.session_id, at)
            if known is None or known.user_id != user_id:  # somebody else proved who they are
                return Refused("sign_in_refused")
            signed = known
    async with transaction_in_territory(signed) as tx:
        act = "reauthenticated" if journey.session_id else "signed_in"
        return await open_with_both_factors(tx, accounts, signed, act, at, Proof("identity", identity.acr), origin)
