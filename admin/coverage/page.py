"""This file answers `/coverage`: one page of figures for a campaign; filters live in the address.

It asks the store, lets admin/coverage/view.py say the figures and draw.py draw them. It shows counts alone, never a
person, and only what backend/coverage/figures.py publishes.
"""

from datetime import datetime, time
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get
from litestar.params import FromQuery
from markupsafe import Markup

from admin.coverage import view
from admin.coverage.charts import Bar, site_bars
from admin.coverage.draw import CLASSES, choropleth, monitoring_chart
from admin.coverage.people import address_of
from admin.coverage.view import Show
from admin.coverage.words import GROUPS, PAGE, REASONS, day, number, word_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.coverage import store
from backend.coverage.definitions import INDICATORS
from backend.coverage.figures import ALL, NO_ZONE, By, CampaignFigures, lines, monitoring, shares, standings, total
from backend.coverage.operations import OperationsFigures
from backend.coverage.remember import Version, read_version, remembered_value
from backend.coverage.store import CampaignShown, DataUpTo, Targets
from backend.db.transaction import transaction
from backend.edge.locale import locale_of
from backend.log.follow import freshen
from backend.problems import Problem

_TEMPLATE = "coverage/coverage.html"


class Found(msgspec.Struct, frozen=True):
    """All that the page shows, as the store gave it."""

    campaigns: list[CampaignShown]
    campaign: CampaignShown | None
    figures: CampaignFigures | None
    targets: Targets
    operations: OperationsFigures
    data_up_to: DataUpTo
    version: Version


@get("/coverage", opt=needs(Right.SEE_COVERAGE), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_coverage(
    request: Request[Any, Any, Any],
    campaign: FromQuery[UUID | None] = None,
    group: FromQuery[str] = ALL,
    by: FromQuery[By] = By.ZONE,
    show: FromQuery[Show] = Show.KNOWN,
) -> Response[str]:
    """Show the coverage of a campaign, the latest one unless another is asked for."""
    found = await _find(request, campaign)
    if found.figures is not None and group not in (ALL, *found.figures.pools):
        raise Problem("not_found")
    chosen = {"group": group, "by": by.value, "show": show.value}
    facts: dict[str, Any] = {
        "found": found,
        "chosen": chosen,
        "word": lambda words, code: word_of(words, code, locale_of(request)),
        "number": lambda value: number(value, locale_of(request)),
        "groups": GROUPS,
        "reasons": REASONS,
        "sites_max": view.SITES_MAX,
        "sites_chart": _sites_chart(found.operations, locale_of(request)),
        # A number leads to the list behind it for those who may see one.
        "may_see": scope_of(request).may(Right.SEE_PEOPLE),
        "may_list": scope_of(request).may(Right.SETTLE_CLINICAL),
        "people_of": address_of,
        "definitions": list(INDICATORS.values()),
        "day": lambda value: day(value, locale_of(request)),
        "classes": _classes(),
    }
    if found.figures is None or found.campaign is None:
        return page(request, _TEMPLATE, PAGE, **facts, shown=None)
    return page(
        request,
        _TEMPLATE,
        PAGE,
        **facts,
        shown=_remembered_shown(found, found.figures, found.campaign, (group, by, show), locale_of(request)),
    )


async def _find(request: Request[Any, Any, Any], campaign_id: UUID | None) -> Found:
    now: datetime = request.app.state.now()
    await freshen(scope_of(request), now)
    async with transaction(scope_of(request)) as tx:
        zone = ZoneInfo(await store.read_time_zone(tx))
        today = now.astimezone(zone).date()
        campaigns = await store.list_campaigns(tx)
        campaign = next((one for one in campaigns if campaign_id in (None, one.id)), None)
        if campaign_id is not None and campaign is None:
            raise Problem("not_found")
        version = await read_version(tx)
        return Found(
            campaigns,
            campaign,
            await store.read_campaign_figures(tx, campaign.id, version) if campaign else None,
            await store.read_targets(tx, campaign.id) if campaign else Targets({}, {}),
            await store.read_operations(tx, campaign.id if campaign else None, today, version),
            await store.read_data_up_to(tx, since=datetime.combine(today, time.min, tzinfo=zone)),
            version,
        )


def _remembered_shown(
    found: Found, figures: CampaignFigures, campaign: CampaignShown, asked: tuple[str, By, Show], locale: str
) -> dict[str, Any]:
    # Drawn from what the version stands for alone, the names and targets of campaigns included.
    return remembered_value(
        found.version,
        ("page", campaign.id, *asked, locale),
        lambda: _shown(found, figures, campaign, asked, locale),
    )


def _shown(
    found: Found, figures: CampaignFigures, campaign: CampaignShown, asked: tuple[str, By, Show], locale: str
) -> dict[str, Any]:
    group, by, show = asked
    say = view.sayer(locale)
    by_zone = lines(figures, By.ZONE, group)
    table = by_zone if by is By.ZONE else lines(figures, by, group)
    target = found.targets.by_group.get(group, campaign.target_percent)
    points = monitoring(figures, group)
    curve = view.curve_of(points, campaign, target)
    whole = view.row_of(total(figures, group), say("whole"), target, locale)
    rows = [
        view.row_of(
            line,
            view.name_of(line, by, figures, locale),
            view.target_of(line, by, found.targets, campaign),
            locale,
            f"/coverage/gap?{urlencode({'campaign': str(campaign.id), 'zone': line.key})}"
            if by is By.ZONE and line.key != NO_ZONE
            else "",
        )
        for line in table
    ]
    address = urlencode({"campaign": str(campaign.id), "group": group, "by": by.value})
    return {
        "whole": whole,
        "rows": rows,
        "points": points,
        "chart": monitoring_chart(curve, say("monitoring"), view.days_of(curve, locale)),
        "map": choropleth(view.map_zones(figures, by_zone, show, locale), say("map")),
        "standings": standings(figures, group),
        "shares": [view.share_row(code, one, locale) for code, one in shares(figures, group).items()],
        "csv": {variant: f"/api/coverage.csv?{address}&variant={variant}" for variant in ("french", "open")},
    }


def _sites_chart(operations: OperationsFigures, locale: str) -> Markup:
    say = view.sayer(locale)
    bars = [Bar(one.name, one.days) for one in operations.sites[: view.SITES_MAX]]
    return site_bars(bars, say("no_visit"), say("sites"))


def _classes() -> list[str]:
    bounds = (0, *CLASSES)
    last = len(bounds)
    return [
        f"{position} : {low}–{bounds[position]} %" if position < last else f"{position} : ≥ {low} %"
        for position, low in enumerate(bounds, start=1)
    ]


routes = [show_coverage]
