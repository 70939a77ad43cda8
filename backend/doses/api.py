"""This file answers what is due to a person and to whom something is due; every look is journaled."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromQuery, Parameter, QueryParameter

from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.clock import day_in
from backend.db.transaction import transaction
from backend.doses import store
from backend.doses.current import current_forecast
from backend.doses.jobs import PARTS_MAX, ask_recompute
from backend.doses.load import time_zone
from backend.doses.store import DuePerson, PersonForecast
from backend.journal import store as journal
from backend.log.follow import freshen
from backend.problems import Problem

Req = Request[Any, Any, Any]
PersonPath = Annotated[UUID, Parameter(description="The person's id.")]
AntigenQuery = Annotated[str, QueryParameter(description="The rules' antigen, as forecasts name it.", max_length=40)]
LimitQuery = Annotated[int, QueryParameter(ge=1, le=500)]
PartsQuery = Annotated[int, QueryParameter(ge=1, le=PARTS_MAX, description="How many workers share the work.")]


@get("/api/people/{person_id:uuid}/forecast", opt=needs(Right.SEE_PEOPLE), tags=["doses"])
async def read_forecast(request: Req, person_id: PersonPath) -> PersonForecast:
    """Return what is due to a person today, with the rule lines that explain it."""
    now = request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        await journal.record(tx, "forecast_read", "person", [person_id], at=now)
        found = await current_forecast(tx, person_id, day_in(await time_zone(tx), now))
    if found is None:
        raise Problem("not_found")
    return found


@get("/api/forecasts/due", opt=needs(Right.SEE_PEOPLE), tags=["doses"])
async def list_due(
    request: Req,
    antigen: AntigenQuery,
    by: FromQuery[date | None] = None,
    after_on: FromQuery[date] = date.min,
    after_id: FromQuery[UUID | None] = None,
    limit: LimitQuery = 100,
) -> list[DuePerson]:
    """Return to whom an antigen is due by a day (today if none is given), the longest due first, page by page."""
    now = request.app.state.now()
    await freshen(scope_of(request), now)
    async with transaction(scope_of(request)) as tx:
        by = by or day_in(await time_zone(tx), now)
        found = await store.read_due(tx, antigen, by, (after_on, after_id or UUID(int=0)), limit)
        await journal.record(tx, "due_list_read", "person", [one.person_id for one in found], at=now)
    return found


@post("/api/forecasts/recompute", opt=needs(Right.SETTLE_CLINICAL), tags=["doses"], status_code=202)
async def ask_for_recompute(request: Req, parts: PartsQuery = 1) -> dict[str, int]:
    """Ask for the forecasts of everybody to be made current: after a release of rules, or for a new day."""
    async with transaction(scope_of(request)) as tx:
        return {"jobs_asked": await ask_recompute(tx, parts)}


routes = [read_forecast, list_due, ask_for_recompute]
