"""This file answers `/handover`: what whoever opens the desk next must know, on one page to be read or printed at closing.

Which requests are named is decided in backend/visits/ageing.py.
"""

from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from litestar import Request, Response, get

from admin.shared import vocabulary
from admin.shared.desk_forms import speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import Words, page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.clock import day_in
from backend.db.transaction import transaction
from backend.dispatch.read_day import list_plans
from backend.dispatch.read_rounds import read_rounds
from backend.journal.store import record as journal
from backend.journal.whom import persons_of_requests, persons_of_rounds, persons_of_visits
from backend.rota import store as rota
from backend.rota.gaps import gaps
from backend.visits import after_store
from backend.visits.ageing import age, is_handed_over
from backend.visits.store import Filters, read_backlog

WORDS: Final[Words] = {
    "title": ("Transmission", "Hand-over"),
    "hint": (
        "À lire à la fermeture et à l'ouverture ; s'imprime. Demandes de priorité élevée ou en retard, les premières cent.",
        "To be read at closing and at opening; it can be printed. Requests of high priority or late, the first hundred.",
    ),
    "requests": ("Demandes qui pressent", "Pressing requests"),
    "on_the_road": ("Arrêts de ce jour dont on ne sait rien", "Stops of this day of which nothing is known"),
    "doors": ("Portes restées closes, à décider", "Doors that stayed shut, to decide on"),
    "calls": ("Contacts pas encore appelés aujourd'hui", "Contacts not called yet today"),
    "results": ("Résultats positifs à annoncer", "Positive results to tell"),
    "plan": ("Plan de demain", "Tomorrow's plan"),
    "no_plan": ("pas encore calculé", "not made yet"),
    "draft": ("brouillon, à publier", "draft, to be published"),
    "published": ("publié", "published"),
    "superseded": ("remplacé", "superseded"),
    "staff": ("Demain à la régulation", "At the desk tomorrow"),
    "nobody": ("personne de", "nobody from"),
    "until": ("à", "to"),
    "days": ("jour(s)", "day(s)"),
    "nothing": ("Rien.", "Nothing."),
}


@get("/handover", opt=needs(Right.PLAN_ROUNDS), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_handover(request: Request[Any, Any, Any]) -> Response[str]:
    """Show what must be handed over now."""
    now = request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        today = day_in(say.time_zone, now)
        midnight = datetime.combine(today, time(), ZoneInfo(say.time_zone))
        backlog = await read_backlog(tx, Filters(), today)
        ages = {
            row.id: age(day_in(say.time_zone, row.received_at), row.due_on, row.priority, today) for row in backlog.rows
        }
        pressing = [row for row in backlog.rows if is_handed_over(ages[row.id], row.priority)]
        rounds = await read_rounds(tx, today)
        unknown = [(one, stop) for one in rounds for stop in one.stops if stop.state in ("planned", "arrived")]
        shut = await after_store.list_shut_doors(tx, say.time_zone)
        calls = await after_store.list_to_call(tx, midnight)
        positive = [one for one in await after_store.list_to_tell(tx, now) if one.result == "detected"]
        plans = await list_plans(tx, today + timedelta(days=1))
        shifts = await rota.list_shifts(tx, midnight + timedelta(days=1), midnight + timedelta(days=2))
        people = {one.person_id for one in calls} | {one.person_id for one in positive}
        people |= {*await persons_of_rounds(tx, [one.id for one, _ in unknown])}
        people |= {*await persons_of_visits(tx, [one.id for one in shut])}
        asked_for = await persons_of_requests(tx, [row.id for row in pressing])
        await journal(tx, "requests_read", "person", asked_for, at=now)
        await journal(tx, "follow_up_read", "person", sorted(people, key=str), at=now)
    best = next((one for one in plans if one.state == "published"), plans[0] if plans else None)
    return page(
        request,
        "rota/handover.html",
        WORDS,
        say=say,
        v=vocabulary,
        at=now,
        pressing=pressing,
        ages=ages,
        unknown=unknown,
        shut=shut,
        calls=calls,
        positive=positive,
        plan_state=best.state if best else "no_plan",
        shifts=shifts,
        gaps=gaps(today + timedelta(days=1), say.time_zone, [(one.starts_at, one.ends_at) for one in shifts]),
    )


routes = [show_handover]
