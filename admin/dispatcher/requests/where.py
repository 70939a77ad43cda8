"""This file gives the map of the backlog as data: a mark for each place where requests wait, filtered as the table is.

What a mark says is decided in backend/visits/marks.py; admin/static/backlog_map.js draws it.
"""

from typing import Any

import msgspec
from litestar import Request, Response, get

from admin.dispatcher.requests.filters import filters_of
from admin.dispatcher.requests.words import WORDS
from admin.shared.desk_forms import speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.speaker import Speaker
from admin.shared.vocabulary import PLACE_KINDS, PRIORITIES
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.clock import day_in
from backend.db.transaction import transaction
from backend.dispatch.read_day import read_outlines
from backend.journal.store import record as journal
from backend.visits.marks import REQUESTS_MOST, Mark, Marks, marks_of
from backend.visits.store import read_located


@get("/requests/marks", opt=needs(Right.SEE_PEOPLE), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def give_marks(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Give the marks of the requests that the filters let through, with the outlines of the zones below them."""
    now, settings = request.app.state.now(), request.app.state.settings
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        today = day_in(say.time_zone, now)
        made = marks_of(await read_located(tx, filters_of(request), today, say.time_zone), today)
        outlines = await read_outlines(tx)
        await journal(tx, "requests_mapped", "place", [mark.place_id for mark in made.marks], at=now)
    english = say.locale == "en"
    told = {
        "outlines": outlines,
        "marks": [{**msgspec.to_builtins(mark), "says": says(mark, say)} for mark in made.marks],
        "told": _told(made, say),
        "words": {word: WORDS[word][english] for word in ("closer", "farther", "show_all", "none_here")},
        "tiles": settings.tiles,
        "tiles_credit": settings.tiles_credit,
    }
    return Response(msgspec.json.encode(told), media_type="application/json")


def says(mark: Mark, say: Speaker) -> str:
    """Return what is said about a mark where a pointer rests on it."""
    english = say.locale == "en"
    name = mark.place_name or say.word(PLACE_KINDS, mark.place_kind)
    standing = WORDS[f"age_{mark.age}"][english]
    return f"{name} – {mark.requests} {WORDS['waits_here'][english]}, {say.word(PRIORITIES, str(mark.priority))}, {standing}"


def _told(made: Marks, say: Speaker) -> str:
    english = say.locale == "en"
    sentences = [f"{say.number(len(made.marks))} {WORDS['places_shown'][english]}"]
    if made.nowhere:
        sentences.append(f"{say.number(made.nowhere)} {WORDS['nowhere'][english]}")
    if made.has_more:
        sentences.append(WORDS["most_pressing"][english].format(say.number(REQUESTS_MOST)))
    return " ; ".join(sentences)


routes = [give_marks]
