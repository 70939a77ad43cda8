"""This file is signing in by JSON: the same acts as the pages in admin/sign_in, for the tablet app and for scripts.

Bodies name exactly their fields; an unknown one is refused. Answers never tell whether a login exists.
"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.datastructures import Cookie
from litestar.params import JSONBody, Parameter
from msgspec import Meta, Struct

from backend.access import Right
from backend.accounts import choose_passphrase as passphrases
from backend.accounts import enrolment, sign_in, user_store
from backend.accounts.authenticate import accounts_in, needs, signed_of
from backend.accounts.cookies import device_cookie, device_cookie_name, no_session_cookie, session_cookie
from backend.accounts.outcomes import Opened, Origin, Refused, Weak
from backend.accounts.services import Accounts
from backend.accounts.sessions import Signed
from backend.accounts.user_store import Territory
from backend.db.transaction import transaction_of_user
from backend.edge.locale import no_choice
from backend.ids import TerritoryId
from backend.problems import Problem

Req = Request[Any, Any, Any]
Login = Annotated[str, Meta(min_length=1, max_length=64)]
Passphrase = Annotated[str, Meta(min_length=1, max_length=512)]
Code = Annotated[str, Meta(min_length=6, max_length=64)]


class SignInBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Login and passphrase."""

    login: Login
    passphrase: Passphrase


class CodeBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A six-digit code, or a recovery code."""

    code: Code


class SetUpBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A one-time code and the passphrase chosen with it."""

    code: Code
    passphrase: Passphrase


class ChangeBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The former passphrase and the wanted one."""

    former: Passphrase
    wanted: Passphrase


class ConfirmBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The ticket of an offer and a code of its secret."""

    ticket: Annotated[str, Meta(max_length=512)]
    code: Code


class TerritoryBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The territory to work in."""

    territory_id: UUID


class TerritoryItem(Struct, frozen=True):
    """A territory where the user has a role."""

    id: UUID
    slug: str
    name: str


class Me(Struct, frozen=True):
    """Who is signed in, what is missing before they can work, and what they may do."""

    login: str
    full_name: str
    locale: str
    next_step: str
    territory_id: UUID | None
    territories: list[TerritoryItem]
    roles: list[str]
    rights: list[str]


class SessionItem(Struct, frozen=True):
    """An open sign-in session of the user."""

    id: UUID
    device_label: str
    created_at: datetime
    seen_at: datetime
    is_this_one: bool


class OfferAnswer(Struct, frozen=True):
    """A second factor offered: `picture_svg` is a QR code of `address`."""

    secret: str
    address: str
    picture_svg: str
    ticket: str


class EnrolledAnswer(Struct, frozen=True):
    """The recovery codes, shown once, and who is signed in now."""

    recovery_codes: list[str]
    me: Me


@post("/api/sign-in", opt=needs(Right.ANYBODY), tags=["accounts"], status_code=200)
async def give_passphrase(request: Req, data: JSONBody[SignInBody]) -> Response[Me]:
    """Check login and passphrase; the answer's cookie opens nothing but the next step."""
    accounts = accounts_in(request)
    former = request.cookies.get(accounts.settings.cookie_name)
    return await answer(
        accounts,
        await sign_in.give_passphrase(accounts, data.login, data.passphrase, origin_of(request), former),
    )


@post("/api/sign-in/code", opt=needs(Right.SIGNING_IN), tags=["accounts"], status_code=200)
async def give_code(request: Req, data: JSONBody[CodeBody]) -> Response[Me]:
    """Check the second factor; the session gets a new token."""
    accounts = accounts_in(request)
    return await answer(accounts, await sign_in.give_code(accounts, signed_of(request), data.code, origin_of(request)))


@post("/api/reauthenticate", opt=needs(Right.SIGNED_IN), tags=["accounts"], status_code=200)
async def reauthenticate(request: Req, data: JSONBody[CodeBody]) -> Response[Me]:
    """Check a code once more before a sensitive act; it is good for five minutes."""
    accounts = accounts_in(request)
    return await answer(accounts, await sign_in.give_code(accounts, signed_of(request), data.code, origin_of(request)))


@post("/api/sign-out", opt=needs(Right.SIGNING_IN), tags=["accounts"], status_code=204)
async def sign_out(request: Req) -> Response[None]:
    """End this session."""
    accounts = accounts_in(request)
    await sign_in.sign_out(accounts, signed_of(request))
    taken = [no_session_cookie(accounts.settings), no_choice(secure=accounts.settings.secure_cookies)]
    return Response(None, status_code=204, cookies=taken)


@get("/api/me", opt=needs(Right.SIGNING_IN), tags=["accounts"])
async def me(request: Req) -> Me:
    """Say who is signed in, what is missing, and what they may do."""
    return await me_of(signed_of(request))


@put("/api/me/territory", opt=needs(Right.SIGNED_IN), tags=["accounts"])
async def choose_territory(request: Req, data: JSONBody[TerritoryBody]) -> Response[Me]:
    """Work in one of the user's territories."""
    accounts, signed = accounts_in(request), signed_of(request)
    return await answer(accounts, await sign_in.choose_territory(accounts, signed, TerritoryId(data.territory_id)))


@get("/api/me/sign-in-sessions", opt=needs(Right.SIGNED_IN), tags=["accounts"])
async def list_sessions(request: Req) -> list[SessionItem]:
    """List the user's open sessions, the latest first."""
    signed = signed_of(request)
    found = await sign_in.own_sessions(accounts_in(request), signed)
    return [
        SessionItem(one.id, one.device_label, one.created_at, one.seen_at, one.id == signed.session.id) for one in found
    ]


@delete("/api/me/sign-in-sessions/{session_id:uuid}", opt=needs(Right.SIGNED_IN), tags=["accounts"])
async def end_session(request: Req, session_id: Annotated[UUID, Parameter(description="The session's id.")]) -> None:
    """End one of the user's own sessions."""
    if not await sign_in.end_one(accounts_in(request), signed_of(request), session_id):
        raise Problem("not_found")


@post("/api/me/second-factor", opt=needs(Right.SIGNING_IN), tags=["accounts"], status_code=200)
async def offer_second_factor(request: Req) -> OfferAnswer:
    """Offer a second factor; nothing is kept before it is confirmed."""
    offer = enrolment.offer_second_factor(accounts_in(request), signed_of(request))
    if isinstance(offer, Refused):
        raise Problem(offer.problem)
    return OfferAnswer(offer.secret, offer.address, offer.picture_svg, offer.ticket)


@post("/api/me/second-factor/confirm", opt=needs(Right.SIGNING_IN), tags=["accounts"], status_code=200)
async def confirm_second_factor(request: Req, data: JSONBody[ConfirmBody]) -> Response[EnrolledAnswer]:
    """Keep the second factor once a code of it is given; other sessions of the user end."""
    accounts = accounts_in(request)
    done = await enrolment.confirm_second_factor(
        accounts, signed_of(request), data.ticket, data.code, origin_of(request)
    )
    if isinstance(done, Refused):
        raise Problem(done.problem)
    body = EnrolledAnswer(list(done.recovery_codes), await me_of(done.opened.signed))
    return Response(body, cookies=cookies_of(accounts, done.opened))


@post("/api/set-up", opt=needs(Right.ANYBODY), tags=["accounts"], status_code=200)
async def set_up(request: Req, data: JSONBody[SetUpBody]) -> Response[Me]:
    """Choose a passphrase with a one-time code."""
    accounts = accounts_in(request)
    done = await passphrases.choose_by_code(accounts, data.code, data.passphrase, origin_of(request))
    return await answer(accounts, done)


@put("/api/me/passphrase", opt=needs(Right.SIGNED_IN), tags=["accounts"], status_code=204)
async def change_passphrase(request: Req, data: JSONBody[ChangeBody]) -> None:
    """Replace the passphrase, the former one being given; the user's other sessions end."""
    done = await passphrases.change_passphrase(accounts_in(request), signed_of(request), data.former, data.wanted)
    if done is not None:
        raise problem_of(done)


async def answer(accounts: Accounts, outcome: Opened | Refused | Weak) -> Response[Me]:
    """Return the answer of a step of signing in, with its cookies, or raise its problem."""
    if not isinstance(outcome, Opened):
        raise problem_of(outcome)
    return Response(await me_of(outcome.signed), cookies=cookies_of(accounts, outcome))


def problem_of(outcome: Refused | Weak) -> Problem:
    """Return the problem of an outcome that changed nothing."""
    if isinstance(outcome, Weak):
        return Problem("bad_request", fields=["passphrase"], why=outcome.why.value)
    return Problem(outcome.problem)


def cookies_of(accounts: Accounts, opened: Opened) -> list[Cookie]:
    """Return the cookies of a session that has a new token."""
    found = [session_cookie(accounts.settings, opened.token)]
    if opened.device_cookie:
        found.append(device_cookie(accounts.settings, opened.device_cookie))
    return found


def origin_of(request: Req) -> Origin:
    """Return where a request comes from; a proxy's word is taken only as far as the server was told to."""
    return Origin(
        address=request.client.host if request.client else "",
        device_cookie=request.cookies.get(device_cookie_name(accounts_in(request).settings)),
        device_label="".join(filter(str.isprintable, request.headers.get("user-agent", "")))[:120],
    )


async def territories_of(signed: Signed) -> list[Territory]:
    """Return the territories where the user has a role."""
    async with transaction_of_user(signed.user_id) as tx:
        return await user_store.territories_by_id(tx, list(signed.memberships))


async def me_of(signed: Signed) -> Me:
    """Return what a user is told of themselves; territories only after both factors."""
    territories = await territories_of(signed) if signed.may(Right.SIGNED_IN) else []
    return Me(
        login=signed.login,
        full_name=signed.full_name,
        locale=signed.locale,
        next_step=signed.next_step.value,
        territory_id=signed.session.territory_id,
        territories=[TerritoryItem(one.id, one.slug, one.name) for one in territories],
        roles=sorted(signed.roles),
        rights=sorted(right for right in Right if right is not Right.TABLET and signed.may(right)),
    )


routes = [
    give_passphrase, give_code, reauthenticate, sign_out, me, choose_territory, list_sessions, end_session,
    offer_second_factor, confirm_second_factor, set_up, change_passphrase,
]  # fmt: skip
