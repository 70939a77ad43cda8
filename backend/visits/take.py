"""Take a request and accept it as a visit: what a page and the interface both do, as ops on the log.

Nothing is changed when an outcome says why not. Which step may follow which is decided in `lifecycle.py`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from backend.clock import wire_instant
from backend.db.transaction import Transaction
from backend.ids import InstallationId
from backend.log.desk import Act, act_of_fields, write
from backend.visits.lifecycle import may_follow

ActWord = Literal["vaccinate", "screen", "educate", "consult", "trace"]
Short = Annotated[str, msgspec.Meta(max_length=40)]
Window = Annotated[str, msgspec.Meta(pattern=r"^\d\d:\d\d-\d\d:\d\d$")]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who asks that whom be seen, where, for what, how soon. Priority 1 is routine, 4 is urgent."""

    caller_role: Literal["person", "professional", "nursing_home", "partner", "sas", "team"]
    place_id: UUID
    acts: Annotated[list[ActWord], msgspec.Meta(min_length=1, max_length=5)]
    channel: Literal["phone", "web", "paper", "partner", "referral"] = "phone"
    priority: Annotated[int, msgspec.Meta(ge=1, le=4)] = 2
    due_on: date | None = None
    person_id: UUID | None = None
    household_id: UUID | None = None
    call_back_phone: Short = ""
    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


class HandedOver(Asked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is asked in a call that is handed over: it may be no act of ours."""

    acts: Annotated[list[ActWord], msgspec.Meta(max_length=5)] = []


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the visit takes: people, minutes, windows `HH:MM-HH:MM`, skills, products, one or two professionals."""

    service_minutes: Annotated[int, msgspec.Meta(ge=1, le=480)]
    people_count: Annotated[int, msgspec.Meta(ge=1, le=500)] = 1
    windows: Annotated[list[Window], msgspec.Meta(max_length=6)] = []
    skills: Annotated[list[Short], msgspec.Meta(max_length=10)] = []
    products: Annotated[list[Short], msgspec.Meta(max_length=10)] = []
    language: Annotated[str, msgspec.Meta(max_length=3)] = ""
    professionals: Annotated[int, msgspec.Meta(ge=1, le=2)] = 1


@dataclass(frozen=True)
class NotTaken:
    """Why nothing was written: a problem of the catalogue, with the codes of the ops or the state met."""

    problem: Literal["not_found", "record_changed", "bad_request"]
    codes: tuple[str, ...] = ()


async def take_request(
    tx: Transaction, installation_id: InstallationId, request_id: UUID, asked: Asked, now: datetime
) -> NotTaken | None:
    """Write a request down, open; None when it is written."""
    return await _written(tx, installation_id, [request_act(request_id, asked, now)], now)


async def accept_request(
    tx: Transaction, installation_id: InstallationId, request_id: UUID, visit_id: UUID, wanted: Wanted, now: datetime
) -> NotTaken | None:
    """Accept a request as the visit of this id: from now on the planner may plan it; None when it is written."""
    asked = await tx.fetch_row(
        "SELECT person_id, household_id, place_id, acts, priority, due_on, state, joined_to FROM request "
        "WHERE territory_id = $1 AND id = $2",
        tx.scope.territory_id,
        request_id,
    )
    if asked is None:
        return NotTaken("not_found")
    if asked["joined_to"] or not may_follow(asked["state"] or "open", "accepted"):
        return NotTaken("record_changed", (asked["state"],))
    acts = [visit_act(visit_id, request_id, asked, wanted), Act("request", request_id, {"state": "accepted"})]
    return await _written(tx, installation_id, acts, now)


def request_act(request_id: UUID, asked: Asked, now: datetime) -> Act:
    """Return the act that writes a request down.

    >>> from datetime import UTC
    >>> asked = Asked(caller_role="sas", place_id=UUID(int=1), acts=["screen"])
    >>> request_act(UUID(int=2), asked, datetime(2026, 11, 22, 18, tzinfo=UTC)).set["received_at"]
    '2026-11-22T18:00:00.000Z'
    """
    return act_of_fields(
        "request",
        request_id,
        {
            "caller_role": asked.caller_role,
            "channel": asked.channel,
            "call_back_phone": asked.call_back_phone or None,
            "person_id": _text(asked.person_id),
            "household_id": _text(asked.household_id),
            "place_id": str(asked.place_id),
            "acts": sorted(set(asked.acts)),
            "priority": asked.priority,
            "due_on": asked.due_on.isoformat() if asked.due_on else None,
            "received_at": wire_instant(now),
            "reason": asked.reason or None,
            "state": "open",
        },
    )


def visit_act(visit_id: UUID, request_id: UUID, asked: Any, wanted: Wanted) -> Act:
    """Return the act that makes the visit of a request; `asked` is the request's row."""
    return act_of_fields(
        "visit",
        visit_id,
        {
            "request_id": str(request_id),
            "person_id": _text(asked["person_id"]),
            "household_id": _text(asked["household_id"]),
            "place_id": str(asked["place_id"]),
            "acts": sorted(asked["acts"]),
            "people_count": wanted.people_count,
            "service_minutes": wanted.service_minutes,
            "windows": sorted(set(wanted.windows)),
            "skills": sorted(set(wanted.skills)),
            "products": sorted(set(wanted.products)),
            "due_on": asked["due_on"].isoformat() if asked["due_on"] else None,
            "priority": asked["priority"] or 2,
            "language": wanted.language or None,
            "professionals": wanted.professionals,
            "state": "wanted",
        },
    )


def _text(record_id: UUID | None) -> str | None:
    return None if record_id is None else str(record_id)


async def _written(tx: Transaction, installation_id: InstallationId, acts: list[Act], now: datetime) -> NotTaken | None:
    written = await write(tx, installation_id, acts, now)
    return NotTaken("bad_request", tuple(sorted(set(written.refused)))) if written.refused else None
