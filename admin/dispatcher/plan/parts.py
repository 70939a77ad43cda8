"""This file decides how the plan page names what can be moved: the place, and of a visit in parts which part of how many."""

from collections.abc import Mapping
from typing import Any, Final

from admin.dispatcher.plan.by_hand_words import WORDS
from admin.shared.speaker import Speaker
from backend.dispatch.problem_of_day import visit_of
from backend.dispatch.read_day import VisitShown

Parts = Mapping[str, tuple[int, int]]
NO_PARTS: Final[Parts] = {}


def parts_of(body: Mapping[str, Any]) -> Parts:
    """Return for each part of a visit its rank and how many there are: of a large hotel, several teams each see a part.

    >>> stops = [{"visit": "h/3"}, {"visit": "h/1"}, {"visit": "a#2"}, {"visit": "a"}]
    >>> parts_of({"plan": {"routes": [{"stops": stops}]}, "left_out": [{"visit": "h/2"}]})
    {'h/1': (1, 3), 'h/2': (2, 3), 'h/3': (3, 3)}
    """
    planned = [stop["visit"] for route in body["plan"]["routes"] for stop in route["stops"]]
    names = {name.partition("#")[0] for name in (*planned, *(one["visit"] for one in body["left_out"]))}
    found: dict[str, list[str]] = {}
    for name in sorted((one for one in names if "/" in one), key=lambda one: (len(one), one)):
        found.setdefault(visit_of(name), []).append(name)
    return {
        name: (rank, len(parts))
        for parts in found.values()
        if len(parts) > 1
        for rank, name in enumerate(parts, start=1)
    }


def name_of(visits: Mapping[str, VisitShown], name: str, parts: Parts, say: Speaker) -> str:
    """Return whom or which place a name of the plan means, with its part."""
    one = visits.get(visit_of(name))
    where = (one.who or one.place_name) if one else "?"
    part = part_said(name, parts, say)
    return f"{where} – {part}" if part else where


def part_said(name: str, parts: Parts, say: Speaker) -> str:
    """Return which part of how many a name means; empty for a visit that is whole.

    >>> part_said("h/2", {"h/2": (2, 3)}, Speaker("en", "UTC"))
    'part 2 of 3'
    """
    rank, total = parts.get(name.partition("#")[0], (0, 0))
    return WORDS["part_of"][say.locale == "en"].format(rank, total) if total else ""
