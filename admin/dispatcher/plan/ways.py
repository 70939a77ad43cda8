"""This file answers `/plan/ways`: along which streets the rounds of a plan go, asked by the map once it is shown.

The answer has the routes in the order in which the page gave them to its map, and the version of the plan that it is of.
"""

from typing import Any

import msgspec
from litestar import Request, Response, get

from admin.dispatcher.plan import view
from admin.dispatcher.plan.draw_map import MapRoute
from admin.dispatcher.plan.words import WORDS
from admin.shared.desk_forms import speaker_of, uuid_or_none
from admin.shared.problems import ON_PROBLEM
from admin.shared.speaker import Speaker
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.db.transaction import transaction
from backend.dispatch import store
from backend.dispatch.read_day import read_shifts, read_visits
from backend.dispatch.travel import slug_of
from backend.dispatch.ways import legs_of, ways_of
from backend.ids import PlanId
from backend.journal.store import record as journal
from backend.journal.whom import persons_of_visits
from backend.problems import Problem
from backend.travel.ways import Leg, Way


@get("/plan/ways", opt=needs(Right.PLAN_ROUNDS), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def give_ways(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Give the ways of a plan's routes along the streets."""
    plan_id = uuid_or_none(request.query_params.get("plan", ""))
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        plan = await store.find(tx, PlanId(plan_id)) if plan_id else None
        if plan is None:
            raise Problem("not_found")
        visits = await read_visits(tx, view.visit_ids(plan.body))
        shifts = await read_shifts(tx, plan.day_on)
        routes = view.routes_of(plan.body, visits)
        modes = {shift.team_id: shift.mode for shift in shifts}
        drawn = zip(routes, view.map_routes(routes, shifts, say), strict=True)
        slug = await slug_of(tx)
        await journal(
            tx, "plan_read", "person", await persons_of_visits(tx, visits), f"{plan.id}", at=request.app.state.now()
        )
    legs = [legs_drawn(one, modes.get(route.team_id, "foot")) for route, one in drawn]
    ways = await ways_of(request.app.state.settings, slug, legs)
    told = {"version": plan.version, "routes": ways, "told": ways_told(ways, say)}
    return Response(msgspec.json.encode(told), media_type="application/json")


def legs_drawn(route: MapRoute, mode: str) -> list[Leg]:
    """Return the legs of a route that a map draws: from the start, if it is known, through its stops."""
    return legs_of([*([route.start] if route.start else []), *((stop.lon, stop.lat) for stop in route.stops)], mode)


def ways_told(ways: list[list[Way]], say: Speaker) -> str:
    """Return in words how much of what is drawn follows streets."""
    legs = [way for route in ways for way in route]
    known = sum(bool(way) for way in legs)
    english = say.locale == "en"
    if not known:
        return WORDS["ways_straight"][english]
    sentence = WORDS["ways_known"][english].format(say.number(known), say.number(len(legs)))
    return sentence if known == len(legs) else f"{sentence} {WORDS['ways_rest'][english]}"


routes = [give_ways]
