"""Merges the forecasts of antigens that are given together into one forecast of the vaccine group (chapter 9).

Paths of different kinds (for everybody, for people at risk) are not mixed: a group may have one forecast of each.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from backend.doses.facts import (
    AntigenForecast,
    DoseId,
    DoseStatus,
    EvaluatedDose,
    ForecastDates,
    GivenDose,
    GroupForecast,
    SeriesStatus,
)
from backend.doses.rules.format import VaccineGroup

_KINDEST: Final = (DoseStatus.VALID, DoseStatus.EXTRANEOUS, DoseStatus.NOT_VALID, DoseStatus.SUBSTANDARD)
_STRICTEST: Final = (DoseStatus.SUBSTANDARD, DoseStatus.NOT_VALID, DoseStatus.VALID, DoseStatus.EXTRANEOUS)
_FIRST_FOUND: Final = (
    SeriesStatus.CONTRAINDICATED,
    SeriesStatus.AGED_OUT,
    SeriesStatus.NOT_RECOMMENDED,
    SeriesStatus.NOT_COMPLETE,
)


def group_forecasts(groups: Sequence[VaccineGroup], forecasts: Sequence[AntigenForecast]) -> tuple[GroupForecast, ...]:
    """FORECASTVG-1: gather the best series of each group's antigens, one forecast per kind and series group."""
    gathered: dict[tuple[str, str, str], list[AntigenForecast]] = {}
    group_of = {antigen: group for group in groups for antigen in group.antigens}
    for part in forecasts:
        if (group := group_of.get(part.antigen)) is not None:
            gathered.setdefault((group.name, part.series_type.value, part.group), []).append(part)
    return tuple(_merged(group_of[parts[0].antigen], tuple(parts)) for parts in gathered.values())


def leading(forecasts: Sequence[AntigenForecast]) -> AntigenForecast | None:
    """Return the path that speaks for an antigen: not outgrown, open to be started, asking for a dose, and soonest.

    A person may be complete for one age of life while the path of a later age waits: the latter speaks when it begins.
    """
    return min(forecasts, key=lambda found: _rank(found.status, found.dates, may_start=found.may_start), default=None)


def foremost(forecasts: Sequence[GroupForecast]) -> GroupForecast | None:
    """Return the forecast that speaks for a vaccine group, by the same measure."""

    def rank(found: GroupForecast) -> tuple[bool, bool, bool, date]:
        return _rank(found.status, found.dates, may_start=any(part.may_start for part in found.parts))

    return min(forecasts, key=rank, default=None)


def _rank(status: SeriesStatus, dates: ForecastDates | None, *, may_start: bool) -> tuple[bool, bool, bool, date]:
    return status is SeriesStatus.AGED_OUT, not may_start, dates is None, dates.earliest_on if dates else date.max


def verdict_on(forecasts: Sequence[AntigenForecast], dose_id: DoseId) -> EvaluatedDose | None:
    """Return the verdict on a dose: of each antigen the kindest path counts, and of the antigens the strictest.

    A dose that one antigen needed counts, even when another of its antigens had no more need of it.
    """
    by_antigen: dict[str, EvaluatedDose] = {}
    for found in forecasts:
        for verdict in found.evaluations:
            if verdict.dose.id == dose_id:
                before = by_antigen.get(found.antigen)
                if before is None or _KINDEST.index(verdict.status) < _KINDEST.index(before.status):
                    by_antigen[found.antigen] = verdict
    return min(by_antigen.values(), key=lambda verdict: _STRICTEST.index(verdict.status), default=None)


def _merged(group: VaccineGroup, parts: tuple[AntigenForecast, ...]) -> GroupForecast:
    is_single = len(group.antigens) == 1
    status = _single_status(parts) if is_single else _status(parts)
    due = [part for part in parts if part.dates is not None]
    dates = _dates(due, is_single=is_single) if status is SeriesStatus.NOT_COMPLETE else None
    numbers = [part.dose_number for part in due] or [part.dose_number for part in parts]
    return GroupForecast(
        group=group.name,
        series_type=parts[0].series_type,
        series_group=parts[0].group,
        status=status,
        dates=dates,
        dose_number=min(numbers) if group.all_antigens_needed else max(numbers),  # FORECASTDN-2
        antigens=tuple(part.antigen for part in due),  # FORECASTVG-8
        vaccines=tuple(dict.fromkeys(vaccine for part in due for vaccine in part.vaccines)),  # FORECASTVG-9
        parts=parts,
    )


def _single_status(parts: tuple[AntigenForecast, ...]) -> SeriesStatus:
    """SINGLEANTVG-1; where several paths of one kind are needed, the one that still asks for a dose speaks."""
    statuses = [part.status for part in parts]
    return SeriesStatus.NOT_COMPLETE if SeriesStatus.NOT_COMPLETE in statuses else statuses[0]


def _status(parts: tuple[AntigenForecast, ...]) -> SeriesStatus:
    """Table 9-4."""
    statuses = {part.status for part in parts}
    for status in _FIRST_FOUND:
        if status in statuses:
            return status
    return SeriesStatus.IMMUNE if statuses == {SeriesStatus.IMMUNE} else SeriesStatus.COMPLETE


def _dates(due: list[AntigenForecast], *, is_single: bool) -> ForecastDates | None:
    """FORECASTVG-2 to -6 over the parts that ask for a dose."""
    dates = [part.dates for part in due if part.dates is not None]
    if not dates:
        return None
    earliest = _earliest(due, dates, is_single=is_single)
    past_due = [date.past_due_on for date in dates if date.past_due_on is not None]
    past_due_unadjusted = [date.past_due_unadjusted_on for date in dates if date.past_due_unadjusted_on is not None]
    return ForecastDates(
        earliest_on=earliest,
        recommended_on=max(earliest, min(date.recommended_on for date in dates)),
        past_due_on=max(earliest, min(past_due)) if past_due else None,
        latest_on=min((date.latest_on for date in dates if date.latest_on is not None), default=None),
        recommended_unadjusted_on=min(date.recommended_unadjusted_on for date in dates),
        past_due_unadjusted_on=min(past_due_unadjusted, default=None),
    )


def _earliest(due: list[AntigenForecast], dates: list[ForecastDates], *, is_single: bool) -> date:
    """SINGLEANTVG-2 and MULTIANTVG-1."""
    earliest = [date.earliest_on for date in dates]
    if is_single:
        return min(earliest)
    if not any(part.has_priority for part in due):
        return max(earliest)
    given: list[GivenDose] = [verdict.dose for part in due for verdict in part.evaluations]
    return max([min(earliest), *(dose.given_on for dose in given)])
