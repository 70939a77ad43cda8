"""This file names the parts of FHIR R4 that we write: thin frozen structs, elements in FHIR's own spelling.

What FHIR requires of each is the table in required.py; how our records become these is decided in to_fhir.py.
"""

from typing import Any

import msgspec


class Part(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """The base of every element: an absent one is not written."""


class Coding(Part, frozen=True):
    """A code of a code system."""

    system: str
    code: str
    display: str | None = None


class Concept(Part, frozen=True):
    """Codes for one thing, and its text."""

    coding: list[Coding] = []
    text: str | None = None


class Reference(Part, frozen=True):
    """A reference to another resource, `Patient/…`."""

    reference: str


class Identifier(Part, frozen=True):
    """A business identifier."""

    system: str
    value: str


class HumanName(Part, frozen=True):
    """A name."""

    family: str | None = None
    given: list[str] = []
    text: str | None = None
    use: str | None = None


class Note(Part, frozen=True):
    """A remark."""

    text: str


class Patient(Part, frozen=True):
    """A person, never with a national identifier."""

    resource_type: str = msgspec.field(name="resourceType")
    id: str
    extension: list[dict[str, Any]] = []
    identifier: list[Identifier] = []
    name: list[HumanName] = []
    gender: str | None = None
    birth_date: str | None = None
    deceased_date_time: str | None = None
    link: list[dict[str, Any]] = []


class Protocol(Part, frozen=True):
    """The disease a dose is against, and its place in the series."""

    target_disease: list[Concept]
    dose_number_positive_int: int | None = None
    dose_number_string: str | None = None


class Immunization(Part, frozen=True):
    """A dose given, not given, or entered in error."""

    resource_type: str = msgspec.field(name="resourceType")
    id: str
    status: str
    vaccine_code: Concept
    patient: Reference
    occurrence_date_time: str
    primary_source: bool
    identifier: list[Identifier] = []
    status_reason: Concept | None = None
    report_origin: Concept | None = None
    lot_number: str | None = None
    expiration_date: str | None = None
    site: Concept | None = None
    protocol_applied: list[Protocol] = []
    note: list[Note] = []


class Evaluation(Part, frozen=True):
    """How a dose counts against one antigen."""

    resource_type: str = msgspec.field(name="resourceType")
    id: str
    status: str
    patient: Reference
    target_disease: Concept
    immunization_event: Reference
    dose_status: Concept
    date: str | None = None
    dose_status_reason: list[Concept] = []
    series: str | None = None
    description: str | None = None


class DateCriterion(Part, frozen=True):
    """One date of a recommendation."""

    code: Concept
    value: str


class Recommended(Part, frozen=True):
    """What is recommended for one antigen."""

    forecast_status: Concept
    target_disease: Concept
    vaccine_code: list[Concept] = []
    date_criterion: list[DateCriterion] = []
    description: str | None = None
    series: str | None = None
    dose_number_positive_int: int | None = None


class Recommendation(Part, frozen=True):
    """Everything recommended to one person on a day."""

    resource_type: str = msgspec.field(name="resourceType")
    id: str
    patient: Reference
    date: str
    recommendation: list[Recommended]


Resource = Patient | Immunization | Evaluation | Recommendation


class Entry(Part, frozen=True):
    """A resource in a bundle."""

    full_url: str
    resource: Resource


class Bundle(Part, frozen=True):
    """Resources that belong together."""

    resource_type: str = msgspec.field(name="resourceType")
    type: str
    entry: list[Entry]
