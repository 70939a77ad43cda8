"""This file answers `/journal`: which days of looking stand out, and who saw one person's record. Reading it is noted too."""

from datetime import date, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import Parameter
from litestar.response import Redirect

from admin.journal.words import ACTS, SIGNS, WORDS
from admin.shared.desk_forms import posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.db.transaction import transaction
from backend.journal import looks, read
from backend.journal.abnormal import PERSONS_A_DAY_MOST, WORK_BEGINS_HOUR, WORK_ENDS_HOUR, signs_of
from backend.journal.store import record as journal
from backend.people.find import find_exactly
from backend.problems import Problem

Req = Request[Any, Any, Any]
LOOKED_BACK: Final = timedelta(days=31)
_NAME_MAX: Final = 200


@get("/journal", opt=needs(Right.READ_JOURNAL), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_abnormal(request: Req) -> Response[str]:
    """Show the days of the last month on which somebody's looking stands out."""
    now = request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        days = await looks.days_of_looking(tx, say.time_zone, now - LOOKED_BACK)
        await journal(tx, "journal_read", at=now)
    standing_out = [(day, signs) for day in days if (signs := signs_of(day))]
    bounds = {"most": PERSONS_A_DAY_MOST, "begins": WORK_BEGINS_HOUR, "ends": WORK_ENDS_HOUR}
    return page(request, "journal/journal.html", WORDS, say=say, days=standing_out, signs_words=SIGNS, bounds=bounds)


@post(
    "/journal/people",
    opt=needs(Right.READ_JOURNAL),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def find_person(request: Req) -> Response[Any]:
    """Find the person who asks who saw their record: exactly, as in an emergency; nobody is browsed."""
    form = await posted(request)
    try:
        born_on = date.fromisoformat(form.text("born_on")) if form.text("born_on") else None
    except ValueError as error:
        raise Problem("bad_request", fields=["born_on"]) from error
    async with transaction(scope_of(request)) as tx:
        person_id = await find_exactly(tx, form.text("name")[:_NAME_MAX], born_on)
    if person_id is None:
        raise Problem("nobody_found")
    return Redirect(f"/journal/people/{person_id}", status_code=303)


@get(
    "/journal/people/{person_id:uuid}",
    opt=needs(Right.READ_JOURNAL),
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def show_who_saw(
    request: Req, person_id: Annotated[UUID, Parameter(description="The person's id.")]
) -> Response[str]:
    """Show who saw or changed this person's record, the latest first."""
    now = request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        if not await read.is_person(tx, person_id):
            raise Problem("not_found")
        say = await speaker_of(tx, request)
        entries = await read.about_person(tx, person_id, None)
        names = await looks.names_of(tx, (entry.user_id for entry in entries))
        await journal(tx, "journal_read", "person", [person_id], at=now)
    return page(request, "journal/who_saw.html", WORDS, say=say, entries=entries, names=names, acts=ACTS)


routes = [show_abnormal, find_person, show_who_saw]
