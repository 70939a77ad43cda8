"""This file is what users do about their own account once signed in: sessions, passphrase, the code once more."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import URLEncodedBody
from litestar.response import Redirect

from admin.shared.desk_forms import speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from admin.shared.speaker import Speaker
from admin.sign_in.go_on import own_path
from admin.sign_in.page import CodeForm, Form, Req, Text, code_page, lead_on, sentence, status_of
from admin.sign_in.words import WORDS
from backend.access import Right
from backend.accounts import choose_passphrase, sign_in
from backend.accounts.api import origin_of
from backend.accounts.authenticate import accounts_in, needs, signed_of
from backend.accounts.outcomes import Opened
from backend.db.transaction import transaction
from backend.edge.locale import locale_of
from backend.problems import Problem


class EndForm(Form, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The session to end."""

    session_id: UUID


class ChangeForm(Form, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The former passphrase and the wanted one."""

    former: Text
    wanted: Text


@get("/my-sessions", opt=needs(Right.SIGNED_IN), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_sessions(request: Req) -> Response[Any]:
    """Show the user's open sessions."""
    return await _sessions_page(request)


@post("/my-sessions/end", opt=needs(Right.SIGNED_IN), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def end_session(request: Req, data: URLEncodedBody[EndForm]) -> Response[Any]:
    """End one of the user's own sessions."""
    if not await sign_in.end_one(accounts_in(request), signed_of(request), data.session_id):
        raise Problem("not_found")
    return Redirect("/my-sessions", status_code=303)


@post("/my-sessions/passphrase", opt=needs(Right.SIGNED_IN), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def change_passphrase(request: Req, data: URLEncodedBody[ChangeForm]) -> Response[Any]:
    """Replace the passphrase, the former one being given."""
    done = await choose_passphrase.change_passphrase(accounts_in(request), signed_of(request), data.former, data.wanted)
    if done is None:
        return await _sessions_page(request, changed=True)
    return await _sessions_page(request, status=status_of(done), error=sentence(request, done))


@get("/reauthenticate", opt=needs(Right.SIGNED_IN), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_reauthenticate(request: Req) -> Response[Any]:
    """Ask for a code once more."""
    return code_page(request, 200, "", "/reauthenticate", own_path(request.query_params.get("next", "/")))


@post("/reauthenticate", opt=needs(Right.SIGNED_IN), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def reauthenticate(request: Req, data: URLEncodedBody[CodeForm]) -> Response[Any]:
    """Check the code and go on where it was asked for."""
    done = await sign_in.give_code(accounts_in(request), signed_of(request), data.code, origin_of(request))
    if isinstance(done, Opened):
        return lead_on(request, done, own_path(data.next))
    return code_page(request, status_of(done), sentence(request, done), "/reauthenticate", own_path(data.next))


async def _sessions_page(request: Req, status: int = 200, error: str = "", *, changed: bool = False) -> Response[Any]:
    signed = signed_of(request)
    sessions = await sign_in.own_sessions(accounts_in(request), signed)
    return page(
        request,
        "sign_in/my_sessions.html",
        WORDS,
        status=status,
        say=await _speaker(request),
        sessions=sessions,
        this_one=signed.session.id,
        error=error,
        changed=changed,
    )


async def _speaker(request: Req) -> Speaker:
    """Return who tells the times: in the territory's zone, in UTC for somebody who is in none yet."""
    scope = signed_of(request).scope
    if scope is None:
        return Speaker(locale_of(request), "UTC")
    async with transaction(scope) as tx:
        return await speaker_of(tx, request)


routes = [show_sessions, end_session, change_passphrase, show_reauthenticate, reauthenticate]
