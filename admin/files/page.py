"""This file answers `/files`: find a person without a name in the address, read, print and give away the whole file.

What the person objects to is written down here, and a file is held beyond its time.

Everything about one file is asked for and posted at one address, so that a code asked for on the way leads back to it.
"""

from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import Parameter
from litestar.response import Redirect

from admin.files.words import KINDS, WORDS
from admin.review.words import FIELDS, VALUES
from admin.shared.desk_forms import Posted, desk_installation, posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from admin.shared.speaker import Speaker
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of, signed_of
from backend.db.transaction import Transaction, transaction
from backend.journal.store import record as journal
from backend.log.desk import Act, write
from backend.people.file import PersonFile, read_file
from backend.people.find import find_people
from backend.problems import Problem
from backend.retention import purges
from sync.kinds import KINDS as RECORD_KINDS

Req = Request[Any, Any, Any]
Id = Annotated[UUID, Parameter(description="The person's id.")]
REASON_CHARACTERS_MAX: Final = 500
_PATH: Final = "/files/{person_id:uuid}"
OBJECTIONS: Final = RECORD_KINDS["person"].fields["objections"].words


@get("/files", opt=needs(Right.EXPORT), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def ask_for_a_name(request: Req) -> Response[str]:
    """Offer the form that finds a person."""
    return page(request, "files/search.html", WORDS, found=None, typed="", by_number=_may(request))


@post("/files", opt=needs(Right.EXPORT), status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def find(request: Req) -> Response[str]:
    """Show who fits what was typed; the name is in the form, never in an address."""
    typed = (await posted(request)).text("name")[:100]
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        found = await find_people(tx, typed)
        await journal(tx, "people_searched", "person", [one.id for one in found], at=request.app.state.now())
    return page(request, "files/search.html", WORDS, found=found, typed=typed, say=say, by_number=_may(request))


@get(_PATH, opt=needs(Right.EXPORT, reauthenticated=True), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_file(request: Req, person_id: Id) -> Response[str]:
    """Show the whole file, to read or to print."""
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        file = await _file(tx, person_id, "person_file_read", request.app.state.now())
    return page(
        request,
        "files/file.html",
        WORDS,
        say=say,
        file=file,
        person_id=person_id,
        objections=OBJECTIONS,
        kinds=KINDS,
        fields=FIELDS,
        shown=lambda value: _shown(say, value),
        done="done" in request.query_params,
        by_number=_may(request),
    )


@post(
    _PATH,
    opt=needs(Right.EXPORT, reauthenticated=True),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def change_file(request: Req, person_id: Id) -> Response[Any]:
    """Write down objections, or hold the file, or hold it no longer."""
    form, now = await posted(request), request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        file = await read_file(tx, person_id)
        if file is None:
            raise Problem("not_found")
        if form.text("do") == "objections":
            await _object(tx, request, file, form)
        elif form.text("do") == "hold":
            reason = form.text("reason")
            if not 3 <= len(reason) <= REASON_CHARACTERS_MAX:
                raise Problem("bad_request", fields=["reason"])
            await purges.hold(tx, person_id, reason, signed_of(request).user_id, now)
            await journal(tx, "file_held", "person", file.person_ids, reason, at=now)
        elif form.text("do") == "release":
            for one in file.person_ids:
                await purges.release(tx, one)
            await journal(tx, "file_released", "person", file.person_ids, at=now)
        else:
            raise Problem("bad_request", fields=["do"])
    return Redirect(f"/files/{person_id}?done=yes", status_code=303)


@get(
    "/files/{person_id:uuid}/json",
    opt=needs(Right.EXPORT, reauthenticated=True, asked_from="/files"),
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def download_file(request: Req, person_id: Id) -> Response[bytes]:
    """Give the whole file as JSON."""
    async with transaction(scope_of(request)) as tx:
        file = await _file(tx, person_id, "person_file_exported", request.app.state.now())
    return Response(
        msgspec.json.format(msgspec.json.encode(file), indent=2),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="file-{person_id}.json"'},
    )


async def _file(tx: Transaction, person_id: UUID, act: str, at: datetime) -> PersonFile:
    file = await read_file(tx, person_id)
    if file is None:
        raise Problem("not_found")
    await journal(tx, act, "person", file.person_ids, at=at)
    return file


async def _object(tx: Transaction, request: Req, file: PersonFile, form: Posted) -> None:
    """Write the objections as ops on every joined record: coverage, reminders and exports ask any of them."""
    wanted = set(form.texts("objection"))
    if not wanted <= set(OBJECTIONS):
        raise Problem("bad_request", fields=["objection"])
    now = request.app.state.now()
    add, remove = sorted(wanted), sorted(set(OBJECTIONS) - wanted)
    acts = [Act("person", one, {}, {"objections": add} if add else {}, {"objections": remove} if remove else {})
            for one in file.person_ids]  # fmt: skip
    written = await write(tx, await desk_installation(tx, request), acts, now)
    if written.refused:
        raise Problem("bad_request", fields=written.refused)
    await journal(tx, "objections_written", "person", file.person_ids, at=now)


def _may(request: Req) -> bool:
    """Tell whether who asks may see identity numbers."""
    return signed_of(request).may(Right.SEE_IDENTITY_NUMBER)


def _shown(say: Speaker, value: Any) -> str:
    """Return a value as people read it: words in their language, days and instants in their form."""
    if isinstance(value, bool):
        return WORDS["yes" if value else "no"][say.locale == "en"]
    if isinstance(value, list):
        return ", ".join(_shown(say, one) for one in value)
    if isinstance(value, datetime):
        return say.instant(value)
    if isinstance(value, date):
        return say.day(value)
    text = str(value)
    return say.word(VALUES, text) if text in VALUES else text


routes = [ask_for_a_name, find, show_file, change_file, download_file]
