"""This file writes a call down in one transaction: read the form, let backend/visits/call.py decide, write the acts."""

from datetime import datetime
from typing import Any

from litestar import Request

from admin.dispatcher.requests.read_call import read_call, read_whom
from admin.dispatcher.requests.read_script import read_script
from admin.dispatcher.requests.unfit import Unreadable
from admin.shared.desk_forms import Posted, desk_installation
from backend.clock import day_in
from backend.db.transaction import Transaction
from backend.dispatch.read_day import read_outlines
from backend.ids import new_id
from backend.journal.store import record as journal
from backend.log.desk import write
from backend.people.find import place_of_person
from backend.territory.reach import reach_of
from backend.territory.time_zone import read_time_zone
from backend.visits.call import Ids, acts_of_call
from backend.visits.join_call import hold_call, join_call
from backend.visits.read_protocols import read_protocols
from backend.visits.store import has_position

Req = Request[Any, Any, Any]


class CallRefusedError(Exception):
    """A call of which nothing is to stay written: whoever catches it outside of the transaction has undone it all."""

    def __init__(self, unfit: Unreadable) -> None:
        super().__init__(unfit.word)
        self.unfit = unfit


async def write_call(tx: Transaction, request: Req, form: Posted, now: datetime) -> str:
    """Write a call and return the word that says what became of it; raise CallRefusedError where a field does not fit."""
    whom = read_whom(form)
    home = await place_of_person(tx, whom.id) if whom.kind == "person" and whom.id else None
    reach = reach_of(await read_outlines(tx)) if form.text("coordinates") else None
    try:
        script = read_script(form, read_protocols())
    except ValueError:
        raise CallRefusedError(Unreadable("script_unread")) from None
    call = read_call(form, whom, home, script, day_in(await read_time_zone(tx), now), reach)
    if isinstance(call, Unreadable):
        raise CallRefusedError(call)
    ids = Ids(request=new_id(), visit=new_id(), person=new_id(), place=new_id())
    installation_id = await desk_installation(tx, request)
    repeats = form.text("same_call") == "yes"
    if repeats:
        await hold_call(tx, installation_id, call.asked)
    if (await write(tx, installation_id, acts_of_call(call, ids, now), now)).refused:
        raise CallRefusedError(Unreadable("unfit"))
    joined = repeats and await join_call(tx, installation_id, ids.request, call.asked, now)
    redirected = call.script is not None and call.script.redirected_to != ""
    if redirected:
        await journal(tx, "request_redirected", "request", [ids.request], at=now)
    nowhere = call.wanted is not None and not await has_position(tx, ids.visit)
    told = {
        "same_call": joined, "saved_redirected": redirected, "saved_alone": repeats, "saved_nowhere": nowhere,
        "saved_visit": call.wanted,
    }  # fmt: skip
    return next((word for word, is_so in told.items() if is_so), "saved")
