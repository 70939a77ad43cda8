"""Evaluates each given dose of an antigen against the target doses of one series (4.4 and chapter 6).

Every dose gets exactly one verdict, with its reasons and the rule lines used; what comes next is forecast in
backend/doses/engine/forecast.py.
"""

from collections.abc import Mapping

from backend.doses.engine.chart import Chart
from backend.doses.engine.conflict import conflicting_line
from backend.doses.engine.interval import name_of, references
from backend.doses.engine.progress import Path, Step
from backend.doses.engine.ruleset import AntigenSeries, DoseTarget, in_force
from backend.doses.engine.skip import IsGroupComplete, Moment, skipped_because
from backend.doses.facts import DoseId, DoseStatus, EvaluatedDose, GivenDose, Reason, RuleLine
from backend.doses.rules.series import VaccineRule

_Finding = tuple[Reason | None, RuleLine]
"""What one table says of a dose: the reason, or None when all is well, and the rule line used."""


def evaluate_series(chart: Chart, series: AntigenSeries, is_group_complete: IsGroupComplete) -> Path:
    """Walk the doses of the antigen along the series and return the path with every dose judged (figure 4-6)."""
    path = Path.along(series)
    statuses: dict[DoseId, DoseStatus] = {}
    for dose in chart.by_antigen.get(series.antigen, ()):
        verdict = _unusable(dose) or _judged(chart, path, dose, statuses, is_group_complete)
        if verdict.status is DoseStatus.VALID:
            path.satisfy(dose)
        path.verdicts.append(verdict)
        statuses[dose.id] = verdict.status
    return path


def _unusable(dose: GivenDose) -> EvaluatedDose | None:
    """Table 6-3: a dose from an expired lot, or spoiled, is not evaluated further."""
    if dose.lot_expires_on is not None and dose.given_on > dose.lot_expires_on:
        line = RuleLine("table 6-3", "lot expired", dose.lot_expires_on)
        return EvaluatedDose(dose, DoseStatus.SUBSTANDARD, (Reason.EXPIRED,), None, (line,))
    if dose.spoiled:
        line = RuleLine("table 6-3", "dose spoiled")
        return EvaluatedDose(dose, DoseStatus.SUBSTANDARD, (Reason.SPOILED,), None, (line,))
    return None


def _judged(
    chart: Chart,
    path: Path,
    dose: GivenDose,
    statuses: Mapping[DoseId, DoseStatus],
    is_group_complete: IsGroupComplete,
) -> EvaluatedDose:
    """Skip what can be skipped (6.2), then hold the dose against the next target."""
    moment = Moment(dose.given_on, dose.given_on, known_before=dose.given_on)
    lines: list[RuleLine] = []
    while (step := path.next_step) is not None:
        skipped = skipped_because(chart, step.target.skips_evaluating, moment, path.verdicts, is_group_complete)
        if skipped is None:
            return _against(chart, path, step, dose, statuses, lines)
        lines.append(RuleLine(skipped.rule, f"{step.target.line}/skip: {skipped.line}"))
        path.skip()
    lines.append(RuleLine("4.4 step 6", f"{path.series.antigen}/{path.series.rule.name}: every dose was given"))
    return EvaluatedDose(dose, DoseStatus.EXTRANEOUS, (Reason.SERIES_DONE,), None, tuple(lines))


def _against(
    chart: Chart,
    path: Path,
    step: Step,
    dose: GivenDose,
    statuses: Mapping[DoseId, DoseStatus],
    lines: list[RuleLine],
) -> EvaluatedDose:
    """6.3 to 6.10: hold the dose against one target and say whether it satisfies it (table 6-31)."""
    target = step.target
    if dose.vaccine in target.rule.inadvertent:  # table 6-13
        lines.append(RuleLine("table 6-13", f"{target.line}/inadvertent"))
        return EvaluatedDose(dose, DoseStatus.NOT_VALID, (Reason.INADVERTENT,), target.number, tuple(lines))
    findings = (
        _age_finding(chart, target, dose),
        _interval_finding(chart, path, target, dose),
        _conflict_finding(chart, dose, statuses),
        _vaccine_finding(chart, target, dose),
    )
    reasons: list[Reason] = []
    for reason, line in (finding for finding in findings if finding is not None):
        lines.append(line)
        if reason is not None:
            reasons.append(reason)
    return EvaluatedDose(dose, _status_for(reasons), tuple(reasons), target.number, tuple(lines))


def _status_for(reasons: list[Reason]) -> DoseStatus:
    """Table 6-31, from the reasons found: remarks do not hinder, too old is extraneous, the rest is not valid."""
    hindrances = [reason for reason in reasons if reason not in (Reason.GRACE, Reason.LOW_VOLUME)]
    if not hindrances:
        return DoseStatus.VALID
    return DoseStatus.EXTRANEOUS if Reason.TOO_OLD in hindrances else DoseStatus.NOT_VALID


def _age_finding(chart: Chart, target: DoseTarget, dose: GivenDose) -> _Finding | None:
    """Table 6-15; a dose recorded before birth is a slip of the record, and too young for every target."""
    if dose.given_on < chart.person.born_on:
        return Reason.TOO_YOUNG, RuleLine("table 6-15", f"{target.line}/before birth", chart.person.born_on)
    for index, rule in enumerate(target.rule.ages, start=1):
        if not in_force(rule.effective_on, rule.ceased_on, dose.given_on):
            continue
        line = f"{target.line}/age {index}"
        if rule.absolute_minimum is not None and dose.given_on < (ends := chart.at_age(rule.absolute_minimum)):
            return Reason.TOO_YOUNG, RuleLine("table 6-15", f"{line}/absolute_minimum", ends)
        if rule.minimum is not None and dose.given_on < (ends := chart.at_age(rule.minimum)):
            return Reason.GRACE, RuleLine("table 6-15", f"{line}/minimum", ends)
        if rule.maximum is not None and dose.given_on >= (ends := chart.at_age(rule.maximum)):
            return Reason.TOO_OLD, RuleLine("table 6-15", f"{line}/maximum", ends)
        return None, RuleLine("table 6-15", line)
    return None


def _interval_finding(chart: Chart, path: Path, target: DoseTarget, dose: GivenDose) -> _Finding | None:
    """Tables 6-18 and 6-21: all preferable intervals, or failing that all allowable ones."""
    finding: _Finding | None = None
    for rule, reference in references(chart, path, target.rule.intervals, dose.given_on):
        line = f"{target.line}/{name_of(rule)}"
        if rule.absolute_minimum is not None and dose.given_on < (ends := rule.absolute_minimum.after(reference)):
            return _allowable_finding(chart, path, target, dose) or (
                Reason.TOO_SOON,
                RuleLine("table 6-18", f"{line}/absolute_minimum", ends),
            )
        if rule.minimum is not None and dose.given_on < (ends := rule.minimum.after(reference)):
            finding = Reason.GRACE, RuleLine("table 6-18", f"{line}/minimum", ends)
        elif finding is None:
            finding = None, RuleLine("table 6-18", line, reference)
    return finding


def _allowable_finding(chart: Chart, path: Path, target: DoseTarget, dose: GivenDose) -> _Finding | None:
    """Table 6-21: return the allowable interval that is kept, or None when there is none or one is not kept."""
    kept: _Finding | None = None
    rules = target.rule.allowable_intervals
    for rule, reference in references(chart, path, rules, dose.given_on):
        if rule.absolute_minimum is not None and dose.given_on < rule.absolute_minimum.after(reference):
            return None
        kept = None, RuleLine("table 6-21", f"{target.line}/allowable {name_of(rule)}", reference)
    return kept


def _conflict_finding(chart: Chart, dose: GivenDose, statuses: Mapping[DoseId, DoseStatus]) -> _Finding | None:
    """6.7."""
    line = conflicting_line(chart, dose, statuses)
    return None if line is None else (Reason.CONFLICT, line)


def _vaccine_finding(chart: Chart, target: DoseTarget, dose: GivenDose) -> _Finding | None:
    """Tables 6-26 and 6-29: a preferable vaccine, or failing that an allowable one."""
    reason = Reason.NOT_FOR_THIS_DOSE
    for rule in target.preferable.get(dose.vaccine, ()):
        if not chart.is_aged(rule.begin_age, rule.end_age, dose.given_on):
            reason = Reason.OUTSIDE_VACCINE_AGE
        elif not _is_product(rule, dose):
            reason = Reason.WRONG_TRADE_NAME
        else:
            return _volume_remark(rule, dose), RuleLine("table 6-26", f"{target.line}/preferable {dose.vaccine}")
    for rule in target.allowable.get(dose.vaccine, ()):
        if chart.is_aged(rule.begin_age, rule.end_age, dose.given_on):
            return None, RuleLine("table 6-29", f"{target.line}/allowable {dose.vaccine}")
        reason = Reason.OUTSIDE_VACCINE_AGE
    return reason, RuleLine("table 6-29", f"{target.line}/vaccines")


def _is_product(rule: VaccineRule, dose: GivenDose) -> bool:
    """Compare the product where both sides name it: a record that does not say is given the benefit of the doubt."""
    return rule.trade_name is None or dose.trade_name is None or rule.trade_name == dose.trade_name


def _volume_remark(rule: VaccineRule, dose: GivenDose) -> Reason | None:
    if rule.volume_ml is None or dose.volume_ml is None or dose.volume_ml >= rule.volume_ml:
        return None
    return Reason.LOW_VOLUME
