"""Compares the engine's answers with the official cases, field by field, and counts per vaccine group.

It only compares: nothing of a case reaches the engine but person, doses, observations and day. A case leaves the
denominator only through the list of argued exceptions that the caller gives.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from backend.doses.cdsi.cases import OfficialCase
from backend.doses.engine.group import foremost, group_forecasts, verdict_on
from backend.doses.engine.ruleset import RuleSet
from backend.doses.engine.run import forecast
from backend.doses.facts import AntigenForecast, GroupForecast, Reason
from backend.doses.rules.series import SeriesType

FIELDS: Final = ("status of doses", "reason of doses", "earliest", "recommended", "past due", "series status")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one case in which the answer is not the sheet's, with the rule lines behind the answer."""

    field: str
    expected: str
    found: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckedCase:
    """One case with the fields that were compared and those that differ."""

    case: OfficialCase
    compared: frozenset[str]
    differences: tuple[Difference, ...]


def check_case(case: OfficialCase, rules: RuleSet) -> CheckedCase:
    """Let the engine answer one case and compare every field the sheet states."""
    try:
        forecasts = forecast(case.person, case.doses, case.observations, case.on, rules)
    except (ValueError, OverflowError) as problem:  # a day that no calendar has: this case fails, the others go on
        failed = Difference("series status", case.expected_status.value, f"no answer: {problem}", ())
        return CheckedCase(case, frozenset({"series status"}), (failed,))
    found = _answering(group_forecasts(rules.groups, forecasts), case)
    if found is None:
        nothing = Difference("series status", case.expected_status.value, "no series concerns the person", ())
        return CheckedCase(case, frozenset({"series status"}), (nothing,))
    differences = (*_dose_differences(case, rules, forecasts), *_forecast_differences(case, found))
    compared = {"series status", "earliest", "recommended", "past due"}
    if any(expected.status is not None for expected in case.expected_doses):
        compared.add("status of doses")
    if any(expected.reason for expected in case.expected_doses):
        compared.add("reason of doses")
    return CheckedCase(case, frozenset(compared), differences)


def _answering(forecasts: Sequence[GroupForecast], case: OfficialCase) -> GroupForecast | None:
    """Choose the forecast of the case's group; where a risk concerns the person, the sheets expect that one."""
    ours = [found for found in forecasts if found.group == case.group]
    return foremost([found for found in ours if found.series_type is SeriesType.RISK] or ours)


def _dose_differences(case: OfficialCase, rules: RuleSet, forecasts: Sequence[AntigenForecast]) -> Iterable[Difference]:
    """Compare each dose by the best path that counts it; one of another group by the forecasts of its own antigens."""
    antigens = {antigen for group in rules.groups if group.name == case.group for antigen in group.antigens}
    ours = [found for found in forecasts if found.antigen in antigens]
    for number, (dose, expected) in enumerate(zip(case.doses, case.expected_doses, strict=True), start=1):
        verdict = verdict_on(ours, dose.id) or verdict_on(forecasts, dose.id)
        status = verdict.status if verdict else None
        because = tuple(f"{line.rule}: {line.line}" for line in verdict.lines) if verdict else ()
        if expected.status is not None and status is not expected.status:
            yield Difference("status of doses", f"{number} {expected.status}", f"{number} {status}", because)
        reasons: Sequence[Reason] = verdict.reasons if verdict else ()
        if expected.reason and expected.reasons.isdisjoint(reasons):
            yield Difference(
                "reason of doses", f"{number} {expected.reason}", f"{number} {', '.join(reasons) or 'none'}", because
            )


def _forecast_differences(case: OfficialCase, found: GroupForecast) -> Iterable[Difference]:
    because = tuple(
        f"{part.series}: {line.rule}: {line.line} {line.gives or ''}" for part in found.parts for line in part.lines
    )
    if found.status is not case.expected_status:
        yield Difference("series status", case.expected_status.value, found.status.value, because)
    dates = found.dates
    pairs = (
        ("earliest", case.earliest_on, dates.earliest_on if dates else None),
        ("recommended", case.recommended_on, dates.recommended_on if dates else None),
        ("past due", case.past_due_on, dates.past_due_on if dates else None),
    )
    for field, expected, given in pairs:
        if expected != given:
            yield Difference(field, str(expected or "none"), str(given or "none"), because)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many cases passed a field, of how many in which the sheet states it."""

    passed: int
    compared: int


def tally(checked: Sequence[CheckedCase]) -> Mapping[str, Mapping[str, Tally]]:
    """Count, per vaccine group and in total, the cases that agree in each field and in all."""
    groups: dict[str, list[CheckedCase]] = {}
    for one in checked:
        groups.setdefault(one.case.group, []).append(one)
    return {name: _counts(cases) for name, cases in (*sorted(groups.items()), ("total", list(checked)))}


def _counts(checked: Sequence[CheckedCase]) -> Mapping[str, Tally]:
    counts: dict[str, Tally] = {}
    for field in FIELDS:
        compared = [one for one in checked if field in one.compared]
        wrong = sum(any(difference.field == field for difference in one.differences) for one in compared)
        counts[field] = Tally(len(compared) - wrong, len(compared))
    counts["all"] = Tally(sum(not one.differences for one in checked), len(checked))
    return counts
