"""This file answers the desk's wish to join requests that are one call, and to separate them again.

What may be joined is decided in backend/visits/join.py.
"""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, post
from litestar.params import Parameter
from litestar.response import Redirect

from admin.shared.desk_forms import desk_installation, posted, uuid_or_none
from admin.shared.problems import ON_PROBLEM
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.db.transaction import transaction
from backend.journal.store import record as journal
from backend.log.desk import Act, write
from backend.problems import Problem
from backend.visits.join import join
from backend.visits.join_store import hold_joinable

Req = Request[Any, Any, Any]
RequestPath = Annotated[UUID, Parameter(description="The request's id.")]


@post(
    "/requests/join",
    opt=needs(Right.PLAN_ROUNDS),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def join_two(request: Req) -> Response[Any]:
    """Join the two chosen requests: one stays on the board; where they are not one call, nothing changes and it is said."""
    form, now = await posted(request), request.app.state.now()
    chosen = sorted({one for text in form.texts("request") if (one := uuid_or_none(text))})
    async with transaction(scope_of(request)) as tx:
        installation_id = await desk_installation(tx, request)
        found = await hold_joinable(tx, installation_id, chosen) if len(chosen) == 2 else []
        if len(chosen) == 2 and len(found) < 2:
            raise Problem("not_found")
        joined = join(*found) if len(found) == 2 else None
        if joined is None:
            return Redirect("/requests?done=not_joined", status_code=303)
        acts = [Act("request", joined.leaves.id, add={"joined_to": [str(joined.stays.id)]})]
        if (await write(tx, installation_id, acts, now)).refused:
            raise Problem("bad_request")
        await journal(tx, "requests_joined", "request", [joined.stays.id, joined.leaves.id], at=now)
    return Redirect("/requests?done=joined", status_code=303)


@post(
    "/requests/{request_id:uuid}/separate",
    opt=needs(Right.PLAN_ROUNDS),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def separate(request: Req, request_id: RequestPath) -> Response[Any]:
    """Take the link of a joined request away: both stand as before."""
    now = request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        installation_id = await desk_installation(tx, request)
        found = await hold_joinable(tx, installation_id, [request_id])
        if not found:
            raise Problem("not_found")
        if not found[0].joined_to:
            raise Problem("record_changed")
        stays = found[0].joined_to
        acts = [Act("request", request_id, remove={"joined_to": [str(one) for one in stays]})]
        if (await write(tx, installation_id, acts, now)).refused:
            raise Problem("bad_request")
        await journal(tx, "requests_separated", "request", [*stays, request_id], at=now)
    return Redirect("/requests?done=separated", status_code=303)


routes = [join_two, separate]
