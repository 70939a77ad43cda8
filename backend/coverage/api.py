"""Answer questions about coverage as JSON and CSV: figures that may be shown, with their definitions and their age."""

from datetime import datetime, time
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get
from litestar.params import FromQuery, QueryParameter

from backend.access import Right
from backend.accounts.authenticate import scope_of
from backend.clock import day_in
from backend.coverage import store
from backend.coverage.care import CareFigures
from backend.coverage.csv_export import Cell, Variant, write_csv
from backend.coverage.definitions import INDICATORS, Indicator
from backend.coverage.estimates import NotTwoLists, TooFewMatches, TwoListEstimate, chapman
from backend.coverage.figures import (
    ALL,
    By,
    CampaignFigures,
    Line,
    Point,
    Standing,
    lines,
    monitoring,
    shares,
    standings,
    total,
)
from backend.coverage.indicators import Share
from backend.coverage.operations import OperationsFigures
from backend.coverage.remember import Version, read_version, remembered_value
from backend.coverage.store import CampaignShown, DataUpTo, Targets
from backend.db.transaction import Transaction, transaction
from backend.log.follow import freshen
from backend.problems import Problem

CampaignQuery = Annotated[UUID, QueryParameter(name="campaign", description="The campaign's id.")]
PoolQuery = Annotated[
    str, QueryParameter(name="group", description="A pool of groups as `pools` names it; empty: all.")
]
_SEE = {"right": Right.SEE_COVERAGE}


class CoverageAnswer(msgspec.Struct, frozen=True):
    """Figures of a campaign; a count of null is hidden, so that nobody can be recognised."""

    pools: tuple[str, ...]
    total: Line
    lines: list[Line]
    standings: list[Standing]
    shares: dict[str, Share | None]
    monitoring: list[Point]
    targets: Targets
    data_up_to: DataUpTo


@get("/api/coverage/campaigns", opt=_SEE, tags=["coverage"])
async def list_campaigns(request: Request[Any, Any, Any]) -> list[CampaignShown]:
    """Return the campaigns, the latest first."""
    async with transaction(scope_of(request)) as tx:
        return await store.list_campaigns(tx)


@get("/api/coverage/indicators", opt=_SEE, tags=["coverage"])
async def list_indicators() -> list[Indicator]:
    """Return the definition of every indicator."""
    return list(INDICATORS.values())


@get("/api/coverage", opt=_SEE, tags=["coverage"])
async def read_coverage(
    request: Request[Any, Any, Any], campaign: CampaignQuery, group: PoolQuery = ALL, by: FromQuery[By] = By.ZONE
) -> CoverageAnswer:
    """Return the figures of a campaign by zone, group or age band, for all groups or one pool of them."""
    await freshen(scope_of(request), request.app.state.now())
    async with transaction(scope_of(request)) as tx:
        version, figures = await _figures(tx, campaign, group)
        targets = await store.read_targets(tx, campaign)
        data_up_to = await store.read_data_up_to(tx, since=await _today_starts_at(request, tx))
    return CoverageAnswer(
        figures.pools,
        total(figures, group),
        _lines(version, figures, by, group),
        standings(figures, group),
        shares(figures, group),
        monitoring(figures, group),
        targets,
        data_up_to,
    )


@get("/api/coverage/operations", opt=_SEE, tags=["coverage"])
async def read_operations(
    request: Request[Any, Any, Any], campaign: FromQuery[UUID | None] = None
) -> OperationsFigures:
    """Return the figures of the work: reached, refusals, sites, backlog, delays, wastage."""
    await freshen(scope_of(request), request.app.state.now())
    async with transaction(scope_of(request)) as tx:
        await _check_campaign(tx, campaign)
        day_on = day_in(await store.read_time_zone(tx), request.app.state.now())
        return await store.read_operations(tx, campaign, day_on)


@get("/api/coverage/care", opt=_SEE, tags=["coverage"])
async def read_care(request: Request[Any, Any, Any], campaign: FromQuery[UUID | None] = None) -> CareFigures:
    """Return how well a campaign goes: second doses, occasions, refusals taken up again, tests."""
    async with transaction(scope_of(request)) as tx:
        await _check_campaign(tx, campaign)
        day_on = day_in(await store.read_time_zone(tx), request.app.state.now())
        return await store.read_care(tx, campaign, day_on)


@get("/api/coverage.csv", opt=_SEE, tags=["coverage"], media_type="text/csv")
async def read_csv(
    request: Request[Any, Any, Any],
    campaign: CampaignQuery,
    group: PoolQuery = ALL,
    by: FromQuery[By] = By.ZONE,
    variant: FromQuery[Variant] = Variant.FRENCH,
) -> Response[bytes]:
    """Return the same lines as `/api/coverage` as a file, with the versions of the indicators."""
    await freshen(scope_of(request), request.app.state.now())
    async with transaction(scope_of(request)) as tx:
        version, figures = await _figures(tx, campaign, group)
    zones = {str(zone.id): (zone.code, zone.name) for zone in figures.zones}
    rows = [_csv_row(line, zones) for line in [*_lines(version, figures, by, group), total(figures, group)]]
    return Response(
        write_csv(_HEADER, rows, variant),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="coverage-{by.value}.csv"'},
    )


@get("/api/coverage/two-list-estimate", opt=_SEE, tags=["coverage"])
async def estimate_from_two_lists(
    first: Annotated[int, QueryParameter(ge=0, le=10**7)],
    second: Annotated[int, QueryParameter(ge=0, le=10**7)],
    matches: Annotated[int, QueryParameter(ge=0, le=10**7)],
) -> dict[str, TwoListEstimate | TooFewMatches | NotTwoLists]:
    """Estimate how many people there are from two lists (a roster, our registrations) and the persons on both."""
    return {"estimate": chapman(first, second, matches)}


_HEADER = (
    "code",
    "name",
    "known_persons_aimed_at",
    f"covered_v{INDICATORS['known_coverage'].version}",
    "known_coverage_percent",
    f"population_coverage_percent_v{INDICATORS['population_coverage'].version}",
    "population_coverage_low_percent",
    "population_coverage_high_percent",
    "inhabitants_low",
    "inhabitants_point",
    "inhabitants_high",
    "inhabitants_counted_on",
    f"contribution_doses_v{INDICATORS['contribution'].version}",
    "hidden",
)


def _csv_row(line: Line, zones: dict[str, tuple[str, str]]) -> list[Cell]:
    code, name = zones.get(line.key, (line.key or "total", ""))
    population = line.population
    interval = population.interval if population else None
    people = population.denominator if population else None
    counted_on = people.counted_on if people else None
    return [
        code,
        name,
        line.known.denominator if line.known else None,
        line.covered,
        line.known.percent if line.known else None,
        population.percent if population else None,
        interval.low if interval else None,
        interval.high if interval else None,
        people.low if people else None,
        people.point if people else None,
        people.high if people else None,
        counted_on.isoformat() if counted_on else None,
        line.doses_given,
        "yes" if None in (line.covered, line.due, line.doses_given) else "no",
    ]


async def _figures(tx: Transaction, campaign: UUID, group: str) -> tuple[Version, CampaignFigures]:
    version = await read_version(tx)
    figures = await store.read_campaign_figures(tx, campaign, version)
    if figures is None or group not in (ALL, *figures.pools):
        raise Problem("not_found")
    return version, figures


def _lines(version: Version, figures: CampaignFigures, by: By, group: str) -> list[Line]:
    return remembered_value(version, ("lines", figures.campaign.id, by, group), lambda: lines(figures, by, group))


async def _check_campaign(tx: Transaction, campaign: UUID | None) -> None:
    if campaign is not None and campaign not in {one.id for one in await store.list_campaigns(tx)}:
        raise Problem("not_found")


async def _today_starts_at(request: Request[Any, Any, Any], tx: Transaction) -> datetime:
    zone = ZoneInfo(await store.read_time_zone(tx))
    now: datetime = request.app.state.now()
    return datetime.combine(now.astimezone(zone).date(), time.min, tzinfo=zone)


routes = [
    list_campaigns,
    list_indicators,
    read_coverage,
    read_operations,
    read_care,
    read_csv,
    estimate_from_two_lists,
]
