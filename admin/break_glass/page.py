"""This file answers `/break-glass`: open one record in an emergency, read it while it is open, close it.

The acts are those of backend/break_glass; the reviews have a page of their own (review_page.py).
"""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import Parameter
from litestar.response import Redirect

from admin.break_glass.words import DECISIONS, MOTIVES, RESULTS, SEXES, STATUSES, WORDS
from admin.shared.desk_forms import posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from admin.shared.vocabulary import ACTS, LANGUAGES
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of, signed_of
from backend.break_glass import acts, store
from backend.break_glass.acts import Refusal, Wanted
from backend.break_glass.rules import Motive
from backend.db.transaction import transaction
from backend.edge.locale import locale_of
from backend.problems import CATALOGUE, Problem

Req = Request[Any, Any, Any]
Id = Annotated[UUID, Parameter(description="The opening's id.")]
_NEW = "/break-glass/new"


@get("/break-glass", opt=needs(Right.BREAK_GLASS), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_own(request: Req) -> Response[str]:
    """Show what breaking the glass is, and which records the user has open."""
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        openings = await store.own(tx, signed_of(request).user_id, request.app.state.now())
    return page(request, "break_glass/own.html", WORDS, say=say, openings=openings, motives=MOTIVES)


@get(_NEW, opt=needs(Right.BREAK_GLASS, reauthenticated=True), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def ask(request: Req) -> Response[str]:
    """Ask whose record is needed, and why."""
    return _form(request, "", {})


@post(
    "/break-glass",
    opt=needs(Right.BREAK_GLASS, reauthenticated=True, asked_from=_NEW),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def break_glass(request: Req) -> Response[Any]:
    """Open one record and lead to it."""
    form = await posted(request)
    typed = {name: form.text(name) for name in ("name", "born_on", "motive", "reason")}
    try:
        born_on = date.fromisoformat(typed["born_on"]) if typed["born_on"] else None
    except ValueError:
        return _form(request, "refused_born_on", typed)
    if typed["motive"] not in set(Motive) or not typed["name"]:
        raise Problem("bad_request", fields=["motive", "name"])
    wanted = Wanted(typed["name"][:200], born_on, Motive(typed["motive"]), typed["reason"])
    done = await acts.break_glass(scope_of(request), signed_of(request).user_id, wanted, request.app.state.now())
    if isinstance(done, Refusal):
        return _form(request, "refused_reason" if done.field else "", typed, done.problem)
    return Redirect(f"/break-glass/{done.id}", status_code=303)


@get(
    "/break-glass/{opening_id:uuid}",
    opt=needs(Right.BREAK_GLASS),
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def show_record(request: Req, opening_id: Id) -> Response[str]:
    """Show the record while it is open."""
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        found = await acts.read_opened(tx, signed_of(request).user_id, opening_id, request.app.state.now())
    if found is None:
        raise Problem("not_found")
    opening, record = found
    words: dict[str, Any] = {
        "sexes": SEXES, "statuses": STATUSES, "results": RESULTS, "decisions": DECISIONS, "acts": ACTS,
        "languages": LANGUAGES,
    }  # fmt: skip
    return page(request, "break_glass/record.html", WORDS, say=say, opening=opening, record=record, **words)


@post(
    "/break-glass/{opening_id:uuid}/close",
    opt=needs(Right.BREAK_GLASS),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def close(request: Req, opening_id: Id) -> Response[Any]:
    """End an own opening before its time."""
    async with transaction(scope_of(request)) as tx:
        if not await acts.close_opened(tx, signed_of(request).user_id, opening_id, request.app.state.now()):
            raise Problem("not_found")
    return Redirect("/break-glass", status_code=303)


def _form(request: Req, word: str, typed: dict[str, str], problem: str = "") -> Response[str]:
    english = locale_of(request) == "en"
    error = WORDS[word][english] if word else ""
    if problem and not word:
        entry = CATALOGUE[problem]
        error = f"{entry.en} {entry.remedy_en}" if english else f"{entry.fr} {entry.remedy_fr}"
    status = CATALOGUE[problem].status if problem else 400 if word else 200
    motives = [(motive.value, MOTIVES[motive.value][english]) for motive in Motive]
    return page(request, "break_glass/new.html", WORDS, status=status, error=error, motives=motives, typed=typed)


routes = [show_own, ask, break_glass, show_record, close]
