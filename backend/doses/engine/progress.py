"""Holds how far a person has come along one series while it is evaluated and forecast: target doses and verdicts.

A path is made for one forecast and thrown away: evaluate.py moves it forward, forecast.py reads it and moves it on.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from backend.doses.engine.ruleset import AntigenSeries, DoseTarget
from backend.doses.facts import DoseStatus, EvaluatedDose, GivenDose


class TargetStatus(StrEnum):
    """Whether a target dose still has to be met (table 3-2)."""

    NOT_SATISFIED = "not-satisfied"
    SATISFIED = "satisfied"
    SKIPPED = "skipped"


@dataclass(slots=True)
class Step:
    """One target dose on the path of one person."""

    target: DoseTarget
    status: TargetStatus = TargetStatus.NOT_SATISFIED
    satisfied_by: GivenDose | None = None


@dataclass(slots=True)
class Path:
    """The steps of one series, the position of the next one, and the doses judged so far."""

    series: AntigenSeries
    steps: list[Step]
    position: int = 0
    verdicts: list[EvaluatedDose] = field(default_factory=list)

    @classmethod
    def along(cls, series: AntigenSeries) -> "Path":
        """Start a path at the first target dose of a series."""
        return cls(series, [Step(target) for target in series.targets])

    @property
    def next_step(self) -> Step | None:
        """Return the step that the next dose has to meet, or None at the end of the path."""
        return self.steps[self.position] if self.position < len(self.steps) else None

    def skip(self) -> None:
        """Leave the next step unmet: it is not needed."""
        self.steps[self.position].status = TargetStatus.SKIPPED
        self.position += 1

    def satisfy(self, dose: GivenDose) -> None:
        """Meet the next step; a recurring one is followed by itself (4.4, step 5)."""
        step = self.steps[self.position]
        step.status = TargetStatus.SATISFIED
        step.satisfied_by = dose
        self.position += 1
        if step.target.rule.recurring:
            self.steps.insert(self.position, Step(step.target))

    def satisfied_on(self, number: int) -> date | None:
        """Return the day of the dose that met the target of a rank, the latest where it recurs."""
        found = None
        for step in self.steps:
            if step.target.number == number and step.satisfied_by is not None:
                found = step.satisfied_by.given_on
        return found

    @property
    def valid_count(self) -> int:
        """Return the number of target doses met (SELECTB-21)."""
        return sum(step.status is TargetStatus.SATISFIED for step in self.steps)

    @property
    def missing_count(self) -> int:
        """Return the number of target doses not met and not skipped (SELECTB-5)."""
        return sum(step.status is TargetStatus.NOT_SATISFIED for step in self.steps)

    @property
    def first_valid_on(self) -> date | None:
        """Return the day of the earliest valid dose."""
        return next((v.dose.given_on for v in self.verdicts if v.status is DoseStatus.VALID), None)
