"""This file puts the rounds of a day on the map of `/today` and answers `/today/ways`: along which streets they go.

A stop's sign says how it stands, so that no colour has to.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID
from zlib import crc32

import msgspec
from litestar import Request, Response, get

from admin.dispatcher.plan.colours import colours
from admin.dispatcher.plan.draw_map import MapRoute, MapStop
from admin.dispatcher.plan.ways import legs_drawn, ways_told
from admin.dispatcher.today.rounds_read import read_shown
from admin.shared.problems import ON_PROBLEM
from admin.shared.speaker import Speaker
from admin.shared.vocabulary import PLACE_KINDS
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.db.transaction import transaction
from backend.dispatch.read_rounds import RoundOfDay
from backend.dispatch.running import RoundStanding
from backend.dispatch.travel import slug_of
from backend.dispatch.ways import ways_of

SIGNS: Final = {"done": "✓", "there": "•", "late": "!", "at_risk": "?", "skipped": "–", "planned": ""}


@get("/today/ways", opt=needs(Right.SEE_ROUNDS), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def give_ways(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Give the ways of the rounds of a day along the streets, of those that the reader sees."""
    async with transaction(scope_of(request)) as tx:
        shown = await read_shown(tx, request)
        slug = await slug_of(tx)
    routes = routes_on_map(shown.rounds, {}, {}, shown.say)
    legs = [legs_drawn(route, one.mode) for route, one in zip(routes, shown.rounds, strict=True)]
    ways = await ways_of(request.app.state.settings, slug, legs)
    told = {"version": version_of(routes), "routes": ways, "told": ways_told(ways, shown.say)}
    return Response(msgspec.json.encode(told), media_type="application/json")


def routes_on_map(
    rounds: Sequence[RoundOfDay],
    standings: Mapping[UUID, RoundStanding],
    words: Mapping[str, str],
    say: Speaker,
) -> list[MapRoute]:
    """Return the rounds as the map draws them; a stop without coordinates is in the table alone."""
    paint = colours(sorted((str(one.id) for one in rounds), key=[str(one.id) for one in rounds].index))
    routes = []
    for one in rounds:
        states = standings[one.id].stops if one.id in standings else ("planned",) * len(one.stops)
        stops = tuple(
            MapStop(
                stop.lon,
                stop.lat,
                stop.position,
                f"{one.letter}{stop.position} {say.time(stop.arrival_planned_at)} "
                f"{stop.place_name or say.word(PLACE_KINDS, stop.place_kind)} – {words.get(state, state)}",
                sign=SIGNS[state],
            )
            for stop, state in zip(one.stops, states, strict=True)
            if stop.lon is not None and stop.lat is not None
        )
        routes.append(MapRoute(one.letter, paint[str(one.id)], one.start, stops))
    return routes


def version_of(routes: Sequence[MapRoute]) -> int:
    """Return a number that changes with where the rounds go: ways of other points are not drawn."""
    return crc32(msgspec.json.encode([(one.start, [(stop.lon, stop.lat) for stop in one.stops]) for one in routes]))


routes = [give_ways]
