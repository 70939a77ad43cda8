"""This file answers `/my-calendar` and `/calendar/…`: a user's own shifts, for the calendar of their phone.

The token in the address is no session: it opens one calendar and nothing else, is kept as a hash, shown once, and closed
by its user at any time, or with their account. What a calendar says is decided in backend/rota/ical.py.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, head, post
from litestar.params import Parameter
from litestar.response import Redirect

from admin.rota.words import DESK_WORDS, TEAM_WORDS, WORDS
from admin.shared.desk_forms import posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right, Scope
from backend.accounts.authenticate import accounts_in, needs, scope_of, signed_of
from backend.db.transaction import Transaction, transaction
from backend.ids import TerritoryId, UserId, new_secret
from backend.journal.store import record as journal
from backend.problems import Problem
from backend.rota import store
from backend.rota.ical import Event, calendar

Req = Request[Any, Any, Any]
_OWN = needs(Right.SIGNED_IN)
BEHIND_DAYS = 7
_NOT_KEPT = {"Cache-Control": "no-store"}


@get("/my-calendar", opt=_OWN, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_calendar(request: Req) -> Response[str]:
    """Show whether the user's calendar is open."""
    async with transaction(scope_of(request)) as tx:
        return await _own_page(tx, request)


@post("/my-calendar", opt=_OWN, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def open_calendar(request: Req) -> Response[str]:
    """Make a new address, which closes the former one, and show it once; the same page sent again makes no other."""
    form, now, token = await posted(request), request.app.state.now(), new_secret()
    scope = scope_of(request)
    async with transaction(scope) as tx:
        if "former" in form.names() and form.text("former") != _mark(
            await store.token_made_at(tx, signed_of(request).user_id)
        ):
            return await _own_page(tx, request, sent_again=True)
        await store.keep_token(tx, signed_of(request).user_id, token, now)
        await journal(tx, "calendar_opened", "user", [signed_of(request).user_id], at=now)
        base = accounts_in(request).settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
        return await _own_page(tx, request, f"{base}/calendar/{scope.territory_id}/{token}")


@post("/my-calendar/close", opt=_OWN, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def close_calendar(request: Req) -> Response[Any]:
    """Close the user's calendar at once."""
    async with transaction(scope_of(request)) as tx:
        await store.forget_token(tx, signed_of(request).user_id)
        await journal(tx, "calendar_closed", "user", [signed_of(request).user_id], at=request.app.state.now())
    return Redirect("/my-calendar", status_code=303)


@get(
    "/calendar/{territory_id:uuid}/{token:str}",
    opt=needs(Right.ANYBODY),
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def give_calendar(
    request: Req,
    territory_id: Annotated[UUID, Parameter(description="The territory's id.")],
    token: Annotated[str, Parameter(description="What opens the calendar.", max_length=100)],
) -> Response[bytes]:
    """Give the shifts of whoever made the token; an unknown one opens nothing."""
    now = request.app.state.now()
    owner = await _owner_of(territory_id, token)
    async with transaction(Scope(TerritoryId(territory_id), UserId(owner.user_id))) as tx:
        since, until = now - timedelta(days=BEHIND_DAYS), now + timedelta(days=store.AHEAD_DAYS)
        shifts = await store.shifts_of(tx, owner.user_id, since, until)
        await journal(tx, "calendar_read", "user", [owner.user_id], at=now)
    english = owner.locale == "en"
    events = [
        Event(
            one.id,
            one.starts_at,
            one.ends_at,
            f"{TEAM_WORDS[english]} {one.letter} {one.team_name}" if one.letter else DESK_WORDS[english],
        )
        for one in shifts
    ]
    return Response(
        calendar("Maraude", events, now),
        media_type="text/calendar",
        headers=_NOT_KEPT,
    )


@head(
    "/calendar/{territory_id:uuid}/{token:str}",
    opt=needs(Right.ANYBODY),
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def tell_calendar(
    territory_id: Annotated[UUID, Parameter(description="The territory's id.")],
    token: Annotated[str, Parameter(description="What opens the calendar.", max_length=100)],
) -> Response[None]:
    """Say that the calendar is there, as some calendars ask before they fetch it; no shift is read."""
    await _owner_of(territory_id, token)
    return Response(None, headers={**_NOT_KEPT, "Content-Type": "text/calendar; charset=utf-8"})


async def _owner_of(territory_id: UUID, token: str) -> store.Owner:
    async with transaction(Scope(TerritoryId(territory_id))) as tx:
        owner = await store.owner_of(tx, token)
    if owner is None:
        raise Problem("not_found")
    return owner


async def _own_page(tx: Transaction, request: Req, address: str = "", *, sent_again: bool = False) -> Response[str]:
    made_at = await store.token_made_at(tx, signed_of(request).user_id)
    return page(
        request,
        "rota/calendar.html",
        WORDS,
        say=await speaker_of(tx, request),
        made_at=made_at,
        former=_mark(made_at),
        address=address,
        sent_again=sent_again,
    )


def _mark(made_at: datetime | None) -> str:
    """Return by what a form tells which address it would close."""
    return made_at.isoformat() if made_at else ""


routes = [show_calendar, open_calendar, close_calendar, give_calendar, tell_calendar]
