"""Answer what a tablet asks about its people and about itself: who opens it, and what is ordered.

A revoked tablet may still ask for orders and let somebody with both factors hand in what it holds; a PIN alone opens it
no more.
"""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
import structlog
from litestar import Request, post
from litestar.params import JSONBody

from backend.access import WHO_RECORD, Right
from backend.accounts import sign_in
from backend.accounts.api import Code, Login, Passphrase, origin_of
from backend.accounts.authenticate import accounts_in, needs, scope_of
from backend.accounts.outcomes import Refused
from backend.accounts.sessions import Signed
from backend.clock import Clock
from backend.db.transaction import transaction
from backend.ids import UserId
from backend.journal.store import record as journal
from backend.problems import Problem
from backend.tablets import rescue, shares, wipe
from backend.tablets.authenticate import require_active

log = structlog.get_logger()
Req = Request[Any, Any, Any]
Verifier = Annotated[str, msgspec.Meta(min_length=43, max_length=43)]


class SignInBody(msgspec.Struct, forbid_unknown_fields=True):
    """Both factors of somebody, and what will prove the PIN that they chose on the tablet."""

    login: Login
    passphrase: Passphrase
    code: Code
    verifier: Verifier


class SignInAnswer(msgspec.Struct):
    """Who it is, and the shares that open the tablet (32 bytes each, base64url)."""

    user_id: UUID
    full_name: str
    share: str
    tablet_share: str


class UnlockBody(msgspec.Struct, forbid_unknown_fields=True):
    """Proof of a PIN; `wraps` is under how many shares the tablet keeps its key for this person."""

    user_id: UUID
    verifier: Verifier
    wraps: Annotated[int, msgspec.Meta(ge=1, le=2)] = 1


class UnlockAnswer(msgspec.Struct, omit_defaults=True):
    """The person's share; `next_share` if the tablet is to go over to another."""

    share: str
    next_share: str = ""


class RescueAnswer(msgspec.Struct):
    """The shares of the tablet's people under a code that is asked for by this number."""

    number: int
    salt: str
    sealed: str


class OrdersAnswer(msgspec.Struct, omit_defaults=True):
    """What the tablet is to do (`wipe`), what it is called, and what opens it in an emergency."""

    label: str
    order: str = ""
    rescue: RescueAnswer | None = None


class WipedBody(msgspec.Struct, forbid_unknown_fields=True):
    """How many entries the tablet could not hand in before it was wiped."""

    unsent: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]


@post("/sync/people/sign-in", opt=needs(Right.TABLET), tags=["sync"], status_code=200)
async def sign_in_on_tablet(request: Req, data: JSONBody[SignInBody]) -> SignInAnswer:
    """Let somebody with both factors open this tablet from now on."""
    scope, accounts, verifier = scope_of(request), accounts_in(request), _bytes(data.verifier)
    signed = await _prove(request, data)
    if signed.memberships.get(scope.territory_id, frozenset()).isdisjoint(WHO_RECORD):
        raise Problem("forbidden")
    async with transaction(scope) as tx:
        tablet_id = await shares.tablet_of(tx)
        share, of_tablet = await shares.join(tx, accounts.box, tablet_id, signed.user_id, verifier, _now(request))
        await journal(tx, "tablet_signed_in", "user", [signed.user_id], at=_now(request))
    return SignInAnswer(signed.user_id, signed.full_name, rescue.base64url(share), rescue.base64url(of_tablet))


@post("/sync/people/unlock", opt=needs(Right.TABLET), tags=["sync"], status_code=200)
async def unlock(request: Req, data: JSONBody[UnlockBody]) -> UnlockAnswer:
    """Give the share of somebody who proves the PIN; the fifth wrong one in a row destroys it."""
    require_active(request)
    scope, box, verifier = scope_of(request), accounts_in(request).box, _bytes(data.verifier)
    async with transaction(scope) as tx:
        tablet_id = await shares.tablet_of(tx)
        given = await shares.give(tx, box, tablet_id, UserId(data.user_id), verifier, data.wraps)
        act = "tablet_unlocked" if isinstance(given, shares.Given) else "tablet_unlock_refused"
        await journal(tx, act, "user", [data.user_id], at=_now(request))
    if isinstance(given, shares.NotGiven):
        raise Problem("pin_locked") if given.locked else Problem("pin_refused", left=given.left)
    following = rescue.base64url(given.next_share) if given.next_share else ""
    return UnlockAnswer(rescue.base64url(given.share), following)


@post("/sync/orders", opt=needs(Right.TABLET), tags=["sync"], status_code=200)
async def give_orders(request: Req) -> OrdersAnswer:
    """Say what the tablet is to do; nothing of people is in it, so that a revoked or locked one may ask."""
    scope = scope_of(request)
    async with transaction(scope) as tx:
        order = await wipe.order_of(tx)
        found = None
        if request.scope["state"].get("tablet_state") == "active" and not order.wipe:
            found = await rescue.rescue_of(tx, accounts_in(request).box, await shares.tablet_of(tx), _now(request))
    sealed = None
    if found is not None:
        sealed = RescueAnswer(found.number, rescue.base64url(found.salt), rescue.base64url(found.sealed))
    return OrdersAnswer(order.label, "wipe" if order.wipe else "", sealed)


@post("/sync/wiped", opt=needs(Right.TABLET), tags=["sync"], status_code=200)
async def take_wiped(request: Req, data: JSONBody[WipedBody]) -> dict[str, bool]:
    """Note that the tablet has wiped itself as it was ordered to."""
    async with transaction(scope_of(request)) as tx:
        if not await wipe.note_wiped(tx):
            raise Problem("not_found")
        tablet_id = await shares.tablet_of(tx)
        await journal(tx, "tablet_wiped", "tablet", [tablet_id], f"unsent: {data.unsent}", at=_now(request))
    log.warning("tablet.wiped", tablet_id=str(tablet_id), count=data.unsent)
    return {"wiped": True}


async def _prove(request: Req, data: SignInBody) -> Signed:
    """Check both factors as at the sign-in page, by the same counters; no session stays open."""
    accounts = accounts_in(request)
    origin = origin_of(request)
    opened = await sign_in.give_passphrase(accounts, data.login, data.passphrase, origin)
    if isinstance(opened, Refused):
        raise Problem(opened.problem)
    proved = await sign_in.give_code(accounts, opened.signed, data.code, origin)
    if isinstance(proved, Refused):
        await sign_in.sign_out(accounts, opened.signed)
        raise Problem(proved.problem)
    await sign_in.sign_out(accounts, proved.signed)
    return proved.signed


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=")
    except (binascii.Error, ValueError):
        raise Problem("bad_request", fields=["verifier"]) from None


def _now(request: Req) -> datetime:
    clock: Clock = request.app.state.now
    return clock()


routes = [sign_in_on_tablet, unlock, give_orders, take_wiped]
