"""This file says what a subject of coverage is: somebody or something counted, with the facts that decide where.

A human is one or several person records joined by links. How subjects are read is in backend/coverage/load.py; which
cells they are counted in is decided in backend/coverage/count.py.
"""

from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

import msgspec


class SubjectKind(StrEnum):
    """What is counted."""

    PERSON = "person"
    REQUEST = "request"
    SITE = "site"
    VIAL = "vial"
    ACT = "act"


class Subject(NamedTuple):
    """One subject: its kind and the id of its record (of a human: the smallest id of the joined persons)."""

    kind: SubjectKind
    id: UUID


class CellKey(NamedTuple):
    """One cell of the read model. `period_on` is a day or the Monday of a week; None and "" mean not broken down."""

    measure: str
    campaign_id: UUID | None
    zone_id: UUID | None
    population_group: str
    age_band: str
    period_on: date | None
    detail: str


class CampaignRule(msgspec.Struct, frozen=True):
    """What a campaign counts: its antigen, its days (None is open) and whom it aims at (no group named: everybody)."""

    id: UUID
    antigen: str
    starts_on: date | None
    ends_on: date | None
    age_least_years: int
    population_groups: frozenset[str]

    def holds(self, day_on: date | None) -> bool:
        """Tell whether a day lies in the campaign, both ends included."""
        if day_on is None or (self.starts_on is not None and day_on < self.starts_on):
            return False
        return self.ends_on is None or day_on <= self.ends_on


class DoseFact(msgspec.Struct, frozen=True):
    """A dose record that stands (not entered in error)."""

    given: bool
    not_given_reason: str
    antigens: frozenset[str]
    given_on: date | None
    ours: bool
    traceable: bool  # lot and expiry are written down


class ConsentRefusal(msgspec.Struct, frozen=True):
    """A refusal of vaccination, with its reason and its day in the territory."""

    reason: str
    decided_on: date | None


class ScreeningFact(msgspec.Struct, frozen=True):
    """A test that stands: what it found, and the hours until there was a result and until the person was told."""

    pathogen: str
    result: str
    collected_on: date
    hours_to_result: int | None
    hours_to_told: int | None


class HumanFacts(msgspec.Struct, frozen=True):
    """What counts about one human; `acts_on` are the days on which one of our teams saw this human."""

    id: UUID
    zone_id: UUID | None
    population_group: str
    born_on: date | None
    died_on: date | None
    objects_to_statistics: bool
    doses: tuple[DoseFact, ...]
    refusals: tuple[ConsentRefusal, ...]
    acts_on: tuple[date, ...]
    screenings: tuple[ScreeningFact, ...] = ()


class RequestFacts(msgspec.Struct, frozen=True):
    """A request: where it comes from, when it or what is joined to it first arrived, in which state it is."""

    id: UUID
    zone_id: UUID | None
    received_on: date | None
    state: str
    joined: bool  # to another request, which stands for both


class SiteFacts(msgspec.Struct, frozen=True):
    """A place where several people live or are seen, and the last day that a visit there was done."""

    id: UUID
    zone_id: UUID | None
    kind: str
    state: str
    last_visit_on: date | None


class VialFacts(msgspec.Struct, frozen=True):
    """A vial: `opened` says whether it was ever opened; doses are counted in doses."""

    id: UUID
    product_code: str
    state: str
    opened: bool
    doses_nominal: int
    doses_given: int


class ActFacts(msgspec.Struct, frozen=True):
    """An act recorded on a tablet: its day, and the seconds until the server first held it."""

    id: UUID
    acted_on: date
    seconds_to_server: int


Facts = HumanFacts | RequestFacts | SiteFacts | VialFacts | ActFacts
