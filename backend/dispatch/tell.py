"""This file decides who is told what when a plan is published: each team by its tablet, each person or place by a call.

Over a plan in force only what changes is told. A visit by another team at the same hour is no news for whom it is about;
one at an hour that differs by half an hour is.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec

from backend.dispatch.problem_of_day import visit_of

NEWS_SECONDS_LEAST: Final = 30 * 60
Body = Mapping[str, Any]


class TabletNews(msgspec.Struct, frozen=True):
    """What changes on a team's tablet: visits that come, that go, and that stay with another time; and those as before."""

    team_id: str
    come: int
    go: int
    other_time: int
    as_before: int


class CallNews(msgspec.Struct, frozen=True):
    """What somebody must be told of a visit: seconds of the day that were said, and that hold now."""

    visit_id: str
    change: Literal["new", "moved", "dropped"]
    from_seconds: int | None
    to_seconds: int | None


class News(msgspec.Struct, frozen=True):
    """What publishing says to whom."""

    tablets: tuple[TabletNews, ...]
    calls: tuple[CallNews, ...]


def news_of(former: Body | None, plan: Body) -> News:
    """Return what publishing a plan's body over the one in force (None: there is none) tells.

    >>> def body(**starts): return {"plan": {"routes": [
    ...     {"team": "A", "stops": [{"visit": visit, "start_seconds": at} for visit, at in starts.items()]}]}}
    >>> news = news_of(body(x=36_000, y=40_000, z=50_000), body(x=36_600, y=30_000, w=45_000))
    >>> [(one.visit_id, one.change) for one in news.calls]
    [('y', 'moved'), ('w', 'new'), ('z', 'dropped')]
    >>> news.tablets[0]
    TabletNews(team_id='A', come=1, go=1, other_time=2, as_before=0)
    """
    before, after = _starts(former) if former else {}, _starts(plan)
    teams = sorted(before.keys() | after.keys())
    tablets = (_on_tablet(team, before.get(team, {}), after.get(team, {})) for team in teams)
    return News(tuple(tablets), _calls(_earliest(before), _earliest(after)))


def _starts(body: Body) -> dict[str, dict[str, int]]:
    """Return when each team first begins each of its visits."""
    found: dict[str, dict[str, int]] = {}
    for route in body["plan"]["routes"]:
        for stop in route["stops"]:
            found.setdefault(route["team"], {}).setdefault(visit_of(stop["visit"]), stop["start_seconds"])
    return found


def _on_tablet(team: str, before: Mapping[str, int], after: Mapping[str, int]) -> TabletNews:
    stay = before.keys() & after.keys()
    other_time = sum(before[visit] != after[visit] for visit in stay)
    return TabletNews(
        team, len(after.keys() - before.keys()), len(before.keys() - after.keys()), other_time, len(stay) - other_time
    )


def _earliest(starts: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for visits in starts.values():
        for visit, start in visits.items():
            found[visit] = min(start, found.get(visit, start))
    return found


def _calls(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[CallNews, ...]:
    """Return whom to call, by the hour that holds now; those who are not seen any more come last."""
    news = [CallNews(visit, "new", None, after[visit]) for visit in after.keys() - before.keys()]
    news += [
        CallNews(visit, "moved", before[visit], after[visit])
        for visit in before.keys() & after.keys()
        if abs(before[visit] - after[visit]) >= NEWS_SECONDS_LEAST
    ]
    news += [CallNews(visit, "dropped", before[visit], None) for visit in before.keys() - after.keys()]
    return tuple(sorted(news, key=lambda one: (one.to_seconds is None, one.to_seconds or 0, one.visit_id)))
