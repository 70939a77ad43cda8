"""This file decides what one change by hand makes of a draft: which team sees whom, in which order, what is locked.

Whether the result may be kept is not decided here but by the referee (routing/by_hand.py). Nothing is timed here.
"""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

import msgspec

from backend.dispatch.problem_of_day import visit_of

PARTS_MOST = 8
Word = Annotated[str, msgspec.Meta(max_length=60)]
Routes = dict[str, tuple[str, ...]]
Impossible = Literal["not_there", "no_such_team", "same_team", "two_teams", "nothing_chosen"]


class Draft(msgspec.Struct, frozen=True):
    """What a person decides of a plan: the visits of each team in order, visits locked to a team, shares of a place."""

    routes: Routes
    locks: dict[str, str] = {}
    parts: dict[str, int] = {}


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One change: of these visits (names as in the plan), to this team, before that visit ("": at the end)."""

    code: Literal["move", "leave_out", "lock", "unlock", "split", "swap"]
    visits: Annotated[tuple[Word, ...], msgspec.Meta(max_length=100)] = ()
    team: Word = ""
    before: Word = ""
    other_team: Word = ""
    parts: Annotated[int, msgspec.Meta(ge=1, le=PARTS_MOST)] = 2


def draft_of(body: Mapping[str, Any]) -> Draft:
    """Return the draft that a plan's body holds."""
    routes = {route["team"]: tuple(stop["visit"] for stop in route["stops"]) for route in body["plan"]["routes"]}
    teams = {team: routes.get(team, ()) for team in body["teams"]}
    return Draft(teams, dict(body.get("locks", {})), dict(body.get("parts", {})))


def changed(draft: Draft, change: Change) -> Draft | Impossible:
    """Return the draft after a change, or why the change says nothing that could be done.

    >>> draft = Draft({"A": ("x", "y"), "B": ("z",)})
    >>> changed(draft, Change(code="move", visits=("x",), team="B", before="z")).routes
    {'A': ('y',), 'B': ('x', 'z')}
    """
    if change.code == "swap":
        return _swapped(draft, change)
    if not change.visits:
        return "nothing_chosen"
    if change.code == "move":
        return _moved(draft, change)
    if change.code == "split":
        return _split(draft, change)
    if change.code == "leave_out":
        out = {one for name in change.visits for one in (name, _twin(name))}  # two teams together, or none
        locks = {name: team for name, team in draft.locks.items() if name not in out}
        return msgspec.structs.replace(draft, routes=_without(draft.routes, out), locks=locks)
    return _locked(draft, change)


def _moved(draft: Draft, change: Change) -> Draft | Impossible:
    if change.team not in draft.routes:
        return "no_such_team"
    routes = _without(draft.routes, change.visits)
    there = routes[change.team]
    if change.before and change.before not in there:
        return "not_there"
    at = there.index(change.before) if change.before else len(there)
    return msgspec.structs.replace(
        draft, routes={**routes, change.team: (*there[:at], *dict.fromkeys(change.visits), *there[at:])}
    )


def _locked(draft: Draft, change: Change) -> Draft | Impossible:
    team_of = {name: team for team, names in draft.routes.items() for name in names}
    if any(name not in team_of for name in change.visits):
        return "not_there"
    locks = {name: team for name, team in draft.locks.items() if name not in change.visits}
    if change.code == "lock":
        locks |= {name: team_of[name] for name in change.visits}
    return msgspec.structs.replace(draft, locks=locks)


def _split(draft: Draft, change: Change) -> Draft | Impossible:
    """Return the draft with a place's visit in so many shares, side by side where the first of it stood."""
    visit = visit_of(change.visits[0])
    own = {name for names in draft.routes.values() for name in names if visit_of(name) == visit}
    if any("#" in name for name in own):
        return "two_teams"
    names = tuple(f"{visit}/{number}" for number in range(1, change.parts + 1)) if change.parts > 1 else (visit,)
    first = next((name for route in draft.routes.values() for name in route if name in own), None)
    routes = {
        team: tuple(
            made for name in route for made in (names if name == first else (name,)) if name == first or name not in own
        )
        for team, route in draft.routes.items()
    }
    locks = {name: team for name, team in draft.locks.items() if name not in own}
    return Draft(routes, locks, {**draft.parts, visit: change.parts})


def _swapped(draft: Draft, change: Change) -> Draft | Impossible:
    one, other = change.team, change.other_team
    if one not in draft.routes or other not in draft.routes:
        return "no_such_team"
    if one == other:
        return "same_team"
    routes = {**draft.routes, one: draft.routes[other], other: draft.routes[one]}
    return msgspec.structs.replace(draft, routes=routes)


def _twin(name: str) -> str:
    return name.removesuffix("#2") if name.endswith("#2") else f"{name}#2"


def _without(routes: Routes, names: Collection[str]) -> Routes:
    return {team: tuple(name for name in route if name not in names) for team, route in routes.items()}
