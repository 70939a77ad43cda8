"""This file answers `/`: what waits, each figure leading to the page where it is dealt with. Counts alone, no names."""

from datetime import timedelta
from typing import Any, Final

from litestar import Request, Response, get
from msgspec import Struct

from admin.shared.desk_forms import speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import Words, page
from admin.shared.speaker import Speaker
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of, signed_of
from backend.accounts.sessions import Signed
from backend.break_glass.store import count_unreviewed
from backend.clock import day_in
from backend.db.transaction import Transaction, transaction
from backend.dispatch.read_day import list_plans
from backend.review.store import count_open
from backend.tablets.list_tablets import count_unseen
from backend.visits.after_store import list_shut_doors
from backend.visits.ageing import age
from backend.visits.store import list_own_requests, read_waiting

Req = Request[Any, Any, Any]
TABLET_UNSEEN_AFTER: Final = timedelta(hours=24)
WORDS: Final[Words] = {
    "title": ("Ce qui attend", "What waits"),
    "to_accept": ("demandes à accepter", "requests to accept"),
    "oldest": ("la plus ancienne attend depuis", "the oldest waits for"),
    "days": ("jour(s)", "day(s)"),
    "overdue": ("échéance dépassée", "past their due date"),
    "to_plan": ("visites à planifier", "visits to plan"),
    "own_requests": ("mes demandes", "my requests"),
    "shut_doors": ("portes restées closes trois fois, à décider", "doors shut three times, to decide on"),
    "tomorrow": ("Plan de demain", "Tomorrow's plan"),
    "no_plan": ("pas encore calculé", "not made yet"),
    "draft": ("brouillon, à publier", "draft, to be published"),
    "published": ("publié", "published"),
    "superseded": ("remplacé", "superseded"),
    "reviews": ("vérifications à traiter", "open reviews"),
    "clinical": ("clinique(s)", "of them clinical"),
    "emergency": ("accès d'urgence à examiner", "emergency accesses to review"),
    "tablets": ("tablettes non vues depuis 24 h", "tablets not seen for 24 h"),
    "of": ("sur", "of"),
    "nothing": (
        "Votre rôle n'a pas de file d'attente ici ; les pages sont en haut.",
        "Your role has no queue here; the pages are above.",
    ),
}


class Card(Struct, frozen=True):
    """One figure: where it leads, what it counts, what more is said."""

    path: str
    figure: str
    word: str
    more: str = ""


@get("/", opt=needs(Right.SIGNED_IN), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_home(request: Req) -> Response[str]:
    """Show what waits for the rights of who is signed in."""
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        cards = await _cards(tx, request, signed_of(request), say)
    return page(request, "home/home.html", WORDS, cards=cards)


async def _cards(tx: Transaction, request: Req, signed: Signed, say: Speaker) -> list[Card]:
    english = say.locale == "en"
    now = request.app.state.now()
    today = day_in(say.time_zone, now)

    def word(name: str) -> str:
        return WORDS[name][english]

    cards: list[Card] = []
    if signed.may(Right.ADD_REQUESTS) and not signed.may(Right.SEE_PEOPLE):
        cards.append(Card("/partner", say.number(len(await list_own_requests(tx))), word("own_requests")))
    if signed.may(Right.SEE_PEOPLE):
        waiting = await read_waiting(tx, today)
        more = []
        if waiting.oldest_received_at:
            oldest = age(day_in(say.time_zone, waiting.oldest_received_at), None, None, today)
            more.append(f"{word('oldest')} {oldest.days} {word('days')}")
        if waiting.overdue:
            more.append(f"{waiting.overdue} {word('overdue')}")
        cards.append(Card("/requests?state=open", say.number(waiting.to_accept), word("to_accept"), ", ".join(more)))
        cards.append(Card("/requests", say.number(waiting.visits_to_plan), word("to_plan")))
    if signed.may(Right.EDIT_PEOPLE):
        shut = len(await list_shut_doors(tx, say.time_zone))
        cards.append(Card("/follow-up", say.number(shut), word("shut_doors")))
    if signed.may(Right.PLAN_ROUNDS):
        plans = await list_plans(tx, today + timedelta(days=1))
        best = next((one for one in plans if one.state == "published"), plans[0] if plans else None)
        cards.append(Card("/plan", word(best.state) if best else word("no_plan"), word("tomorrow")))
    if signed.may(Right.SEE_REVIEWS):
        count, clinical = await count_open(tx)
        cards.append(Card("/reviews", say.number(count), word("reviews"), f"{say.number(clinical)} {word('clinical')}"))
    if signed.may(Right.SETTLE_CLINICAL):
        unreviewed = await count_unreviewed(tx)
        cards.append(Card("/break-glass-reviews", say.number(unreviewed), word("emergency")))
    if signed.may(Right.MANAGE_TABLETS):
        unseen, tablets = await count_unseen(tx, now - TABLET_UNSEEN_AFTER)
        cards.append(Card("/tablets", say.number(unseen), word("tablets"), f"{word('of')} {tablets}"))
    return cards


routes = [show_home]
