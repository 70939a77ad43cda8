"""This file enrols a second factor: a secret is offered in a sealed ticket, and kept once a code of it was given.

The first one is enrolled by a session with the passphrase alone; another replaces it only after a code given lately.
Until it is confirmed nothing is stored: the ticket carries the secret, sealed for this session and ten minutes.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from backend.accounts import session_store, user_store
from backend.accounts.outcomes import SIGN_IN_REFUSED, Opened, Origin, Refused
from backend.accounts.second_factor import seal_secret
from backend.accounts.secrets_box import Sealed, SecretsBox, Unopenable
from backend.accounts.services import Accounts
from backend.accounts.session_store import Proof
from backend.accounts.sessions import Signed
from backend.accounts.sign_in import open_with_both_factors, transaction_in_territory
from backend.accounts.totp import address_of, code_hash, new_recovery_codes, new_totp_secret, picture_of, step_proved
from backend.notices.store import Kind, tell

log = structlog.get_logger()
TICKET_LASTS: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class Offer:
    """What a user needs to add the second factor to an authenticator app; `picture_svg` is a QR code of `address`."""

    secret: str
    address: str
    picture_svg: str
    ticket: str


@dataclass(frozen=True)
class Enrolled:
    """The session under its new token, and the recovery codes, shown once."""

    opened: Opened
    recovery_codes: tuple[str, ...]


def offer_second_factor(accounts: Accounts, signed: Signed) -> Offer | Refused:
    """Return a new secret for this session, or why none is offered."""
    at = accounts.clock()
    if refused := _refusal(signed, at):
        return refused
    secret = new_totp_secret()
    address = address_of(secret, signed.login)
    return Offer(secret, address, picture_of(address), _ticket(accounts.box, signed, secret, at))


def offer_again(accounts: Accounts, signed: Signed, ticket: str) -> Offer | None:
    """Return the offer that a ticket stands for while it is good: after a mistyped code the picture stays the same."""
    secret = _secret_of_ticket(accounts.box, signed, ticket, accounts.clock())
    if secret is None:
        return None
    address = address_of(secret, signed.login)
    return Offer(secret, address, picture_of(address), ticket)


async def confirm_second_factor(
    accounts: Accounts, signed: Signed, ticket: str, code: str, origin: Origin
) -> Enrolled | Refused:
    """Keep the secret of a ticket once its code is right; other sessions of the user end."""
    at = accounts.clock()
    if refused := _refusal(signed, at):
        return refused
    secret = _secret_of_ticket(accounts.box, signed, ticket, at)
    step = step_proved(secret, "".join(code.split()), at) if secret else None
    if secret is None or step is None:
        return SIGN_IN_REFUSED
    codes = new_recovery_codes()
    async with transaction_in_territory(signed) as tx:
        kept = await user_store.set_second_factor(
            tx,
            signed.user_id,
            seal_secret(accounts.box, signed.user_id, secret),
            step,
            [code_hash(one) for one in codes],
            replace=signed.has_second_factor,
        )
        if not kept:
            return SIGN_IN_REFUSED
        await session_store.end_sessions(tx, signed.user_id, at, but=signed.session.id)
        if signed.has_second_factor:
            await tell(tx, signed.user_id, Kind.PROOF_CHANGED, "second_factor", at=at)
        opened = await open_with_both_factors(tx, accounts, signed, "second_factor_enrolled", at, Proof("code"), origin)
    log.info("second_factor.enrolled", user_id=str(signed.user_id))
    return opened if isinstance(opened, Refused) else Enrolled(opened, codes)


def _refusal(signed: Signed, at: datetime) -> Refused | None:
    if not signed.has_second_factor:
        return None
    if signed.session.second_factor_at is None:
        return Refused("second_factor_needed")
    return None if signed.is_reauthenticated(at) else Refused("reauthentication_needed")


def _ticket(box: SecretsBox, signed: Signed, secret: str, at: datetime) -> str:
    sealed = box.seal(f"{int(at.timestamp())} {secret}".encode(), _place(signed))
    return f"{sealed.key_id}.{base64.urlsafe_b64encode(sealed.body).decode()}"


def _secret_of_ticket(box: SecretsBox, signed: Signed, ticket: str, at: datetime) -> str | None:
    key_id, _, body = ticket.partition(".")
    try:
        opened = box.open(
            Sealed(key_id, base64.b64decode(body.encode(), altchars=b"-_", validate=True)), _place(signed)
        )
    except (binascii.Error, ValueError):
        return None
    if isinstance(opened, Unopenable):
        return None
    made, _, secret = opened.decode().partition(" ")
    return secret if at.timestamp() - int(made) <= TICKET_LASTS.total_seconds() else None


def _place(signed: Signed) -> str:
    return f"enrolment/{signed.session.id}"
