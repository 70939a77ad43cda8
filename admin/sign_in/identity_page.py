"""This file leads to the identity provider and takes back what it answers.

The way back comes from another site, so that the browser keeps the session's Strict cookie to itself on it: the journey
is bound by a cookie of its own, and the page that answers leads on by itself.
"""

from typing import Any, Final
from urllib.parse import quote

from litestar import Request, Response, get
from litestar.datastructures import Cookie
from litestar.response import Redirect

from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from admin.sign_in.go_on import PAGE_OF
from admin.sign_in.page import sentence, status_of
from admin.sign_in.words import WORDS
from backend.access import Right
from backend.accounts.api import cookies_of, origin_of
from backend.accounts.authenticate import accounts_in, needs, signed_of
from backend.accounts.cookies import journey_cookie, journey_cookie_name
from backend.accounts.outcomes import Opened, Refused
from backend.accounts.sessions import Signed
from backend.identity import sign_in
from backend.identity.provider import CALLBACK, Provider
from backend.identity.sign_in import Unlinked
from backend.problems import Problem

Req = Request[Any, Any, Any]
_ANSWER: Final = ("state", "code", "iss", "error")
_ANSWER_CHARACTERS_MAX: Final = 4000


@get("/sign-in/identity", opt=needs(Right.ANYBODY), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def depart(request: Req) -> Response[Any]:
    """Lead to the identity provider to sign in."""
    return await _depart(request, None)


@get("/sign-in/identity/again", opt=needs(Right.SIGNED_IN), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def depart_again(request: Req) -> Response[Any]:
    """Lead to the identity provider to prove this session anew, for a sensitive act."""
    return await _depart(request, signed_of(request))


@get(CALLBACK, opt=needs(Right.ANYBODY), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def come_back(request: Req) -> Response[Any]:
    """Take the provider's answer and lead on, or say what of it does not fit."""
    accounts, provider = accounts_in(request), _provider(request)
    said = {
        name: request.query_params.get(name, "")[:_ANSWER_CHARACTERS_MAX]
        for name in _ANSWER
        if name in request.query_params
    }
    browser_secret = request.cookies.get(journey_cookie_name(accounts.settings), "")
    done = await sign_in.come_back(accounts, provider, said, browser_secret, origin_of(request))
    over = journey_cookie(accounts.settings, "")
    if isinstance(done, Opened):
        return page(
            request,
            "sign_in/come_back.html",
            WORDS,
            cookies=[*cookies_of(accounts, done), over],
            session_token=done.token,
            next=PAGE_OF[done.signed.next_step],
        )
    if isinstance(done, Refused):
        return _refused(request, done, "", over)
    if isinstance(done, Unlinked):
        return _refused(request, Refused("identity_unlinked"), done.subject, over)
    return _refused(request, Refused("identity_refused"), done.why.value, over)


async def _depart(request: Req, signed: Signed | None) -> Response[Any]:
    accounts = accounts_in(request)
    done = await sign_in.depart(accounts, _provider(request), origin_of(request), signed)
    if isinstance(done, Refused):
        raise Problem(done.problem)
    cookies = [journey_cookie(accounts.settings, done.browser_secret)]
    return Redirect(quote(done.address, safe=":/?&=%+~-._"), status_code=303, cookies=cookies)


def _provider(request: Req) -> Provider:
    provider = accounts_in(request).identity_provider
    if provider is None:
        raise Problem("not_found")
    return provider


def _refused(request: Req, refused: Refused, word: str, over: Cookie) -> Response[str]:
    return page(
        request,
        "sign_in/not_proved.html",
        WORDS,
        status=status_of(refused),
        cookies=[over],
        error=sentence(request, refused),
        code=refused.problem,
        word=word,
    )


routes = [depart, depart_again, come_back]
