"""Answer every exception as a problem of the catalogue, in the user's language; log what was not foreseen."""

from typing import Any

import asyncpg
import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException

from backend.db.errors import problem_code
from backend.edge.locale import locale_of
from backend.problems import Problem

log = structlog.get_logger()
_BY_STATUS = {
    400: "bad_request",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "wrong_media_type",
    429: "too_many_attempts",
}
# JSON nested deeper than it can be read, and a NUL in a text, which PostgreSQL does not store.
_UNREADABLE = (RecursionError, asyncpg.CharacterNotInRepertoireError)


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Return the problem+json answer (RFC 9457) of any exception."""
    problem = problem_of(request, error)
    request_id = str(request.scope.get("state", {}).get("request_id", ""))
    return Response(
        problem.body(locale_of(request), request_id),
        status_code=problem.entry.status,
        media_type="application/problem+json" if not wants_page(request) else MediaType.JSON,
        headers=retry_headers(problem),
    )


def problem_of(request: Request[Any, Any, Any], error: Exception) -> Problem:
    """Return the problem that an exception means; what nobody foresaw is logged."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, _UNREADABLE):
        return Problem("bad_request")
    code = problem_code(error)
    if code is not None:
        log.warning("database.trouble", code=code, error=type(error).__name__)
        return Problem(code)
    if isinstance(error, ValidationException):
        fields = [str(item.get("key", "")) for item in error.extra or [] if isinstance(item, dict)]
        return Problem("bad_request", fields=fields)
    if isinstance(error, HTTPException) and error.status_code in _BY_STATUS:
        return Problem(_BY_STATUS[error.status_code])
    log.error(
        "request.broke",
        request_id=request.scope.get("state", {}).get("request_id"),
        error=type(error).__name__,
        exc_info=error,
    )
    return Problem("internal")


def retry_headers(problem: Problem) -> dict[str, str]:
    """Return when to come again, where that helps."""
    return {"Retry-After": "3"} if problem.entry.status == 503 else {}


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Tell whether a person's browser asks, and not a program."""
    return False if request.url.path.startswith(("/api", "/sync")) else "text/html" in request.headers.get("accept", "")
