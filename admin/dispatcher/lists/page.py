"""This file answers `/lists`: a roster or register in CSV or XLSX is shown line by line first, then taken on a yes.

Nothing is kept between the two: the yes carries the file again, and it is read again. What is wrong on a line is
decided in backend/people/roster.py.
"""

import base64
import binascii
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.response import Redirect

from admin.shared.desk_forms import desk_installation, posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import Words, page
from backend.access import Right
from backend.accounts.authenticate import form_of, needs, scope_of
from backend.clock import day_in
from backend.db.transaction import Transaction, transaction
from backend.journal.store import record as journal
from backend.people.roster import Roster
from backend.people.take_roster import list_group_places, preview, take
from backend.problems import Problem
from backend.territory.line_errors import line_error

Req = Request[Any, Any, Any]
_MAY = needs(Right.PLAN_ROUNDS)
FILE_BYTES_MAX: Final = 400_000
WORDS: Final[Words] = {
    "title": ("Listes de personnes", "Lists of people"),
    "hint": (
        "Liste d'un hôtel ou registre, en CSV ou en .xlsx. Rien n'est pris avant que vous ayez tout vu.",
        "A hotel's roster or a register, as CSV or .xlsx. Nothing is taken before you have seen it all.",
    ),
    "columns": (
        "Une ligne d'en-têtes : nom, prénom, date de naissance, chambre, famille, langue, lieu…",
        "A line of headers: last name, first name, birth date, room, household, language, place…",
    ),
    "place": ("Lieu des personnes de la liste", "Where the people of the list live"),
    "file": ("Fichier", "File"),
    "look": ("Lire et vérifier", "Read and check"),
    "good": ("ligne(s) à prendre", "line(s) to take"),
    "known": (
        "personne(s) déjà connue(s) sur place, laissée(s) telle(s) quelle(s)",
        "people known there already, left as they are",
    ),
    "bad": ("ligne(s) à corriger, non prises", "line(s) to mend, not taken"),
    "take": ("Prendre les lignes bonnes", "Take the good lines"),
    "line": ("Ligne", "Line"),
    "column": ("Colonne", "Column"),
    "wrong": ("Ce qui ne va pas", "What is wrong"),
    "remedy": ("Que faire", "What to do"),
    "who": ("Qui", "Who"),
    "done": ("personnes ont été prises.", "people were taken."),
}


@get("/lists", opt=_MAY, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_lists(request: Req) -> Response[str]:
    """Ask for a list and the place it is about."""
    async with transaction(scope_of(request)) as tx:
        return await _answer(tx, request, None, None, "", b"")


@post("/lists", opt=_MAY, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def look_at_list(request: Req) -> Response[str]:
    """Show what a list comes to; nothing is written."""
    place_id, file = (await posted(request)).id("place_id"), (await form_of(request)).file("file")
    if place_id is None or file is None:
        raise Problem("bad_request")
    async with transaction(scope_of(request)) as tx:
        if len(file.content) > FILE_BYTES_MAX:
            too_large = line_error(file.name, 1, "file_too_large", detail=str(FILE_BYTES_MAX))
            return await _answer(tx, request, Roster((), (), (too_large,)), place_id, file.name, b"")
        roster = await _read(tx, request, place_id, file.name, file.content)
        return await _answer(tx, request, roster, place_id, file.name, file.content)


@post("/lists/take", opt=_MAY, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def take_list(request: Req) -> Response[Any]:
    """Take the good lines of the list that was shown, all or none."""
    form, now = await posted(request), request.app.state.now()
    place_id = form.id("place_id")
    try:
        data = base64.b64decode(form.text("content"), validate=True)
    except (ValueError, binascii.Error):
        raise Problem("bad_request") from None
    if place_id is None or not data:
        raise Problem("bad_request")
    async with transaction(scope_of(request)) as tx:
        roster = await _read(tx, request, place_id, form.text("name"), data)
        if not roster.taken:
            raise Problem("bad_request")
        await take(tx, await desk_installation(tx, request), roster.taken, now)
        await journal(tx, "people_imported", "person", [one.person_id for one in roster.taken], at=now)
    return Redirect(f"/lists?taken={len(roster.taken)}", status_code=303)


async def _read(tx: Transaction, request: Req, place_id: UUID, name: str, data: bytes) -> Roster:
    if place_id not in {place for place, _ in await list_group_places(tx)}:
        raise Problem("not_found")
    say = await speaker_of(tx, request)
    return await preview(tx, name, data, place_id, day_in(say.time_zone, request.app.state.now()))


async def _answer(
    tx: Transaction, request: Req, roster: Roster | None, place_id: UUID | None, name: str, data: bytes
) -> Response[str]:
    taken = request.query_params.get("taken", "")
    return page(
        request,
        "dispatcher/lists/lists.html",
        WORDS,
        say=await speaker_of(tx, request),
        places=await list_group_places(tx),
        place_id=place_id,
        roster=roster,
        bad_lines=len({one.line for one in roster.errors}) if roster else 0,
        name=name,
        content=base64.b64encode(data).decode(),
        taken=taken if taken.isascii() and taken.isdigit() else "",
    )


routes = [show_lists, look_at_list, take_list]
