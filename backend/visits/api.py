"""Let dispatchers write down a request and accept it as a visit; every change is an op on the log."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, post
from litestar.params import JSONBody, Parameter

from backend.access import Right
from backend.accounts.authenticate import needs, scope_of, signed_of
from backend.clock import wire_instant
from backend.db.transaction import Transaction, transaction
from backend.ids import new_id
from backend.log.desk import Act, installation_for, write
from backend.problems import Problem
from backend.visits.lifecycle import may_follow

Req = Request[Any, Any, Any]
RequestPath = Annotated[UUID, Parameter(description="The request's id.")]
ActWord = Literal["vaccinate", "screen", "educate", "consult", "trace"]
Short = Annotated[str, msgspec.Meta(max_length=40)]


class RequestBody(msgspec.Struct, forbid_unknown_fields=True):
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


class AcceptBody(msgspec.Struct, forbid_unknown_fields=True):
    """What the visit takes: people, minutes, windows `HH:MM-HH:MM`, skills, products, one or two professionals."""

    service_minutes: Annotated[int, msgspec.Meta(ge=1, le=480)]
    people_count: Annotated[int, msgspec.Meta(ge=1, le=500)] = 1
    windows: Annotated[
        list[Annotated[str, msgspec.Meta(pattern=r"^\d\d:\d\d-\d\d:\d\d$")]], msgspec.Meta(max_length=6)
    ] = []
    skills: Annotated[list[Short], msgspec.Meta(max_length=10)] = []
    products: Annotated[list[Short], msgspec.Meta(max_length=10)] = []
    language: Annotated[str, msgspec.Meta(max_length=3)] = ""
    professionals: Annotated[int, msgspec.Meta(ge=1, le=2)] = 1


@post("/api/requests", opt=needs(Right.ADD_REQUESTS), tags=["visits"])
async def take_request(request: Req, data: JSONBody[RequestBody]) -> dict[str, str]:
    """Write a request down."""
    request_id = new_id()
    now = request.app.state.now()
    fields = {
        "caller_role": data.caller_role,
        "channel": data.channel,
        "call_back_phone": data.call_back_phone or None,
        "person_id": str(data.person_id) if data.person_id else None,
        "household_id": str(data.household_id) if data.household_id else None,
        "place_id": str(data.place_id),
        "priority": data.priority,
        "due_on": data.due_on.isoformat() if data.due_on else None,
        "received_at": wire_instant(now),
        "reason": data.reason or None,
        "state": "open",
    }
    act = Act(
        "request", request_id, {k: v for k, v in fields.items() if v is not None}, {"acts": sorted(set(data.acts))}
    )
    async with transaction(scope_of(request)) as tx:
        await _write(tx, request, [act])
    return {"request_id": str(request_id)}


@post("/api/requests/{request_id:uuid}/accept", opt=needs(Right.PLAN_ROUNDS), tags=["visits"])
async def accept_request(request: Req, request_id: RequestPath, data: JSONBody[AcceptBody]) -> dict[str, str]:
    """Accept a request: from now on the planner may plan its visit."""
    visit_id = new_id()
    async with transaction(scope_of(request)) as tx:
        asked = await tx.fetch_row(
            "SELECT person_id, household_id, place_id, acts, priority, due_on, state FROM request "
            "WHERE territory_id = $1 AND id = $2",
            tx.scope.territory_id,
            request_id,
        )
        if asked is None:
            raise Problem("not_found")
        if not may_follow(asked["state"] or "open", "accepted"):
            raise Problem("record_changed", state=asked["state"])
        await _write(
            tx, request, [_visit(visit_id, request_id, asked, data), Act("request", request_id, {"state": "accepted"})]
        )
    return {"visit_id": str(visit_id)}


def _visit(visit_id: UUID, request_id: UUID, asked: Any, data: AcceptBody) -> Act:
    fields = {
        "request_id": str(request_id),
        "person_id": str(asked["person_id"]) if asked["person_id"] else None,
        "household_id": str(asked["household_id"]) if asked["household_id"] else None,
        "place_id": str(asked["place_id"]),
        "people_count": data.people_count,
        "service_minutes": data.service_minutes,
        "due_on": asked["due_on"].isoformat() if asked["due_on"] else None,
        "priority": asked["priority"] or 2,
        "language": data.language or None,
        "professionals": data.professionals,
        "state": "wanted",
    }
    sets = {
        "acts": sorted(asked["acts"]),
        "windows": sorted(set(data.windows)),
        "skills": sorted(set(data.skills)),
        "products": sorted(set(data.products)),
    }
    return Act(
        "visit",
        visit_id,
        {name: value for name, value in fields.items() if value is not None},
        {name: values for name, values in sets.items() if values},
    )


async def _write(tx: Transaction, request: Req, acts: list[Act]) -> None:
    now = request.app.state.now()
    installation_id = await installation_for(tx, "desk", now, signed_of(request).session.id)
    written = await write(tx, installation_id, acts, now)
    if written.refused:
        raise Problem("bad_request", codes=sorted(set(written.refused)))


routes = [take_request, accept_request]
