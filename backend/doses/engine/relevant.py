"""Selects the series that concern a person (chapter 5): gender, and an indication for a risk series.

Which of them is the best path is decided later, in backend/doses/engine/best.py.
"""

from backend.doses.engine.chart import Chart
from backend.doses.engine.ruleset import Antigen, AntigenSeries
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


def _is_indicated(chart: Chart, series: AntigenSeries) -> bool:
    return not series.indicated_by.isdisjoint(chart.observations) and any(
        _applies(chart, indication) for indication in series.rule.indications
    )


def _applies(chart: Chart, indication: Indication) -> bool:
    """Table 5-4."""
    born_on = chart.person.born_on
    return (
        indication.observation in chart.observations
        and chart.is_aged(indication.begin_age, indication.end_age, chart.on)
        and (indication.born_from is None or indication.born_from <= born_on)
        and (indication.born_before is None or born_on < indication.born_before)
    )
