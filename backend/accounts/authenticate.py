"""This file decides, at each request, who asks and whether the route is for them. Default is no.

A route says in `opt["right"]` what it needs, and in `opt["reauthenticated"]` whether a code must have been given
lately; `check_every_route_has_a_right` keeps an application without such a word from starting. Roles are read from the
database at each request. Which role holds which right is decided in backend/access.py.
"""

from typing import Any

from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler
from litestar.handlers.http_handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from backend.access import Right, Scope
from backend.accounts.cookies import form_cookie_name
from backend.accounts.csrf import FIELD, SAFE_METHODS, comes_from_our_page
from backend.accounts.reading import is_reading, may_go_on_reading
from backend.accounts.services import Accounts
from backend.accounts.session_store import read_signed
from backend.accounts.sessions import Signed, token_hash
from backend.db.transaction import transaction_of_user
from backend.edge import form as forms
from backend.problems import Problem

Connection = ASGIConnection[Any, Any, Any, Any]


def needs(
    right: Right,
    *,
    reauthenticated: bool = False,
    asked_from: str = "",
    by_browser: bool = False,
    searches: bool = False,
) -> dict[str, Any]:
    """Return the `opt` of a route: `@get("/api/people", opt=needs(Right.SEE_PEOPLE))`.

    `asked_from` is the page whose form asks for a sensitive act: there a person goes on after giving a code.
    `by_browser`: the browser itself sends it, without a form's token; such a route changes nothing of anybody's.
    `searches`: it looks for people by what is posted, so that no name stands in an address.
    """
    return {
        "right": right,
        "reauthenticated": reauthenticated,
        "asked_from": asked_from,
        "by_browser": by_browser,
        "searches": searches,
    }


async def check_right(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let a request pass or raise its problem: the one guard of the application, on every route of it."""
    right = handler.opt.get("right")
    if not isinstance(right, Right):
        raise Problem("method_not_allowed" if _answers_options_alone(handler) else "forbidden")
    if right is Right.TABLET:
        await _check_tablet(connection)
        return
    if right is not Right.ANYBODY:
        connection.scope["state"]["signed"] = await _check_user(connection, handler, right)
    if not handler.opt.get("by_browser"):
        await _check_own_page(connection)


async def find_signed(connection: Connection) -> Signed | None:
    """Return who holds the request's session cookie, as the database says now, or None."""
    accounts = _accounts(connection)
    token = connection.cookies.get(accounts.settings.cookie_name)
    if not token:
        return None
    async with transaction_of_user(None) as tx:
        return await read_signed(tx, token_hash(token), accounts.clock())


def signed_of(request: Request[Any, Any, Any]) -> Signed:
    """Return who asks, on a route whose right is of users."""
    signed = request.scope["state"].get("signed")
    if not isinstance(signed, Signed):
        raise Problem("not_signed_in")
    return signed


def scope_of(request: Request[Any, Any, Any]) -> Scope:
    """Return the scope for the statements of this request, of a user in a territory or of a tablet."""
    tablet = request.scope["state"].get("tablet_scope")
    if isinstance(tablet, Scope):
        return tablet
    scope = signed_of(request).scope
    if scope is None:
        raise Problem("forbidden")
    return scope


async def form_of(request: Request[Any, Any, Any]) -> forms.Form:
    """Return the form of a request, read once; what is announced as no form holds nothing."""
    state = request.scope["state"]
    if "form" not in state:
        announced = request.headers.get("content-type", "")
        found = forms.read(announced, await request.body()) if forms.is_form(announced) else forms.Form()
        if isinstance(found, forms.Unreadable):
            raise Problem("bad_request")
        state["form"] = found
    form: forms.Form = state["form"]
    return form


def accounts_in(request: Request[Any, Any, Any]) -> Accounts:
    """Return the services of signing in."""
    return _accounts(request)


def check_every_route_has_a_right(app: Litestar) -> None:
    """Raise RuntimeError naming the routes without a right; to be called before the application serves."""
    bare = [
        f"{route.path} ({handler.handler_name})"
        for route in app.routes
        for handler in (route.route_handlers if isinstance(route, HTTPRoute) else [route.route_handler])
        if not isinstance(handler.opt.get("right"), Right) and not _answers_options_alone(handler)
    ]
    if bare:
        message = f"These routes name no right: {', '.join(sorted(bare))}. Give each opt=needs(Right.…)."
        raise RuntimeError(message)


async def _check_tablet(connection: Connection) -> None:
    # No cookie is read here, so that no other site can ride on one: there is no form token to check.
    find = _accounts(connection).tablet_scope_of
    scope = await find(connection) if find else None
    if scope is None:
        raise Problem("tablet_unknown")
    connection.scope["state"]["tablet_scope"] = scope


async def _check_user(connection: Connection, handler: BaseRouteHandler, right: Right) -> Signed:
    signed = await find_signed(connection)
    if signed is None:
        await _keep_typed(connection, right)
        raise Problem("not_signed_in")
    connection.scope["state"]["locale"] = signed.locale
    if right is not Right.SIGNING_IN and signed.session.second_factor_at is None:
        raise Problem("second_factor_needed")
    if not signed.may(right):
        raise Problem("forbidden")
    if handler.opt.get("reauthenticated") and not signed.is_reauthenticated(_accounts(connection).clock()):
        raise Problem("reauthentication_needed")
    method = connection.scope["method"] if isinstance(connection, Request) else "GET"
    if signed.scope and is_reading(right, method, searches=bool(handler.opt.get("searches"))):
        at = _accounts(connection).clock()
        if not await may_go_on_reading(signed.scope, signed.user_id, at):
            raise Problem("reading_throttled")
    return signed


async def _keep_typed(connection: Connection, right: Right) -> None:
    """Keep what one of our pages sent after its session had ended, for the page that offers to send it again.

    The browser itself must say that it comes from a page of ours; what belongs to signing in is never kept.
    """
    headers = connection.headers
    of_work = right not in {Right.SIGNING_IN, Right.SIGNED_IN}
    own_page = headers.get("sec-fetch-site") == "same-origin" and headers.get("sec-fetch-mode") == "navigate"
    plain = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    if isinstance(connection, Request) and connection.method == "POST" and of_work and own_page and plain:
        connection.scope["state"]["typed"] = (await form_of(connection)).texts


async def _check_own_page(connection: Connection) -> None:
    method = connection.scope["method"] if isinstance(connection, Request) else "GET"
    if method in SAFE_METHODS:
        return
    accounts = _accounts(connection)
    field = None
    if isinstance(connection, Request) and forms.is_form(connection.headers.get("content-type", "")):
        field = (await form_of(connection)).text(FIELD)
    cookies = (accounts.settings.cookie_name, form_cookie_name(accounts.settings))
    found = tuple(connection.cookies.get(name, "") for name in cookies)
    neighbour = accounts.settings.reference_admin_origin
    if not comes_from_our_page(accounts.box, method, connection.headers, found, field, neighbour):
        raise Problem("csrf")


def _answers_options_alone(handler: BaseRouteHandler) -> bool:
    """Tell Litestar's own OPTIONS handlers: the guard answers them `method_not_allowed`."""
    return isinstance(handler, HTTPRouteHandler) and handler.http_methods == {"OPTIONS"}


def _accounts(connection: Connection) -> Accounts:
    accounts: Accounts = connection.app.state.accounts
    return accounts
