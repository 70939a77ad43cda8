"""This file decides how our records are written as FHIR R4: Patient, Immunization, evaluation, recommendation.

A provisional identity stays provisional (FR Core PROV), and no national identifier is ever written: there is no place
for one. Rules that no physician has signed say so in words, in every recommendation.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from backend.doses.store import PersonForecast, ShownForecast
from backend.exchange import codes
from backend.exchange.resources import (
    Bundle,
    Coding,
    Concept,
    DateCriterion,
    Entry,
    Evaluation,
    HumanName,
    Identifier,
    Immunization,
    Note,
    Patient,
    Protocol,
    Recommendation,
    Recommended,
    Reference,
    Resource,
)

NOT_VALIDATED: Final = "Règles non validées par un médecin / rules not validated by a physician"


class PersonRow(msgspec.Struct, frozen=True):
    """What is exported of a person; `human_id` differs where the record is joined to another."""

    id: UUID
    human_id: UUID
    given_name: str | None
    family_name: str | None
    alias: str | None
    born_on: date | None
    born_precision: str | None
    sex: str | None
    identity_status: str | None
    died_on: date | None


class DoseRow(msgspec.Struct, frozen=True):
    """What is exported of a dose record, with its product."""

    id: UUID
    person_id: UUID
    status: str
    state: str | None
    not_given_reason: str | None
    antigens: list[str]
    product_code: str | None
    product_name: str | None
    nuva_code: str | None
    cip_code: str | None
    lot_number: str | None
    expires_on: date | None
    body_site: str | None
    dose_number: int | None
    given_on: date
    source: str | None
    note: str | None


def patient_of(person: PersonRow) -> Patient:
    """Return a person as a Patient; an estimated birth date is written as far as it is known."""
    status = codes.IDENTITY.get(person.identity_status or "", "PROV")
    coding = {"system": codes.IDENTITY_STATUS, "code": status}
    reliability = {
        "url": codes.IDENTITY_EXTENSION,
        "extension": [{"url": "identityStatus", "valueCoding": coding}],
    }
    names = []
    if person.family_name or person.given_name:
        names.append(HumanName(person.family_name, [person.given_name] if person.given_name else []))
    if person.alias:
        names.append(HumanName(text=person.alias, use="nickname"))
    joined = {"other": {"reference": f"Patient/{person.human_id}"}, "type": "seealso"}
    return Patient(
        "Patient",
        str(person.id),
        extension=[reliability],
        identifier=[Identifier(codes.OUR_IDS, f"urn:uuid:{person.id}")],
        name=names,
        gender=codes.GENDER.get(person.sex or "", "unknown"),
        birth_date=_birth(person),
        deceased_date_time=person.died_on.isoformat() if person.died_on else None,
        link=[joined] if person.human_id != person.id else [],
    )


def _birth(person: PersonRow) -> str | None:
    if person.born_on is None:
        return None
    characters = {"month": 7, "year": 4, "estimated": 4}.get(person.born_precision or "day", 10)
    return person.born_on.isoformat()[:characters]


def immunization_of(dose: DoseRow) -> Immunization:
    """Return a dose, given or not, as an Immunization; one entered in error says so and keeps its content."""
    in_error = dose.state == "entered_in_error"
    not_done = dose.status == "not_given"
    reason = codes.NOT_DONE.get(dose.not_given_reason or "")
    reported = codes.REPORTED.get(dose.source or "")
    site = codes.SITE.get(dose.body_site or "")
    diseases = [_disease(antigen) for antigen in sorted(dose.antigens)]
    return Immunization(
        "Immunization",
        str(dose.id),
        "entered-in-error" if in_error else "not-done" if not_done else "completed",
        _vaccine(dose),
        _patient(dose.person_id),
        dose.given_on.isoformat(),
        dose.source == "own",
        identifier=[Identifier(codes.OUR_IDS, f"urn:uuid:{dose.id}")],
        status_reason=_coded(codes.ACT_REASON, reason, dose.not_given_reason) if not_done else None,
        report_origin=_coded(codes.ORIGIN, reported, dose.source) if reported else None,
        lot_number=dose.lot_number or None,
        expiration_date=dose.expires_on.isoformat() if dose.expires_on else None,
        site=_coded(codes.ACT_SITE, site, dose.body_site) if site else None,
        protocol_applied=[
            Protocol(
                diseases,
                dose_number_positive_int=dose.dose_number,
                dose_number_string=None if dose.dose_number else "unknown",
            )
        ]
        if diseases
        else [],
        note=[Note(dose.note)] if dose.note and dose.note.strip() else [],
    )


def _vaccine(dose: DoseRow) -> Concept:
    coding = [Coding(codes.NUVA, dose.nuva_code, dose.product_name)] if dose.nuva_code else []
    coding += [Coding(codes.CIP, dose.cip_code)] if dose.cip_code else []
    return Concept(coding, dose.product_name or dose.product_code or " ".join(sorted(dose.antigens)) or "unknown")


def evaluations_of(person: PersonForecast) -> list[Evaluation]:
    """Return how each dose of a human counts against each antigen."""
    return [
        Evaluation(
            "ImmunizationEvaluation",
            f"{dose.id}-{one.antigen}".replace("_", "."),
            "completed",
            _patient(person.human_id),
            _disease(one.antigen),
            Reference(f"Immunization/{dose.id}"),
            _coded(codes.DOSE_STATUS, codes.EVALUATION.get(dose.status, "notvalid"), dose.status),
            date=person.computed_for_on.isoformat(),
            dose_status_reason=[Concept(text=reason) for reason in dose.reasons],
            series=one.series,
            description=None if one.validated else NOT_VALIDATED,
        )
        for one in person.forecasts
        for dose in one.doses
    ]


def recommendation_of(person: PersonForecast) -> Recommendation | None:
    """Return what is recommended to a human; None where there is nothing to say (FHIR asks for at least one)."""
    if not person.forecasts:
        return None
    on = person.computed_for_on
    return Recommendation(
        "ImmunizationRecommendation",
        str(person.human_id),
        _patient(person.human_id),
        on.isoformat(),
        [_recommended(one, on) for one in person.forecasts],
    )


def _recommended(one: ShownForecast, on: date) -> Recommended:
    status = codes.FORECAST.get(one.status)
    if status == "due" and one.past_due_on is not None and one.past_due_on < on:
        status = "overdue"
    dates = {
        "earliest": one.earliest_on,
        "recommended": one.recommended_on,
        "past_due": one.past_due_on,
        "latest": one.latest_on,
    }
    texts = [*one.guidance, *one.notices, *(() if one.validated else (NOT_VALIDATED,))]
    return Recommended(
        _coded(codes.FORECAST_STATUS, status, one.status),
        _disease(one.antigen),
        vaccine_code=[Concept([Coding(codes.NUVA, v.code, v.title)], v.title) for v in one.vaccines],
        date_criterion=[
            DateCriterion(Concept([Coding(codes.LOINC, codes.DATE_KIND[kind])]), day.isoformat())
            for kind, day in dates.items()
            if day is not None
        ],
        description="; ".join([f"rules {one.rules_version[:12]}", *texts]),
        series=one.series,
        dose_number_positive_int=one.dose_number,
    )


def bundle_of(resources: Iterable[Resource]) -> Bundle:
    """Return a collection of resources."""
    return Bundle("Bundle", "collection", [Entry(f"urn:uuid:{_uuid(one)}", one) for one in resources])


def _uuid(resource: Any) -> str:
    """Return an id of its own for a bundle's entry: ours, or one made from type and id where ours is no UUID."""
    return str(uuid5(NAMESPACE_URL, f"{resource.resource_type}/{resource.id}"))


def _patient(person_id: UUID) -> Reference:
    return Reference(f"Patient/{person_id}")


def _disease(antigen: str) -> Concept:
    return Concept([Coding(codes.SNOMED, code) for code in codes.DISEASE.get(antigen, ())], antigen)


def _coded(system: str, code: str | None, text: str | None) -> Concept:
    return Concept([Coding(system, code)] if code else [], text or code or "unknown")
