"""This file answers `/partner`: somebody from outside asks that a person be seen, and follows their own requests alone.

A partner reads nothing about anybody, not even who is known: whom they name is written down as new, and the rules across
records ask the desk whether it is somebody known. What they are told is decided in backend/visits/partner.py.
"""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.response import Redirect

from admin.dispatcher.requests.read_call import Whom, read_call
from admin.dispatcher.requests.unfit import UNFIT_WORDS, Unreadable, sentence_of
from admin.shared import vocabulary
from admin.shared.desk_forms import Posted, desk_installation, mark, posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import Words, page
from admin.shared.speaker import Pairs
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of, signed_of
from backend.accounts.throttle import counters_of_partner
from backend.accounts.throttle_store import count_attempt
from backend.clock import day_in
from backend.db.transaction import Transaction, transaction
from backend.edge.locale import locale_of
from backend.ids import new_id
from backend.journal.store import record as journal
from backend.log.desk import write
from backend.problems import Problem
from backend.territory.time_zone import read_time_zone
from backend.visits.call import Ids, acts_of_call
from backend.visits.partner import status_of
from backend.visits.store import list_own_requests

Req = Request[Any, Any, Any]
_MAY = needs(Right.ADD_REQUESTS)
_TYPED: Final = ("given_name", "family_name", "born_on", "phone", "address", "room", "call_back_phone", "reason")
STATUSES: Final[Pairs] = {
    "received": ("reçue", "received"),
    "accepted": ("acceptée", "accepted"),
    "planned": ("visite prévue", "visit planned"),
    "done": ("visite faite", "visit made"),
    "not_done": ("close sans visite", "closed without a visit"),
    "not_kept": ("close ; suite effacée", "closed; what came of it is erased"),
}
WORDS: Final[Words] = {
    "title": ("Mes demandes", "My requests"),
    "hint": (
        "Notez le numéro : cette page dit où en est la demande, et rien de la personne.",
        "Keep the number: this page says where the request stands, and nothing of the person.",
    ),
    "saved": ("Demande enregistrée. Numéro :", "Request saved. Number:"),
    "ask": ("Demander une visite", "Ask for a visit"),
    "given_name": ("Prénom", "Given name"),
    "family_name": ("Nom", "Family name"),
    "born_on": ("Né(e) le", "Born on"),
    "phone": ("Téléphone de la personne", "Phone of the person"),
    "address": ("Adresse", "Address"),
    "room": ("Chambre", "Room"),
    "call_back_phone": ("Votre téléphone", "Your phone"),
    "reason": ("Motif", "Reason"),
    "acts": ("Pour", "For"),
    "send": ("Envoyer", "Send"),
    "number": ("Numéro", "Number"),
    "received_at": ("Reçue le", "Received"),
    "status": ("Où en est-elle", "Where it stands"),
    "none": ("Aucune demande.", "No request."),
    "choose_whom": ("Écrivez l'adresse.", "Write the address."),
    "choose_act": ("Choisissez au moins un acte.", "Choose at least one act."),
    "born_later": (
        "La date de naissance est après aujourd'hui : vérifiez-la.",
        "The date of birth is after today: check it.",
    ),
    **UNFIT_WORDS,
}


@get("/partner", opt=_MAY, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_own(request: Req) -> Response[str]:
    """Show the user's own requests, and the form of a further one."""
    async with transaction(scope_of(request)) as tx:
        return await _own_page(tx, request, Posted({}))


@post("/partner", opt=_MAY, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def ask(request: Req) -> Response[Any]:
    """Write a request down as a partner's; what is missing is said, and nothing typed is lost."""
    form, now = await posted(request), request.app.state.now()
    taken = {name: [form.text(name)] for name in _TYPED} | {"acts": form.texts("acts"), "caller_role": ["partner"]}
    async with transaction(scope_of(request)) as tx:
        call = read_call(Posted(taken), Whom(""), None, None, day_in(await read_time_zone(tx), now))
        if isinstance(call, Unreadable):
            return await _own_page(tx, request, form, call)
        if not await count_attempt(tx, counters_of_partner(str(signed_of(request).user_id), now)):
            raise Problem("too_many_attempts")
        ids = Ids(request=new_id(), visit=new_id(), person=new_id(), place=new_id())
        written = await write(tx, await desk_installation(tx, request), acts_of_call(call, ids, now), now)
        if written.refused:
            raise Problem("bad_request", codes=sorted(set(written.refused)))
    return Redirect(f"/partner?done={number_of(ids.request.hex)}", status_code=303)


def number_of(request_id: str) -> str:
    """Return the number by which people speak of a request: its last eight signs.

    >>> number_of("01a205fd-c4ff-7245-814d-316a0a0960ef")
    '0A0960EF'
    """
    return request_id[-8:].upper()


async def _own_page(tx: Transaction, request: Req, form: Posted, unfit: Unreadable | None = None) -> Response[str]:
    own = await list_own_requests(tx)
    await journal(tx, "own_requests_read", "request", [one.id for one in own], at=request.app.state.now())
    done = request.query_params.get("done", "")
    return page(
        request,
        "partner/partner.html",
        WORDS,
        status=400 if unfit else 200,
        say=await speaker_of(tx, request),
        v=vocabulary,
        error=sentence_of(unfit, WORDS, english=locale_of(request) == "en") if unfit else "",
        fault=unfit.field if unfit else "",
        mark=mark,
        typed=form.text,
        chosen=form.texts("acts"),
        fields=_TYPED,
        own=own,
        statuses=STATUSES,
        status_of=status_of,
        number_of=number_of,
        done=done if done in {number_of(str(one.id)) for one in own} else "",
    )


routes = [show_own, ask]
