"""This file says why: why a visit is left out and which single change would let it in, why a stop stands where it does.

Every answer is tried out on the plan, not guessed: teams that could take the visit are asked for a seat as things are,
and once for each single thing that might give way. The prices are those of `routing/cost.py`.
"""

from collections import Counter
from dataclasses import replace
from enum import StrEnum

import msgspec
import numpy as np
from numpy.typing import NDArray

from routing import kernel_seat
from routing import layout as at
from routing.board import Laid
from routing.plan import Plan
from routing.problem import DAY_SECONDS_MAX, Problem, Team, TeamId, Visit, VisitId

MORE_SECONDS = 3_600


class Block(StrEnum):
    """What keeps one team from taking one visit."""

    SKILL = "skill"
    LANGUAGE = "language"
    MEMBER = "member"
    LOCK = "lock"
    BOX = "box"
    WINDOW = "window"
    SHIFT = "shift"
    PARTNER = "partner"
    WORTH = "worth"
    FITS = "fits"


class Change(StrEnum):
    """A single thing that might give way."""

    WINDOW = "window"
    SKILL = "skill"
    HOUR = "one more hour"
    DOSES = "more doses"


class Relaxation(msgspec.Struct, frozen=True, kw_only=True):
    """One change that would let the visit in: with which team, after how many of its open stops, at what cost.

    `doses` says how many more doses or kits the team must carry when doses are the change.
    """

    change: Change
    team: TeamId
    after_stops: int
    cost: int
    doses: int = 0


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why a visit is left out: what blocks each team, the nearest miss, and the changes that would help."""

    visit: VisitId
    code: Block
    teams: tuple[tuple[TeamId, Block], ...]
    relaxations: tuple[Relaxation, ...]


class Alternative(msgspec.Struct, frozen=True, kw_only=True):
    """What another team would cost for a stop, or what keeps it from taking it."""

    team: TeamId
    cost: int | None
    block: Block | None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Why a stop stands where it does: what it costs there, and what every other team would cost."""

    visit: VisitId
    team: TeamId
    cost: int | None
    alternatives: tuple[Alternative, ...]


def left_out(problem: Problem, plan: Plan) -> tuple[Reason, ...]:
    """One reason for every visit that the plan leaves out."""
    laid = _laid(problem, plan)
    longer = _laid(_with_longer_shifts(problem), plan)
    return tuple(_reason(problem, laid, longer, out.visit) for out in plan.left_out if out.visit in laid.row)


def stands(problem: Problem, plan: Plan, visit: VisitId) -> Standing:
    """Why an open stop of the plan stands with its team."""
    laid = _laid(problem, plan)
    row, own, start = laid.row[visit], plan.team_of[visit], plan.starts[visit]
    laid.take(visit)
    if visit in problem.partner:
        laid.board.agreed[row] = start
    prices = {seat.team: seat.price for seat in laid.seats(visit)}
    others = [team for team in problem.teams if team.id != own]
    return Standing(
        visit=visit,
        team=own,
        cost=prices.get(own),
        alternatives=tuple(
            Alternative(
                team=team.id,
                cost=prices.get(team.id),
                block=None if team.id in prices else _block(problem, laid, team, visit),
            )
            for team in others
        ),
    )


def _laid(problem: Problem, plan: Plan) -> Laid:
    laid = Laid(problem, 0)
    laid.lay(plan)
    return laid


def _with_longer_shifts(problem: Problem) -> Problem:
    def longer(team: Team) -> Team:
        end = min(DAY_SECONDS_MAX, team.shift_end_seconds + MORE_SECONDS)
        return msgspec.structs.replace(team, shift_end_seconds=end)

    return replace(problem, teams=tuple(longer(team) for team in problem.teams))


def _reason(problem: Problem, laid: Laid, longer: Laid, name: VisitId) -> Reason:
    teams = tuple((team.id, _block(problem, laid, team, name)) for team in problem.teams)
    found = [
        *_try(laid, name, Change.WINDOW),
        *_try(laid, name, Change.SKILL),
        *_try(longer, name, Change.HOUR),
        *_try(laid, name, Change.DOSES),
    ]
    counted = Counter(block for _, block in teams)
    code = max(counted, key=lambda block: (_NEAR_MISS.index(block), counted[block])) if counted else Block.SHIFT
    return Reason(
        visit=name, code=code, teams=teams, relaxations=tuple(sorted(found, key=lambda one: (one.cost, one.team)))
    )


_NEAR_MISS = (
    Block.MEMBER,
    Block.LANGUAGE,
    Block.SKILL,
    Block.LOCK,
    Block.SHIFT,
    Block.WINDOW,
    Block.BOX,
    Block.PARTNER,
    Block.WORTH,
    Block.FITS,
)
"""From the block that is furthest from a visit that is served to the one that is nearest."""


def _who_blocks(problem: Problem, team: Team, visit: Visit) -> Block:
    members = {member.id for member in team.members}
    skills = {skill for member in team.members for skill in member.skills}
    languages = {language for member in team.members for language in member.languages}
    if set(visit.skills) - skills:
        return Block.SKILL
    if set(visit.languages) - languages:
        return Block.LANGUAGE
    if members & set(visit.barred_members) or (visit.required_members and not members & set(visit.required_members)):
        return Block.MEMBER
    pin = problem.pin_by_visit.get(visit.id)
    return Block.LOCK if pin is not None and pin.team not in (None, team.id) else Block.PARTNER


def _block(problem: Problem, laid: Laid, team: Team, name: VisitId) -> Block:
    """Say what keeps this team from this visit, tried in the order in which a dispatcher would ask."""
    visit, row = problem.visit_by_id[name], laid.row[name]
    line = next(index for index, one in enumerate(problem.teams) if one.id == team.id)
    tables = laid.tables
    if tables.assign[line, row] < 0:
        return _who_blocks(problem, team, visit)
    if _missing(laid, line, row):
        return Block.BOX
    price = _ask(laid, line, row)[0]
    if price is not None:
        if tables.visit[row, at.PARTNER] >= 0:
            return Block.PARTNER
        return Block.FITS if price < tables.visit[row, at.OUT] else Block.WORTH
    with _Given(tables.window, row, _any_time(tables)):
        return Block.SHIFT if _ask(laid, line, row)[0] is None else Block.WINDOW


def _missing(laid: Laid, line: int, row: int) -> int:
    """How many doses and kits the box of a team lacks for a visit."""
    short = laid.board.load[line] + laid.tables.need[row] - laid.tables.room[line]
    return int(np.maximum(0, np.where(laid.tables.need[row] > 0, short, 0)).max())


def _ask(laid: Laid, line: int, row: int) -> tuple[int | None, int]:
    kernel_seat.price_seat(laid.tables, laid.board, line, row)
    price, after = (int(value) for value in laid.board.price[row, line, 1:])
    return (None if after < 0 else price), after


def _any_time(tables: at.Tables) -> NDArray[np.int64]:
    window = np.zeros(tables.window.shape[1], dtype=np.int64)
    window[:4] = (1, 0, DAY_SECONDS_MAX, DAY_SECONDS_MAX)
    return window


class _Given:
    """Gives a row of a table other values for a while."""

    def __init__(self, table: NDArray[np.int64], row: int, values: NDArray[np.int64]) -> None:
        self._table, self._row, self._values, self._before = table, row, values, table[row].copy()

    def __enter__(self) -> None:
        self._table[self._row] = self._values

    def __exit__(self, *_: object) -> None:
        self._table[self._row] = self._before


def _try(laid: Laid, name: VisitId, change: Change) -> list[Relaxation]:
    """Return the cheapest team that takes the visit once this one thing gives way; none if it does not help."""
    tables, row = laid.tables, laid.row[name]
    if tables.visit[row, at.PARTNER] >= 0:
        return []
    may, missing = tables.assign[:, row].copy(), [_missing(laid, line, row) for line in range(len(tables.team))]
    as_is = [_ask(laid, line, row)[0] for line in range(len(tables.team))]
    if change is not Change.HOUR and any(price is not None for price in as_is):
        return []
    given = {
        Change.WINDOW: [_Given(tables.window, row, _any_time(tables))],
        Change.DOSES: [_Given(tables.need, row, np.zeros_like(tables.need[row]))],
    }.get(change, [])
    for one in given:
        one.__enter__()
    if change is Change.SKILL:
        tables.assign[:, row] = np.maximum(0, may)
    found: list[Relaxation] = []
    for line, team in enumerate(laid.problem.teams):
        price, after = _ask(laid, line, row)
        if price is not None:
            doses = missing[line] if change is Change.DOSES else 0
            found.append(Relaxation(change=change, team=team.id, after_stops=after, cost=price, doses=doses))
    tables.assign[:, row] = may
    for one in given:
        one.__exit__()
    return sorted(found, key=lambda one: one.cost)[:1]
