"""All that the product shows of a campaign, figure by figure, in the words in which the second implementation answers."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from uuid import UUID

from backend.coverage import store
from backend.coverage.care import CareFigures, Gap
from backend.coverage.figures import ALL, NO_ZONE, By, CampaignFigures, Line, lines, monitoring, shares, total
from backend.coverage.indicators import Delay, PopulationCoverage, Share
from backend.coverage.operations import OperationsFigures
from backend.db.transaction import Transaction
from tests.backend.coverage.second.town import Part

Shown = tuple[str, Part, str | None]  # the code of an indicator, of whom, and its digits; None is hidden


async def all_shown(tx: Transaction, campaign_id: UUID, on: date) -> tuple[list[Shown], frozenset[UUID]]:
    """Return every figure of a campaign as its pages, files and interfaces have it, and the zones that are shown."""
    figures = await store.read_campaign_figures(tx, campaign_id)
    assert figures is not None
    gap = await store.read_equity_gap(tx, campaign_id)
    found = [
        *of_campaign(figures),
        *of_care(await store.read_care(tx, campaign_id, on)),
        *of_work(await store.read_operations(tx, campaign_id, on)),
        ("equity_gap", Part(), _gap(gap)),
    ]
    zones = [UUID(one.key) for one in lines(figures, By.ZONE) if one.key != NO_ZONE and one.known is not None]
    return found, frozenset(zones)


def of_campaign(figures: CampaignFigures) -> Iterator[Shown]:
    for pool in (ALL, *figures.pools):
        groups = frozenset(pool.split("+")) if pool else frozenset()
        yield from _of_line(Part(groups=groups), total(figures, pool))
        for line in lines(figures, By.ZONE, pool):
            yield from _of_line(Part(zone=None if line.key == NO_ZONE else UUID(line.key), groups=groups), line)
        for line in lines(figures, By.AGE_BAND, pool):
            yield from _of_line(Part(band=line.key, groups=groups), line)
        for code, one in shares(figures, pool).items():
            yield code, Part(groups=groups), _share(one)
        last = monitoring(figures, pool)[-1:]
        whole = total(figures, pool).known
        assert not last or (whole is not None and last[0].covered == whole.numerator)
    for line in lines(figures, By.GROUP):
        yield from _of_line(Part(groups=frozenset(line.key.split("+"))), line)


def _of_line(part: Part, line: Line) -> Iterator[Shown]:
    yield "contribution", part, None if line.doses_given is None else str(line.doses_given)
    yield "known_coverage", part, _share(line.known)
    yield "population_coverage", part, _population(line.population)


def of_care(care: CareFigures) -> Iterator[Shown]:
    second = care.second_doses
    yield "drop_out", Part(), _share(second.dropped_out)
    for zone, rate in second.drop_out_by_zone.items():
        yield "drop_out", Part(zone=None if zone == NO_ZONE else UUID(zone)), str(rate)
    yield "on_time_second_dose", Part(), _share(second.on_time)
    yield "missed_opportunity", Part(), _share(care.missed)
    yield "refusal_reversed", Part(), _share(care.reversed)
    yield "dose_traceable", Part(), _share(care.traceable)
    for pathogen, one in care.positive.items():
        yield "screening_positivity", Part(detail=pathogen), _share(one)
    for name, delay in (("resulted_at", care.result_delay), ("told_at", care.told_delay)):
        yield "screening_delay", Part(detail=name), None if delay is None else _hours(delay)


def of_work(work: OperationsFigures) -> Iterator[Shown]:
    for pool in work.reached:
        yield "reached", Part(groups=frozenset(pool.population_group.split("+"))), _share(pool.reached)
    for code, reasons in (("not_given", work.not_given), ("consent_refused", work.consent_refused)):
        for reason in reasons:
            known = reason.times is not None and reason.percent is not None
            yield code, Part(detail=reason.reason), f"{reason.times} {reason.percent}" if known else None
    for site in work.sites:
        yield "site_last_visit", Part(detail=str(site.place_id)), "never" if site.days is None else str(site.days)
    for one in work.waiting:
        yield "backlog_ageing", Part(detail=f"{one.days} {one.state}"), str(one.requests)
    yield "act_to_server", Part(), f"{work.delay.acts} {_hours(work.delay)}"
    yield "waste_open", Part(), _percent(work.waste.open_percent)
    yield "waste_closed", Part(), _percent(work.waste.closed_percent)
    yield "waste_combined", Part(), _percent(work.waste.combined_percent)


def _percent(one: Decimal | None) -> str:
    return "-" if one is None else str(one)


def _share(one: Share | None) -> str | None:
    if one is None:
        return None
    bounds = f"[{one.interval.low} {one.interval.high}]" if one.interval else "-"
    return f"{one.numerator}/{one.denominator} {_percent(one.percent)} {bounds}"


def _population(one: PopulationCoverage | None) -> str | None:
    if one is None:
        return None
    people = one.denominator
    said = f"{one.persons}/{people.low}-{people.point}-{people.high}"
    bounds = f"[{one.interval.low} {one.interval.high}]" if one.interval else "-"
    return (
        f"{said} {one.quality.value}" if one.percent is None else f"{said} {one.percent} {bounds} {one.quality.value}"
    )


def _hours(one: Delay) -> str:
    return f"{one.median_hours_max or '-'} {one.p95_hours_max or '-'}"


def _gap(one: Gap | None) -> str:
    return "-" if one is None else f"{one.points} [{one.interval.low} {one.interval.high}]"
