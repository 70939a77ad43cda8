"""Selects the best path to immunity among the forecast series of one antigen (chapter 8).

One series is prioritised per series group; those that do not make each other needless are the best ones. What is
forecast along them is decided in backend/doses/engine/forecast.py.
"""

from collections.abc import Callable, Sequence
from datetime import date

from backend.doses.engine.chart import Chart
from backend.doses.engine.dates import LATEST
from backend.doses.engine.forecast import SeriesForecast
from backend.doses.engine.progress import TargetStatus
from backend.doses.engine.ruleset import in_force
from backend.doses.facts import DoseStatus, SeriesStatus
from backend.doses.rules.series import SeriesRule, SeriesType

Test = Callable[[SeriesForecast], bool]


def best_series(chart: Chart, forecasts: Sequence[SeriesForecast]) -> tuple[SeriesForecast, ...]:
    """8.1 to 8.8: prioritise one series per group, then keep those that are needed."""
    groups = sorted({_rule(forecast).group for forecast in forecasts})
    prioritised: dict[str, SeriesForecast] = {}
    for group in groups:
        found = _prioritised(chart, [forecast for forecast in forecasts if _rule(forecast).group == group])
        if found is not None:
            prioritised[group] = found
    return tuple(found for found in prioritised.values() if _is_best(found, prioritised))


def _rule(forecast: SeriesForecast) -> SeriesRule:
    return forecast.path.series.rule


def _is_complete(forecast: SeriesForecast) -> bool:
    """SELECTB-6."""
    return forecast.status is SeriesStatus.COMPLETE


def _is_in_process(forecast: SeriesForecast) -> bool:
    """SELECTB-16."""
    return forecast.status is SeriesStatus.NOT_COMPLETE and forecast.path.valid_count > 0


def _prioritised(chart: Chart, group: list[SeriesForecast]) -> SeriesForecast | None:
    """Tables 8-3 and 8-5: the complete series, failing that those in process, failing that the default, are scored."""
    scorable = _scorable(chart, group)
    default = next((forecast for forecast in group if _rule(forecast).default), None)
    if len(scorable) <= 1:
        return scorable[0] if scorable else default
    complete = [forecast for forecast in scorable if _is_complete(forecast)]
    if complete:
        return _highest(complete, _complete_score)
    in_process = [forecast for forecast in scorable if _is_in_process(forecast)]
    if in_process:
        return _highest(in_process, lambda found, others: _in_process_score(chart, found, others))
    if default is not None:
        return default
    if any(forecast.path.valid_count for forecast in scorable):
        # Table 8-5 leaves this case open (say, contraindicated or aged out after a dose): valid doses decide.
        return _highest(scorable, _complete_score)
    return _highest(scorable, lambda found, others: _no_valid_score(chart, found, others))


def _scorable(chart: Chart, group: list[SeriesForecast]) -> list[SeriesForecast]:
    """SELECTB-24 and SELECTSCORE-2."""
    candidates = [f for f in group if f.status is not SeriesStatus.CONTRAINDICATED] or group
    highest = min(_rule(forecast).priority for forecast in group)
    has_default = any(_rule(forecast).default for forecast in group)
    has_valid = any(forecast.path.valid_count for forecast in group)

    def is_scorable(forecast: SeriesForecast) -> bool:
        rule = _rule(forecast)
        match rule.type:
            case SeriesType.RISK:
                return rule.priority == highest
            case SeriesType.EVALUATION:
                return _is_complete(forecast)
            case SeriesType.STANDARD:
                first = forecast.path.first_valid_on
                if first is None:
                    return not has_valid and not has_default
                return first < chart.passes(rule.start_before)

    return [forecast for forecast in candidates if is_scorable(forecast)]


def _highest(
    scored: list[SeriesForecast], score: Callable[[SeriesForecast, list[SeriesForecast]], int]
) -> SeriesForecast:
    """SELECTBEST-1 and -2: the most points; among equals the better ranked series."""
    return max(scored, key=lambda found: (score(found, scored), -_rule(found).preference))


def _points(found: SeriesForecast, scored: list[SeriesForecast], test: Test, gain: int) -> int:
    """Give the points when the test holds for this series alone, none when it is shared, and take them otherwise."""
    if not test(found):
        return -gain
    return gain if sum(map(test, scored)) == 1 else 0


def _complete_score(found: SeriesForecast, scored: list[SeriesForecast]) -> int:
    """Table 8-7."""
    return _points(found, scored, _has_most_valid(scored), 1)


def _in_process_score(chart: Chart, found: SeriesForecast, scored: list[SeriesForecast]) -> int:
    """Table 8-9."""
    fewest = min(forecast.path.missing_count for forecast in scored)
    finishes = [finish for forecast in scored if (finish := _finish_on(chart, forecast)) is not None]
    is_all_valid_product = _rule(found).product_path and all(
        verdict.status is DoseStatus.VALID for verdict in found.path.verdicts
    )
    return (
        (2 if is_all_valid_product else -2)
        + (3 if _finish_on(chart, found) is not None else -3)
        + _points(found, scored, _has_most_valid(scored), 2)
        + _points(found, scored, lambda one: one.path.missing_count == fewest, 2)
        + _points(found, scored, lambda one: bool(finishes) and _finish_on(chart, one) == min(finishes), 1)
    )


def _no_valid_score(chart: Chart, found: SeriesForecast, scored: list[SeriesForecast]) -> int:
    """Table 8-11."""
    starts = [forecast.starts_on for forecast in scored if forecast.starts_on is not None]
    return (
        _points(found, scored, lambda one: bool(starts) and one.starts_on == min(starts), 1)  # SELECTB-14
        + (1 if _finish_on(chart, found) is not None else -1)
        + (-1 if _rule(found).product_path else 1)
    )


def _has_most_valid(scored: list[SeriesForecast]) -> Test:
    """SELECTB-19."""
    most = max(forecast.path.valid_count for forecast in scored)
    return lambda forecast: forecast.path.valid_count == most


def _finish_on(chart: Chart, forecast: SeriesForecast) -> date | None:
    """SELECTB-3 and -12: the day the series can be finished, or None when that is past the maximum age."""
    earliest = forecast.starts_on
    if earliest is None:
        return None
    steps = forecast.path.steps
    remaining = [step for step in steps[forecast.path.position :] if step.status is TargetStatus.NOT_SATISFIED]
    finish = max(
        (
            rule.minimum.after(earliest)
            for step in remaining[1:]
            for rule in step.target.rule.intervals
            if rule.minimum is not None and in_force(rule.effective_on, rule.ceased_on, chart.on)
        ),
        default=earliest,
    )
    ages = [
        rule
        for rule in steps[-1].target.rule.ages
        if in_force(rule.effective_on, rule.ceased_on, chart.on) and rule.maximum is not None
    ]
    return finish if finish < (chart.passes(ages[0].maximum) if ages else LATEST) else None


def _is_best(found: SeriesForecast, prioritised: dict[str, SeriesForecast]) -> bool:
    """Table 8-14."""
    if _is_complete(found):
        return True
    equivalent = [prioritised[group] for group in _rule(found).equivalent_groups if group in prioritised]
    if any(_is_complete(other) for other in equivalent) or _rule(found).type is SeriesType.EVALUATION:
        return False
    if _rule(found).type is SeriesType.RISK:
        return True
    return not any(_rule(other).type is SeriesType.RISK for other in equivalent)
