"""This file answers `/reference-tables`: what an administrator may change there, and the way to it after a fresh code."""

from typing import Any

from litestar import Request, Response, get

from admin.reference.words import TO_CHANGE, TO_READ, WORDS
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import accounts_in, needs
from backend.edge.locale import locale_of

Req = Request[Any, Any, Any]
_HOME = "/reference-tables"


@get(
    _HOME,
    opt=needs(Right.MANAGE_REFERENCE, reauthenticated=True, asked_from=_HOME),
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def show_reference_tables(request: Req) -> Response[str]:
    """Show which tables are open, and lead there if this installation offers it."""
    english = locale_of(request) == "en"
    return page(
        request,
        "reference/reference.html",
        WORDS,
        address=accounts_in(request).settings.reference_admin_origin,
        to_change={name: pair[english] for name, pair in TO_CHANGE.items()},
        to_read={name: pair[english] for name, pair in TO_READ.items()},
    )


routes = [show_reference_tables]
