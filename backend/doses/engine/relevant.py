"""Selects the series that concern a person (chapter 5): gender, and an indication for a risk series.

Which of them is the best path is decided later, in backend/doses/engine/best.py.
"""

from collections.abc import Iterator

from backend.doses.engine.chart import Chart
from backend.doses.engine.ruleset import Antigen, AntigenSeries
from backend.doses.facts import RuleLine
from backend.doses.rules.series import Indication, SeriesType


def relevant_series(chart: Chart, antigen: Antigen) -> tuple[AntigenSeries, ...]:
    """Table 5-5: series concern everybody of the gender they require; risk series need an indication besides."""
    gender = chart.person.gender.value
    return tuple(
        series
        for series in antigen.series
        if (not series.rule.genders or gender in series.rule.genders)
        and (series.rule.type is not SeriesType.RISK or _is_indicated(chart, series))
    )


def relevant_because(chart: Chart, series: AntigenSeries) -> tuple[RuleLine, ...]:
    """Return the rule lines that make a relevant series this person's: its gender, and the indications they have."""
    place = f"{series.antigen}/{series.rule.name}"
    lines = [RuleLine("table 5-4", f"{place}/indication {found.observation}") for found in _indications(chart, series)]
    if series.rule.genders:
        lines.append(RuleLine("table 5-5", f"{place}/for {chart.person.gender.value}"))
    return tuple(lines)


def _is_indicated(chart: Chart, series: AntigenSeries) -> bool:
    return next(_indications(chart, series), None) is not None


def _indications(chart: Chart, series: AntigenSeries) -> Iterator[Indication]:
    if not series.indicated_by.isdisjoint(chart.observations):
        yield from (found for found in series.rule.indications if _applies(chart, found))


def _applies(chart: Chart, indication: Indication) -> bool:
    """Table 5-4."""
    born_on = chart.person.born_on
    return (
        indication.observation in chart.observations
        and chart.is_aged(indication.begin_age, indication.end_age, chart.on)
        and (indication.born_from is None or indication.born_from <= born_on)
        and (indication.born_before is None or born_on < indication.born_before)
    )
