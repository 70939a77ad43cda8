"""Defines the one format in which vaccination rules are written, whatever country they come from.

A schedule is a set of antigens, each with its series (a path to immunity), and what is common to all: which vaccine
carries which antigen, which vaccines conflict, which antigens are given together as a vaccine group. Spans of time are
text ("8 weeks - 4 days"), days are ISO dates, an absent field means "no such rule". Files are read in
backend/doses/rules_files.py and backend/doses/rules_cdsi.py; what the fields *do* is decided in backend/doses/engine.
"""

import hashlib
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from backend.doses.engine.dates import Span


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The base of every part of the format: frozen, and an unknown field is an error rather than ignored."""


class Source(Rules, frozen=True):
    """Where a rule was read: a title, an address when there is one, and the day it was read."""

    title: str
    read_on: date
    url: str | None = None


class Signature(Rules, frozen=True):
    """The physician who validated a rule file, and the day; a file without one is shown as not validated."""

    name: str
    signed_on: date


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
    """The time to keep from a previous dose, a dose of a given rank, a vaccine or an observation: exactly one of them."""

    from_previous: bool = False
    from_dose: int | None = None
    from_vaccines: frozenset[str] = frozenset()
    from_observation: str | None = None
    absolute_minimum: Span | None = None
    minimum: Span | None = None
    earliest_recommended: Span | None = None
    latest_recommended: Span | None = None
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
    """The days of a season or campaign, both inclusive."""

    start_on: date | None = None
    end_on: date | None = None


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
    """An observation that makes a risk series relevant, within an age range [begin, end)."""

    observation: str
    title: str = ""
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


class Contraindication(Rules, frozen=True):
    """An observation that stops an antigen, or only the vaccines named, within an age range [begin, end)."""

    observation: str
    text: str
    begin_age: Span | None = None
    end_age: Span | None = None
    vaccines: tuple[VaccineRule, ...] = ()


class BirthImmunity(Rules, frozen=True):
    """People born before a day are taken as immune, except those with one of the observations."""

    born_before: date
    country: str | None = None
    except_observations: frozenset[str] = frozenset()


class WorkedDose(Rules, frozen=True):
    """A dose in a worked case."""

    given_on: date
    vaccine: str


class WorkedObservation(Rules, frozen=True):
    """An observation in a worked case."""

    code: str
    observed_on: date | None = None


class WorkedCase(Rules, frozen=True):
    """A person and what the rules must answer; it runs as a test of the file that carries it."""

    title: str
    born_on: date
    on: date
    status: str
    gender: str = "unknown"
    doses: tuple[WorkedDose, ...] = ()
    observations: tuple[WorkedObservation, ...] = ()
    evaluations: tuple[str, ...] = ()
    series: str | None = None
    earliest_on: date | None = None
    recommended_on: date | None = None
    past_due_on: date | None = None


class AntigenRules(Rules, frozen=True):
    """All the rules of one antigen: one file."""

    antigen: str
    version: str
    sources: tuple[Source, ...]
    series: tuple[SeriesRule, ...]
    valid_from: date | None = None
    valid_until: date | None = None
    signed_by: Signature | None = None
    immune_by_observation: frozenset[str] = frozenset()
    immune_by_birth: tuple[BirthImmunity, ...] = ()
    contraindications: tuple[Contraindication, ...] = ()
    cases: tuple[WorkedCase, ...] = ()


class Carried(Rules, frozen=True):
    """An antigen that a vaccine carries, for people of an age range [begin, end) on the day it is given."""

    antigen: str
    begin_age: Span | None = None
    end_age: Span | None = None


class Vaccine(Rules, frozen=True):
    """A vaccine by its code, with the antigens it carries."""

    code: str
    title: str
    antigens: tuple[Carried, ...]


class Conflict(Rules, frozen=True):
    """The days after one vaccine during which another must not be given: [begin, end)."""

    previous: frozenset[str]
    current: frozenset[str]
    begin: Span
    end: Span
    end_after_valid: Span


class VaccineGroup(Rules, frozen=True):
    """Antigens that are given together."""

    name: str
    antigens: tuple[str, ...]
    all_antigens_needed: bool = False


class Observed(Rules, frozen=True):
    """The code and title of an observation that rules speak of."""

    code: str
    title: str


class Schedule(Rules, frozen=True):
    """A release of rules: everything the engine needs."""

    name: str
    version: str
    antigens: tuple[AntigenRules, ...]
    vaccines: tuple[Vaccine, ...]
    groups: tuple[VaccineGroup, ...]
    conflicts: tuple[Conflict, ...] = ()
    observations: tuple[Observed, ...] = ()


def decode_field(wanted: type, value: Any) -> Any:
    """Read the one type of the format that JSON and TOML do not know: a span of time."""
    if wanted is Span and isinstance(value, str):
        return Span(value)
    raise NotImplementedError(f"{wanted.__name__} is not part of the rule format")


def encode_field(value: Any) -> Any:
    """Write a span of time as the text it was built from."""
    if isinstance(value, Span):
        return value.text
    raise NotImplementedError(f"{type(value).__name__} is not part of the rule format")


def content_hash(rules: Schedule | AntigenRules) -> str:
    """Return the SHA-256, in hexadecimal, of the rules written as JSON in a fixed order: it names the release."""
    written = msgspec.json.encode(rules, enc_hook=encode_field, order="deterministic")
    return hashlib.sha256(written).hexdigest()
