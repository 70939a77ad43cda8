"""This file decides what a report says: its sections and their cells, from the same figures as the page and the CSV.

A hidden count is an empty cell of which the file says that it is hidden. Every format is written from these sections, so
that none can differ from another.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from backend.coverage.care import CareFigures
from backend.coverage.csv_export import Cell
from backend.coverage.definitions import INDICATORS
from backend.coverage.figures import By, CampaignFigures, Line, lines, total
from backend.coverage.suppress import is_small

HIDDEN: Final = "hidden"


class Status(StrEnum):
    """Where an objective stands."""

    MET = "met"
    ON_THE_WAY = "on_the_way"
    BEHIND = "behind"  # no better than the baseline
    UNKNOWN = "unknown"


class Objective(msgspec.Struct, frozen=True):
    """What the contract asks for, in percent."""

    id: UUID
    name: str
    campaign_id: UUID
    indicator: str
    baseline_percent: int | None
    target_percent: int
    weight: int


class ChannelWork(msgspec.Struct, frozen=True):
    """A month's work by channel: doses given, stops planned and done, hours of one team."""

    channel: str
    doses: int
    stops: int
    stops_done: int
    team_hours: Decimal


class Measured(msgspec.Struct, frozen=True):
    """The figures of one campaign."""

    name: str
    figures: CampaignFigures
    care: CareFigures


class Section(msgspec.Struct, frozen=True):
    """A table of the report: its code (words are the writer's), a name of its own, columns, and rows of cells."""

    code: str
    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Report(msgspec.Struct, frozen=True):
    """A month's report."""

    territory: str
    month_on: date
    made_at: datetime
    data_up_to: datetime | None
    tablets_not_synced: int
    sections: tuple[Section, ...]


def value_of(objective: Objective, measured: Mapping[UUID, Measured]) -> Decimal | None:
    """Return the figure that an objective is measured by; None where it is hidden or there is none."""
    one = measured.get(objective.campaign_id)
    if one is None:
        return None
    whole = total(one.figures)
    share = {
        "known_coverage": whole.known,
        "population_coverage": whole.population,
        "drop_out": one.care.second_doses.dropped_out,
        "missed_opportunity": one.care.missed,
    }.get(objective.indicator)
    return share.percent if share is not None else None


def status(objective: Objective, value: Decimal | None) -> Status:
    """Tell where an objective stands; of drop-out and missed opportunities less is better.

    >>> flu = Objective(UUID(int=1), "flu", UUID(int=2), "known_coverage", 53, 75, 2)
    >>> [status(flu, Decimal(value)).value for value in (75, 60, 53)]
    ['met', 'on_the_way', 'behind']
    """
    if value is None:
        return Status.UNKNOWN
    sign = -1 if objective.indicator in ("drop_out", "missed_opportunity") else 1
    if sign * value >= sign * objective.target_percent:
        return Status.MET
    better = objective.baseline_percent is not None and sign * value > sign * objective.baseline_percent
    return Status.ON_THE_WAY if better else Status.BEHIND


def sections(
    objectives: Sequence[Objective], measured: Mapping[UUID, Measured], work: Sequence[ChannelWork], locale: str
) -> tuple[Section, ...]:
    """Return the sections of a report: objectives, each campaign by zone, group and age, the work, the definitions."""
    found = [_objectives(objectives, measured)]
    for one in measured.values():
        found += [_lines(one, by) for by in (By.ZONE, By.GROUP, By.AGE_BAND)]
        found.append(_care(one))
    found += [_work(work), _definitions(locale)]
    return tuple(found)


def _objectives(objectives: Sequence[Objective], measured: Mapping[UUID, Measured]) -> Section:
    rows = []
    for one in objectives:
        value = value_of(one, measured)
        rows.append(
            (
                one.name,
                one.indicator,
                one.baseline_percent,
                value,
                one.target_percent,
                one.weight,
                status(one, value).value,
            )
        )
    columns = ("objective", "indicator", "baseline", "value", "target", "weight", "status")
    return Section("objectives", "", columns, tuple(rows))


def _lines(one: Measured, by: By) -> Section:
    names = {str(zone.id): f"{zone.code} {zone.name}" for zone in one.figures.zones}
    rows = [_row(line, names.get(line.key, line.key)) for line in lines(one.figures, by)]
    rows.append(_row(total(one.figures), "total"))
    columns = ("name", "known", "covered", "known_percent", "population_percent", "low", "high", "doses_given", "note")
    return Section(f"by_{by.value}", one.name, columns, tuple(rows))


def _row(line: Line, name: str) -> tuple[Cell, ...]:
    population = line.population
    interval = population.interval if population else None
    is_hidden = line.covered is None or line.due is None or line.doses_given is None
    return (
        name,
        line.known.denominator if line.known else None,
        line.covered,
        line.known.percent if line.known else None,
        population.percent if population else None,
        interval.low if interval else None,
        interval.high if interval else None,
        line.doses_given,
        HIDDEN if is_hidden else "",
    )


def _care(one: Measured) -> Section:
    second = one.care.second_doses
    shares = {
        "drop_out": second.dropped_out,
        "on_time_second_dose": second.on_time,
        "missed_opportunity": one.care.missed,
        "refusal_reversed": one.care.reversed,
        "dose_traceable": one.care.traceable,
    }
    rows = tuple(
        (code, share.percent, share.numerator, share.denominator, "") if share else (code, None, None, None, HIDDEN)
        for code, share in shares.items()
    )
    return Section("care", one.name, ("indicator", "percent", "numerator", "denominator", "note"), rows)


def _work(work: Sequence[ChannelWork]) -> Section:
    rows = []
    for one in work:
        hidden = is_small(one.doses)
        rate = None if hidden or not one.team_hours else (Decimal(one.doses) / one.team_hours).quantize(Decimal("0.1"))
        doses = None if hidden else one.doses
        rows.append((one.channel, doses, one.stops, one.stops_done, one.team_hours, rate, HIDDEN if hidden else ""))
    columns = ("channel", "doses", "stops", "stops_done", "team_hours", "doses_per_hour", "note")
    return Section("work", "", columns, tuple(rows))


def _definitions(locale: str) -> Section:
    english = locale == "en"
    rows = tuple(
        (
            one.code,
            one.version,
            one.title.en if english else one.title.fr,
            one.numerator.en if english else one.numerator.fr,
            one.denominator.en if english else one.denominator.fr,
            one.exclusions.en if english else one.exclusions.fr,
            one.source,
        )
        for one in INDICATORS.values()
    )
    columns = ("indicator", "version", "title", "numerator", "denominator", "exclusions", "source")
    return Section("definitions", "", columns, rows)
