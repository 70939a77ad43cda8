"""This file answers `/today`: the rounds of a day as the tablets tell them, planned beside done; the page follows by itself.

What is late is decided in backend/dispatch/running.py.
"""

from collections import Counter
from typing import Any, Final

import msgspec
from litestar import Request, Response, get

from admin.dispatcher.plan.draw_map import draw_map
from admin.dispatcher.today.on_map import routes_on_map, version_of
from admin.dispatcher.today.rounds_read import read_shown
from admin.shared import vocabulary
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import Words, page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.db.transaction import transaction
from backend.dispatch.read_day import read_outlines
from backend.dispatch.running import standing

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
    "done_inserted": (
        "La visite est insérée ; la tablette de l'équipe la reçoit à son prochain échange.",
        "The visit is put in; the team's tablet gets it at its next sync.",
    ),
    "done_out": (
        "Les visites de l'équipe sont réparties ; les tablettes l'apprennent à leur prochain échange.",
        "The team's visits are redistributed; the tablets are told at their next sync.",
    ),
    "done_message": (
        "Le message est envoyé ; la tablette de l'équipe le reçoit à son prochain échange.",
        "The message is sent; the team's tablet gets it at its next sync.",
    ),
    "never": ("jamais", "never"),
    "behind": ("min de retard", "min behind"),
    "rank": ("Rang", "Rank"),
    "where": ("Où", "Where"),
    "planned_at": ("Prévu", "Planned"),
    "arrived_at": ("Arrivée", "Arrived"),
    "departed_at": ("Départ", "Left"),
    "state": ("État", "State"),
    "results": ("Suites", "Outcomes"),
    "map": ("Carte des tournées", "Map of the rounds"),
    "map_hint": (
        "✓ fait, • sur place, ! en retard, ? à risque, – sauté.",
        "✓ done, • there, ! late, ? at risk, – skipped.",
    ),
    "closer": ("Agrandir", "Zoom in"),
    "farther": ("Réduire", "Zoom out"),
    "done": ("fait", "done"),
    "there": ("sur place", "there"),
    "skipped": ("sauté", "skipped"),
    "late": ("en retard", "late"),
    "at_risk": ("à risque", "at risk"),
    "planned": ("prévu", "planned"),
}
_DONE: Final = {"inserted": "done_inserted", "out": "done_out", "message": "done_message"}
_TAGS: Final = {"done": "good", "there": "good", "late": "late", "at_risk": "note", "skipped": "note", "planned": ""}


@get("/today", opt=needs(Right.SEE_ROUNDS), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_rounds(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the rounds of today, or of the day that the address names."""
    now, settings = request.app.state.now(), request.app.state.settings
    async with transaction(scope_of(request)) as tx:
        shown = await read_shown(tx, request)
        outlines = await read_outlines(tx)
    say, rounds = shown.say, shown.rounds
    standings = {one.id: standing(one.stops, now) for one in rounds}
    english = say.locale == "en"
    words = {word: pair[english] for word, pair in WORDS.items()}
    routes = routes_on_map(rounds, standings, words, say)
    return page(
        request,
        "dispatcher/today/today.html",
        WORDS,
        say=say,
        v=vocabulary,
        day_on=shown.day_on,
        rounds=rounds,
        standings=standings,
        counts={one: Counter(standings[one].stops) for one in standings},
        tags=_TAGS,
        done=_DONE.get(request.query_params.get("done", ""), ""),
        may_plan=scope_of(request).may(Right.PLAN_ROUNDS),
        without_team=shown.without_team,
        map=draw_map(outlines, routes, [], words["map"]),
        map_data={
            "version": version_of(routes),
            "outlines": outlines,
            "routes": msgspec.to_builtins(routes),
            "left_out": [],
            "words": {word: words[word] for word in ("closer", "farther")},
            "tiles": settings.tiles,
            "tiles_credit": settings.tiles_credit,
        },
    )


routes = [show_rounds]
