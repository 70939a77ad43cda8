"""This file offers passkeys by JSON to the script of our pages: make one, prove one, list and remove one's own."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Response, delete, get, post
from litestar.params import JSONBody, Parameter
from msgspec import Meta, Struct

from backend.access import Right
from backend.accounts.api import Me, answer, origin_of
from backend.accounts.authenticate import accounts_in, needs, signed_of
from backend.accounts.outcomes import Refused
from backend.passkeys import acts
from backend.problems import Problem

Req = Request[Any, Any, Any]
Id = Annotated[str, Parameter(description="The passkey's id.", max_length=2048)]


class MadeBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What the authenticator answered, and what the user calls it."""

    label: Annotated[str, Meta(min_length=1, max_length=60)]
    credential: dict[str, Any]


class ProofBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What the authenticator answered."""

    credential: dict[str, Any]


class PasskeyItem(Struct, frozen=True):
    """A passkey of the user's own."""

    id: str
    label: str
    made_at: datetime
    used_at: datetime | None


@post("/api/me/passkeys/offer", opt=needs(Right.SIGNED_IN, reauthenticated=True), tags=["accounts"], status_code=200)
async def offer(request: Req) -> dict[str, Any]:
    """Return what a browser needs to make a passkey."""
    return _or_problem(await acts.offer(accounts_in(request), signed_of(request)))


@post("/api/me/passkeys", opt=needs(Right.SIGNED_IN, reauthenticated=True), tags=["accounts"], status_code=204)
async def register(request: Req, data: JSONBody[MadeBody]) -> None:
    """Keep the passkey that was made."""
    if refused := await acts.register(accounts_in(request), signed_of(request), data.label, data.credential):
        raise Problem(refused.problem)


@get("/api/me/passkeys", opt=needs(Right.SIGNED_IN), tags=["accounts"])
async def list_own(request: Req) -> list[PasskeyItem]:
    """List the user's own passkeys."""
    return [
        PasskeyItem(one.id, one.label, one.made_at, one.used_at) for one in await acts.own_passkeys(signed_of(request))
    ]


@delete("/api/me/passkeys/{passkey_id:str}", opt=needs(Right.SIGNED_IN, reauthenticated=True), tags=["accounts"])
async def remove(request: Req, passkey_id: Id) -> None:
    """Remove one of the user's own passkeys."""
    if not await acts.remove(accounts_in(request), signed_of(request), passkey_id):
        raise Problem("not_found")


@post("/api/sign-in/passkey/offer", opt=needs(Right.SIGNING_IN), tags=["accounts"], status_code=200)
async def ask(request: Req) -> dict[str, Any]:
    """Return what a browser needs to prove a passkey."""
    return _or_problem(await acts.ask(accounts_in(request), signed_of(request)))


@post("/api/sign-in/passkey", opt=needs(Right.SIGNING_IN), tags=["accounts"], status_code=200)
async def prove(request: Req, data: JSONBody[ProofBody]) -> Response[Me]:
    """Check a passkey as the second factor; the session gets a new token."""
    accounts = accounts_in(request)
    return await answer(accounts, await acts.prove(accounts, signed_of(request), data.credential, origin_of(request)))


def _or_problem(found: dict[str, Any] | Refused) -> dict[str, Any]:
    if isinstance(found, Refused):
        raise Problem(found.problem)
    return found


routes = [offer, register, list_own, remove, ask, prove]
