"""Decide what the planner is asked: how a day's visits, teams and products become a routing problem.

A hotel with more people than a team-day is split by routing/stops.py into visits named `<visit>/<k>`; a visit for two
professionals becomes two visits at the same second, the second named `<visit>#2`. `visit_of` leads back.
Seconds count from midnight of the day in the territory's time zone.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from backend.dispatch.day import Day, DayTeam, DayVisit
from backend.doses.vial_terms import vial_terms
from routing import problem as routing
from routing.travel import Travel

TESTS = routing.ProductId("tests")
SETUP_SECONDS = 180  # door, stairs, gloves
SPLIT_ABOVE_MINUTES = 180
FRENCH = "fr"
_NONE: Mapping[str, str] = {}
_NONE_OF_ANY: Mapping[str, int] = {}


def problem_of_day(
    day: Day, travel: dict[str, Travel], locks: Mapping[str, str] = _NONE, parts: Mapping[str, int] = _NONE_OF_ANY
) -> routing.Problem:
    """Return the problem of a day; `travel` holds a matrix per mode over the day's places in their order.

    `locks` are visits that a dispatcher locked to a team, `parts` says into how many shares one is split by hand.
    Raises routing.ProblemRefused with every reason when the values do not fit together.
    """
    products = (*(_product(code, day) for code in _codes(day)), routing.Product(id=TESTS, cold=False))
    visits = [made for visit in day.visits for made in _visits(day, visit, parts.get(visit.id, 0))]
    names, teams = {visit.id for visit in visits}, {team.id for team in day.teams}
    return routing.Problem(
        places=tuple(routing.Place(id=routing.PlaceId(place.id), zone=place.zone_code) for place in day.places),
        visits=tuple(visits),
        teams=tuple(_team(day, team) for team in day.teams),
        travel=tuple(
            routing.Travel(
                mode=mode,
                seconds=np.ascontiguousarray(table.seconds, dtype=np.int32),
                metres=np.ascontiguousarray(table.metres, dtype=np.int32),
                source=table.source,
            )
            for mode, table in travel.items()
        ),
        products=products,
        pairs=tuple(
            routing.Pair(first=visit.id, second=routing.VisitId(f"{visit.id}#2"))
            for visit in visits
            if f"{visit.id}#2" in names
        ),
        pins=tuple(
            routing.Pin(visit=routing.VisitId(name), team=routing.TeamId(team))
            for name, team in locks.items()
            if name in names and team in teams
        ),
        reserves=tuple(_reserves(products, visits)),
        weights=day.weights,
    )


def visit_of(name: str) -> str:
    """Return the visit that a stop of the plan belongs to.

    >>> visit_of("a1/2"), visit_of("a1#2"), visit_of("a1")
    ('a1', 'a1', 'a1')
    """
    return name.partition("#")[0].partition("/")[0]


def window_seconds(text: str) -> routing.Window | None:
    """Return a window of a visit as seconds of the day, or None if the text is no window.

    >>> window_seconds("08:30-12:30").until_seconds
    45000
    >>> window_seconds("whenever") is None
    True
    """
    start, _, end = text.partition("-")
    try:
        first, last = time.fromisoformat(start), time.fromisoformat(end)
    except ValueError:
        return None
    if last < first:
        return None
    return routing.Window(from_seconds=_seconds(first), until_seconds=_seconds(last))


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


def second_of_day(day: Day, at: datetime) -> int:
    """Return the seconds from midnight, by the wall clock of the territory: a shift starts at 8:30 on any date."""
    local = at.astimezone(ZoneInfo(day.time_zone))
    return (local.date() - day.day_on).days * 86_400 + _seconds(local.time())


def instant_of_second(day_on: date, time_zone: str, second: int) -> datetime:
    """Return the instant of a second of the day by the territory's wall clock."""
    days, rest = divmod(second, 86_400)
    at = time(rest // 3600, rest % 3600 // 60, rest % 60, tzinfo=ZoneInfo(time_zone))
    return datetime.combine(day_on + timedelta(days=days), at)


def _codes(day: Day) -> tuple[str, ...]:
    wanted = {code for visit in day.visits for code in visit.products}
    carried = {code for team in day.teams for code in team.doses_carried}
    return tuple(sorted(wanted | carried))


def _product(code: str, day: Day) -> routing.Product:
    known = {product.code: product for product in day.products}.get(code)
    terms = vial_terms(known.doses_per_vial, known.hours_after_opening) if known is not None else None
    if terms is None:
        return routing.Product(id=routing.ProductId(code))
    return routing.Product(id=routing.ProductId(code), doses_per_vial=terms.doses, open_seconds=terms.open_seconds)


def _visits(day: Day, visit: DayVisit, by_hand: int) -> Iterator[routing.Visit]:
    """Yield the routing visits of a visit: itself, its shares if it is long, its twin if two professionals are needed."""
    shares = max(1, -(-visit.service_minutes // SPLIT_ABOVE_MINUTES)) if visit.people_count > 1 else 1
    shares = min(by_hand, visit.people_count) if by_hand else shares
    people, minutes = divmod(visit.people_count, shares), divmod(visit.service_minutes, shares)
    for number in range(shares):
        count = max(1, people[0] + (number < people[1]))
        name = visit.id if shares == 1 else f"{visit.id}/{number + 1}"
        made = _share(day, visit, name, count, minutes[0] + (number < minutes[1]))
        yield made
        if visit.professionals > 1:
            yield routing.Visit(
                id=routing.VisitId(f"{name}#2"),
                place=made.place,
                service_seconds=made.service_seconds,
                priority=made.priority,
                windows=made.windows,
                due_in_days=made.due_in_days,
            )


def _reserves(products: Sequence[routing.Product], visits: Sequence[routing.Visit]) -> Iterator[routing.Reserve]:
    """Yield who would take a dose of a vial that a round has opened: every visit of the day that wants the product."""
    opened = {product.id for product in products if product.doses_per_vial > 1}
    for visit in visits:
        for need in visit.needs:
            if need.product in opened:
                yield routing.Reserve(id=visit.id, place=visit.place, product=need.product)


def _share(day: Day, visit: DayVisit, name: str, people: int, minutes: int) -> routing.Visit:
    needs = [routing.Need(product=routing.ProductId(code), count=people) for code in visit.products]
    if "screen" in visit.acts:
        needs.append(routing.Need(product=TESTS, count=people))
    return routing.Visit(
        id=routing.VisitId(name),
        place=routing.PlaceId(visit.place_id),
        service_seconds=minutes * 60,
        setup_seconds=SETUP_SECONDS,
        priority=visit.priority,
        persons=people,
        due_in_days=(visit.due_on - day.day_on).days if visit.due_on else None,
        windows=tuple(sorted(filter(None, map(window_seconds, visit.windows)), key=lambda one: one.from_seconds)),
        skills=tuple(sorted(visit.skills)),
        preferred_languages=(visit.language,) if visit.language and visit.language != FRENCH else (),
        preferred_members=(routing.MemberId(visit.preferred_team_id),) if visit.preferred_team_id else (),
        needs=tuple(needs),
    )


def _team(day: Day, team: DayTeam) -> routing.Team:
    lunch = window_seconds(team.lunch_window)
    doses = sorted(team.doses_carried.items())
    carries = [routing.Need(product=routing.ProductId(code), count=count) for code, count in doses if count]
    if team.tests_carried:
        carries.append(routing.Need(product=TESTS, count=team.tests_carried))
    return routing.Team(
        id=routing.TeamId(team.id),
        mode=team.mode,
        start_place=routing.PlaceId(team.start_place_id),
        end_place=routing.PlaceId(team.end_place_id),
        shift_start_seconds=second_of_day(day, team.starts_at),
        shift_end_seconds=second_of_day(day, team.ends_at),
        members=(
            routing.Member(
                id=routing.MemberId(team.id), skills=tuple(sorted(team.skills)), languages=tuple(sorted(team.languages))
            ),
        ),
        lunch=routing.Lunch(
            from_seconds=lunch.from_seconds, until_seconds=lunch.until_seconds, duration_seconds=team.lunch_minutes * 60
        )
        if lunch is not None and team.lunch_minutes
        else None,
        carries=tuple(carries),
        box_doses_max=team.doses_capacity or None,
    )
