"""Names what is known of a person and what the engine answers: the words between the doses and whoever asks.

All of it is frozen data without behaviour; days are calendar dates. How an answer comes about is decided in
backend/doses/engine; the rule data are described in backend/doses/rules/format.py.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType

from backend.doses.rules.series import SeriesType

DoseId = NewType("DoseId", str)


class Gender(StrEnum):
    """The administrative gender, as rules use it."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What a forecast needs to know of a person besides doses and observations."""

    born_on: date
    gender: Gender = Gender.UNKNOWN
    birth_country: str | None = None


@dataclass(frozen=True, slots=True)
class GivenDose:
    """A vaccine given on a day; the lot's expiry is the last day of the month where only the month is known."""

    id: DoseId
    given_on: date
    vaccine: str
    trade_name: str | None = None
    manufacturer: str | None = None
    volume_ml: float | None = None
    lot_expires_on: date | None = None
    spoiled: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """A condition, exposure, event or reaction of a person that rules may speak of, by its code.

    One that is not certain decides nothing: where a rule speaks of it, the answer carries a notice.
    """

    code: str
    observed_on: date | None = None
    is_certain: bool = True


class DoseStatus(StrEnum):
    """Whether a given dose counts (table 3-1)."""

    VALID = "valid"
    NOT_VALID = "not-valid"
    EXTRANEOUS = "extraneous"
    SUBSTANDARD = "sub-standard"


class Reason(StrEnum):
    """Why a dose has its status."""

    TOO_YOUNG = "too-young"
    TOO_OLD = "too-old"
    TOO_SOON = "too-soon"
    CONFLICT = "conflict"
    INADVERTENT = "inadvertent-vaccine"
    NOT_FOR_THIS_DOSE = "vaccine-not-for-this-dose"
    OUTSIDE_VACCINE_AGE = "outside-age-of-vaccine"
    WRONG_TRADE_NAME = "other-trade-name"
    SERIES_DONE = "series-already-complete"
    EXPIRED = "lot-expired"
    SPOILED = "dose-spoiled"
    GRACE = "grace-period"
    LOW_VOLUME = "volume-too-small"


class SeriesStatus(StrEnum):
    """Where a person stands on a path to immunity (table 3-3)."""

    NOT_COMPLETE = "not-complete"
    COMPLETE = "complete"
    IMMUNE = "immune"
    CONTRAINDICATED = "contraindicated"
    AGED_OUT = "aged-out"
    NOT_RECOMMENDED = "not-recommended"


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule that was used: the procedure's rule, the line of the rule data, and the date it gave."""

    rule: str
    line: str
    gives: date | None = None


@dataclass(frozen=True, slots=True)
class EvaluatedDose:
    """A given dose against the target dose (by rank, from 1) it was held against, with the reasons and rule lines."""

    dose: GivenDose
    status: DoseStatus
    reasons: tuple[Reason, ...]
    target: int | None
    lines: tuple[RuleLine, ...]


@dataclass(frozen=True, slots=True)
class ForecastDates:
    """When the next dose may, should and must be given; `latest_on` is the last day on which it still may."""

    earliest_on: date
    recommended_on: date
    past_due_on: date | None
    latest_on: date | None
    recommended_unadjusted_on: date
    past_due_unadjusted_on: date | None


@dataclass(frozen=True, slots=True)
class AntigenForecast:
    """The answer for one antigen along one best path; several per antigen where paths do not replace each other.

    `lines` are the rules used, `notices` what somebody has to look at, `guidance` what the rules advise besides.
    """

    antigen: str
    series: str
    series_type: SeriesType
    group: str
    status: SeriesStatus
    dates: ForecastDates | None
    dose_number: int
    vaccines: tuple[str, ...]
    evaluations: tuple[EvaluatedDose, ...]
    lines: tuple[RuleLine, ...]
    notices: tuple[str, ...]
    guidance: tuple[str, ...]
    has_priority: bool
    may_start: bool
    rules_version: str
    validated: bool


@dataclass(frozen=True, slots=True)
class GroupForecast:
    """The answer for the antigens that are given together, along the best paths of one series group."""

    group: str
    series_type: SeriesType
    series_group: str
    status: SeriesStatus
    dates: ForecastDates | None
    dose_number: int
    antigens: tuple[str, ...]
    vaccines: tuple[str, ...]
    parts: tuple[AntigenForecast, ...]
