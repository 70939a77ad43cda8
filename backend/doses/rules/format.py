"""Defines the one format in which vaccination rules are written, whatever country they come from.

A schedule is a set of antigens, each with its series (paths to immunity, backend/doses/rules/series.py), and what is
common to all: which vaccine carries which antigen, which vaccines conflict, which antigens are given together. Rules
are read in backend/doses/rules/files.py and backend/doses/cdsi; a schedule's content hash names the release.
"""

import hashlib
from datetime import date
from typing import Any

import msgspec

from backend.doses.engine.dates import Span
from backend.doses.rules.series import Rules, SeriesRule, VaccineRule


class Source(Rules, frozen=True):
    """Where a rule was read: a title, an address when there is one, and the day it was read by a person."""

    title: str
    read_on: date | None = None
    url: str | None = None


class Signature(Rules, frozen=True):
    """The physician who validated a rule file, and the day; a file without one is shown as not validated."""

    name: str
    signed_on: date


class Contraindication(Rules, frozen=True):
    """An observation that stops an antigen, or only the vaccines named, within an age range [begin, end)."""

    observation: str
    text: str
    guidance: str = ""
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
    """All the rules of one antigen: one file. The remarks say what still has to be confirmed, and by whom."""

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
    remarks: tuple[str, ...] = ()
    cases: tuple[WorkedCase, ...] = ()

    def __post_init__(self) -> None:
        if len({series.name for series in self.series}) != len(self.series):
            raise ValueError(f"two series of {self.antigen} have the same name")
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError(f"the rules of {self.antigen} end before they begin")


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
    """The code and title of an observation that rules speak of, and its codes elsewhere, written SYSTEM|code."""

    code: str
    title: str
    coded_as: frozenset[str] = frozenset()


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
