"""Decide what differs between the plan in force and another: which visits change team, come in, or are left out."""

from dataclasses import dataclass
from typing import Any

from backend.dispatch.problem_of_day import visit_of


@dataclass(frozen=True)
class Moved:
    """A visit that another team would make; team ids, several when several teams see one hotel."""

    visit_id: str
    from_teams: tuple[str, ...]
    to_teams: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """What publishing the other plan changes; visit ids, sorted."""

    moved: tuple[Moved, ...]
    added: tuple[str, ...]
    dropped: tuple[str, ...]


def compare(former: dict[str, Any], other: dict[str, Any]) -> Difference:
    """Return the difference between two plan bodies.

    >>> def body(**teams): return {"plan": {"routes": [
    ...     {"team": team, "stops": [{"visit": visit} for visit in visits]} for team, visits in teams.items()]}}
    >>> compare(body(A=["x", "y"]), body(A=["x"], B=["z"]))
    Difference(moved=(), added=('z',), dropped=('y',))
    """
    before, after = teams_by_visit(former), teams_by_visit(other)
    return Difference(
        tuple(
            Moved(visit, before[visit], after[visit])
            for visit in sorted(before.keys() & after.keys())
            if before[visit] != after[visit]
        ),
        tuple(sorted(after.keys() - before.keys())),
        tuple(sorted(before.keys() - after.keys())),
    )


def teams_by_visit(body: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the teams that see each visit of a plan body."""
    found: dict[str, set[str]] = {}
    for route in body["plan"]["routes"]:
        for stop in route["stops"]:
            found.setdefault(visit_of(stop["visit"]), set()).add(route["team"])
    return {visit: tuple(sorted(teams)) for visit, teams in found.items()}
