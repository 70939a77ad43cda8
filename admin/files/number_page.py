"""This file answers `/files/…/identity`: the national identity number of one person, shown after a fresh code alone.

The number is posted in forms and stands in no address; every look at one is a row of the journal. What a number must be
and which status follows is decided in backend/people/identity.py.
"""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import Parameter
from litestar.response import Redirect

from admin.files.words import WORDS
from admin.review.words import FIELDS, VALUES
from admin.shared.desk_forms import desk_installation, posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import accounts_in, needs, scope_of, signed_of
from backend.accounts.secrets_box import Unopenable
from backend.db.transaction import Transaction, transaction
from backend.journal.store import record as journal
from backend.people import identity_store
from backend.people.identify import Refused, keep_number, read_identity, take_step
from backend.people.identity import Step, read_number
from backend.problems import Problem

Req = Request[Any, Any, Any]
Id = Annotated[UUID, Parameter(description="The person's id.")]
_PATH: Final = "/files/{person_id:uuid}/identity"
_STEPS: Final = {"remove": Step.NUMBER_REMOVED, "document": Step.DOCUMENT_CHECKED, "doubt": Step.DOUBTED}


@get(
    _PATH,
    opt=needs(Right.SEE_IDENTITY_NUMBER, reauthenticated=True),
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def show_identity(request: Req, person_id: Id) -> Response[str]:
    """Show status and number."""
    async with transaction(scope_of(request)) as tx:
        return await _page(tx, request, person_id)


@post(
    _PATH,
    opt=needs(Right.SEE_IDENTITY_NUMBER, reauthenticated=True),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def change_identity(request: Req, person_id: Id) -> Response[Any]:
    """Keep a number, take it away, say that a document was checked, or that there is a doubt."""
    form, now = await posted(request), request.app.state.now()
    word = form.text("do")
    if word not in {"number", *_STEPS}:
        raise Problem("bad_request", fields=["do"])
    async with transaction(scope_of(request)) as tx:
        known = await read_identity(tx, person_id)
        if known is None:
            raise Problem("not_found")
        refused = None
        if word == "number":
            box, by = accounts_in(request).box, signed_of(request).user_id
            refused = await keep_number(tx, box, known, form.text("number"), by, now)
        step = _STEPS.get(word, Step.NUMBER_RETRIEVED)
        refused = refused or await take_step(tx, await desk_installation(tx, request), known, step, now)
        if refused:
            return await _page(tx, request, person_id, refused)
    return Redirect(f"/files/{person_id}/identity", status_code=303)


@post(
    "/files/by-number",
    opt=needs(Right.SEE_IDENTITY_NUMBER, reauthenticated=True, asked_from="/files"),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def find_by_number(request: Req) -> Response[Any]:
    """Lead to the person who has a number, or say that nobody has it; the whole number is needed."""
    number = read_number((await posted(request)).text("number"))
    if number is None:
        raise Problem("bad_request", fields=["number"])
    async with transaction(scope_of(request)) as tx:
        found = await identity_store.find(tx, accounts_in(request).box, number)
        await journal(tx, "identity_number_searched", "person", found, at=request.app.state.now())
    if not found:
        return page(request, "files/search.html", WORDS, found=[], typed="", by_number=True)
    return Redirect(f"/files/{found[0]}", status_code=303)


async def _page(tx: Transaction, request: Req, person_id: UUID, refused: Refused | None = None) -> Response[str]:
    say = await speaker_of(tx, request)
    known = await read_identity(tx, person_id)
    if known is None:
        raise Problem("not_found")
    number = await identity_store.read(tx, accounts_in(request).box, person_id)
    if number is not None:
        await journal(tx, "identity_number_read", "person", [person_id], at=request.app.state.now())
    return page(
        request,
        "files/identity.html",
        WORDS,
        status=400 if refused else 200,
        say=say,
        known=known,
        statuses=VALUES,
        fields=FIELDS,
        unopenable=isinstance(number, Unopenable),
        number="" if number is None or isinstance(number, Unopenable) else number,
        refused=refused,
    )


routes = [show_identity, change_identity, find_by_number]
