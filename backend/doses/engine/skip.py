"""Decides whether a target dose can be skipped (6.2, used again by 7.1 and 7.6).

The reference date is the day of the dose when evaluating, the assessment date when forecasting and the earliest date
when a forecast is validated (CONDSKIP-2).
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from backend.doses.engine.chart import Chart
from backend.doses.engine.ruleset import in_force
from backend.doses.facts import DoseStatus, EvaluatedDose, RuleLine
from backend.doses.rules.series import Compared, ConditionKind, Counted, SkipCondition, SkipRule, SkipSet

_COMPARISONS: Final[Mapping[Compared, Callable[[int, int], bool]]] = {
    Compared.MORE: operator.gt,
    Compared.EQUAL: operator.eq,
    Compared.LESS: operator.lt,
}
IsGroupComplete = Callable[[str, date | None], bool]
"""Says whether a series group of the antigen holds a relevant series that is complete (table 6-7).

The date, where there is one, asks for completion by doses given before it: what came later cannot excuse a dose.
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """When the question is asked: the reference date, the day by which rules are in force, and what may be known."""

    reference: date
    in_force_on: date
    known_before: date | None = None


def skipped_because(
    chart: Chart,
    rules: tuple[SkipRule, ...],
    moment: Moment,
    verdicts: Sequence[EvaluatedDose],
    is_group_complete: IsGroupComplete,
) -> RuleLine | None:
    """Table 6-11: return the rule line that lets the dose be skipped, or None when it has to be given.

    `verdicts` are the doses judged so far.
    """

    def is_met(condition: SkipCondition) -> bool:
        return _is_met(chart, condition, moment, verdicts, is_group_complete)

    for rule in rules:
        sets = [found for found in rule.sets if in_force(found.effective_on, found.ceased_on, moment.in_force_on)]
        met = [found for found in sets if _is_set_met(found, is_met)]
        if met and (rule.any_is_enough or len(met) == len(sets)):
            return RuleLine("table 6-11", met[0].title or "conditional skip")
    return None


def _is_set_met(found: SkipSet, is_met: Callable[[SkipCondition], bool]) -> bool:
    """Table 6-10."""
    results = map(is_met, found.conditions)
    return any(results) if found.any_is_enough else all(results)


def _is_met(
    chart: Chart,
    condition: SkipCondition,
    moment: Moment,
    verdicts: Sequence[EvaluatedDose],
    is_group_complete: IsGroupComplete,
) -> bool:
    match condition.kind:
        case ConditionKind.AGE:  # table 6-6
            return chart.is_aged(condition.begin_age, condition.end_age, moment.reference)
        case ConditionKind.COMPLETED:  # table 6-7
            return any(is_group_complete(group, moment.known_before) for group in condition.series_groups)
        case ConditionKind.INTERVAL:  # table 6-8
            if not verdicts or condition.interval is None:
                return False
            return moment.reference >= condition.interval.after(verdicts[-1].dose.given_on)  # CALCDTSKIP-5
        case ConditionKind.COUNT:  # table 6-9
            return _COMPARISONS[condition.compared](_count(chart, condition, verdicts), condition.count)


def _count(chart: Chart, condition: SkipCondition, verdicts: Sequence[EvaluatedDose]) -> int:
    """CONDSKIP-1: the doses of the named vaccines (or of any), within ages and days, of the status asked for."""
    return sum(
        (not condition.vaccines or verdict.dose.vaccine in condition.vaccines)
        and (condition.counted is Counted.TOTAL or verdict.status is DoseStatus.VALID)
        and (condition.start_on is None or condition.start_on <= verdict.dose.given_on)
        and (condition.end_on is None or verdict.dose.given_on < condition.end_on)
        and chart.is_aged(condition.begin_age, condition.end_age, verdict.dose.given_on)
        for verdict in verdicts
    )
