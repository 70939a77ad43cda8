"""Runs the whole procedure for one person: organise, select, evaluate, forecast, choose (the processing model, 4).

The result depends on the arguments alone: no clock, no order of entry, no memory between calls. Merging antigens into
vaccine groups is backend/doses/engine/group.py.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from backend.doses.engine.best import best_series
from backend.doses.engine.chart import Chart
from backend.doses.engine.contraindication import antigen_stopped_by, applying, contraindicated_vaccines
from backend.doses.engine.evaluate import evaluate_series
from backend.doses.engine.forecast import SeriesForecast, Standing, forecast_series
from backend.doses.engine.immunity import immune_because
from backend.doses.engine.progress import Path, TargetStatus
from backend.doses.engine.relevant import relevant_because, relevant_series
from backend.doses.engine.ruleset import Antigen, AntigenSeries, RuleSet
from backend.doses.engine.season import season_on
from backend.doses.facts import AntigenForecast, GivenDose, Observation, PersonFacts, RuleLine, SeriesStatus


def forecast(
    person: PersonFacts, doses: Sequence[GivenDose], observations: Sequence[Observation], on: date, rules: RuleSet
) -> tuple[AntigenForecast, ...]:
    """Return what is due for one person on a day, per antigen and best path, with every dose evaluated and explained.

    An antigen for which no path concerns the person has no entry; a dose whose vaccine the rules do not know is in no
    entry either: ask `unknown_doses` and show it.

    >>> from backend.doses.engine.ruleset import prepare
    >>> from backend.doses.rules.files import FRENCH_RULES, schedule_on
    >>> on = date(2025, 11, 20)
    >>> found = forecast(PersonFacts(date(1990, 6, 15)), (), (), on, prepare(schedule_on(FRENCH_RULES, on)))
    >>> [(one.status.value, str(one.dates.earliest_on)) for one in found if one.antigen == "dtp"]
    [('not-complete', '2015-06-15')]
    """
    chart = Chart(person, doses, observations, on, rules)
    return tuple(found for antigen in rules.antigens.values() for found in _antigen_forecasts(chart, antigen))


def unknown_doses(doses: Sequence[GivenDose], rules: RuleSet) -> tuple[GivenDose, ...]:
    """Return the doses whose vaccine no rule knows: they count for nothing, and a person has to look at them."""
    return tuple(dose for dose in doses if dose.vaccine not in rules.carried)


def _antigen_forecasts(chart: Chart, antigen: Antigen) -> list[AntigenForecast]:
    contraindications = applying(chart, antigen.rules)
    standing = Standing(
        immune=immune_because(chart, antigen.rules),
        stopped=antigen_stopped_by(antigen.rules, contraindications),
        excluded=contraindicated_vaccines(chart, contraindications),
    )
    forecasts = _Series(chart, antigen, standing).forecasts()
    valid_until = _outlived(antigen, chart.on)
    notices = [f"rules valid until {valid_until}"] if valid_until else []
    notices += [f"{found.observation}: {found.text}" for found in contraindications]
    return [
        _answer(
            chart,
            antigen,
            _in_force(found, valid_until),
            (*notices, *_undecided(chart, antigen)),
            (*_guidance(chart, found), *(one.guidance for one in contraindications if one.guidance)),
        )
        for found in best_series(chart, forecasts)
    ]


def _outlived(antigen: Antigen, on: date) -> date | None:
    """Return the last day of the rules when it has passed: what they ask for or call complete holds no longer."""
    valid_until = antigen.rules.valid_until
    return valid_until if valid_until is not None and on > valid_until else None


def _in_force(found: SeriesForecast, valid_until: date | None) -> SeriesForecast:
    """Neither ask for a dose nor call anybody complete by rules that have ended; immunity and refusals stay."""
    if valid_until is None or found.status not in (SeriesStatus.COMPLETE, SeriesStatus.NOT_COMPLETE):
        return found
    line = RuleLine("validity", f"{found.path.series.antigen}/rules have ended", valid_until)
    return replace(found, status=SeriesStatus.NOT_RECOMMENDED, dates=None, vaccines=(), lines=(*found.lines, line))


def _undecided(chart: Chart, antigen: Antigen) -> tuple[str, ...]:
    """Tables 5-4, 7-5 and 7-6: what is not certain decides nothing, and a clinician is told that a rule asks for it."""
    if not chart.uncertain:
        return ()
    indications = (i.observation for series in antigen.series for i in series.rule.indications)
    asked = {*indications, *(c.observation for c in antigen.rules.contraindications)} & chart.uncertain
    return tuple(f"{code}: not certain, and the rules ask for it" for code in sorted(asked))


def _guidance(chart: Chart, found: SeriesForecast) -> tuple[str, ...]:
    """FORECASTGUIDANCE-1: the advice of the series and of its indications that the person has."""
    rule = found.path.series.rule
    return (
        *rule.guidance,
        *(i.guidance for i in rule.indications if i.guidance and i.observation in chart.observations),
    )


class _Series:
    """The relevant series of one antigen; a series may ask whether another series group is complete (table 6-7)."""

    def __init__(self, chart: Chart, antigen: Antigen, standing: Standing) -> None:
        self._chart = chart
        self._standing = standing
        self._relevant = relevant_series(chart, antigen)
        self._done: dict[str, SeriesForecast] = {}
        self._under_way: set[str] = set()

    def forecasts(self) -> list[SeriesForecast]:
        return [self._forecast(series) for series in self._relevant]

    def _forecast(self, series: AntigenSeries) -> SeriesForecast:
        name = series.rule.name
        if name not in self._done:
            self._under_way.add(name)
            path = evaluate_series(self._chart, series, self._is_group_complete)
            self._done[name] = forecast_series(self._chart, path, self._standing, self._is_group_complete)
            self._under_way.discard(name)
        return self._done[name]

    def _is_group_complete(self, group: str, known_before: date | None) -> bool:
        # A series that is asked about while it is itself being worked out cannot be called complete.
        return any(
            _is_complete(self._forecast(series), known_before)
            for series in self._relevant
            if series.rule.group == group and series.rule.name not in self._under_way
        )


def _is_complete(found: SeriesForecast, known_before: date | None) -> bool:
    return found.status is SeriesStatus.COMPLETE and (
        known_before is None
        or all(step.satisfied_by.given_on < known_before for step in found.path.steps if step.satisfied_by is not None)
    )


def _answer(
    chart: Chart, antigen: Antigen, found: SeriesForecast, notices: tuple[str, ...], guidance: tuple[str, ...]
) -> AntigenForecast:
    rule = found.path.series.rule
    return AntigenForecast(
        antigen=antigen.rules.antigen,
        series=rule.name,
        series_type=rule.type,
        group=rule.group,
        status=found.status,
        dates=found.dates,
        dose_number=_dose_number(found.path, chart.on),
        vaccines=found.vaccines,
        evaluations=tuple(found.path.verdicts),
        lines=(*found.lines, *relevant_because(chart, found.path.series)),
        notices=notices,
        guidance=guidance,
        has_priority=found.has_priority,
        may_start=chart.reaches(rule.start_from) <= chart.on,
        rules_version=chart.rules.version,
        validated=antigen.rules.signed_by is not None,
    )


def _dose_number(path: Path, on: date) -> int:
    """FORECASTDN-1: doses of past seasons are not counted."""
    season = path.next_step.target.rule.season if path.next_step is not None else None
    start = season_on(season, on).start_on if season is not None else None
    return 1 + sum(
        step.status is TargetStatus.SATISFIED
        and (start is None or (step.satisfied_by is not None and step.satisfied_by.given_on >= start))
        for step in path.steps
    )
