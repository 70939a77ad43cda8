"""This file decides what an Immunization from elsewhere becomes here: a dose record, or a fault that says why not.

Each entry stands alone: one that is refused takes none with it. The same entry twice is one dose (S2), by its own id or
one made from its identifier. A national identifier that comes along is left where it came from.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec

from backend.exchange import codes
from backend.exchange.person_from_fhir import id_of_identifier
from backend.exchange.required import Fault, day_of, faults_of, without_nulls

_DOSES_FROM_ELSEWHERE: Final = UUID("6f2b3c0e-5a7d-5e11-9c43-2d8f0a7be901")
_NOT_DONE: Final = {code: word for word, code in codes.NOT_DONE.items()}
_SITES: Final = {code: word for word, code in codes.SITE.items()}
# The disease of meningococci does not say which serogroups a vaccine was against.
_ANTIGENS: Final = {ids[0]: word for word, ids in codes.DISEASE.items() if len(ids) == 1 and "mening" not in word}


class Wanted(msgspec.Struct, frozen=True):
    """A dose record to be written, and the id of the person whom the entry names."""

    dose_id: UUID
    person_ref: UUID
    fields: dict[str, str | int | bool | list[str] | None]
    remarks: tuple[str, ...] = ()


def dose_of(
    resource: Any, antigens_of: Mapping[str, tuple[str, ...]], persons: Mapping[str, UUID]
) -> Wanted | list[Fault]:
    """Return the dose of an Immunization, or its faults.

    `antigens_of` names the antigens of known NUVA codes, `persons` the records of the patients who came along.
    """
    resource = without_nulls(resource)
    faults = faults_of(resource)
    if faults or resource["resourceType"] != "Immunization":
        return faults or [Fault("resourceType", "not_an_immunization")]
    person = _person(resource["patient"], persons)
    given_on = day_of(resource.get("occurrenceDateTime", ""))
    nuva = nuva_of(resource)
    antigens = antigens_of.get(nuva or "", ()) or antigens_named(resource)
    if person is None:
        return [Fault("Immunization.patient", "person_not_named_by_our_id")]
    if given_on is None:
        return [Fault("Immunization.occurrenceDateTime", "no_calendar_day")]
    if not antigens:
        return [Fault("Immunization.vaccineCode", "vaccine_not_known")]
    identity = _identity(resource)
    if identity is None:
        return [Fault("Immunization.id", "nothing_tells_it_from_another")]
    remarks = ["national_identifier_left_out"] if codes.INS_ROOT in msgspec.json.encode(resource).decode() else []
    return Wanted(identity, person, _fields(resource, given_on, nuva, antigens), tuple(remarks))


def nuva_of(immunization: dict[str, Any]) -> str | None:
    """Return the NUVA code of a checked Immunization."""
    return _code(immunization["vaccineCode"], codes.NUVA)


def antigens_named(immunization: dict[str, Any]) -> tuple[str, ...]:
    """Return the antigens that a checked Immunization's target diseases name, sorted."""
    found = {
        _ANTIGENS.get(str(coding.get("code")), "")
        for protocol in immunization.get("protocolApplied", [])
        for concept in protocol.get("targetDisease", [])
        for coding in concept.get("coding", [])
        if coding.get("system") == codes.SNOMED
    }
    return tuple(sorted(found - {""}))


def _fields(
    resource: dict[str, Any], given_on: date, nuva: str | None, antigens: tuple[str, ...]
) -> dict[str, str | int | bool | list[str] | None]:
    not_done = resource["status"] == "not-done"
    protocol: dict[str, Any] = next(iter(resource.get("protocolApplied", [])), {})
    expires = day_of(resource.get("expirationDate", ""))
    reason = _code(resource.get("statusReason", {}), codes.ACT_REASON)
    site = _code(resource.get("site", {}), codes.ACT_SITE)
    number = protocol.get("doseNumberPositiveInt")
    return {
        "status": "not_given" if not_done else "given",
        "not_given_reason": _NOT_DONE.get(reason or "", "deferred") if not_done else None,
        "antigens": sorted(antigens),
        "product_code": nuva,
        "lot_number": str(resource["lotNumber"])[:40] if resource.get("lotNumber") else None,
        "expires_on": expires.isoformat() if expires else None,
        "body_site": _SITES.get(site or "", None),
        "dose_number": number if number is not None and number <= 20 else None,
        "given_on": given_on.isoformat(),
        "source": "register",
        "state": "entered_in_error" if resource["status"] == "entered-in-error" else "recorded",
    }


def _person(reference: dict[str, Any], persons: Mapping[str, UUID]) -> UUID | None:
    text = str(reference.get("reference") or (reference.get("identifier") or {}).get("value") or "")
    own = persons.get(text) or _uuid(text.removeprefix("Patient/").removeprefix("urn:uuid:"))
    return own or id_of_identifier(reference.get("identifier"))


def _identity(resource: dict[str, Any]) -> UUID | None:
    """Return the record's id: the resource's own where it is a UUID, else one made from its first identifier or id."""
    own = _uuid(str(resource.get("id", "")))
    if own is not None:
        return own
    for one in resource.get("identifier", []):
        if isinstance(one, dict) and one.get("value") and not str(one.get("system", "")).startswith(codes.INS_ROOT):
            return uuid5(_DOSES_FROM_ELSEWHERE, f"{one.get('system', '')}|{one['value']}|{resource['patient']}")
    return uuid5(_DOSES_FROM_ELSEWHERE, f"id|{resource['id']}|{resource['patient']}") if resource.get("id") else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None


def _code(concept: Mapping[str, Any], system: str) -> str | None:
    for coding in concept.get("coding", []):
        if coding.get("system") == system and isinstance(coding.get("code"), str) and len(coding["code"]) <= 20:
            return str(coding["code"])
    return None
