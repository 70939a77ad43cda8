"""What is known of a town, and who is aimed at by a campaign: the people over which each indicator is walked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from uuid import UUID

from tests.backend.coverage.second.counts import (
    Row,
    Rows,
    age,
    aimed_at,
    band,
    first,
    humans,
    inside,
    met_days,
    ours,
    place_of,
    standing,
    zone_of,
)

ANY = "any"


@dataclass(frozen=True)
class Part:
    """Of whom a figure is asked: a zone (None: those without one), an age band, groups, or a reason, a site, a class."""

    zone: UUID | str | None = ANY
    band: str = ANY
    groups: frozenset[str] = frozenset()
    detail: str = ""

    def holds(self, one: Row, years: str = ANY) -> bool:
        return (
            self.zone in (ANY, one["zone"])
            and self.band in (ANY, years)
            and (not self.groups or one["group"] in self.groups)
        )


@dataclass(frozen=True)
class Town:
    """What is known: rows by kind, the time zone, a campaign, a day, and facts that are on no log."""

    rows: Rows
    time_zone: str
    campaign_id: UUID
    on: date
    estimates: Sequence[Row] = ()
    incomes: dict[UUID, int] = field(default_factory=dict)
    zones_shown: frozenset[UUID] = frozenset()

    @property
    def campaign(self) -> Row:
        return self.rows["campaign"][self.campaign_id]

    @cached_property
    def people(self) -> list[Row]:
        """Everybody who does not object to statistics: what their records say together, with their doses and meetings."""
        found = []
        for human in humans(self.rows):
            records = [self.rows["person"][one] for one in sorted(human)]
            if any("statistics" in one["objections"] for one in records):
                continue
            doses = [one for one in self.rows["dose"].values() if one["person_id"] in human and standing(one)]
            known: Row = {
                "ids": human,
                "zone": first(zone_of(self.rows, place_of(self.rows, one)) for one in records),
                "group": first(one["population_group"] for one in records) or "unknown",
                "born_on": first(one["born_on"] for one in records),
                "died_on": first(one["died_on"] for one in records),
                "doses": doses,
                "met": met_days(self.rows, human, self.time_zone),
            }
            found.append(known)
        return found

    @cached_property
    def aimed_at(self) -> list[Row]:
        return [one for one in self.people if aimed_at(self.campaign, one["group"], one["born_on"], one["died_on"])]


def in_campaign(town: Town, one: Row, *, given: bool) -> list[Row]:
    found = [dose for dose in of_campaign(town, one) if (dose["status"] == "given") == given]
    return [dose for dose in found if inside(town.campaign, dose["given_on"])]


def of_campaign(town: Town, one: Row) -> list[Row]:
    return [dose for dose in one["doses"] if town.campaign["antigen"] in dose["antigens"]]


def aimed(town: Town, part: Part) -> list[Row]:
    starts_on = town.campaign["starts_on"]
    return [one for one in town.aimed_at if part.holds(one, band(age(one["born_on"], starts_on)))]


def our_doses(town: Town, part: Part) -> list[Row]:
    return [
        dose
        for one in town.people
        for dose in in_campaign(town, one, given=True)
        if ours(dose) and part.holds(one, band(age(one["born_on"], dose["given_on"])))
    ]
