"""This file takes what browsers report of violations of our content security policy: the directive and nothing else.

A report is a stranger's word: it names addresses and samples of scripts, which may hold anything. One known word of it goes
to the log, a bounded number of times a minute.
"""

from typing import Any, Final

import msgspec
import structlog
from litestar import Request, post

from backend.access import Right
from backend.accounts.authenticate import accounts_in, needs
from backend.accounts.throttle import counters_of_reports
from backend.accounts.throttle_store import count_attempt
from backend.db.transaction import transaction_of_user

log = structlog.get_logger()
PATH: Final = "/policy-reports"
REPORT_BYTES_MAX: Final = 20_000
DIRECTIVES: Final = frozenset(
    {
        "default-src", "script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem", "style-src-attr",
        "img-src", "font-src", "connect-src", "worker-src", "manifest-src", "form-action", "frame-ancestors", "base-uri",
        "frame-src", "object-src", "media-src", "require-trusted-types-for", "trusted-types",
    }
)  # fmt: skip


@post(PATH, opt=needs(Right.ANYBODY, by_browser=True), status_code=204, include_in_schema=False)
async def take_report(request: Request[Any, Any, Any]) -> None:
    """Log which directive was violated."""
    accounts = accounts_in(request)
    directive = directive_of(await request.body())
    address = request.client.host if request.client else ""
    async with transaction_of_user(None) as tx:
        if await count_attempt(tx, counters_of_reports(address, accounts.clock())):
            log.warning("policy.violated", code=directive)


def directive_of(body: bytes) -> str:
    """Return the directive that a report names, or `unknown`.

    >>> directive_of(b'{"csp-report": {"effective-directive": "script-src-elem", "blocked-uri": "https://evil.test"}}')
    'script-src-elem'
    >>> directive_of(b"no report")
    'unknown'
    """
    try:
        said = msgspec.json.decode(body[:REPORT_BYTES_MAX])
    except (msgspec.MsgspecError, RecursionError):
        return "unknown"
    report = said.get("csp-report") if isinstance(said, dict) else None
    named = report.get("effective-directive") if isinstance(report, dict) else None
    return named if isinstance(named, str) and named in DIRECTIVES else "unknown"


routes = [take_report]
