"""This file decides which tables an administrator may reach through Piccolo's admin, which columns of them, and why.

Migration 0033 gives the role `maraude_reference` these columns and no others, so that PostgreSQL refuses the rest
whatever is asked; tests/backend/reference_admin/test_role.py compares the two. The territory is in no form: row-level
security shows the rows of one, and a new row gets it by its column's default.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from piccolo.columns import UUID, Array, BigInt, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.readable import Readable
from piccolo.table import Table

from backend.db.engine import Engine
from backend.ids import new_id

ENGINE: Final = Engine()


class Group(StrEnum):
    """Groups of people that a target may be of; sync/kinds.py has the same words."""

    HOMELESS_HOTEL = "homeless_hotel"
    HOUSEBOUND_ELDERLY = "housebound_elderly"
    LARGE_FAMILY = "large_family"
    NURSING_HOME = "nursing_home"
    OTHER = "other"


class Zone(Table, tablename="zone", db=ENGINE):
    """A zone; its shape and code stay, since places know their zone by them."""

    id = UUID(primary_key=True, default=new_id)
    code = Text()
    name = Text(required=True)
    inhabitants = BigInt(required=True)
    income_median = BigInt(null=True, default=None, help_text="€ par an / € a year")
    facts_source = Text(required=True, help_text="D'où vient le chiffre / where the figure comes from")

    @classmethod
    def get_readable(cls) -> Readable:
        """Return what stands for a zone in another table's row."""
        return Readable(template="%s %s", columns=[cls.code, cls.name])


class PopulationCell(Table, tablename="population_cell", db=ENGINE):
    """How many people live in a zone, by age band and group."""

    id = UUID(primary_key=True, default=new_id)
    zone_id = ForeignKey(references=Zone)
    age_band = Text()
    population_group = Text()
    low = BigInt(required=True)
    point = BigInt(required=True)
    high = BigInt(required=True)
    method = Text(required=True)
    facts_source = Text(required=True)
    counted_on = Date(required=True)


class Campaign(Table, tablename="campaign", db=ENGINE):
    """A campaign, as the log has it."""

    id = UUID(primary_key=True, default=new_id)
    name = Text()
    antigen = Text()
    season = Text(null=True)
    age_least_years = BigInt(null=True)
    population_groups = Array(base_column=Text())
    starts_on = Date(null=True)
    ends_on = Date(null=True)
    target_percent = BigInt(null=True)
    state = Text(null=True)

    @classmethod
    def get_readable(cls) -> Readable:
        """Return what stands for a campaign in another table's row."""
        return Readable(template="%s", columns=[cls.name])


class CoverageTarget(Table, tablename="coverage_target", db=ENGINE):
    """What a campaign wants to reach in a zone or in a group."""

    id = UUID(primary_key=True, default=new_id)
    campaign_id = ForeignKey(references=Campaign, null=False, required=True)
    zone_id = ForeignKey(references=Zone, help_text="Une zone ou un groupe / a zone or a group")
    population_group = Text(null=True, default=None, choices=Group)
    target_percent = Integer(required=True, help_text="0–100 %")
    facts_source = Text(required=True, help_text="Qui l'a fixé / who set it")


class Team(Table, tablename="team", db=ENGINE):
    """A team, as the log has it."""

    id = UUID(primary_key=True, default=new_id)
    name = Text()
    letter = Text(null=True)
    mode = Text(null=True)
    skills = Array(base_column=Text())
    languages = Array(base_column=Text())
    doses_capacity = BigInt(null=True)
    tests_capacity = BigInt(null=True)
    state = Text(null=True)

    @classmethod
    def get_readable(cls) -> Readable:
        """Return what stands for a team in another table's row."""
        return Readable(template="%s", columns=[cls.name])


class Shift(Table, tablename="shift", db=ENGINE):
    """When a team works."""

    id = UUID(primary_key=True, default=new_id)
    team_id = ForeignKey(references=Team)
    day_on = Date()
    starts_at = Timestamptz()
    ends_at = Timestamptz()
    lunch_window = Text()
    lunch_minutes = Integer()
    tests_carried = Integer()


class Product(Table, tablename="product", db=ENGINE):
    """A product, as the log has it."""

    id = UUID(primary_key=True, default=new_id)
    code = Text()
    name = Text(null=True)
    antigens = Array(base_column=Text())
    nuva_code = Text(null=True)
    cip_code = Text(null=True)
    doses_per_vial = BigInt(null=True)
    hours_after_opening = BigInt(null=True)
    days_thawed = BigInt(null=True)
    warm_minutes_max = BigInt(null=True)
    storage = Text(null=True)
    facts_source = Text(null=True)

    @classmethod
    def get_readable(cls) -> Readable:
        """Return what stands for a product in another table's row."""
        return Readable(template="%s", columns=[cls.name])


class Lot(Table, tablename="lot", db=ENGINE):
    """A lot, as the log has it."""

    id = UUID(primary_key=True, default=new_id)
    product_id = ForeignKey(references=Product)
    number = Text()
    expires_on = Date(null=True)
    state = Text(null=True)


class May(StrEnum):
    """What may be done with the rows of a table."""

    ADD_AND_REMOVE = "add_and_remove"
    CHANGE = "change"
    READ = "read"


@dataclass(frozen=True)
class Reach:
    """One table of the list: what may be done with it, and why that and no more."""

    table: type[Table]
    may: May
    why: str


REACH: Final = (
    Reach(
        CoverageTarget, May.ADD_AND_REMOVE, "no projection, and written nowhere else; coverage reads it at each page"
    ),
    Reach(Zone, May.CHANGE, "no projection; code and shape stay, since places were given their zone by them"),
    Reach(PopulationCell, May.CHANGE, "no projection; which bands and groups there are is counted by, so rows stay"),
    Reach(Shift, May.READ, "no projection, but hours and lunch are checked against each other on the page of teams"),
    Reach(Team, May.READ, "a projection of the log: changed on the page of teams"),
    Reach(Campaign, May.READ, "a projection of the log: changed on the page of campaigns"),
    Reach(Product, May.READ, "a projection of the log: taken from the catalogue on the page of products"),
    Reach(Lot, May.READ, "a projection of the log: changed on the page of stock"),
)
