"""This file answers `/import`: a file of persons and doses from elsewhere is taken in, and each entry's outcome is shown.

What an entry becomes is decided in backend/exchange/person_from_fhir.py and backend/exchange/from_fhir.py.
"""

from collections import Counter
from typing import Any

from litestar import Request, Response, get, post

from admin.exchange import words
from admin.shared.desk_forms import desk_installation, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import form_of, needs, scope_of
from backend.clock import day_in
from backend.db.transaction import Transaction, transaction
from backend.exchange.take_in import ENTRIES_MAX, EntryOutcome, entries_of, take_in
from backend.problems import Problem

Req = Request[Any, Any, Any]


@get("/import", opt=needs(Right.EXPORT), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_import(request: Req) -> Response[str]:
    """Ask for a file."""
    async with transaction(scope_of(request)) as tx:
        return await _answer(tx, request, None)


@post(
    "/import",
    opt=needs(Right.EXPORT, reauthenticated=True, asked_from="/import"),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def take_file(request: Req) -> Response[str]:
    """Take a file in and show what became of each entry."""
    file = (await form_of(request)).file("file")
    if file is None:
        raise Problem("bad_request", fields=["file"])
    entries, now = entries_of(file.content), request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        if not 0 < len(entries) <= ENTRIES_MAX:
            return await _answer(tx, request, None, "too_many" if entries else "empty")
        on = day_in((await speaker_of(tx, request)).time_zone, now)
        return await _answer(tx, request, await take_in(tx, await desk_installation(tx, request), entries, on, now))


async def _answer(tx: Transaction, request: Req, found: list[EntryOutcome] | None, error: str = "") -> Response[str]:
    return page(
        request,
        "exchange/import.html",
        words.WORDS,
        status=400 if error else 200,
        say=await speaker_of(tx, request),
        w=words,
        found=found,
        counted=Counter(one.outcome for one in found or ()),
        error=error,
    )


routes = [show_import, take_file]
