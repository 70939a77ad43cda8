"""This file answers `/today/sheets`: the rounds of a day on paper, a sheet per team, for the day a tablet fails."""

from datetime import date
from typing import Any, Final

from litestar import Request, Response, get

from admin.shared import vocabulary
from admin.shared.desk_forms import speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import Words, page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.clock import day_in
from backend.db.transaction import transaction
from backend.dispatch.read_sheets import read_sheets
from backend.journal.store import record as journal
from backend.journal.whom import persons_of_rounds

WORDS: Final[Words] = {
    "title": ("Feuilles de route", "Route sheets"),
    "hint": (
        "À imprimer : une feuille par équipe. Elles portent des noms : rapportez-les et détruisez-les après la saisie.",
        "To be printed: a sheet per team. They bear names: bring them back and destroy them once they are entered.",
    ),
    "none": ("Aucune tournée publiée ce jour-là.", "No round is published on that day."),
    "rank": ("Rang", "Rank"),
    "planned_at": ("Prévu", "Planned"),
    "where": ("Où", "Where"),
    "code": ("code", "code"),
    "who": ("Qui", "Who"),
    "people": ("Pers.", "People"),
    "acts": ("Actes", "Acts"),
    "to_paper": ("Saisir le papier après la journée", "Type the paper in after the day"),
    "blanks": (
        "Arr. ____ Dép. ____ fait · absent · refus · ______",
        "Arr. ____ Left ____ done · absent · refused · ______",
    ),
    "lines": ("Nom, lot, bras, heure, accord de :", "Name, lot, arm, time, agreed by:"),
    "came_of": ("Arrivée, départ, suites, lots", "Arrival, departure, outcome, lots"),
}


@get("/today/sheets", opt=needs(Right.PLAN_ROUNDS), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_sheets(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the sheets of today, or of the day that the address names."""
    now = request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        try:
            day_on = date.fromisoformat(request.query_params.get("day", ""))
        except ValueError:
            day_on = day_in(say.time_zone, now)
        sheets = await read_sheets(tx, day_on)
        seen = await persons_of_rounds(tx, [one.round_id for one in sheets])
        await journal(tx, "sheets_read", "person", seen, f"{day_on}", at=now)
    return page(request, "dispatcher/today/sheets.html", WORDS, say=say, v=vocabulary, day_on=day_on, sheets=sheets)


routes = [show_sheets]
