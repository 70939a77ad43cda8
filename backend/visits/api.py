"""Let dispatchers write down a request and accept it as a visit; every change is an op on the log."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, post
from litestar.params import JSONBody, Parameter

from backend.access import Right
from backend.accounts.authenticate import needs, scope_of, signed_of
from backend.db.transaction import transaction
from backend.ids import new_id
from backend.log.desk import installation_for
from backend.problems import Problem
from backend.visits import take
from backend.visits.take import Asked, NotTaken, Wanted

Req = Request[Any, Any, Any]
RequestPath = Annotated[UUID, Parameter(description="The request's id.")]


@post("/api/requests", opt=needs(Right.PLAN_ROUNDS), tags=["visits"])
async def take_request(request: Req, data: JSONBody[Asked]) -> dict[str, str]:
    """Write a request down."""
    request_id, now = new_id(), request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        installation_id = await installation_for(tx, "desk", now, signed_of(request).session.id)
        refuse(await take.take_request(tx, installation_id, request_id, data, now))
    return {"request_id": str(request_id)}


@post("/api/requests/{request_id:uuid}/accept", opt=needs(Right.PLAN_ROUNDS), tags=["visits"])
async def accept_request(request: Req, request_id: RequestPath, data: JSONBody[Wanted]) -> dict[str, str]:
    """Accept a request: from now on the planner may plan its visit."""
    visit_id, now = new_id(), request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        installation_id = await installation_for(tx, "desk", now, signed_of(request).session.id)
        refuse(await take.accept_request(tx, installation_id, request_id, visit_id, data, now))
    return {"visit_id": str(visit_id)}


def refuse(outcome: NotTaken | None) -> None:
    """Raise the problem of an outcome that changed nothing; the transaction is rolled back."""
    if outcome is not None:
        raise Problem(outcome.problem, codes=list(outcome.codes))


routes = [take_request, accept_request]
