"""A Patient from elsewhere keeps its strict traits, brings no national number, and is never taken for somebody it is not."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.exchange import codes
from backend.exchange.person_from_fhir import WantedPerson, person_of
from backend.exchange.to_fhir import PersonRow, patient_of

ON = date(2026, 11, 23)
IPP = {"system": "https://elsewhere.test/ipp", "value": "77"}


def patient(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "identifier": [IPP], "name": [{"family": "Diop", "given": ["Awa"]}], **more}


def taken(resource: dict[str, Any], full_url: str = "") -> WantedPerson:
    found = person_of(resource, full_url, ON)
    assert isinstance(found, WantedPerson), found
    return found


def refused(resource: Any) -> list[tuple[str, str]]:
    found = person_of(resource, "", ON)
    assert isinstance(found, list)
    return [(fault.path, fault.why) for fault in found]


def test_person_that_left_comes_back_as_the_same_record() -> None:
    row = PersonRow(
        UUID(int=7), UUID(int=7), "Awa", "Diop", "Mimi", date(1950, 3, 1), "month", "female", "qualified", None
    )
    found = taken(msgspec.to_builtins(patient_of(row)))
    assert found.person_id == row.id
    assert found.fields == {
        "given_name": "Awa", "family_name": "Diop", "alias": "Mimi", "born_on": "1950-03-01", "born_precision": "month",
        "sex": "female", "identity_status": "provisional",
    }  # fmt: skip
    assert found.remarks == ("identity_begins_as_provisional",)


def test_birth_name_is_the_name_and_the_usual_one_stands_beside_it() -> None:
    names = [
        {"use": "usual", "family": "Martin", "given": ["Awa"]},
        {"use": "official", "family": "Diop", "given": ["Awa", "Marie"]},
    ]
    fields = taken(patient(name=names)).fields
    assert (fields["family_name"], fields["given_name"], fields["alias"]) == ("Diop", "Awa Marie", "Awa Martin")


def test_national_number_is_left_where_it_came_from_and_makes_no_identity() -> None:
    number = {"system": f"{codes.INS_ROOT}8", "value": "255081416802538"}
    found = taken(patient(identifier=[number, IPP], link=[{"other": {"reference": "Patient/1"}, "type": "seealso"}]))
    assert "255081416802538" not in repr(found)
    assert set(found.remarks) == {"national_identifier_left_out", "link_left_out"}
    assert found.person_id == taken(patient()).person_id
    assert refused(patient(identifier=[number])) == [("Patient.id", "nothing_tells_it_from_another")]


def test_what_tells_nobody_apart_or_nothing_certain_is_refused_by_its_path() -> None:
    assert refused(patient(identifier=[], id="1")) == [("Patient.id", "nothing_tells_it_from_another")]
    assert refused(patient(name=[])) == [("Patient.name", "nobody")]
    assert refused(patient(birthDate="2026-11-24")) == [("Patient.birthDate", "in_the_future")]
    assert refused(patient(deceasedBoolean=True)) == [("Patient.deceased", "no_calendar_day")]
    assert refused(patient(deceasedDateTime="2026")) == [("Patient.deceased", "no_calendar_day")]
    assert refused(patient(active=False)) == [("Patient.active", "not_in_use")]
    assert refused(patient(gender="F")) == [("Patient.gender", "not_in_value_set")]
    assert refused({"resourceType": "Immunization"})[0][0] == "Immunization.status"
    assert taken(patient(deceasedDateTime="2026-01-05T10:00:00+01:00")).fields["died_on"] == "2026-01-05"
    addresses = ["https://a.test/Patient/1", "https://b.test/Patient/1"]
    assert len({taken(patient(identifier=[], id="1"), address).person_id for address in addresses}) == 2


@settings(derandomize=True, max_examples=150, deadline=None, database=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ["id", "name", "identifier", "birthDate", "telecom", "communication", "gender", "active", "link"]
        ),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=12),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["use", "family", "given", "text", "system", "value", "language", "coding", "code"]
                    ),
                    inner,
                    max_size=3,
                )
            ),
            max_leaves=8,
        ),
    )
)
def test_no_hostile_patient_breaks_reading(fields: dict[str, Any]) -> None:
    for resource in (fields, {**patient(), **fields}):
        assert isinstance(person_of(resource, "", ON), WantedPerson | list)
