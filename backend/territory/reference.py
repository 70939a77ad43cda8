"""This file makes the demo's reference data: products, lots, the flu campaign with its targets, teams and their shifts.

Products are facts; lots, teams and shifts are invented. What a target's share is a share of is in population.py and
groups.py.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.territory.catalogue import fields_of
from backend.territory.draw import Draw
from backend.territory.facts import Facts
from backend.territory.population import ELDERLY_FROM_YEARS
from backend.territory.record import Record
from backend.territory.rows import CoverageTarget, Shift
from backend.territory.season import Season
from sync.kinds import GROUPS

SHIFT_DAYS = 7
# The share of people from 65 vaccinated against flu that the World Health Organization aims at, in percent.
FLU_TARGET_PERCENT = 75
FLU_TARGET_SOURCE = "World Health Organization objective for people from 65"
TIME_ZONE = "Europe/Paris"
# What a team's box holds in a flu season, in percent of its capacity.
BOX_PERCENT = {"efluelda": 35, "comirnaty_lp81": 30, "prevenar20": 15, "vaxigrip": 10, "priorix": 10}


def products(draw: Draw, facts: Facts) -> list[Record]:
    """Return the product records."""
    return [
        Record("product", draw.record_id("product", number), fields_of(product))
        for number, product in enumerate(facts.products)
    ]


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
            "population_groups": sorted(GROUPS),
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


def targets(draw: Draw, campaign: Record, zone_ids: dict[str, UUID]) -> tuple[CoverageTarget, ...]:
    """Return the campaign's target in every zone and in every population group."""
    aims: list[tuple[UUID | None, str | None]] = [(zone_id, None) for zone_id in zone_ids.values()]
    aims += [(None, group) for group in GROUPS]
    return tuple(
        CoverageTarget(
            draw.record_id("target", number), campaign.record_id, zone_id, group, FLU_TARGET_PERCENT, FLU_TARGET_SOURCE
        )
        for number, (zone_id, group) in enumerate(aims)
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


def shifts(draw: Draw, facts: Facts, team_records: Sequence[Record], day_on: date) -> tuple[Shift, ...]:
    """Return the shifts of the week that begins on the day, all teams day after day."""
    return tuple(
        Shift(
            draw.record_id("shift", (day_on.toordinal() + days) * len(facts.teams) + number),
            record.record_id,
            day_on + timedelta(days=days),
            *window_instants(team.window, day_on + timedelta(days=days)),
            team.lunch_window,
            team.lunch_minutes,
            _doses_carried(team.doses_capacity),
            team.tests_capacity,
        )
        for days in range(SHIFT_DAYS)
        for number, (team, record) in enumerate(zip(facts.teams, team_records, strict=True))
    )


def window_instants(window: str, day_on: date, time_zone: str = TIME_ZONE) -> tuple[datetime, datetime]:
    """Return the two instants (UTC) of a local window "HH:MM-HH:MM" on a day.

    >>> window_instants("08:30-17:00", date(2026, 11, 23))[0].isoformat()
    '2026-11-23T07:30:00+00:00'
    """
    starts, ends = (
        datetime.combine(day_on, time.fromisoformat(text), tzinfo=ZoneInfo(time_zone)).astimezone(UTC)
        for text in window.split("-")
    )
    return starts, ends


def _doses_carried(doses_capacity: int) -> dict[str, int]:
    return {product: doses_capacity * percent // 100 for product, percent in BOX_PERCENT.items() if doses_capacity}
