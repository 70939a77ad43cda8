"""This file signs people in and out: passphrase, code, territory, and the code once more before a sensitive act.

Each step that proves more gives a new token. An attempt is counted and committed before it is checked, because a
refusal must not roll its count back; no connection is held while Argon2 works.
"""

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from uuid import UUID

import structlog

from backend.access import Scope
from backend.accounts import session_store, user_store
from backend.accounts.known_device import device_known, device_mark
from backend.accounts.odd_sign_in import tell_of_odd_sign_in
from backend.accounts.outcomes import BUSY, SIGN_IN_REFUSED, TOO_MANY, Opened, Origin, Refused
from backend.accounts.passphrase import Fit
from backend.accounts.second_factor import code_proves, proof_of_code
from backend.accounts.services import Accounts
from backend.accounts.session_store import Proof
from backend.accounts.sessions import Signed, SignInSession, token_hash
from backend.accounts.throttle import Counter, counters_of_code, counters_of_passphrase
from backend.accounts.throttle_store import count_attempt, give_back_attempt
from backend.accounts.user_store import User
from backend.db.transaction import Transaction, transaction, transaction_of_user
from backend.ids import TerritoryId, new_id, new_secret
from backend.journal.store import record

log = structlog.get_logger()


async def give_passphrase(
    accounts: Accounts, login: str, passphrase: str, origin: Origin, former_token: str | None = None
) -> Opened | Refused:
    """Check login and passphrase and open a session that may do nothing but give the code.

    The work is the same whether the login exists or not; a session that the browser still held is ended.
    """
    at, name = accounts.clock(), login.strip().lower()
    device = device_known(accounts.box, name, origin.device_cookie)
    counters = counters_of_passphrase(name, origin.address, device, at)
    async with transaction_of_user(None) as tx:
        allowed = await count_attempt(tx, counters)
        user = await user_store.user_by_login(tx, name) if allowed and "\0" not in name else None
    if not allowed:
        return _refused(TOO_MANY, user)
    fit = await accounts.hasher.check(user.passphrase_hash if user else None, passphrase)
    if fit is Fit.BUSY:
        return _refused(BUSY, user)
    if fit is Fit.DOES_NOT_FIT or user is None or user.disabled_at is not None:
        return _refused(SIGN_IN_REFUSED, user)
    anew = await accounts.hasher.hash(passphrase) if fit is Fit.FITS_OLD_COST else None
    return await _open(accounts, user, counters, origin, former_token, anew)


async def _open(
    accounts: Accounts,
    user: User,
    counters: tuple[Counter, ...],
    origin: Origin,
    former_token: str | None,
    hashed_anew: str | None,
) -> Opened:
    at, token = accounts.clock(), new_secret()
    async with transaction_of_user(user.id) as tx:
        await give_back_attempt(tx, counters, at)
        if hashed_anew:
            await user_store.set_passphrase_hash(tx, user.id, hashed_anew)
        if former_token:
            await session_store.end_session_of_token(tx, token_hash(former_token), at)
        signed = await session_store.open_session(tx, user, new_id(), token_hash(token), origin.device_label, at)
    log.info("sign_in.passphrase_given", user_id=str(user.id))
    return Opened(token, signed)


async def give_code(accounts: Accounts, signed: Signed, code: str, origin: Origin) -> Opened | Refused:
    """Check a six-digit or recovery code; the session gets a new token, and enters the territory if there is one only.

    Asked of a session that has both factors, it is the re-authentication that a sensitive act needs.
    """
    at = accounts.clock()
    device = device_known(accounts.box, signed.login, origin.device_cookie)
    counters = counters_of_code(str(signed.user_id), device, at)
    async with transaction_of_user(signed.user_id) as tx:
        if not await count_attempt(tx, counters):
            return _counted(TOO_MANY, signed)
    async with transaction_in_territory(signed) as tx:
        user = await user_store.user_by_id(tx, signed.user_id)
        if user is None or not await code_proves(tx, accounts.box, user, code, at):
            return _counted(SIGN_IN_REFUSED, signed)
        await give_back_attempt(tx, counters, at)
        act = "reauthenticated" if signed.session.second_factor_at else "signed_in"
        return await open_with_both_factors(tx, accounts, signed, act, at, proof_of_code(code), origin)


def transaction_in_territory(signed: Signed) -> AbstractAsyncContextManager[Transaction]:
    """Open a transaction in the territory that this session works in or will enter, or the user's own without one."""
    territory_id = _territory_to_enter(signed)
    return transaction(Scope(territory_id, signed.user_id)) if territory_id else transaction_of_user(signed.user_id)


async def open_with_both_factors(
    tx: Transaction, accounts: Accounts, signed: Signed, act: str, at: datetime, proof: Proof, origin: Origin
) -> Opened | Refused:
    """Give a session whose second factor has just been proved its new token, and journal the act in its territory.

    Who signs in on a device never seen, or after attempts that failed, is told so.
    """
    token, territory_id = new_secret(), _territory_to_enter(signed)
    if signed.session.second_factor_at is None:
        await tell_of_odd_sign_in(tx, accounts.box, signed, origin, at)
    if not await session_store.prove_session(tx, signed.session.id, token_hash(token), territory_id, proof, at):
        return Refused("not_signed_in")
    if territory_id:
        await record(tx, act, reason=f"{proof.by} {proof.acr}".strip(), at=at)
    return await _reopened(tx, accounts, token, at)


async def choose_territory(accounts: Accounts, signed: Signed, territory_id: TerritoryId) -> Opened | Refused:
    """Let a session with both factors work in one of the user's territories, under a new token."""
    if territory_id not in signed.memberships:
        return Refused("not_found")
    at, token = accounts.clock(), new_secret()
    async with transaction(Scope(territory_id, signed.user_id)) as tx:
        if not await session_store.enter_territory(tx, signed.session.id, token_hash(token), territory_id):
            return Refused("second_factor_needed")
        await record(tx, "signed_in", at=at)
        return await _reopened(tx, accounts, token, at)


async def sign_out(accounts: Accounts, signed: Signed) -> None:
    """End the session of this request."""
    await end_one(accounts, signed, signed.session.id)


async def end_one(accounts: Accounts, signed: Signed, session_id: UUID) -> bool:
    """End one of the user's own sessions; False when there is none such."""
    async with transaction_of_user(signed.user_id) as tx:
        return await session_store.end_session(tx, signed.user_id, session_id, accounts.clock())


async def own_sessions(accounts: Accounts, signed: Signed) -> list[SignInSession]:
    """Return the user's open sessions, the latest first."""
    async with transaction_of_user(signed.user_id) as tx:
        return await session_store.living_sessions(tx, signed.user_id, accounts.clock())


def _territory_to_enter(signed: Signed) -> TerritoryId | None:
    only = next(iter(signed.memberships)) if len(signed.memberships) == 1 else None
    return signed.session.territory_id or only


async def _reopened(tx: Transaction, accounts: Accounts, token: str, at: datetime) -> Opened | Refused:
    proven = await session_store.read_signed(tx, token_hash(token), at)
    if proven is None:  # the user was disabled while this request was on its way
        return Refused("not_signed_in")
    log.info("sign_in.code_given", user_id=str(proven.user_id))
    return Opened(token, proven, device_mark(accounts.box, proven.login, new_secret()))


def _counted(refused: Refused, signed: Signed) -> Refused:
    log.warning("sign_in.refused", code=refused.problem, kind="code", user_id=str(signed.user_id))
    return refused


def _refused(refused: Refused, user: User | None) -> Refused:
    log.warning("sign_in.refused", code=refused.problem, kind="passphrase", user_id=str(user.id) if user else "")
    return refused
