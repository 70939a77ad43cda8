"""Name what a day of planning is made of, as it lies in the typed tables: values, no database."""

from dataclasses import dataclass, field
from datetime import date, datetime

from routing.problem import Weights


@dataclass(frozen=True)
class DayPlace:
    """A place that may be visited or started from; coordinates in degrees (lon, lat)."""

    id: str
    lon: float
    lat: float
    zone_code: str = ""


@dataclass(frozen=True)
class DayVisit:
    """A visit that is due or wanted: windows are `HH:MM-HH:MM` in the territory's time zone."""

    id: str
    place_id: str
    acts: tuple[str, ...]
    people_count: int
    service_minutes: int
    windows: tuple[str, ...]
    due_on: date | None
    priority: int
    skills: tuple[str, ...]
    language: str
    professionals: int
    products: tuple[str, ...]
    preferred_team_id: str


@dataclass(frozen=True)
class DayTeam:
    """A team that works on the day; `doses_carried` by product code."""

    id: str
    name: str
    letter: str
    mode: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    start_place_id: str
    end_place_id: str
    starts_at: datetime
    ends_at: datetime
    lunch_window: str
    lunch_minutes: int
    doses_carried: dict[str, int]
    tests_carried: int
    doses_capacity: int


@dataclass(frozen=True)
class DayProduct:
    """A product as the planner needs it."""

    code: str
    doses_per_vial: int
    hours_after_opening: int


@dataclass(frozen=True)
class Day:
    """Everything that a plan of one day is made from; `misplaced` are visits whose place has no coordinates.

    `weights_version` says which change of the territory's weights is in force; 0: the defaults. `on_other_days` is how
    many visits are no candidates because they stand in a plan in force of another day. `begun_at` is the instant before
    which no team starts, when the day had begun; `teams_over` are the letters of teams whose shift was over by then.
    """

    day_on: date
    time_zone: str
    places: tuple[DayPlace, ...]
    visits: tuple[DayVisit, ...]
    teams: tuple[DayTeam, ...]
    products: tuple[DayProduct, ...]
    misplaced: tuple[str, ...]
    weights: Weights = field(default_factory=Weights)
    weights_version: int = 0
    on_other_days: int = 0
    begun_at: datetime | None = None
    teams_over: tuple[str, ...] = ()
