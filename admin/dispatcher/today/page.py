"""This file answers `/today`: the rounds of a day as the tablets tell them, planned beside done; the page follows by itself.

What is late is decided in backend/dispatch/running.py.
"""

from collections import Counter
from datetime import date
from typing import Any, Final

from litestar import Request, Response, get

from admin.shared import vocabulary
from admin.shared.desk_forms import speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import Words, page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of, signed_of
from backend.clock import day_in
from backend.db.transaction import transaction
from backend.dispatch.read_rounds import read_rounds
from backend.dispatch.running import standing
from backend.dispatch.team_people import own_team
from backend.dispatch.whose_rounds import sees_own_team_alone
from backend.journal.store import record as journal
from backend.journal.whom import persons_of_rounds

WORDS: Final[Words] = {
    "title": ("Tournées du jour", "Today's rounds"),
    "day": ("Jour", "Day"),
    "show": ("Voir ce jour", "Show this day"),
    "none": ("Aucune tournée publiée ce jour-là.", "No round is published on that day."),
    "without_team": (
        "Vous n'êtes d'aucune équipe : la régulation peut vous y inscrire.",
        "You go out with no team: a dispatcher can put you into one.",
    ),
    "to_plan": ("Planifier ce jour", "Plan that day"),
    "to_change": (
        "Insérer une urgence, répartir une équipe, écrire à une équipe",
        "Insert an urgent visit, redistribute a team, write to a team",
    ),
    "to_paper": ("Saisie du papier", "Type paper in"),
    "to_sheets": ("Feuilles de route à imprimer", "Route sheets to print"),
    "stops": ("arrêts", "stops"),
    "tablet_seen": ("tablette vue", "tablet seen"),
    "never": ("jamais", "never"),
    "behind": ("min de retard", "min behind"),
    "rank": ("Rang", "Rank"),
    "where": ("Où", "Where"),
    "planned_at": ("Prévu", "Planned"),
    "arrived_at": ("Arrivée", "Arrived"),
    "departed_at": ("Départ", "Left"),
    "state": ("État", "State"),
    "results": ("Suites", "Outcomes"),
    "done": ("fait", "done"),
    "there": ("sur place", "there"),
    "skipped": ("sauté", "skipped"),
    "late": ("en retard", "late"),
    "at_risk": ("à risque", "at risk"),
    "planned": ("prévu", "planned"),
}
_TAGS: Final = {"done": "good", "there": "good", "late": "late", "at_risk": "note", "skipped": "note", "planned": ""}


@get("/today", opt=needs(Right.SEE_ROUNDS), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_rounds(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the rounds of today, or of the day that the address names."""
    now = request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        day_on = _day(request, day_in(say.time_zone, now))
        own = sees_own_team_alone(signed_of(request).roles)
        team_id = await own_team(tx) if own else None
        rounds = [] if own and team_id is None else await read_rounds(tx, day_on, team_id)
        seen = await persons_of_rounds(tx, [one.id for one in rounds])
        await journal(tx, "rounds_read", "person", seen, f"{day_on}", at=now)
    standings = {one.id: standing(one.stops, now) for one in rounds}
    return page(
        request,
        "dispatcher/today/today.html",
        WORDS,
        say=say,
        v=vocabulary,
        day_on=day_on,
        rounds=rounds,
        standings=standings,
        counts={one: Counter(standings[one].stops) for one in standings},
        tags=_TAGS,
        may_plan=scope_of(request).may(Right.PLAN_ROUNDS),
        without_team=own and team_id is None,
    )


def _day(request: Request[Any, Any, Any], today: date) -> date:
    try:
        return date.fromisoformat(request.query_params.get("day", ""))
    except ValueError:
        return today


routes = [show_rounds]
