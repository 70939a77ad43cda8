"""This file makes the demo's reference data: products, lots, the flu campaign with its targets, teams and their shifts.

Products are facts; lots, teams and shifts are invented. Target shares are the campaign's, denominators the modelled
population cells.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from backend.territory.draw import Draw
from backend.territory.facts import Facts
from backend.territory.population import ELDERLY_FROM_YEARS, PopulationCell
from backend.territory.record import Fields, Record
from backend.territory.season import Season

SHIFT_DAYS = 7
# The share of people from 65 vaccinated against flu that the World Health Organization aims at, in percent.
FLU_TARGET_PERCENT = 75


class Shift(msgspec.Struct, frozen=True):
    """When a team works on a day: windows are local times "HH:MM-HH:MM", the break lies inside `break_window`."""

    team_id: str
    day_on: date
    window: str
    break_window: str
    break_minutes: int


class Target(msgspec.Struct, frozen=True):
    """What a campaign aims at in one zone: a share of a group of estimated size (persons, low to high)."""

    campaign_id: str
    zone: str
    age_least_years: int
    target_percent: int
    persons_low: int
    persons_point: int
    persons_high: int


def products(draw: Draw, facts: Facts) -> list[Record]:
    """Return the product records."""
    records = []
    for number, product in enumerate(facts.products):
        fields: Fields = {
            "code": product.code,
            "name": product.name,
            "antigens": sorted(product.antigens),
            "nuva_code": product.nuva_code,
            "cip_code": product.cip_code,
            "doses_per_vial": product.doses_per_vial,
            "facts_source": product.facts_source,
        }
        if product.hours_after_opening is not None:
            fields["hours_after_opening"] = product.hours_after_opening
        records.append(Record("product", draw.record_id("product", number), fields))
    return records


def lots(draw: Draw, product_records: Sequence[Record], day_on: date) -> list[Record]:
    """Return two good lots of each product, then one in quarantine and one recalled, each of the first product."""
    chance = draw.chance("lots")
    wanted = [(product, state) for product in product_records for state in ("available", "available")]
    wanted += [(product_records[0], "quarantined"), (product_records[0], "recalled")]
    return [
        Record(
            "lot",
            draw.record_id("lot", number),
            {
                "product_id": str(product.record_id),
                "number": f"DEMO{number + 1:03}{chance.choice('ABCDEFGH')}",
                "expires_on": (day_on + timedelta(days=90 + chance.randrange(400))).isoformat(),
                "state": state,
            },
        )
        for number, (product, state) in enumerate(wanted)
    ]


def own_lots(product_records: Sequence[Record], lot_records: Sequence[Record]) -> dict[str, str]:
    """Return the lot number that our own past doses of each product name: its first available lot."""
    codes = {str(product.record_id): str(product.fields["code"]) for product in product_records}
    chosen: dict[str, str] = {}
    for lot in lot_records:
        if lot.fields["state"] == "available":
            chosen.setdefault(codes[str(lot.fields["product_id"])], str(lot.fields["number"]))
    return chosen


def flu_campaign(draw: Draw, season: Season, day_on: date) -> Record:
    """Return the flu campaign of the season."""
    return Record(
        "campaign",
        draw.record_id("campaign", 0),
        {
            "name": f"Grippe {season.name}",
            "antigen": "influenza",
            "season": season.name,
            "age_least_years": ELDERLY_FROM_YEARS,
            "population_groups": ["homeless_hotel", "housebound_elderly", "large_family", "nursing_home", "other"],
            "starts_on": season.starts_on.isoformat(),
            "ends_on": season.ends_on.isoformat(),
            "target_percent": FLU_TARGET_PERCENT,
            "state": _campaign_state(season, day_on),
        },
    )


def _campaign_state(season: Season, day_on: date) -> str:
    if day_on < season.starts_on:
        return "prepared"
    return "running" if day_on <= season.ends_on else "ended"


def targets(campaign: Record, cells: Sequence[PopulationCell]) -> tuple[Target, ...]:
    """Return the campaign's target in every zone, its denominator the zone's inhabitants of the campaign's age."""
    by_zone: dict[str, list[PopulationCell]] = {}
    for cell in cells:
        zone_cells = by_zone.setdefault(cell.zone, [])
        if cell.age_least_years >= ELDERLY_FROM_YEARS:
            zone_cells.append(cell)
    return tuple(
        Target(
            str(campaign.record_id),
            zone,
            ELDERLY_FROM_YEARS,
            FLU_TARGET_PERCENT,
            sum(cell.persons_low for cell in elderly),
            sum(cell.persons_point for cell in elderly),
            sum(cell.persons_high for cell in elderly),
        )
        for zone, elderly in by_zone.items()
    )


def teams(draw: Draw, facts: Facts, centre_ids: dict[str, str]) -> list[Record]:
    """Return the team records; each starts and ends at a centre."""
    return [
        Record(
            "team",
            draw.record_id("team", number),
            {
                "name": team.name,
                "letter": team.letter,
                "mode": team.mode,
                "skills": sorted(team.skills),
                "languages": sorted(team.languages),
                "start_place_id": centre_ids[team.start_centre],
                "end_place_id": centre_ids[team.end_centre],
                "doses_capacity": team.doses_capacity,
                "tests_capacity": team.tests_capacity,
                "state": "active",
            },
        )
        for number, team in enumerate(facts.teams)
    ]


def shifts(facts: Facts, team_records: Sequence[Record], day_on: date) -> tuple[Shift, ...]:
    """Return the shifts of the week that begins on the day."""
    return tuple(
        Shift(
            str(record.record_id),
            day_on + timedelta(days=days),
            team.window,
            team.break_window,
            team.break_minutes,
        )
        for days in range(SHIFT_DAYS)
        for team, record in zip(facts.teams, team_records, strict=True)
    )
