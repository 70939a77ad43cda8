"""What we write is what HL7 defines: each resource is read by models made from HL7's own StructureDefinitions.

They are those of R4B (4.3.0), in which the resources that we exchange are those of R4 (4.0.1), element by element. Nothing is
lost by them, so that an element which FHIR does not know would be seen.
"""

import copy
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.immunization import Immunization
from fhir.resources.R4B.immunizationevaluation import ImmunizationEvaluation
from fhir.resources.R4B.immunizationrecommendation import ImmunizationRecommendation
from fhir.resources.R4B.parameters import Parameters
from fhir.resources.R4B.patient import Patient
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from backend.doses.rules.words import release_on
from backend.doses.unsigned import UnsignedRules
from backend.exchange import codes
from backend.exchange.immds import immds_forecast
from backend.exchange.required import ELEMENTS, faults_of
from backend.exchange.to_fhir import PersonRow, bundle_of, immunization_of, patient_of
from tests.backend.exchange.test_fhir import DOSES, ON, answer, question, row, written

MODELS: dict[str, Any] = {
    "Patient": Patient,
    "Immunization": Immunization,
    "ImmunizationEvaluation": ImmunizationEvaluation,
    "ImmunizationRecommendation": ImmunizationRecommendation,
    "Bundle": Bundle,
}
PERSONS = st.builds(
    PersonRow,
    st.just(UUID(int=7)),
    st.sampled_from([UUID(int=7), UUID(int=3)]),
    st.none() | st.text(min_size=1, max_size=12).filter(str.strip),
    st.none() | st.text(min_size=1, max_size=12).filter(str.strip),
    st.none() | st.just("dit Momo"),
    st.none() | st.dates(date(1900, 1, 1), ON),
    st.sampled_from([None, "day", "month", "year", "estimated"]),
    st.sampled_from([None, "female", "male", "unknown"]),
    st.sampled_from([None, *codes.IDENTITY]),
    st.none() | st.dates(date(2020, 1, 1), ON),
)


def read_by_hl7(resource: dict[str, Any]) -> dict[str, Any]:
    """Return the resource as HL7's definitions read it; pydantic.ValidationError says what they do not allow."""
    found = MODELS[resource["resourceType"]].model_validate(resource)
    return dict(msgspec.json.decode(found.model_dump_json()))


@settings(derandomize=True, max_examples=80, deadline=None, database=None)
@given(DOSES)
def test_every_dose_is_an_immunization_by_hl7(dose: Any) -> None:
    resource = written(immunization_of(dose))
    assert read_by_hl7(resource) == resource


@settings(derandomize=True, max_examples=80, deadline=None, database=None)
@given(PERSONS)
def test_every_person_is_a_patient_by_hl7_and_names_how_reliable_the_identity_is(person: PersonRow) -> None:
    """FR Core: the identity's status travels with the person, and without a validated one no national identifier may."""
    resource = written(patient_of(person))
    read = read_by_hl7(resource)
    assert read == resource
    (reliability,) = read["extension"]
    assert reliability["url"] == codes.IDENTITY_EXTENSION
    assert reliability["extension"][0]["valueCoding"]["code"] in codes.IDENTITY.values()
    assert [one["system"] for one in read["identifier"]] == [codes.OUR_IDS]


def test_forecasts_and_bundles_are_read_by_hl7_whole() -> None:
    for part in answer()["parameter"]:
        assert read_by_hl7(part["resource"]) == part["resource"]
    bundle = written(bundle_of([immunization_of(row()), immunization_of(row(status="not_given"))]))
    assert read_by_hl7(bundle) == bundle
    found = immds_forecast(question(), ON, release_on, UnsignedRules.LABELLED)
    assert isinstance(found, dict)
    Parameters.model_validate(msgspec.json.decode(msgspec.json.encode(found)))


@pytest.mark.parametrize("kind", sorted(ELEMENTS))
def test_what_our_own_check_requires_hl7_requires_too(kind: str) -> None:
    """Our table of elements and HL7's definitions find the same planted faults."""
    parts = answer()["parameter"]
    whole = {
        "Patient": written(patient_of(PersonRow(UUID(int=7), UUID(int=7), "A", "B", None, ON, None, None, None, None))),
        "Immunization": written(immunization_of(row())),
        "ImmunizationEvaluation": parts[0]["resource"],
        "ImmunizationRecommendation": parts[-1]["resource"],
        "Bundle": written(bundle_of([immunization_of(row())])),
    }[kind]
    for element in ELEMENTS[kind]:
        if element.least:
            broken = copy.deepcopy(whole)
            del broken[element.name]
            assert faults_of(broken), element.name
            with pytest.raises(ValidationError):
                read_by_hl7(broken)
    with pytest.raises(ValidationError):
        read_by_hl7({**whole, "nobodyKnowsThis": 1})
