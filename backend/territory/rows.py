"""This file names the plain rows of a territory: what belongs to it but does not travel as a record.

Their fields are the columns of the tables zone, population_cell, shift and coverage_target, without the territory's id.
Zones as shapes, and which zone a place lies in, are in zones.py.
"""

from datetime import date, datetime
from uuid import UUID

import msgspec

# The population group of a cell that counts everybody of its age.
EVERYBODY = "all"
# The age band of a cell that counts its group at any age.
ANY_AGE = "0+"


class ZoneRow(msgspec.Struct, frozen=True):
    """A zone as it is stored: `geojson` is its geometry, `income_median` is in euros a year, None if withheld."""

    id: UUID
    code: str
    name: str
    geojson: str
    inhabitants: int
    income_median: int | None
    facts_source: str


class PopulationCell(msgspec.Struct, frozen=True):
    """How many persons of a group and age live in a zone (low, point, high); `method` says how that is known."""

    zone_id: UUID
    age_band: str
    population_group: str
    low: int
    point: int
    high: int
    method: str
    facts_source: str
    counted_on: date


class Shift(msgspec.Struct, frozen=True):
    """When a team works on a day, and the doses by product and the tests that its box holds then."""

    id: UUID
    team_id: UUID
    day_on: date
    starts_at: datetime
    ends_at: datetime
    lunch_window: str
    lunch_minutes: int
    doses_carried: dict[str, int]
    tests_carried: int


class CoverageTarget(msgspec.Struct, frozen=True):
    """What a campaign wants to reach, in a zone or in a population group."""

    id: UUID
    campaign_id: UUID
    zone_id: UUID | None
    population_group: str | None
    target_percent: int
    facts_source: str
