"""This file answers `/paper`: the sheets of a day, and one stop after the other typed in by keyboard.

What an entry writes is decided in backend/dispatch/paper.py. A stop that was told, by whomever, is shown and not asked
for again.
"""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import Parameter
from litestar.response import Redirect

from admin.dispatcher.paper.read_form import read_stop_entry
from admin.dispatcher.paper.words import DECIDED_BY, FAULTS, FIELD_OF, REFUSALS, SITES, WORDS
from admin.shared import vocabulary
from admin.shared.desk_forms import Posted, mark, posted, speaker_of, uuid_or_none
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.clock import day_in
from backend.db.transaction import Transaction, transaction
from backend.dispatch.enter_paper import enter_stop
from backend.dispatch.paper import Wrong
from backend.dispatch.read_paper import read_stop
from backend.dispatch.read_rounds import read_rounds
from backend.doses.not_given import REASONS
from backend.journal.store import record as journal
from backend.journal.whom import persons_of_rounds
from backend.people.find import find_people
from backend.problems import Problem
from backend.territory.time_zone import read_time_zone

Req = Request[Any, Any, Any]
StopPath = Annotated[UUID, Parameter(description="The stop's id.")]
_MAY = needs(Right.EDIT_PEOPLE)
ALSO_MOST = 20


@get("/paper", opt=_MAY, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_day(request: Req) -> Response[str]:
    """Show the rounds of a day with the stops that nobody told yet."""
    now = request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        today = day_in(say.time_zone, now)
        try:
            day_on = date.fromisoformat(request.query_params.get("day", ""))
        except ValueError:
            day_on = today
        rounds = await read_rounds(tx, day_on)
        seen = await persons_of_rounds(tx, [one.id for one in rounds])
        await journal(tx, "rounds_read", "person", seen, f"{day_on}", at=now)
    return page(
        request, "dispatcher/paper/day.html", WORDS, say=say, v=vocabulary, day_on=day_on, today=today, rounds=rounds,
        done=request.query_params.get("done") == "1",
    )  # fmt: skip


@get("/paper/{stop_id:uuid}", opt=_MAY, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_stop(request: Req, stop_id: StopPath) -> Response[str]:
    """Show the form of a stop, or what was told of it."""
    async with transaction(scope_of(request)) as tx:
        return await _stop_page(tx, request, stop_id, Posted({}), [], _also(request.query_params.getall("with", [])))


@post(
    "/paper/{stop_id:uuid}/find",
    opt=needs(Right.EDIT_PEOPLE, searches=True),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def find_one_more(request: Req, stop_id: StopPath) -> Response[str]:
    """Show the form with the people whom a name fits; the name is posted, so that it stands in no address."""
    form = await posted(request)
    async with transaction(scope_of(request)) as tx:
        return await _stop_page(tx, request, stop_id, Posted({}), [], _also(form.texts("with")), form.text("q")[:100])


@post("/paper/{stop_id:uuid}", opt=_MAY, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def enter(request: Req, stop_id: StopPath) -> Response[Any]:
    """Write what the form says and lead to the next stop that nobody told; what is wrong is said, and nothing lost."""
    form, now = await posted(request), request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        time_zone = await read_time_zone(tx)
        also = [one for text in form.texts("person") if (one := uuid_or_none(text))]
        stop = await read_stop(tx, stop_id, also)
        if stop is None:
            raise Problem("not_found")
        households = {one.id: one.household_id for one in stop.people}
        if not set(also) <= set(households):
            raise Problem("bad_request", fields=["person"])
        entry = read_stop_entry(form, stop.line.day_on, time_zone, households)
        found = await enter_stop(tx, stop_id, entry, now, day_in(time_zone, now))
        if isinstance(found, list):
            return await _stop_page(tx, request, stop_id, form, found, also)
        await journal(tx, "paper_entered", "person", [one.person_id for one in entry.people], at=now)
        rounds = await read_rounds(tx, stop.line.day_on)
    left = [
        one.id
        for round_ in rounds
        if round_.id == stop.round_id
        for one in round_.stops
        if one.state not in ("done", "skipped") and not one.results
    ]
    # the one after this stop on the sheet, else the first that was left out
    after = [one.id for r in rounds if r.id == stop.round_id for one in r.stops if one.position > stop.position]
    follows = next(iter([*(one for one in after if one in left), *left]), None)
    return Redirect(f"/paper/{follows}?done=1" if follows else f"/paper?day={stop.line.day_on}&done=1", status_code=303)


async def _stop_page(
    tx: Transaction, request: Req, stop_id: UUID, form: Posted, wrong: list[Wrong], also: list[UUID], asked: str = ""
) -> Response[str]:
    now = request.app.state.now()
    say = await speaker_of(tx, request)
    stop = await read_stop(tx, stop_id, also)
    if stop is None:
        raise Problem("not_found")
    matches = await find_people(tx, asked)
    await journal(tx, "paper_read", "person", [*(one.id for one in stop.people), *(one.id for one in matches)], at=now)
    return page(
        request,
        "dispatcher/paper/stop.html",
        WORDS,
        status=400 if wrong else 200,
        say=say,
        v=vocabulary,
        stop=stop,
        typed=form.text,
        faults=[(say.word(FAULTS, one.fault), _name(stop.people, one.person_id)) for one in wrong],
        fault=next((FIELD_OF[one.fault] for one in wrong if one.fault in FIELD_OF), ""),
        mark=mark,
        done=request.query_params.get("done") == "1",
        statuses={"given": WORDS["given"], **{code: (one.fr, one.en) for code, one in REASONS.items()}},
        sites=SITES,
        decided_by=DECIDED_BY,
        refusals=REFUSALS,
        also=also,
        asked=asked,
        matches=[one for one in matches if one.id not in {known.id for known in stop.people}],
    )


def _name(people: Any, person_id: UUID | None) -> str:
    return next((one.name for one in people if one.id == person_id), "")


def _also(texts: list[str]) -> list[UUID]:
    return [one for text in texts[:ALSO_MOST] if (one := uuid_or_none(text))]


routes = [show_day, show_stop, find_one_more, enter]
