"""This file says what a planning problem is: places, visits, teams, products, locks, the prices of a good plan.

All values are integers: seconds since the start of the day, metres, counts. Coordinates, where a caller keeps them,
are (lon, lat); the engine itself only reads travel tables. A problem is checked when it is built and never changes.
What a plan is stands in `routing/plan.py`; what it costs in `routing/cost.py`; what it may do in `routing/check.py`.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import NewType

import msgspec
import numpy as np
from numpy.typing import NDArray

VisitId = NewType("VisitId", str)
PlaceId = NewType("PlaceId", str)
TeamId = NewType("TeamId", str)
MemberId = NewType("MemberId", str)
ProductId = NewType("ProductId", str)

UNREACHABLE_SECONDS = 10_000_000
"""A travel time of this or more says that there is no way from one place to the other."""

DAY_SECONDS_MAX = 2 * 86_400
"""The largest second of a day that a window, a shift or a frozen stop may name: a night shift ends after midnight."""


class Window(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the service of a visit may start; after `wished_until_seconds` it may still, at a price per second."""

    from_seconds: int
    until_seconds: int
    wished_until_seconds: int | None = None


class Need(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number of doses, tests or kits of one product: used by a visit, or carried by a team."""

    product: ProductId
    count: int


class Product(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something carried. `doses_per_vial` above 1: an opened vial serves for `open_seconds` and is then waste."""

    id: ProductId
    doses_per_vial: int = 1
    open_seconds: int = 0
    cold: bool = True


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a visit, a start or an end is: its position in the list is its row and column in every travel table."""

    id: PlaceId
    zone: str = ""


class Visit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The wish that persons be seen at a place: what it takes, who may do it, when, and how much it matters.

    `skills` and `languages` are all required of the team together. `required_members`: one of them must be in the
    team. `setup_seconds` is spent on arrival, unless the team was already at this place. `due_in_days` counts from the
    planned day: 0 is today, negative is overdue. `promised`: the persons were told that somebody comes today.
    """

    id: VisitId
    place: PlaceId
    service_seconds: int
    setup_seconds: int = 0
    priority: int = 2
    persons: int = 1
    due_in_days: int | None = None
    promised: bool = False
    windows: tuple[Window, ...] = ()
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    preferred_skills: tuple[str, ...] = ()
    preferred_languages: tuple[str, ...] = ()
    required_members: tuple[MemberId, ...] = ()
    barred_members: tuple[MemberId, ...] = ()
    preferred_members: tuple[MemberId, ...] = ()
    needs: tuple[Need, ...] = ()


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One professional of a team."""

    id: MemberId
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


class Lunch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A break that starts between two instants, wherever the team is. A team back by `until_seconds` needs none."""

    from_seconds: int
    until_seconds: int
    duration_seconds: int


class Team(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who goes out together: shift, lunch, mode of travel, ends, and what the box holds.

    `end_place` None: the day ends where the last visit is. `box_doses_max` None: the box is not the limit. `zones`: the
    zones the team knows; empty: it knows all.
    """

    id: TeamId
    mode: str
    start_place: PlaceId
    end_place: PlaceId | None
    shift_start_seconds: int
    shift_end_seconds: int
    overtime_seconds_max: int = 0
    members: tuple[Member, ...] = ()
    lunch: Lunch | None = None
    carries: tuple[Need, ...] = ()
    box_doses_max: int | None = None
    zones: tuple[str, ...] = ()


class Pair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two visits by two teams: `second` starts between the two gaps after `first`. Both gaps 0: at the same second."""

    first: VisitId
    second: VisitId
    gap_min_seconds: int = 0
    gap_max_seconds: int = 0


class Pin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A dispatcher's lock: this visit by this team, or starting between these instants, or both."""

    visit: VisitId
    team: TeamId | None = None
    from_seconds: int | None = None
    until_seconds: int | None = None


class FrozenStop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stop that is done, in progress or committed: it stays where and when it is. In the order of the team's day."""

    team: TeamId
    visit: VisitId
    start_seconds: int
    end_seconds: int


class FrozenLunch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A lunch that a team has taken or begun."""

    team: TeamId
    start_seconds: int
    end_seconds: int


class Published(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which team the published plan gives a visit: another team is a change, and has a price."""

    visit: VisitId
    team: TeamId


class Reserve(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person at a place who would take a dose of this product if one is left over: never planned, only named."""

    id: str
    place: PlaceId
    product: ProductId


class Weights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a territory holds dear, in seconds of travel: how long a detour each of these is worth.

    The words for each are in `routing/cost.py`. The defaults keep the order promised > served > waste > travel: nine
    doses of a vial of ten thrown away are worth less than one point.
    """

    points_by_priority: tuple[int, int, int, int] = (1, 2, 4, 8)
    due_points_percent: int = 100
    left_out_point: int = 3_600
    pair_half_left_out: int = 10_800
    promised_left_out: int = 360_000
    wasted_dose: int = 360
    travel_second: int = 1
    overtime_second: int = 3
    late_second: int = 2
    other_member: int = 900
    preference_missed: int = 300
    unknown_zone: int = 120
    moved_team: int = 1_800
    full_load: int = 0


@dataclass(frozen=True, eq=False)
class Travel:
    """Seconds and metres between places for one mode, row from, column to, in the order of the problem's places.

    `source` says where the figures come from and is kept with the plan. Not symmetric unless the streets are.
    """

    mode: str
    seconds: NDArray[np.int32]
    metres: NDArray[np.int32]
    source: str = "given"


class ProblemRefused(ValueError):  # noqa: N818 - the word says what happened to the input
    """The values do not make a problem; `reasons` says each thing that is wrong."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem:
    """Everything that decides a day's plan. Raises `ProblemRefused` with every reason when values do not fit.

    >>> lone = Visit(id=VisitId("v"), place=PlaceId("nowhere"), service_seconds=600)
    >>> Problem(places=(), visits=(lone,), teams=(), travel=())
    Traceback (most recent call last):
    routing.problem.ProblemRefused: visit v: unknown place nowhere
    """

    places: tuple[Place, ...]
    visits: tuple[Visit, ...]
    teams: tuple[Team, ...]
    travel: tuple[Travel, ...]
    products: tuple[Product, ...] = ()
    pairs: tuple[Pair, ...] = ()
    pins: tuple[Pin, ...] = ()
    frozen: tuple[FrozenStop, ...] = ()
    frozen_lunches: tuple[FrozenLunch, ...] = ()
    published: tuple[Published, ...] = ()
    reserves: tuple[Reserve, ...] = ()
    now_seconds: int = 0
    weights: Weights = field(default_factory=Weights)

    def __post_init__(self) -> None:
        from routing.problem_faults import faults  # noqa: PLC0415 - the list of faults reads this file's types

        if reasons := faults(self):
            raise ProblemRefused(reasons)

    @cached_property
    def place_row(self) -> dict[PlaceId, int]:
        """The row of each place in the travel tables."""
        return {place.id: row for row, place in enumerate(self.places)}

    @cached_property
    def visit_by_id(self) -> dict[VisitId, Visit]:
        """Each visit by its id."""
        return {visit.id: visit for visit in self.visits}

    @cached_property
    def team_by_id(self) -> dict[TeamId, Team]:
        """Each team by its id."""
        return {team.id: team for team in self.teams}

    @cached_property
    def travel_by_mode(self) -> dict[str, Travel]:
        """The travel table of each mode."""
        return {table.mode: table for table in self.travel}

    @cached_property
    def product_by_id(self) -> dict[ProductId, Product]:
        """Each product by its id."""
        return {product.id: product for product in self.products}

    @cached_property
    def frozen_by_team(self) -> dict[TeamId, tuple[FrozenStop, ...]]:
        """The stops of each team that may not change, in order."""
        return {team.id: tuple(stop for stop in self.frozen if stop.team == team.id) for team in self.teams}

    @cached_property
    def frozen_lunch_by_team(self) -> dict[TeamId, FrozenLunch]:
        """The lunch of each team that has had it."""
        return {lunch.team: lunch for lunch in self.frozen_lunches}

    @cached_property
    def frozen_start(self) -> dict[VisitId, int]:
        """When each frozen visit starts."""
        return {stop.visit: stop.start_seconds for stop in self.frozen}

    @cached_property
    def frozen_team(self) -> dict[VisitId, TeamId]:
        """The team of each frozen visit."""
        return {stop.visit: stop.team for stop in self.frozen}

    @cached_property
    def pin_by_visit(self) -> dict[VisitId, Pin]:
        """The lock of each visit that has one."""
        return {pin.visit: pin for pin in self.pins}

    @cached_property
    def pair_by_visit(self) -> dict[VisitId, Pair]:
        """The pair of each visit that is half of one."""
        return {name: pair for pair in self.pairs for name in (pair.first, pair.second)}

    @cached_property
    def partner(self) -> dict[VisitId, VisitId]:
        """The other half of each visit that is half of a pair."""
        return {a: b for pair in self.pairs for a, b in ((pair.first, pair.second), (pair.second, pair.first))}

    @cached_property
    def published_team(self) -> dict[VisitId, TeamId]:
        """The team that the published plan gives each visit."""
        return {entry.visit: entry.team for entry in self.published}

    def seconds(self, mode: str, origin: PlaceId, target: PlaceId) -> int:
        """Travel seconds from one place to another in a mode."""
        return int(self.travel_by_mode[mode].seconds[self.place_row[origin], self.place_row[target]])
