"""This file decides what the plan page shows of a plan: stops as tablets get them, reasons and relaxations in words.

Visits that follow each other at one place are one stop, as backend/dispatch/publish.py makes them. What a plan is
stands in routing/plan.py; why a visit is left out, in routing/explain.py.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

import msgspec

from admin.dispatcher.plan.colours import colours
from admin.dispatcher.plan.draw_map import MapRoute, MapStop
from admin.dispatcher.plan.draw_timeline import Bar, TimelineRow
from admin.dispatcher.plan.words import BLOCKS, CHANGES, WORDS
from admin.shared.speaker import Speaker
from admin.shared.vocabulary import ACTS
from backend.dispatch.problem_of_day import instant_of_second, visit_of
from backend.dispatch.read_day import ShiftShown, VisitShown
from backend.dispatch.running import LATE_MINUTES


class StopShown(msgspec.Struct, frozen=True):
    """A stop of a route: its rank, seconds of the day, and the visits made there."""

    number: int
    arrive_seconds: int
    start_seconds: int
    end_seconds: int
    visits: tuple[VisitShown, ...]
    names: tuple[str, ...]

    @property
    def place(self) -> VisitShown:
        """Return the visit that names the place."""
        return self.visits[0]


class RouteShown(msgspec.Struct, frozen=True):
    """A team's day."""

    team_id: str
    letter: str
    name: str
    colour: str
    depart_seconds: int
    end_seconds: int
    lunch: tuple[int, int] | None
    stops: tuple[StopShown, ...]

    @property
    def people(self) -> int:
        """Return how many people the route sees."""
        return sum(visit.people_count for stop in self.stops for visit in stop.visits)


class LeftOutShown(msgspec.Struct, frozen=True):
    """A visit left out, or a part of one, with the reason and the cheapest change that would let it in, in words."""

    visit: VisitShown
    why: str
    helps: str
    names: tuple[str, ...]
    in_part: bool


class LeftoverShown(msgspec.Struct, frozen=True):
    """Doses of a vial that nobody is planned for: whose, after which visit, until when, and the visits that wait near."""

    letter: str
    doses: int
    product: str
    after: VisitShown
    good_until_seconds: int
    near: tuple[VisitShown, ...]


def visit_ids(body: Mapping[str, Any]) -> set[str]:
    """Return the ids of all visits that a plan names."""
    planned = {visit_of(stop["visit"]) for route in body["plan"]["routes"] for stop in route["stops"]}
    return planned | {visit_of(one["visit"]) for one in body["left_out"]} | set(body["misplaced"])


def routes_of(body: Mapping[str, Any], visits: Mapping[str, VisitShown]) -> list[RouteShown]:
    """Return the routes by the teams' letters."""
    teams = body["teams"]
    paint = colours(sorted(teams, key=lambda team: (teams[team]["letter"], team)))
    routes = [
        RouteShown(
            route["team"],
            teams[route["team"]]["letter"],
            teams[route["team"]]["name"],
            paint[route["team"]],
            route["depart_seconds"],
            route["end_seconds"],
            (route["lunch"]["start_seconds"], route["lunch"]["end_seconds"]) if route.get("lunch") else None,
            tuple(_stops(route["stops"], visits)),
        )
        for route in body["plan"]["routes"]
    ]
    return sorted(routes, key=lambda route: (route.letter, route.team_id))


def lanes_of(body: Mapping[str, Any], routes: Sequence[RouteShown]) -> list[RouteShown]:
    """Return a lane for every team of the plan, those with nothing to do among them."""
    teams = sorted(body["teams"].items(), key=lambda team: (team[1]["letter"], team[0]))
    own = {route.team_id: route for route in routes}
    paint = colours(team for team, _ in teams)
    return [
        own.get(team) or RouteShown(team, facts["letter"], facts["name"], paint[team], 0, 0, None, ())
        for team, facts in teams
    ]


def left_out_of(body: Mapping[str, Any], visits: Mapping[str, VisitShown], say: Speaker) -> list[LeftOutShown]:
    """Return the visits left out, the most pressing first; the shares of one visit are told once."""
    reasons = {visit_of(one["visit"]): one for one in reversed(body["left_out"]) if visit_of(one["visit"]) in visits}
    letters = {team: facts["letter"] for team, facts in body["teams"].items()}
    served = {visit_of(stop["visit"]) for route in body["plan"]["routes"] for stop in route["stops"]}
    shares: dict[str, list[str]] = {}
    for one in body["left_out"]:
        shares.setdefault(visit_of(one["visit"]), []).append(one["visit"])
    shown = [
        LeftOutShown(
            visits[visit],
            say.word(BLOCKS, one["code"]),
            _helps(one["relaxations"], letters, say),
            tuple(shares[visit]),
            visit in served,
        )
        for visit, one in reasons.items()
    ]
    return sorted(shown, key=lambda one: (-one.visit.priority, str(one.visit.due_on or "9"), one.visit.id))


def leftovers_of(body: Mapping[str, Any], visits: Mapping[str, VisitShown]) -> list[LeftoverShown]:
    """Return the doses left over, team by team; a plan made before they were named has none."""
    shown = [
        LeftoverShown(
            body["teams"][one["team"]]["letter"],
            one["doses"],
            one["product"],
            visits[visit_of(one["after_visit"])],
            one["good_until_seconds"],
            tuple(visits[name] for name in dict.fromkeys(map(visit_of, one["reserves"])) if name in visits),
        )
        for one in body.get("leftovers", ())
        if visit_of(one["after_visit"]) in visits
    ]
    return sorted(shown, key=lambda one: (one.letter, one.product))


def already_late(body: Mapping[str, Any], day_on: date, time_zone: str, now: datetime) -> int:
    """Return how many stops of a plan would be late already if it were published now, as the page of the day says late."""
    latest = now - timedelta(minutes=LATE_MINUTES)
    hours = (stop["arrive_seconds"] for route in body["plan"]["routes"] for stop in route["stops"])
    return sum(instant_of_second(day_on, time_zone, second) < latest for second in hours)


def map_routes(routes: Sequence[RouteShown], shifts: Sequence[ShiftShown], say: Speaker) -> list[MapRoute]:
    """Return the routes as the map draws them; a stop without coordinates is in the table alone."""
    starts = {one.team_id: (one.lon, one.lat) for one in shifts if one.lon is not None and one.lat is not None}
    return [
        MapRoute(
            route.letter,
            route.colour,
            starts.get(route.team_id),
            tuple(
                MapStop(
                    stop.place.lon, stop.place.lat, stop.number, says(stop, route.letter, say), ",".join(stop.names)
                )
                for stop in route.stops
                if stop.place.lon is not None and stop.place.lat is not None
            ),
        )
        for route in routes
    ]


def map_left_out(left_out: Sequence[LeftOutShown]) -> list[MapStop]:
    """Return the visits left out as the map draws them."""
    return [
        MapStop(
            one.visit.lon, one.visit.lat, 0, f"{one.visit.who or one.visit.place_name} – {one.why}", ",".join(one.names)
        )
        for one in left_out
        if one.visit.lon is not None and one.visit.lat is not None
    ]


def timeline_rows(routes: Sequence[RouteShown], say: Speaker) -> list[TimelineRow]:
    """Return the routes, or lanes, as the timeline draws them."""
    return [
        TimelineRow(
            route.team_id,
            route.letter,
            route.colour,
            route.depart_seconds,
            route.end_seconds,
            tuple(
                Bar(stop.start_seconds, stop.end_seconds, stop.number, says(stop, route.letter, say), stop.names)
                for stop in route.stops
            ),
            route.lunch,
        )
        for route in routes
    ]


def source_said(travel_source: str, say: Speaker) -> str:
    """Return where the times of a plan come from, in words: which source, which file or server, and whether it stands in.

    >>> source_said("streets (paris.osm.pbf, 0a1b2c)", Speaker("en", "Europe/Paris"))
    'the streets of OpenStreetMap (paris.osm.pbf, 0a1b2c)'
    """
    source, _, rest = travel_source.partition(" (")
    detail, _, instead = rest.removesuffix(")").partition(", because ")
    english = say.locale == "en"
    said = WORDS[f"source_{source}"][english] if f"source_{source}" in WORDS else source
    named = f" ({detail})" if detail and source != "crow_flies" else ""
    return f"{said}{named}{WORDS['source_instead'][english] if instead else ''}"


def says(stop: StopShown, letter: str, say: Speaker) -> str:
    """Return what is said about a stop where a pointer rests on it."""
    acts = say.words(ACTS, sorted({act for visit in stop.visits for act in visit.acts}))
    whom = ", ".join(visit.who for visit in stop.visits if visit.who)
    where = f"{whom} – {stop.place.place_name}" if whom else stop.place.place_name
    return f"{letter}{stop.number} {say.second(stop.start_seconds)}–{say.second(stop.end_seconds)} {where} ({acts})"


def _stops(stops: Sequence[Mapping[str, Any]], visits: Mapping[str, VisitShown]) -> Iterator[StopShown]:
    known = [stop for stop in stops if visit_of(stop["visit"]) in visits]
    grouped = groupby(known, key=lambda stop: visits[visit_of(stop["visit"])].place_id)
    for number, (_, together) in enumerate(grouped, start=1):
        made = list(together)
        met = tuple(visits[visit] for visit in dict.fromkeys(visit_of(stop["visit"]) for stop in made))
        names = tuple(str(stop["visit"]) for stop in made)
        yield StopShown(
            number, made[0]["arrive_seconds"], made[0]["start_seconds"], made[-1]["end_seconds"], met, names
        )


def _helps(relaxations: Sequence[Mapping[str, Any]], letters: Mapping[str, str], say: Speaker) -> str:
    """Return the cheapest change in words; empty when no single change is enough."""
    if not relaxations:
        return ""
    best = relaxations[0]
    doses = f" (+{best['doses']})" if best.get("doses") else ""
    detour = say.number(max(0, best["cost"]) // 60)
    change, team = f"{say.word(CHANGES, best['change'])}{doses}", letters.get(best["team"], "?")
    if say.locale == "en":
        return f"{change}: team {team}, at the price of {detour} min of travel"
    return f"{change} : équipe {team}, au prix de {detour} min de trajet"
