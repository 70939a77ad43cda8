"""Give each request an id, each answer the security headers, and each request one log line without its content."""

import time
from urllib.parse import urlsplit

import structlog
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from backend.health.metrics import REQUEST_SECONDS
from backend.ids import new_id

log = structlog.get_logger()

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; require-trusted-types-for 'script'; trusted-types maraude; "
    "report-uri /policy-reports"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
}


def headers_with(tiles: str) -> dict[str, str]:
    """Return the security headers; where a tile server is configured, pictures may come from it and from nowhere else.

    >>> "img-src 'self' data: blob: https://tiles.example;" in (
    ...     headers_with("https://tiles.example/{z}/{x}/{y}.png")["Content-Security-Policy"])
    True
    """
    parts = urlsplit(tiles)
    origin = f" {parts.scheme}://{parts.netloc}" if tiles else ""
    policy = CONTENT_SECURITY_POLICY.replace("data: blob:", f"data: blob:{origin}")
    return {**HEADERS, "Content-Security-Policy": policy}


def edge_middleware(app: ASGIApp, tiles: str = "") -> ASGIApp:
    """Wrap the application with request id, headers, metrics and the log line."""
    given = headers_with(tiles)

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        request_id = str(new_id())
        scope["state"]["request_id"] = request_id
        started = time.perf_counter()
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableScopeHeaders.from_message(message)
                for name, value in given.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
                headers["X-Request-Id"] = request_id
            await send(message)

        try:
            await app(scope, receive, send_with_headers)
        finally:
            seconds = time.perf_counter() - started
            template = str(scope.get("path_template") or "none")
            REQUEST_SECONDS.labels(scope["method"], template, f"{status // 100}xx").observe(seconds)
            log.info(
                "request.answered",
                request_id=request_id,
                method=scope["method"],
                path=template,
                status=status,
                milliseconds=round(seconds * 1000, 1),
            )

    return wrapped
