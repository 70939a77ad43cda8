"""This file reads the rounds that the reader of `/today` sees, on the day that the address names, and notes the look."""

from datetime import date
from typing import Any

from litestar import Request
from msgspec import Struct

from admin.shared.desk_forms import speaker_of
from admin.shared.speaker import Speaker
from backend.accounts.authenticate import signed_of
from backend.clock import day_in
from backend.db.transaction import Transaction
from backend.dispatch.read_rounds import RoundOfDay, read_rounds
from backend.dispatch.team_people import own_team
from backend.dispatch.whose_rounds import sees_own_team_alone
from backend.journal.store import record as journal
from backend.journal.whom import persons_of_rounds


class Shown(Struct, frozen=True):
    """The rounds of a day as far as their reader sees them; `without_team` is somebody who goes out with nobody."""

    say: Speaker
    day_on: date
    rounds: list[RoundOfDay]
    without_team: bool


async def read_shown(tx: Transaction, request: Request[Any, Any, Any]) -> Shown:
    """Return the rounds of today, or of the day that the address names."""
    now = request.app.state.now()
    say = await speaker_of(tx, request)
    day_on = _day(request, day_in(say.time_zone, now))
    own = sees_own_team_alone(signed_of(request).roles)
    team_id = await own_team(tx) if own else None
    rounds = [] if own and team_id is None else await read_rounds(tx, day_on, team_id)
    seen = await persons_of_rounds(tx, [one.id for one in rounds])
    await journal(tx, "rounds_read", "person", seen, f"{day_on}", at=now)
    return Shown(say, day_on, rounds, own and team_id is None)


def _day(request: Request[Any, Any, Any], today: date) -> date:
    try:
        return date.fromisoformat(request.query_params.get("day", ""))
    except ValueError:
        return today
