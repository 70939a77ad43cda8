"""This file decides the answer of the operation in the manner of `$immds-forecast`: a history in, a forecast out.

It knows nobody of ours and stores nothing: the person, the doses and the day are in the question (HL7 ImmDS, `Parameters`).
What is due is decided by the same engine and rules as our own forecasts.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from backend.doses.answers import answers
from backend.doses.history import RecordedDose, RecordedPerson, read_history
from backend.doses.rules.words import Release
from backend.doses.store import PersonForecast, kept_back, shown
from backend.doses.unsigned import UnsignedRules, told
from backend.exchange.from_fhir import antigens_named, nuva_of
from backend.exchange.required import Fault, day_of, faults_of, without_nulls
from backend.exchange.to_fhir import evaluations_of, recommendation_of

_ASKED = UUID("0f9d7c52-41c5-5a36-8f0e-5b1f6f8a2c11")


class Asked(msgspec.Struct, frozen=True):
    """A question that can be answered."""

    on: date
    patient: dict[str, Any]
    immunizations: list[dict[str, Any]]


def immds_forecast(
    body: Any, today: date, release_on: Callable[[date], Release], unsigned: UnsignedRules
) -> dict[str, Any] | list[Fault]:
    """Return `Parameters` with evaluations and the recommendation, or what is wrong with the question."""
    asked = _asked(without_nulls(body), today)
    if not isinstance(asked, Asked):
        return asked
    release = release_on(asked.on)
    born_on = day_of(asked.patient.get("birthDate", ""))
    if born_on is None or born_on > asked.on:
        return [Fault("Patient.birthDate", "no_calendar_day")]
    sex = asked.patient.get("gender", "unknown")
    given = [one for one in asked.immunizations if one["status"] == "completed"]
    doses = [_dose(number, one) for number, one in enumerate(given)]
    history = read_history(RecordedPerson(born_on, sex=str(sex)), born_on, doses, asked.on, release)
    titles = {vaccine.code: vaccine.title for vaccine in release.vaccines}
    kept, has_concerns = answers(str(_ASKED), history, asked.on, release), bool(history.unread)
    found = [shown(one, asked.on, titles, unsigned, has_concerns=has_concerns) for one in told(kept, unsigned)]
    person = PersonForecast(
        _ASKED, _ASKED, "computed", asked.on, release.version, None, list(history.unread), [], found,
        unsigned, kept_back(kept, unsigned),
    )  # fmt: skip
    return {"resourceType": "Parameters", "parameter": list(_parameters(person, str(asked.patient.get("id", "asked"))))}


def _asked(body: Any, today: date) -> Asked | list[Fault]:
    parameters = body.get("parameter") if isinstance(body, dict) else None
    if not isinstance(parameters, list) or body.get("resourceType") != "Parameters":
        return [Fault("resourceType", "unknown_resource")]
    found: dict[str, list[Any]] = {}
    for one in parameters:
        if isinstance(one, dict) and isinstance(one.get("name"), str):
            found.setdefault(one["name"], []).append(one)
    patients = [one.get("resource") for one in found.get("patient", [])]
    if len(patients) != 1:
        return [Fault("Parameters.patient", "missing")]
    faults = faults_of(patients[0])
    immunizations = [one.get("resource") for one in found.get("immunization", [])]
    for number, one in enumerate(immunizations):
        faults += [Fault(f"immunization[{number}].{fault.path}", fault.why) for fault in faults_of(one)]
        if isinstance(one, dict) and one.get("resourceType") != "Immunization":
            faults.append(Fault(f"immunization[{number}]", "not_an_immunization"))
    days = [day_of(str(one.get("valueDate", ""))) for one in found.get("assessmentDate", [])]
    if None in days:
        faults.append(Fault("Parameters.assessmentDate", "no_calendar_day"))
    if faults or patients[0].get("resourceType") != "Patient":
        return faults or [Fault("Parameters.patient", "not_a_patient")]
    return Asked(next((day for day in days if day is not None), today), patients[0], immunizations)


def _dose(number: int, immunization: dict[str, Any]) -> RecordedDose:
    """Return a dose of the question; one that cannot be read comes back in the answer, by the question's own id."""
    return RecordedDose(
        str(immunization.get("id", number)),
        day_of(immunization.get("occurrenceDateTime", "")),
        antigens_named(immunization),
        product_code=nuva_of(immunization),
        expires_on=day_of(immunization.get("expirationDate", "")),
    )


def _parameters(person: PersonForecast, patient_id: str) -> Iterator[dict[str, Any]]:
    """Yield the parts of the answer, about the patient by the question's own id; doses that were not read are named."""
    for evaluation in evaluations_of(person):
        yield {"name": "evaluation", "resource": _about(evaluation, patient_id)}
    recommendation = recommendation_of(person)
    if recommendation is not None:
        yield {"name": "recommendation", "resource": _about(recommendation, patient_id)}
    for dose in person.unread:
        yield {"name": "notRead", "valueString": f"{dose.id}: {dose.why.value}"}


def _about(resource: Any, patient_id: str) -> dict[str, Any]:
    written: dict[str, Any] = msgspec.to_builtins(resource)
    return {**written, "patient": {"reference": f"Patient/{patient_id}"}}
