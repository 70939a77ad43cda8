"""Forecasts the next dose along one series: whether one is needed, when, and with which vaccine (chapter 7).

It moves a path past target doses that can be skipped, and answers with a status, dates and the rule lines used. Which
path is the best is decided in backend/doses/engine/best.py.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from backend.doses.engine.chart import Chart
from backend.doses.engine.conflict import conflict_end
from backend.doses.engine.fixed_ages import booster_due_on
from backend.doses.engine.interval import name_of, references
from backend.doses.engine.progress import Path, Step, TargetStatus
from backend.doses.engine.ruleset import DoseTarget, in_force
from backend.doses.engine.season import season_on
from backend.doses.engine.skip import IsGroupComplete, Moment, skipped_because
from backend.doses.facts import DoseStatus, ForecastDates, RuleLine, SeriesStatus
from backend.doses.rules.series import AgeRule, IntervalRule, Season

_ONE_DAY = timedelta(1)
_ANY = (0, AgeRule())


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for every series of an antigen: immunity, contraindications and the vaccines they exclude."""

    immune: RuleLine | None
    stopped: RuleLine | None
    excluded: frozenset[str]


@dataclass(frozen=True, slots=True)
class SeriesForecast:
    """The forecast of one path, with what selecting the best path needs."""

    path: Path
    status: SeriesStatus
    dates: ForecastDates | None
    lines: tuple[RuleLine, ...]
    starts_on: date | None = None
    vaccines: tuple[str, ...] = ()
    has_priority: bool = False


def forecast_series(chart: Chart, path: Path, standing: Standing, is_group_complete: IsGroupComplete) -> SeriesForecast:
    """Figure 7-1: skip, decide the need, generate dates, and start again when the forecast would not hold (7.6)."""
    lines: list[RuleLine] = []
    while True:
        _skip(chart, path, chart.on, lines, is_group_complete)
        candidate = _candidate_earliest(chart, path, lines)
        status = _status(chart, path, standing, candidate, lines)
        step = path.next_step
        if status is not SeriesStatus.NOT_COMPLETE or step is None:
            return SeriesForecast(path, status, None, tuple(lines))
        earliest = candidate or chart.person.born_on  # where no rule holds the dose back, birth does
        if not _skip_one(chart, path, step, earliest, lines, is_group_complete):
            dates = _dates(chart, path, step.target, earliest, lines)
            return SeriesForecast(
                path,
                status,
                dates,
                tuple(lines),
                candidate,
                _recommended_vaccines(chart, step.target, dates, standing),
                _has_priority(chart, step.target),
            )


def _skip(chart: Chart, path: Path, reference: date, lines: list[RuleLine], is_group_complete: IsGroupComplete) -> None:
    """7.1: pass every target dose that need not be given as things stand on the reference day."""
    while (step := path.next_step) is not None:
        if not _skip_one(chart, path, step, reference, lines, is_group_complete):
            return


def _skip_one(  # the decision really has these six inputs
    chart: Chart, path: Path, step: Step, reference: date, lines: list[RuleLine], is_group_complete: IsGroupComplete
) -> bool:
    skipped = skipped_because(
        chart, step.target.skips_forecasting, Moment(reference, chart.on), path.verdicts, is_group_complete
    )
    if skipped is None:
        return False
    lines.append(RuleLine(skipped.rule, f"{step.target.line}/skip: {skipped.line}", reference))
    path.skip()
    return True


def _status(
    chart: Chart, path: Path, standing: Standing, candidate: date | None, lines: list[RuleLine]
) -> SeriesStatus:
    """Table 7-10: what ends the need for a dose, in this order, or that one is needed."""
    step = path.next_step
    if step is None:
        is_met = any(found.status is TargetStatus.SATISFIED for found in path.steps)
        lines.append(RuleLine("table 7-10", f"{path.series.antigen}/{path.series.rule.name}: no dose is left to give"))
        return SeriesStatus.COMPLETE if is_met else SeriesStatus.NOT_RECOMMENDED
    ended = _ended_for_person(step.target, standing) or _ended_by_time(chart, step.target, candidate)
    if ended is None:
        return SeriesStatus.NOT_COMPLETE
    status, line = ended
    lines.append(line)
    return status


def _ended_for_person(target: DoseTarget, standing: Standing) -> tuple[SeriesStatus, RuleLine] | None:
    """Look at immunity, then at contraindication of the antigen or of every preferable vaccine (tables 7-3 and 7-7)."""
    if standing.immune is not None:
        return SeriesStatus.IMMUNE, standing.immune
    if standing.stopped is not None:
        return SeriesStatus.CONTRAINDICATED, standing.stopped
    if target.preferable and standing.excluded.issuperset(target.preferable):
        line = RuleLine("table 7-7", f"{target.line}: every preferable vaccine is contraindicated")
        return SeriesStatus.CONTRAINDICATED, line
    return None


def _ended_by_time(chart: Chart, target: DoseTarget, candidate: date | None) -> tuple[SeriesStatus, RuleLine] | None:
    """Look at the end of the season, then at the maximum age, today or on the earliest possible day."""
    season = _season(chart, target)
    if season is not None and season.end_on is not None and chart.on > season.end_on:
        return SeriesStatus.NOT_RECOMMENDED, RuleLine("table 7-10", f"{target.line}/season is over", season.end_on)
    maximum = _maximum_age_on(chart, target)
    if chart.on >= maximum or (candidate is not None and candidate >= maximum):
        return SeriesStatus.AGED_OUT, RuleLine("table 7-10", f"{target.line}/maximum age", maximum)
    return None


def _season(chart: Chart, target: DoseTarget) -> Season | None:
    return None if target.rule.season is None else season_on(target.rule.season, chart.on)


def _age_rule(chart: Chart, target: DoseTarget) -> tuple[int, AgeRule]:
    """RELEVANT-2: the ages in force on the assessment day, with their rank in the file; none hold where none is."""
    ranked = enumerate(target.rule.ages, start=1)
    return next(((rank, rule) for rank, rule in ranked if in_force(rule.effective_on, rule.ceased_on, chart.on)), _ANY)


def _maximum_age_on(chart: Chart, target: DoseTarget) -> date:
    return chart.passes(_age_rule(chart, target)[1].maximum)


def _candidate_earliest(chart: Chart, path: Path, lines: list[RuleLine]) -> date | None:
    """FORECASTDTCAN-1: the latest of all that holds the next dose back, or None where nothing does."""
    step = path.next_step
    if step is None:
        return None
    target = step.target
    held: list[tuple[date, str]] = []
    rank, age = _age_rule(chart, target)
    if age.minimum is not None:
        held.append((chart.at_age(age.minimum), f"{target.line}/age {rank}/minimum"))
    held += [
        (rule.minimum.after(reference), f"{target.line}/{name_of(rule)}/minimum")
        for rule, reference in references(chart, path, target.rule.intervals, chart.on)
        if rule.minimum is not None
    ]
    conflict = conflict_end(chart, target.preferable)
    if conflict is not None:
        held.append((conflict, f"{target.line}/conflict"))
    season = _season(chart, target)
    if season is not None and season.start_on is not None:
        held.append((season.start_on, f"{target.line}/season"))
    booster = _booster_on(chart, path, target)
    if booster is not None:
        held.append((booster, f"{target.line}/fixed ages"))
    if path.verdicts:  # the last dose of all, inadvertent ones among them
        held.append((path.verdicts[-1].dose.given_on, "the last dose"))
    if not held:
        return None
    # No dose is forecast before birth, whatever a record of a dose says.
    earliest, line = max((*held, (chart.person.born_on, "birth")))
    lines.append(RuleLine("FORECASTDTCAN-1", line, earliest))
    return earliest


def _booster_on(chart: Chart, path: Path, target: DoseTarget) -> date | None:
    if target.rule.fixed_ages is None:
        return None
    last = next((v.dose.given_on for v in reversed(path.verdicts) if v.status is not DoseStatus.SUBSTANDARD), None)
    return booster_due_on(chart, target.rule.fixed_ages, last)


def _dates(chart: Chart, path: Path, target: DoseTarget, earliest: date, lines: list[RuleLine]) -> ForecastDates:
    """FORECASTDT-1 to -6."""
    _, age = _age_rule(chart, target)
    intervals = tuple(references(chart, path, target.rule.intervals, chart.on))
    recommended, because = _unadjusted_recommended(chart, age, intervals, earliest)
    past_due, late_because = _unadjusted_past_due(chart, age, intervals) or (None, "")
    lines.append(RuleLine("FORECASTDT-2", f"{target.line}/recommended by {because}", recommended))
    if past_due is not None:
        lines.append(RuleLine("FORECASTDT-3", f"{target.line}/past due by {late_because}", past_due))
    return ForecastDates(
        earliest_on=earliest,
        recommended_on=max(earliest, recommended),
        past_due_on=None if past_due is None else max(earliest, past_due),
        latest_on=None if age.maximum is None else chart.at_age(age.maximum) - _ONE_DAY,
        recommended_unadjusted_on=recommended,
        past_due_unadjusted_on=past_due,
    )


def _unadjusted_recommended(
    chart: Chart, age: AgeRule, intervals: tuple[tuple[IntervalRule, date], ...], earliest: date
) -> tuple[date, str]:
    """FORECASTDT-2: by age; or by the latest interval; or the earliest date. Return what said so, too."""
    if age.earliest_recommended is not None:
        return chart.at_age(age.earliest_recommended), "age"
    spans = [
        (rule.earliest_recommended.after(reference), name_of(rule))
        for rule, reference in intervals
        if rule.earliest_recommended is not None
    ]
    return max(spans, default=(earliest, "the earliest day"))


def _unadjusted_past_due(
    chart: Chart, age: AgeRule, intervals: tuple[tuple[IntervalRule, date], ...]
) -> tuple[date, str] | None:
    """FORECASTDT-3: the day before the latest recommended age, or interval, if there is one; and what said so."""
    if age.latest_recommended is not None:
        return chart.at_age(age.latest_recommended) - _ONE_DAY, "age"
    spans = [
        (rule.latest_recommended.after(reference) - _ONE_DAY, name_of(rule))
        for rule, reference in intervals
        if rule.latest_recommended is not None
    ]
    return max(spans, default=None)


def _recommended_vaccines(
    chart: Chart, target: DoseTarget, dates: ForecastDates, standing: Standing
) -> tuple[str, ...]:
    """FORECASTRECVAC-1, with dates gone by taken as today: nobody is sent a vaccine they have outgrown since."""
    days = (max(dates.earliest_on, chart.on), max(dates.recommended_on, chart.on))
    return tuple(
        rule.vaccine
        for rule in target.rule.preferable
        if rule.recommend
        and rule.vaccine not in standing.excluded
        and any(chart.is_aged(rule.begin_age, rule.end_age, day) for day in days)
    )


def _has_priority(chart: Chart, target: DoseTarget) -> bool:
    """FORECASTPRIORITY-1: there are intervals in force, and each of them has priority."""
    rules = [rule for rule in target.rule.intervals if in_force(rule.effective_on, rule.ceased_on, chart.on)]
    return bool(rules) and all(rule.priority for rule in rules)
