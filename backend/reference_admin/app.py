"""This file puts Piccolo's admin behind our door: a pass from the web server, one transaction in a territory, strict headers.

Its own sign-in is taken out, not configured away: what it would read are tables that we do not have. What it answers is
sent after the commit; what it refuses, or breaks on, is rolled back whole.
"""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import structlog
from piccolo_admin.endpoints import TableConfig, create_admin
from piccolo_admin.translations.data import ENGLISH, FRENCH
from starlette.authentication import AuthCredentials, AuthenticationBackend, BaseUser
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount

from backend.clock import Clock
from backend.db.engine import PoolBusyError
from backend.ids import new_id
from backend.reference_admin.ask import Away, Refused, WebServer
from backend.reference_admin.door import Asked, Pass, Way, may_change, way_of
from backend.reference_admin.tables import ENGINE, REACH, May

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
log = structlog.get_logger()

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
    "Cache-Control": "no-store",
}
_SET: Final = (
    "SELECT set_config('maraude.territory', $1, true), set_config('maraude.user', $2, true), "
    "set_config('maraude.at', $3, true), set_config('maraude.request', $4, true), "
    "set_config('synchronous_commit', 'on', true)"
)
GROUPS: Final = {
    May.ADD_AND_REMOVE: "À modifier · To change",
    May.CHANGE: "À modifier · To change",
    May.READ: "À consulter · To read",
}
READ_ONLY: Final = "Cette table ou cette colonne ne se change pas ici. · This table or column is not changed here."
CODE_NEEDED: Final = (
    "Rien n'est enregistré : donnez d'abord un code sur la page « Référentiels », qui vaut cinq minutes. · "
    "Nothing is saved: first give a code on the page “Reference tables”; it is good for five minutes."
)
SIGN_IN_AGAIN: Final = "Rien n'est enregistré : reconnectez-vous. · Nothing is saved: sign in again."


@dataclass(frozen=True)
class House:
    """Where this process stands: its own origin, our page that leads here, the web server to ask."""

    url: str
    home_url: str
    web_server: WebServer
    cookie_name: str
    clock: Clock

    @property
    def origin(self) -> str:
        """Return this process's origin, as browsers write it."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


class _Known(BaseUser):
    """Whoever passed, as Piccolo's admin wants to show them."""

    def __init__(self, known: Pass) -> None:
        self._known = known

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def display_name(self) -> str:
        return self._known.login

    @property
    def user_id(self) -> UUID:
        return self._known.user_id


class _ByOurPass(AuthenticationBackend):
    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, BaseUser]:
        return AuthCredentials(["authenticated"]), _Known(conn.scope["maraude_pass"])


def behind_our_door(house: House) -> App:
    """Return the whole application: the door, and Piccolo's admin behind it."""
    admin = _admin_without_sign_in(urlsplit(house.url).hostname or "")

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request_id = str(new_id())
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).update({**HEADERS, "X-Request-Id": request_id})
            await send(message)

        known, refusal = await _let_pass(house, scope)
        if refusal is not None:
            await refusal(scope, receive, send_with_headers)
        elif known is None:
            await admin(scope, receive, send_with_headers)
        else:
            scope["maraude_pass"] = known
            done = await _in_a_transaction(admin, scope, receive, (known, house.clock().isoformat(), request_id))
            for message in done:
                await send_with_headers(message)
        log.info("request.answered", request_id=request_id, method=scope["method"], status=status)

    return answer


async def _let_pass(house: House, scope: Scope) -> tuple[Pass | None, Response | None]:
    """Return who passes, or what is answered instead; nobody in particular passes to the package's own files."""
    headers = Headers(scope=scope)
    length = headers.get("content-length", "")
    asked = Asked(
        scope["method"],
        scope["path"],
        headers.get("origin", ""),
        headers.get("sec-fetch-site", ""),
        int(length) if length.isascii() and length.isdigit() else None,
    )
    match way_of(asked, house.origin):
        case Way.NOWHERE:
            return None, PlainTextResponse("Not found", 404)
        case Way.FROM_ELSEWHERE:
            return None, PlainTextResponse("The request does not come from a page of this origin.", 403)
        case Way.HEALTH:
            return None, await _health()
        case Way.ASSET:
            return None, None
        case way:
            cookie = SimpleCookie(headers.get("cookie", "")).get(house.cookie_name)
            known = await house.web_server.whose(cookie.value if cookie else "")
            refusal = _refusal(house, known, way)
            return known if isinstance(known, Pass) and refusal is None else None, refusal


def _refusal(house: House, known: Pass | Refused | Away, way: Way) -> Response | None:
    """Return what whoever may not go on is told, or None."""
    if isinstance(known, Away):
        return PlainTextResponse("The web server does not answer.", 503)
    if isinstance(known, Refused):
        if way is Way.PAGE:
            return RedirectResponse(house.home_url, 303)
        return PlainTextResponse(SIGN_IN_AGAIN, 422 if way is Way.CHANGE else 403)  # of these, forms show 422 alone
    if way is Way.CHANGE and not may_change(known, house.clock()):
        return PlainTextResponse(CODE_NEEDED, 422)
    return None


async def _health() -> Response:
    """Say whether the database answers this role."""
    try:
        async with ENGINE.transaction(allow_nested=False) as inner:
            await inner.connection.execute("SELECT 1")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, PoolBusyError):
        return PlainTextResponse("The database does not answer.", 503)
    return PlainTextResponse("ready")


async def _in_a_transaction(admin: App, scope: Scope, receive: Receive, who: tuple[Pass, str, str]) -> list[Message]:
    """Let the admin answer in one transaction of the territory, and return its answer once all is committed."""
    known, at, request_id = who
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    try:
        async with ENGINE.transaction(allow_nested=False) as inner:
            await inner.connection.execute(_SET, str(known.territory_id), str(known.user_id), at, request_id)
            await admin(scope, receive, keep)
            if any(message.get("status", 200) >= 400 for message in messages):
                await inner.rollback()  # type: ignore[no-untyped-call]
    except asyncpg.InsufficientPrivilegeError:
        return await _messages_of(JSONResponse({"detail": READ_ONLY}, 405), scope, receive)
    except Exception as error:  # whatever the package breaks on is answered, and logged without its words
        log.exception("request.broke", request_id=request_id, error=type(error).__name__)
        return await _messages_of(PlainTextResponse(f"Internal error {request_id}", 500), scope, receive)
    return messages


async def _messages_of(response: Response, scope: Scope, receive: Receive) -> list[Message]:
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await response(scope, receive, keep)
    return messages


def _admin_without_sign_in(host: str) -> App:
    """Return Piccolo's admin over the tables of the list, its sign-in replaced by our pass.

    Raises RuntimeError where the package is not built as the one that was read: then nothing is served.
    """
    for name in ("piccolo_admin", "piccolo_api"):  # what they log quotes rows
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    admin = create_admin(
        tables=[TableConfig(reach.table, menu_group=GROUPS[reach.may]) for reach in REACH],
        auto_include_related=False,
        site_name="Maraude · référentiels",
        default_language_code="auto",
        translations=[FRENCH, ENGLISH],
        allowed_hosts=[host],
        production=True,
    )
    private = [route for route in admin.routes if isinstance(route, Mount) and route.path == "/api"]
    if len(private) != 1 or not isinstance(private[0].app, AuthenticationMiddleware):
        message = "This version of piccolo_admin keeps its sign-in elsewhere: it is not served."
        raise RuntimeError(message)
    private[0].app = AuthenticationMiddleware(private[0].app.app, backend=_ByOurPass())
    made: App = admin
    return made
