"""This file reads the read model of coverage and the facts shown beside it; every statement carries the territory.

It knows no HTTP and decides nothing: figures are worked out in backend/coverage/figures.py and operations.py.
"""

from collections import Counter
from datetime import date, datetime
from uuid import UUID

import msgspec

from backend.coverage.care import CareFigures, Gap, care_figures, equity_gap
from backend.coverage.cells import read_counted, read_pools
from backend.coverage.count import COVERED
from backend.coverage.denominators import Estimate
from backend.coverage.figures import By, CampaignFigures, Counted, Zone, campaign_figures, lines
from backend.coverage.load import campaigns, time_zone
from backend.coverage.operations import OperationsFigures, operations_figures
from backend.coverage.remember import Version, read_version, remembered, remembered_value
from backend.db.transaction import Transaction
from backend.tablets.list_tablets import count_unseen


class CampaignShown(msgspec.Struct, frozen=True):
    """A campaign as a manager chooses it; `target_percent` is the whole territory's."""

    id: UUID
    name: str
    antigen: str
    season: str
    starts_on: date | None
    ends_on: date | None
    target_percent: int | None
    state: str


class Targets(msgspec.Struct, frozen=True):
    """What a campaign wants to reach, in percent, where a zone or a group has a target of its own."""

    by_zone: dict[UUID, int]
    by_group: dict[str, int]


class DataUpTo(msgspec.Struct, frozen=True):
    """How far the figures reach: the last op taken in, and which tablets still keep some to themselves."""

    last_op_at: datetime | None
    tablets: int
    tablets_not_synced: int
    rebuild_needed_at: datetime | None
    not_counted_since: datetime | None  # since when something that was handed in waits to be counted
    rebuilt_at: datetime | None


async def list_campaigns(tx: Transaction) -> list[CampaignShown]:
    """Return the campaigns, the latest first, without those that were withdrawn before their first day."""
    rows = await tx.fetch(
        "SELECT id, coalesce(name, antigen) AS name, antigen, coalesce(season, '') AS season, starts_on, ends_on, "
        "target_percent, coalesce(state, 'prepared') AS state FROM campaign "
        "WHERE territory_id = $1 AND antigen IS NOT NULL AND (state = 'ended' AND ends_on < starts_on) IS NOT TRUE "
        "ORDER BY starts_on DESC NULLS LAST, name, id",
        tx.scope.territory_id,
    )
    return [CampaignShown(**dict(row)) for row in rows]


async def read_campaign_figures(
    tx: Transaction, campaign_id: UUID, version: Version | None = None
) -> CampaignFigures | None:
    """Return the published figures of a campaign; None if there is no such campaign in the territory."""
    return await remembered(
        version or await read_version(tx), ("figures", campaign_id), lambda: _read_campaign_figures(tx, campaign_id)
    )


async def _read_campaign_figures(tx: Transaction, campaign_id: UUID) -> CampaignFigures | None:
    rules = await campaigns(tx)
    rule = next((one for one in rules if one.id == campaign_id), None)
    if rule is None:
        return None
    counted, pools = await read_counted(tx, [campaign_id], _OF_FIGURES), await read_pools(tx)
    return campaign_figures(rules, rule, counted, pools, await list_zones(tx), await _estimates(tx))


async def count_covered(tx: Transaction, campaign_id: UUID) -> Counter[str]:
    """Return the persons covered by group as the read model holds them: for checks, never to be shown (suppress.py)."""
    found: Counter[str] = Counter()
    for one in await read_counted(tx, [campaign_id], ("person",)):
        if one.measure == "person" and one.detail in COVERED:
            found[one.population_group] += one.n
    return found


async def read_operations(
    tx: Transaction, campaign_id: UUID | None, day_on: date, version: Version | None = None
) -> OperationsFigures:
    """Return the figures of the work itself on a day: reached, refusals, sites, backlog, delays, wastage."""
    counted, pools = await remembered(
        version or await read_version(tx), ("work", campaign_id), lambda: _read_counted_work(tx, campaign_id)
    )
    names = await tx.fetch(
        "SELECT id, coalesce(name, address, '') AS name FROM place WHERE territory_id = $1 AND kind <> 'home'",
        tx.scope.territory_id,
    )
    return operations_figures(counted, pools, {str(row["id"]): row["name"] for row in names}, day_on)


async def _read_counted_work(tx: Transaction, campaign_id: UUID | None) -> tuple[list[Counted], dict[str, str]]:
    counted = await read_counted(tx, [None], _OF_THE_WORK)
    counted += await read_counted(tx, [campaign_id], _OF_THE_WORK_IN_A_CAMPAIGN) if campaign_id else []
    return counted, await read_pools(tx)


async def read_care(
    tx: Transaction, campaign_id: UUID | None, day_on: date, version: Version | None = None
) -> CareFigures:
    """Return how well a campaign goes on a day: second doses, occasions, refusals, tests."""
    return await remembered(
        version or await read_version(tx), ("care", campaign_id, day_on), lambda: _read_care(tx, campaign_id, day_on)
    )


async def _read_care(tx: Transaction, campaign_id: UUID | None, day_on: date) -> CareFigures:
    counted = await read_counted(tx, [None], _OF_TESTS)
    counted += await read_counted(tx, [campaign_id], _OF_CARE) if campaign_id else []
    return care_figures(counted, day_on)


async def read_equity_gap(tx: Transaction, campaign_id: UUID, version: Version | None = None) -> Gap | None:
    """Return the gap by income of a campaign, of the zones whose figures are shown."""
    version = version or await read_version(tx)
    figures, incomes = await read_campaign_figures(tx, campaign_id, version), await _incomes(tx)
    if figures is None:
        return None
    return remembered_value(version, ("gap", campaign_id), lambda: equity_gap(lines(figures, By.ZONE), incomes))


async def _incomes(tx: Transaction) -> dict[UUID, int]:
    """Return the median income of each zone that has a published one."""
    rows = await tx.fetch(
        "SELECT id, income_median FROM zone WHERE territory_id = $1 AND income_median IS NOT NULL",
        tx.scope.territory_id,
    )
    return {row["id"]: row["income_median"] for row in rows}


async def read_targets(tx: Transaction, campaign_id: UUID) -> Targets:
    """Return the targets of a campaign."""
    rows = await tx.fetch(
        "SELECT zone_id, population_group, target_percent FROM coverage_target "
        "WHERE territory_id = $1 AND campaign_id = $2",
        tx.scope.territory_id,
        campaign_id,
    )
    return Targets(
        {row["zone_id"]: row["target_percent"] for row in rows if row["zone_id"] and not row["population_group"]},
        {row["population_group"]: row["target_percent"] for row in rows if row["population_group"]},
    )


async def read_data_up_to(tx: Transaction, since: datetime) -> DataUpTo:
    """Say how far the data reach; a tablet has not synced when no installation of it has handed anything in since then."""
    unseen, tablets = await count_unseen(tx, since)
    row = await tx.fetch_row(
        # The last of the log by its index: looking for the latest instant would read the whole log.
        "SELECT (SELECT received_at FROM op WHERE territory_id = $1 ORDER BY seq DESC LIMIT 1) AS last_op_at, "
        "(SELECT rebuild_needed_at FROM coverage_state WHERE territory_id = $1) AS rebuild_needed_at, "
        "(SELECT min(noted_at) FROM follow_up WHERE territory_id = $1) AS not_counted_since, "
        "(SELECT rebuilt_at FROM coverage_state WHERE territory_id = $1) AS rebuilt_at",
        tx.scope.territory_id,
    )
    if row is None:
        return DataUpTo(None, tablets, unseen, None, None, None)
    return DataUpTo(
        row["last_op_at"], tablets, unseen, row["rebuild_needed_at"], row["not_counted_since"], row["rebuilt_at"]
    )


async def read_time_zone(tx: Transaction) -> str:
    """Return the territory's time zone."""
    return await time_zone(tx)


# What each part of a page asks for, and no cell more: by zone and group there are thousands.
_OF_FIGURES = ("person", "person_by_age", "person_by_week", "dose_given", "dose_given_by_age")
_OF_CARE = ("dose_quality", "occasion", "refused_then", "second_dose")
_OF_TESTS = ("screening", "screening_result", "screening_told")
_OF_THE_WORK_IN_A_CAMPAIGN = ("dose_given_by_age", "dose_not_given")
_OF_THE_WORK = (
    "known",
    "consent_refused",
    "request_waiting",
    "site",
    "act_delay",
    "vial_opened_nominal",
    "vial_given",
    "vial_discarded_unopened",
    "vial_given_beyond_nominal",
)


async def list_zones(tx: Transaction) -> list[Zone]:
    """Return the zones of the territory, by code."""
    rows = await tx.fetch(
        "SELECT id, code, name, geojson FROM zone WHERE territory_id = $1 ORDER BY code", tx.scope.territory_id
    )
    return [Zone(**dict(row)) for row in rows]


async def _estimates(tx: Transaction) -> list[Estimate]:
    rows = await tx.fetch(
        "SELECT zone_id, age_band, population_group, low, point, high, facts_source, counted_on FROM population_cell "
        "WHERE territory_id = $1 ORDER BY zone_id, age_band, population_group",
        tx.scope.territory_id,
    )
    return [Estimate(**dict(row)) for row in rows]
