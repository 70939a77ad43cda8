"""What we write is what FHIR requires, what we read comes back the same, and a national identifier goes nowhere."""

import copy
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.doses.rules.words import release_on
from backend.doses.unsigned import UnsignedRules
from backend.exchange import codes
from backend.exchange.from_fhir import Wanted, dose_of
from backend.exchange.immds import immds_forecast
from backend.exchange.required import ELEMENTS, faults_of
from backend.exchange.to_fhir import DoseRow, PersonRow, bundle_of, immunization_of, patient_of
from sync.kinds import KINDS

ON = date(2026, 11, 22)
RELEASE = release_on(ON)
ANTIGENS_OF = {code: tuple(one.antigen for one in carried) for code, carried in RELEASE.rules.carried.items()}
PERSON, DOSE = UUID(int=7), UUID(int=9)
WORDS = KINDS["dose"].fields


def row(**fields: Any) -> DoseRow:
    base: dict[str, Any] = dict.fromkeys(DoseRow.__struct_fields__)
    base |= {"id": DOSE, "person_id": PERSON, "status": "given", "antigens": ["influenza"], "given_on": ON}
    return DoseRow(**{**base, **fields})


def written(resource: Any) -> dict[str, Any]:
    return dict(msgspec.json.decode(msgspec.json.encode(resource)))


DOSES = st.builds(
    row,
    status=st.sampled_from(WORDS["status"].words),
    state=st.sampled_from([None, "recorded", "entered_in_error"]),
    not_given_reason=st.sampled_from([None, *WORDS["not_given_reason"].words]),
    antigens=st.lists(st.sampled_from(["influenza", "zoster", "diphtheria", "tetanus"]), min_size=1, unique=True),
    nuva_code=st.sampled_from([None, "VAC0062", "VAC0043"]),
    cip_code=st.sampled_from([None, "3400930306000"]),
    product_name=st.sampled_from([None, "Vaxigrip"]),
    lot_number=st.none() | st.text(max_size=10),
    expires_on=st.none() | st.dates(),
    body_site=st.sampled_from([None, *WORDS["body_site"].words]),
    dose_number=st.none() | st.integers(1, 20),
    source=st.sampled_from([None, *WORDS["source"].words]),
    note=st.none() | st.text(max_size=20),
)


@settings(derandomize=True, max_examples=200, deadline=None, database=None)
@given(DOSES)
def test_every_dose_is_a_valid_immunization_and_comes_back_the_same(dose: DoseRow) -> None:
    resource = written(immunization_of(dose))
    assert faults_of(resource) == []
    back = dose_of(resource, ANTIGENS_OF, {})
    assert isinstance(back, Wanted)
    assert (back.dose_id, back.person_ref) == (DOSE, PERSON)
    fields = back.fields
    in_error = dose.state == "entered_in_error"
    assert fields["state"] == ("entered_in_error" if in_error else "recorded")
    assert in_error or fields["status"] == dose.status
    assert fields["given_on"] == ON.isoformat()
    assert fields["dose_number"] == dose.dose_number
    assert fields["expires_on"] == (dose.expires_on.isoformat() if dose.expires_on else None)
    if dose.nuva_code is None:
        assert fields["antigens"] == sorted(dose.antigens)
    else:
        assert fields["product_code"] == dose.nuva_code


@pytest.mark.parametrize("status", [None, *codes.IDENTITY])
def test_identity_stays_as_reliable_as_it_is(status: str | None) -> None:
    """FR Core: people met in a hotel or a street stay provisional; nothing makes them look checked."""
    person = PersonRow(PERSON, PERSON, "Awa", "Ba", None, date(1950, 1, 1), "year", "female", status, None)
    resource = written(patient_of(person))
    assert faults_of(resource) == []
    assert resource["birthDate"] == "1950"
    coding = resource["extension"][0]["extension"][0]["valueCoding"]
    assert coding["code"] == codes.IDENTITY.get(status or "", "PROV")
    assert codes.INS_ROOT not in msgspec.json.encode(resource).decode()


def test_taking_away_any_required_element_is_caught() -> None:
    """The checker sees each planted fault, so that no faults means something."""
    whole: dict[str, dict[str, Any]] = {
        "Immunization": written(immunization_of(row())),
        "ImmunizationRecommendation": answer()["parameter"][-1]["resource"],
        "ImmunizationEvaluation": answer()["parameter"][0]["resource"],
        "Bundle": written(bundle_of([immunization_of(row())])),
    }
    for kind, resource in whole.items():
        assert faults_of(resource) == []
        for element in ELEMENTS[kind]:
            if element.least:
                broken = copy.deepcopy(resource)
                del broken[element.name]
                assert [one.path for one in faults_of(broken)] == [f"{kind}.{element.name}"]
            broken = {**resource, element.name: 7}
            assert faults_of(broken), f"{kind}.{element.name}"


@settings(derandomize=True, max_examples=300, deadline=None, database=None)
@given(
    st.dictionaries(
        st.sampled_from([element.name for element in ELEMENTS["Immunization"]]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["coding", "reference", "code", "system", "text"]), inner, max_size=3)
            ),
            max_leaves=8,
        ),
    )
)
def test_no_hostile_entry_breaks_reading(fields: dict[str, Any]) -> None:
    good = written(immunization_of(row()))
    for resource in (fields, {**good, **fields}, {"resourceType": fields.get("status"), **fields}):
        assert isinstance(dose_of(resource, ANTIGENS_OF, {}), Wanted | list)


def test_national_identifier_is_left_out_and_named() -> None:
    resource = written(immunization_of(row()))
    resource["patient"]["identifier"] = {"system": codes.INS_ROOT + "8", "value": "255069110000000"}
    found = dose_of(resource, ANTIGENS_OF, {})
    assert isinstance(found, Wanted)
    assert found.remarks == ("national_identifier_left_out",)
    assert "255069110000000" not in repr(found)


def question(**more: Any) -> dict[str, Any]:
    patient = {"resourceType": "Patient", "id": "asked-1", "birthDate": "1950-03-01", "gender": "female"}
    doses = [immunization_of(row(nuva_code="VAC0567", antigens=["zoster"], given_on=date(2026, 9, 1)))]
    parts = [{"name": "patient", "resource": patient}, {"name": "assessmentDate", "valueDate": "2026-11-22"}]
    parts += [{"name": "immunization", "resource": written(one)} for one in doses]
    return {"resourceType": "Parameters", "parameter": parts, **more}


def answer() -> dict[str, Any]:
    found = immds_forecast(question(), ON, release_on, UnsignedRules.LABELLED)
    assert isinstance(found, dict)
    return dict(msgspec.json.decode(msgspec.json.encode(found)))


def test_forecast_for_others_answers_with_valid_resources_about_their_patient() -> None:
    parts = answer()["parameter"]
    assert {part["name"] for part in parts} == {"evaluation", "recommendation"}
    for part in parts:
        assert faults_of(part["resource"]) == []
        assert part["resource"]["patient"] == {"reference": "Patient/asked-1"}
    zoster = next(one for one in parts[-1]["resource"]["recommendation"] if one["targetDisease"]["text"] == "zoster")
    assert zoster["doseNumberPositiveInt"] == 2
    assert "not validated by a physician" in zoster["description"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ([], "resourceType"),
        ({"resourceType": "Parameters", "parameter": []}, "Parameters.patient"),
        (question(resourceType="Bundle"), "resourceType"),
        ({"resourceType": "Parameters", "parameter": [{"name": "patient", "resource": {"resourceType": "Patient"}}]},
         "Patient.birthDate"),
    ],
)  # fmt: skip
def test_forecast_for_others_says_what_is_wrong_with_the_question(body: Any, path: str) -> None:
    found = immds_forecast(body, ON, release_on, UnsignedRules.LABELLED)
    assert isinstance(found, list)
    assert [fault.path for fault in found] == [path]
