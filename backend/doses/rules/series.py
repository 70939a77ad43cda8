"""Defines how one series is written: its doses, their ages, intervals, vaccines, and when a dose may be skipped.

Spans of time are text ("8 weeks - 4 days"), days are ISO dates, an absent field means "no such rule". What surrounds
the series is defined in backend/doses/rules/format.py; what the fields *do* is decided in backend/doses/engine.
"""

from datetime import date
from enum import StrEnum

import msgspec

from backend.doses.engine.dates import Span


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The base of every part of the format: frozen, and an unknown field is an error rather than ignored."""


class InForce(Rules, frozen=True):
    """The days on which a part of the rules applies, both inclusive (RELEVANT-1, RELEVANT-2)."""

    effective_on: date | None = None
    ceased_on: date | None = None


class AgeRule(InForce, frozen=True):
    """The ages at which one dose may, should and must have been given."""

    absolute_minimum: Span | None = None
    minimum: Span | None = None
    earliest_recommended: Span | None = None
    latest_recommended: Span | None = None
    maximum: Span | None = None


class IntervalRule(InForce, frozen=True):
    """The time to keep from the previous dose, a dose of a given rank, a vaccine or an observation: one of them.

    It holds for people aged [begin, end) on the day in question; an absent bound is open.
    """

    from_previous: bool = False
    from_dose: int | None = None
    from_vaccines: frozenset[str] = frozenset()
    from_observation: str | None = None
    absolute_minimum: Span | None = None
    minimum: Span | None = None
    earliest_recommended: Span | None = None
    latest_recommended: Span | None = None
    begin_age: Span | None = None
    end_age: Span | None = None
    priority: bool = False

    def __post_init__(self) -> None:
        kinds = (self.from_previous, self.from_dose is not None, self.from_vaccines, self.from_observation is not None)
        if sum(map(bool, kinds)) != 1:
            raise ValueError("an interval is measured from exactly one thing")


class VaccineRule(Rules, frozen=True):
    """A vaccine that suits one dose, within an age range [begin, end)."""

    vaccine: str
    begin_age: Span | None = None
    end_age: Span | None = None
    trade_name: str | None = None
    manufacturer: str | None = None
    volume_ml: float | None = None
    recommend: bool = False


class ConditionKind(StrEnum):
    """What a condition for skipping a dose looks at."""

    AGE = "age"
    COMPLETED = "completed-series"
    INTERVAL = "interval"
    COUNT = "dose-count"


class Counted(StrEnum):
    """Which doses a count looks at: those found valid in the series, or all."""

    VALID = "valid"
    TOTAL = "total"


class Compared(StrEnum):
    """How a count is compared."""

    MORE = "more-than"
    EQUAL = "equal-to"
    LESS = "less-than"


class SkipCondition(Rules, frozen=True):
    """One condition for skipping a dose; only the fields of its kind are read."""

    kind: ConditionKind
    begin_age: Span | None = None
    end_age: Span | None = None
    start_on: date | None = None
    end_on: date | None = None
    interval: Span | None = None
    vaccines: frozenset[str] = frozenset()
    counted: Counted = Counted.VALID
    compared: Compared = Compared.MORE
    count: int = 0
    series_groups: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind is ConditionKind.INTERVAL and self.interval is None:
            raise ValueError("a condition on the interval states the interval")
        if self.kind is ConditionKind.COMPLETED and not self.series_groups:
            raise ValueError("a condition on a completed series names a series group")


class SkipSet(InForce, frozen=True, kw_only=True):
    """Conditions that must all be met, or of which one is enough."""

    conditions: tuple[SkipCondition, ...]
    any_is_enough: bool = False
    title: str | None = None


class SkipRule(Rules, frozen=True):
    """When a dose need not be given: while evaluating, while forecasting, or both."""

    sets: tuple[SkipSet, ...]
    any_is_enough: bool = True
    when_evaluating: bool = True
    when_forecasting: bool = True


class Season(Rules, frozen=True):
    """The days of a season or campaign, both inclusive; a yearly one was the same in the years before."""

    start_on: date | None = None
    end_on: date | None = None
    yearly: bool = False

    def __post_init__(self) -> None:
        if self.yearly and (self.start_on is None or self.end_on is None):
            raise ValueError("a yearly season states its first and its last day")


class FixedAges(Rules, frozen=True):
    """Boosters at fixed ages: the next one is the first that lies more than `gap` after the last dose."""

    ages: tuple[Span, ...]
    gap: Span


class DoseRule(Rules, frozen=True):
    """What one dose of a series must satisfy."""

    ages: tuple[AgeRule, ...] = ()
    intervals: tuple[IntervalRule, ...] = ()
    allowable_intervals: tuple[IntervalRule, ...] = ()
    preferable: tuple[VaccineRule, ...] = ()
    allowable: tuple[VaccineRule, ...] = ()
    inadvertent: frozenset[str] = frozenset()
    skips: tuple[SkipRule, ...] = ()
    recurring: bool = False
    season: Season | None = None
    fixed_ages: FixedAges | None = None


class SeriesType(StrEnum):
    """Whom a series is for: everybody, people at risk, or nobody any more (it only proves past completion)."""

    STANDARD = "standard"
    RISK = "risk"
    EVALUATION = "evaluation-only"


class Indication(Rules, frozen=True):
    """An observation that makes a risk series relevant, within [begin, end) of ages and of days of birth."""

    observation: str
    title: str = ""
    guidance: str = ""
    born_from: date | None = None
    born_before: date | None = None
    begin_age: Span | None = None
    end_age: Span | None = None


class SeriesRule(Rules, frozen=True):
    """One path to immunity: its doses in order, whom it is for, and how it ranks among the other paths."""

    name: str
    doses: tuple[DoseRule, ...]
    type: SeriesType = SeriesType.STANDARD
    group: str = "1"
    equivalent_groups: tuple[str, ...] = ()
    genders: frozenset[str] = frozenset()
    default: bool = False
    product_path: bool = False
    priority: str = "A"
    preference: int = 99
    start_from: Span | None = None
    start_before: Span | None = None
    indications: tuple[Indication, ...] = ()
    guidance: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.doses:
            raise ValueError(f"the series {self.name!r} has no dose")
        if self.type is SeriesType.RISK and not self.indications:
            raise ValueError(f"the risk series {self.name!r} has no indication")
