"""This file answers `/coverage/analysis`: how well a campaign goes, and which zones differ from the others by more than chance.

Figures come from backend/coverage; nothing is shown here that the page of coverage hides.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request, Response, get
from litestar.params import FromQuery

from admin.coverage.analysis_words import ANALYSIS
from admin.coverage.charts import Spot, funnel, quadrant_of, quadrants, standing_in_funnel
from admin.coverage.people import address_of
from admin.coverage.words import number
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.clock import day_in
from backend.coverage import store
from backend.coverage.care import CareFigures, Gap
from backend.coverage.definitions import INDICATORS
from backend.coverage.figures import By, CampaignFigures, Line, lines, total
from backend.coverage.indicators import Delay, Share
from backend.coverage.opportunities import ACCEPTED_LATER, MISSED, STILL_REFUSING
from backend.coverage.remember import read_version, remembered_value
from backend.coverage.second_dose import EARLY, LATE, NONE, ON_TIME
from backend.coverage.store import CampaignShown
from backend.db.transaction import transaction
from backend.edge.locale import locale_of
from backend.log.follow import freshen
from backend.problems import Problem

COVERAGE_LEAST, DROP_OUT_MOST = 75, 10


class Row(msgspec.Struct, frozen=True):
    """A line of a chart's table."""

    name: str
    x: str
    y: str
    word: str


class CareRow(msgspec.Struct, frozen=True):
    """A line of the table of follow-up, as text."""

    name: str
    value: str
    of: str = ""
    interval: str = ""
    people: str = ""  # where the people behind it are listed


@get("/coverage/analysis", opt=needs(Right.SEE_COVERAGE), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_analysis(request: Request[Any, Any, Any], campaign: FromQuery[UUID | None] = None) -> Response[str]:
    """Show the analyses of a campaign, the latest one unless another is asked for."""
    await freshen(scope_of(request), request.app.state.now())
    async with transaction(scope_of(request)) as tx:
        day_on = day_in(await store.read_time_zone(tx), request.app.state.now())
        campaigns = await store.list_campaigns(tx)
        chosen = next((one for one in campaigns if campaign in (None, one.id)), None)
        if campaign is not None and chosen is None:
            raise Problem("not_found")
        version = await read_version(tx)
        figures = await store.read_campaign_figures(tx, chosen.id, version) if chosen else None
        care = await store.read_care(tx, chosen.id if chosen else None, day_on, version)
        gap = await store.read_equity_gap(tx, chosen.id, version) if chosen else None
    locale = locale_of(request)
    shown = None
    if figures is not None and chosen is not None:
        shown = remembered_value(
            version, ("analysis", chosen.id, day_on, locale), partial(_shown, figures, care, gap, chosen, locale)
        )
    query = f"?{urlencode({'campaign': str(chosen.id)})}" if chosen else ""
    may_list = scope_of(request).may(Right.SETTLE_CLINICAL)
    return page(request, "coverage/analysis.html", ANALYSIS, shown=shown, query=query, may_list=may_list)


def _shown(
    figures: CampaignFigures, care: CareFigures, gap: Gap | None, campaign: CampaignShown, locale: str
) -> dict[str, Any]:
    def say(name: str) -> str:
        return ANALYSIS[name][locale == "en"]

    by_zone = lines(figures, By.ZONE)
    names = {str(zone.id): f"{zone.name} ({zone.code})" for zone in figures.zones}
    spots = _funnel_spots(by_zone, names)
    whole = total(figures).known
    mean = whole.percent if whole and whole.percent is not None else Decimal(0)
    target = campaign.target_percent or COVERAGE_LEAST
    dropping = _quadrant_spots(by_zone, care, names)
    return {
        "campaign": f"{campaign.name} – {campaign.antigen} {campaign.season}",
        "care": _care_rows(care, say, locale, partial(address_of, campaign.id)),
        "gap": _gap(gap, locale),
        "quadrants": quadrants(dropping, target, DROP_OUT_MOST, (say("quadrants"), say("coverage"), say("drop_out")))
        if dropping
        else "",
        "quadrant_rows": [
            Row(one.name, number(one.x, locale), number(one.y, locale), quadrant_of(one, target, DROP_OUT_MOST))
            for one in dropping
        ],
        "funnel": funnel(spots, mean, (say("funnel"), say("persons"), say("coverage"))) if spots else "",
        "funnel_rows": [
            Row(one.name, number(int(one.x), locale), number(one.y, locale), say(standing_in_funnel(one, mean)))
            for one in sorted(spots, key=lambda one: (one.y, one.name))
        ],
    }


def _funnel_spots(by_zone: list[Line], names: dict[str, str]) -> list[Spot]:
    return [
        Spot(names[line.key], Decimal(line.known.denominator), line.known.percent)
        for line in by_zone
        if line.key in names and line.known is not None and line.known.percent is not None
    ]


def _quadrant_spots(by_zone: list[Line], care: CareFigures, names: dict[str, str]) -> list[Spot]:
    rates = care.second_doses.drop_out_by_zone
    return [
        Spot(names[line.key], line.known.percent, rates[line.key])
        for line in by_zone
        if line.key in names and line.key in rates and line.known is not None and line.known.percent is not None
    ]


def _care_rows(care: CareFigures, say: Any, locale: str, people_of: Callable[[str, str], str]) -> list[CareRow]:
    titles = {code: one.title.en if locale == "en" else one.title.fr for code, one in INDICATORS.items()}
    second = care.second_doses

    def share(name: str, one: Share | None, *counted: str) -> CareRow:
        people = people_of(*counted)
        if one is None or one.percent is None or one.interval is None:
            return CareRow(name, say("hidden"), people=people)
        bounds = f"{number(one.interval.low, locale)} – {number(one.interval.high, locale)}"
        return CareRow(name, f"{number(one.percent, locale)} %", number(one.denominator, locale), bounds, people)

    def count(name: str, n: int | None, *counted: str) -> CareRow:
        return CareRow(name, say("hidden") if n is None else number(n, locale), people=people_of(*counted))

    def delay(name: str, one: Delay | None) -> CareRow:
        if one is None:
            return CareRow(name, say("hidden"))
        return CareRow(name, f"{one.median_hours_max or '> 168'}, {one.p95_hours_max or '> 168'}")

    return [
        share(titles["drop_out"], second.dropped_out, "second_dose", NONE),
        share(titles["on_time_second_dose"], second.on_time, "second_dose", ON_TIME),
        count(say("early"), second.early, "second_dose", EARLY),
        count(say("late"), second.late, "second_dose", LATE),
        share(titles["missed_opportunity"], care.missed, "occasion", MISSED),
        count(say("refused"), care.refused, "refused_then", STILL_REFUSING),
        share(titles["refusal_reversed"], care.reversed, "refused_then", ACCEPTED_LATER),
        share(titles["dose_traceable"], care.traceable, "dose_quality", "lot_or_expiry_missing"),
        *(
            share(f"{titles['screening_positivity']} : {pathogen}", one, "screening", f"{pathogen}:detected")
            for pathogen, one in care.positive.items()
        ),
        delay(say("result_delay"), care.result_delay),
        delay(say("told_delay"), care.told_delay),
    ]


def _gap(gap: Gap | None, locale: str) -> str:
    if gap is None:
        return ""
    points, low, high = (number(one, locale) for one in (gap.points, gap.interval.low, gap.interval.high))
    most, least = number(gap.most_percent, locale), number(gap.least_percent, locale)
    return f"{points} points [{low} – {high}] : {most} % – {least} % ({gap.zones} zones)"


routes = [show_analysis]
