"""This file answers `/keying`: our own doses to key into the national register, and who has keyed each, when.

Which doses are listed is decided in backend/exchange/store.py; the same list leaves as CSV by backend/exchange/api.py.
"""

from datetime import date, timedelta
from math import ceil
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.response import Redirect

from admin.keying.words import WORDS
from admin.shared.desk_forms import day_or_none, posted, speaker_of, uuid_or_none
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of, signed_of
from backend.clock import day_in
from backend.db.transaction import Transaction, transaction
from backend.exchange import store
from backend.journal.store import record as journal

Req = Request[Any, Any, Any]
_USUAL_PERIOD: Final = timedelta(days=30)
_LONGEST_PERIOD: Final = timedelta(days=366)
PAGE_ROWS: Final = 100  # a month of a large territory has thousands, which a slow browser draws for seconds
PAGE_DIGITS_MOST: Final = 7


@get("/keying", opt=needs(Right.EXPORT), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_keying(request: Req) -> Response[str]:
    """Show the doses of a period that are still to be keyed, or all of them with who keyed them."""
    async with transaction(scope_of(request)) as tx:
        return await _list(tx, request, request.query_params, request.query_params.get("page"), frozenset())


@post("/keying", opt=needs(Right.EXPORT), status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def note_keyed(request: Req) -> Response[Any]:
    """Note that doses were keyed, by whom and when; or show another page of the list, what is ticked staying so.

    A dose that was noted before keeps its first note.
    """
    form, now = await posted(request), request.app.state.now()
    given = {name: form.text(name) for name in ("since", "until", "keyed_too")}
    dose_ids = frozenset(found for text in form.texts("dose") if (found := uuid_or_none(text)) is not None)
    async with transaction(scope_of(request)) as tx:
        if form.text("go"):
            return await _list(tx, request, given, form.text("go"), dose_ids)
        since, until = _period(given, now.date())
        shown = _shown(since, until, keyed_too=given["keyed_too"] == "yes", number=_page_number(form.text("page")))
        count = await store.mark_keyed(tx, sorted(dose_ids), signed_of(request).user_id, now)
        await journal(tx, "doses_keyed", "dose", sorted(dose_ids), at=now)
    return Redirect("/keying?" + urlencode({**shown, "done": count}), status_code=303)


async def _list(
    tx: Transaction, request: Req, given: Any, asked_page: str | None, ticked: frozenset[UUID]
) -> Response[str]:
    """Show a page of the list of a period; what is ticked on other pages goes along, in the form and no address."""
    now = request.app.state.now()
    keyed_too = given.get("keyed_too") == "yes"
    say = await speaker_of(tx, request)
    since, until = _period(given, day_in(say.time_zone, now))
    count = await store.count_to_key(tx, since, until, keyed_too=keyed_too)
    last_page = max(1, ceil(count / PAGE_ROWS))
    number = min(_page_number(asked_page), last_page)
    rows = await store.to_key(tx, since, until, keyed_too=keyed_too, first=PAGE_ROWS * (number - 1), most=PAGE_ROWS)
    names = await store.names_of_users(tx, {row.keyed_by for row in rows if row.keyed_by})
    await journal(tx, "keying_list_read", "dose", [row.dose_id for row in rows], at=now)
    return page(
        request,
        "keying/keying.html",
        WORDS,
        say=say,
        rows=rows,
        count=count,
        number=number,
        last_page=last_page,
        ticked=ticked,
        elsewhere=sorted(ticked - {row.dose_id for row in rows}),
        names=names,
        since=since,
        until=until,
        keyed_too=keyed_too,
        done=request.query_params.get("done", ""),
    )


def _shown(since: date, until: date, *, keyed_too: bool, number: int) -> dict[str, Any]:
    """Return what an address says of a page of the list."""
    return {"since": since, "until": until, **({"keyed_too": "yes"} if keyed_too else {}), "page": number}


def _page_number(text: str | None) -> int:
    """Return the page asked for; the first where none can be read."""
    return max(1, int(text)) if text and text.isascii() and text.isdigit() and len(text) < PAGE_DIGITS_MOST else 1


def _period(given: Any, today: date) -> tuple[date, date]:
    """Return the period asked for, a year at most; the last thirty days where none can be read."""
    since, until = (day_or_none(given.get(name) or "") for name in ("since", "until"))
    if since is None or until is None:
        return today - _USUAL_PERIOD, today
    return max(since, until - _LONGEST_PERIOD), until


routes = [show_keying, note_keyed]
