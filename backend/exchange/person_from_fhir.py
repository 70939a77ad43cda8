"""This file decides what a Patient from elsewhere becomes here: a person record, or a fault that says why not.

FR Core: the birth name is the official one, a usual name stands beside it, and how reliable an identity is was judged by
whoever sends it: here it begins as provisional, whatever they say (backend/people/identity.py). No national identifier comes
in, nobody is joined to anybody, and what we have no field for is left out with a word.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec

from backend.exchange import codes
from backend.exchange.required import Fault, day_of, faults_of, without_nulls
from sync.kinds import KINDS

_PERSONS_FROM_ELSEWHERE: Final = UUID("2a7be2c4-8c0d-5f43-a4f6-0e1b9d6c5302")
_PRECISIONS: Final = {4: ("year", "-01-01"), 7: ("month", "-01"), 10: ("day", "")}
_LANGUAGES: Final = KINDS["person"].fields["language"].words
# Elements that others send and we keep nowhere: whoever imports is told.
_LEFT_OUT: Final = (
    "address",
    "contact",
    "photo",
    "link",
    "generalPractitioner",
    "maritalStatus",
    "multipleBirthInteger",
)


class WantedPerson(msgspec.Struct, frozen=True):
    """A person record to be written, and the remarks for whoever imports it."""

    person_id: UUID
    fields: dict[str, str | int | bool | list[str] | None]
    remarks: tuple[str, ...] = ()


def person_of(resource: Any, full_url: str, on: date) -> WantedPerson | list[Fault]:
    """Return the person of a Patient, or its faults; `full_url` is the entry's address, which tells it from others too.

    >>> sent = {"resourceType": "Patient", "name": [{"family": "Diop"}], "birthDate": "1950-03"}
    >>> found = person_of(sent, "https://elsewhere.test/Patient/7", date(2026, 11, 23))
    >>> found.fields["family_name"], found.fields["born_on"], found.fields["born_precision"]
    ('Diop', '1950-03-01', 'month')
    """
    resource = without_nulls(resource)
    faults = faults_of(resource)
    if faults or resource["resourceType"] != "Patient":
        return faults or [Fault("resourceType", "not_a_patient")]
    identity = identity_of(resource, full_url)
    birth = _birth(resource)
    died_on = day_of(str(resource.get("deceasedDateTime", "")))
    names = _names(resource.get("name", []))
    wrong = {
        "Patient.id": identity is None and "nothing_tells_it_from_another",
        "Patient.name": not names and "nobody",
        "Patient.birthDate": bool(birth) and birth["born_on"] > on.isoformat() and "in_the_future",
        "Patient.active": resource.get("active") is False and "not_in_use",
        # Somebody who died must not be called on, and a day is what says so here.
        "Patient.deceased": _is_dead(resource) and died_on is None and "no_calendar_day",
    }
    faults = [Fault(path, why) for path, why in wrong.items() if why]
    if faults or identity is None:
        return faults
    sex = resource.get("gender")
    fields: dict[str, str | int | bool | list[str] | None] = {
        **names,
        **birth,
        "sex": sex if sex in codes.GENDER else "unknown",
        "phone": _phone(resource),
        "language": _language(resource),
        "died_on": died_on.isoformat() if died_on else None,
        "identity_status": "provisional",
    }
    return WantedPerson(identity, {name: value for name, value in fields.items() if value}, tuple(_remarks(resource)))


def identity_of(resource: Mapping[str, Any], full_url: str = "") -> UUID | None:
    """Return the record's id: the resource's own where it is a UUID, else one made from an identifier or an address.

    An id of another server alone tells nobody from anybody: every server has a patient 1.
    """
    for own in (str(resource.get("id", "")), full_url.removeprefix("urn:uuid:")):
        if (found := _uuid(own)) is not None:
            return found
    for one in resource.get("identifier", []):
        if (found := id_of_identifier(one)) is not None:
            return found
    return uuid5(_PERSONS_FROM_ELSEWHERE, full_url) if full_url.startswith(("http://", "https://")) else None


def id_of_identifier(identifier: Any) -> UUID | None:
    """Return the record's id that follows from somebody's identifier elsewhere; a national one gives none."""
    if not isinstance(identifier, dict):
        return None
    system, value = str(identifier.get("system", "")), str(identifier.get("value", ""))
    if not system or not value or system.startswith(codes.INS_ROOT):
        return None
    if system == codes.OUR_IDS:
        return _uuid(value.removeprefix("urn:uuid:"))
    return uuid5(_PERSONS_FROM_ELSEWHERE, f"{system}|{value}")


def _names(names: list[Any]) -> dict[str, str]:
    """Return the birth name as the name, and a nickname or a usual name that differs as the alias."""
    by_use: dict[str, dict[str, str]] = {}
    for one in names:
        if isinstance(one, dict) and (read := _name(one)):
            by_use.setdefault(str(one.get("use", "")), read)
    first = next((by_use[use] for use in ("official", "", "usual", "maiden", "temp") if use in by_use), {})
    nickname = next((" ".join(by_use[use].values()) for use in ("nickname", "anonymous") if use in by_use), "")
    usual = by_use.get("usual", first)
    alias = nickname or ("" if usual == first else " ".join(usual[part] for part in sorted(usual, reverse=True)))
    known = {**first, "alias": alias[:200]} if alias else dict(first)
    return {name: text for name, text in known.items() if text}


def _name(name: Mapping[str, Any]) -> dict[str, str]:
    given = name.get("given", [])
    parts = {
        "given_name": " ".join(str(one) for one in given) if isinstance(given, list) else "",
        "family_name": str(name.get("family", "")),
    }
    if not any(parts.values()):
        parts = {"family_name": str(name.get("text", ""))}
    return {part: text.strip()[:200] for part, text in parts.items() if text.strip()}


def _birth(resource: Mapping[str, Any]) -> dict[str, str]:
    text = str(resource.get("birthDate", ""))
    if len(text) not in _PRECISIONS:
        return {}
    precision, rest = _PRECISIONS[len(text)]
    return {"born_on": text + rest, "born_precision": precision}


def _is_dead(resource: Mapping[str, Any]) -> bool:
    return resource.get("deceasedBoolean") is True or "deceasedDateTime" in resource


def _phone(resource: Mapping[str, Any]) -> str | None:
    found = resource.get("telecom", [])
    numbers = [one for one in found if isinstance(one, dict) and one.get("system") in ("phone", "sms")]
    return next((str(one["value"])[:40] for one in numbers if one.get("value") and one.get("use") != "old"), None)


def _language(resource: Mapping[str, Any]) -> str | None:
    spoken = [one for one in resource.get("communication", []) if isinstance(one, dict)]
    for one in sorted(spoken, key=lambda one: one.get("preferred") is not True):
        for coding in (one.get("language") or {}).get("coding", []):
            word = str(coding.get("code", ""))[:2].lower()
            if word in _LANGUAGES:
                return word
    return None


def _remarks(resource: dict[str, Any]) -> list[str]:
    written = msgspec.json.encode(resource).decode()
    said = [f"{name}_left_out" for name in _LEFT_OUT if name in resource]
    if codes.INS_ROOT in written:
        said.append("national_identifier_left_out")
    if any(f'"{code}"' in written for word, code in codes.IDENTITY.items() if word != "provisional"):
        said.append("identity_begins_as_provisional")
    return said


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
