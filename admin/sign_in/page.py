"""This file is signing in by pages: passphrase, code, enrolment, territory, set-up code, each a plain form.

The acts are those of backend/accounts; api.py there offers the same by JSON. Own sessions and the passphrase of
somebody who is signed in are in own_page.py.
"""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta, Struct

from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from admin.sign_in.go_on import PAGE_OF, address_after, own_path
from admin.sign_in.words import WEAKNESSES, WORDS
from backend.access import Right
from backend.accounts import choose_passphrase, enrolment, sign_in
from backend.accounts.api import cookies_of, origin_of, territories_of
from backend.accounts.authenticate import accounts_in, find_signed, needs, signed_of
from backend.accounts.cookies import no_session_cookie
from backend.accounts.enrolment import Offer
from backend.accounts.outcomes import Opened, Refused, Weak
from backend.accounts.sessions import NextStep, Signed
from backend.edge.locale import locale_of, no_choice
from backend.ids import TerritoryId
from backend.problems import CATALOGUE, Problem

Req = Request[Any, Any, Any]
Text = Annotated[str, Meta(max_length=512)]


class Form(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Any form of ours: the guard has checked its token."""

    form_token: Text = ""


class SignInForm(Form, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Login and passphrase, and where to go on."""

    login: Text
    passphrase: Text
    next: Text = "/"


class CodeForm(Form, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A code, and where to go on after a re-authentication."""

    code: Text
    next: Text = "/"


class EnrolForm(Form, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The ticket of an offer and a code of it."""

    ticket: Text
    code: Text


class SetUpForm(Form, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A one-time code and the passphrase chosen."""

    code: Text
    passphrase: Text


class TerritoryForm(Form, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The territory chosen."""

    territory_id: UUID


@get("/sign-in", opt=needs(Right.ANYBODY), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_sign_in(request: Req) -> Response[Any]:
    """Ask for login and passphrase, or lead who has begun already to the next step."""
    signed, go_on_at = await find_signed(request), own_path(request.query_params.get("next", "/"))
    return _to_next_step(signed, go_on_at) if signed else _sign_in_page(request, 200, "", "", go_on_at)


@post("/sign-in", opt=needs(Right.ANYBODY), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def give_passphrase(request: Req, data: URLEncodedBody[SignInForm]) -> Response[Any]:
    """Check login and passphrase."""
    accounts = accounts_in(request)
    former = request.cookies.get(accounts.settings.cookie_name)
    done = await sign_in.give_passphrase(accounts, data.login, data.passphrase, origin_of(request), former)
    if isinstance(done, Opened):
        return lead_on(request, done, address_after(done.signed.next_step, data.next))
    return _sign_in_page(request, status_of(done), sentence(request, done), data.login, own_path(data.next))


@get("/sign-in/code", opt=needs(Right.SIGNING_IN), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_code(request: Req) -> Response[Any]:
    """Ask for the second factor."""
    signed = signed_of(request)
    if signed.next_step is not NextStep.GIVE_CODE:
        return _to_next_step(signed)
    return code_page(request, 200, "", "/sign-in/code", own_path(request.query_params.get("next", "/")))


@post("/sign-in/code", opt=needs(Right.SIGNING_IN), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def give_code(request: Req, data: URLEncodedBody[CodeForm]) -> Response[Any]:
    """Check the second factor."""
    done = await sign_in.give_code(accounts_in(request), signed_of(request), data.code, origin_of(request))
    if isinstance(done, Opened):
        return lead_on(request, done, address_after(done.signed.next_step, data.next))
    return code_page(request, status_of(done), sentence(request, done), "/sign-in/code", own_path(data.next))


@get("/sign-in/enrol", opt=needs(Right.SIGNING_IN), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_enrol(request: Req) -> Response[Any]:
    """Offer a second factor."""
    offer = enrolment.offer_second_factor(accounts_in(request), signed_of(request))
    if isinstance(offer, Refused):
        raise Problem(offer.problem)
    return _enrol_page(request, offer)


@post("/sign-in/enrol", opt=needs(Right.SIGNING_IN), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def confirm_enrol(request: Req, data: URLEncodedBody[EnrolForm]) -> Response[Any]:
    """Keep the second factor once its code is right, and show the recovery codes this once."""
    accounts, signed = accounts_in(request), signed_of(request)
    done = await enrolment.confirm_second_factor(accounts, signed, data.ticket, data.code, origin_of(request))
    if isinstance(done, Refused):
        offer = enrolment.offer_again(accounts, signed, data.ticket)
        if offer is None or done.problem != "sign_in_refused":
            raise Problem(done.problem)
        return _enrol_page(request, offer, done)
    return page(
        request,
        "sign_in/recovery_codes.html",
        WORDS,
        cookies=cookies_of(accounts, done.opened),
        session_token=done.opened.token,
        codes=done.recovery_codes,
        next=PAGE_OF[done.opened.signed.next_step],
    )


@get("/sign-in/territory", opt=needs(Right.SIGNED_IN), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_territories(request: Req) -> Response[Any]:
    """Ask in which territory to work."""
    return page(request, "sign_in/territory.html", WORDS, territories=await territories_of(signed_of(request)))


@post("/sign-in/territory", opt=needs(Right.SIGNED_IN), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def choose_territory(request: Req, data: URLEncodedBody[TerritoryForm]) -> Response[Any]:
    """Work in a territory."""
    done = await sign_in.choose_territory(accounts_in(request), signed_of(request), TerritoryId(data.territory_id))
    if isinstance(done, Refused):
        raise Problem(done.problem)
    return lead_on(request, done)


@get("/set-up", opt=needs(Right.ANYBODY), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_set_up(request: Req) -> Response[Any]:
    """Ask for the one-time code and the passphrase."""
    return page(request, "sign_in/set_up.html", WORDS, error="", code="")


@post("/set-up", opt=needs(Right.ANYBODY), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def set_up(request: Req, data: URLEncodedBody[SetUpForm]) -> Response[Any]:
    """Choose a passphrase with a one-time code."""
    done = await choose_passphrase.choose_by_code(accounts_in(request), data.code, data.passphrase, origin_of(request))
    if isinstance(done, Opened):
        return lead_on(request, done)
    return page(
        request, "sign_in/set_up.html", WORDS, status=status_of(done), error=sentence(request, done), code=data.code
    )


@post("/sign-out", opt=needs(Right.ANYBODY), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def sign_out(request: Req) -> Response[Any]:
    """End this session, if it still lives."""
    signed = await find_signed(request)
    if signed:
        await sign_in.sign_out(accounts_in(request), signed)
    settings = accounts_in(request).settings
    taken = [no_session_cookie(settings), no_choice(secure=settings.secure_cookies)]
    return Redirect("/sign-in", status_code=303, cookies=taken)


def lead_on(request: Req, opened: Opened, to: str | None = None) -> Response[Any]:
    """Lead to the next step, with the session's new token."""
    cookies = cookies_of(accounts_in(request), opened)
    return Redirect(to or PAGE_OF[opened.signed.next_step], status_code=303, cookies=cookies)


def code_page(request: Req, status: int, error: str, action: str, go_on_at: str) -> Response[str]:
    """Return the page that asks for a code, to sign in or once more."""
    again = action == "/reauthenticate"
    return page(
        request,
        "sign_in/code.html",
        WORDS,
        status=status,
        error=error,
        action=action,
        heading="reauthenticate" if again else "give_code",
        next=go_on_at,
        with_passkey=bool(accounts_in(request).settings.public_url),
        with_identity=again and accounts_in(request).identity_provider is not None,
    )


def status_of(outcome: Refused | Weak) -> int:
    """Return the status of a page that asks once more."""
    return 400 if isinstance(outcome, Weak) else CATALOGUE[outcome.problem].status


def sentence(request: Req, outcome: Refused | Weak) -> str:
    """Return what a person is told: what does not fit, and what to do."""
    english = locale_of(request) == "en"
    if isinstance(outcome, Weak):
        return WEAKNESSES[outcome.why][english]
    entry = CATALOGUE[outcome.problem]
    return f"{entry.en} {entry.remedy_en}" if english else f"{entry.fr} {entry.remedy_fr}"


def _sign_in_page(request: Req, status: int, error: str, login: str, go_on_at: str) -> Response[str]:
    with_identity = accounts_in(request).identity_provider is not None
    return page(
        request,
        "sign_in/sign_in.html",
        WORDS,
        status=status,
        error=error,
        login=login,
        next=go_on_at,
        ended=request.query_params.get("ended", ""),
        with_identity=with_identity,
    )


def _enrol_page(request: Req, offer: Offer, refused: Refused | None = None) -> Response[str]:
    error = sentence(request, refused) if refused else ""
    status = status_of(refused) if refused else 200
    return page(request, "sign_in/enrol.html", WORDS, status=status, error=error, offer=offer)


def _to_next_step(signed: Signed, go_on_at: str = "/") -> Response[Any]:
    return Redirect(address_after(signed.next_step, go_on_at), status_code=303)


routes = [
    show_sign_in, give_passphrase, show_code, give_code, show_enrol, confirm_enrol, show_territories, choose_territory,
    show_set_up, set_up, sign_out,
]  # fmt: skip
