"""Decides whether a dose came too close to another vaccine, and when the next may come (6.7, CALCDTCONFLICT)."""

from collections.abc import Iterable, Mapping
from datetime import date

from backend.doses.engine.chart import Chart
from backend.doses.facts import DoseId, DoseStatus, GivenDose, RuleLine


def conflicting_line(chart: Chart, dose: GivenDose, statuses: Mapping[DoseId, DoseStatus]) -> RuleLine | None:
    """CONFLICT-3: return the rule line of a previous dose this one is too close to, or None.

    `statuses` are those of the doses of the same antigen judged so far: a previous dose found valid, or not judged,
    asks for the shorter time (CALCDTCONFLICT-2).
    """
    conflicts = chart.rules.conflicts.get(dose.vaccine)
    if conflicts is None:
        return None
    for previous in chart.doses:
        if previous.given_on >= dose.given_on:
            break
        conflict = conflicts.get(previous.vaccine)
        if conflict is None:
            continue
        counts = statuses.get(previous.id, DoseStatus.VALID) is DoseStatus.VALID
        ends = (conflict.end_after_valid if counts else conflict.end).after(previous.given_on)
        if conflict.begin.after(previous.given_on) <= dose.given_on < ends:
            return RuleLine("CONFLICT-3", f"conflict of {dose.vaccine} with {previous.vaccine}", ends)
    return None


def conflict_end(chart: Chart, vaccines: Iterable[str]) -> date | None:
    """CALCDTCONFLICT-3: return the day from which one of the vaccines may follow all doses given, or None."""
    ends = [
        conflicts[previous.vaccine].end.after(previous.given_on)
        for vaccine in vaccines
        if (conflicts := chart.rules.conflicts.get(vaccine)) is not None
        for previous in chart.doses
        if previous.vaccine in conflicts
    ]
    return max(ends, default=None)
