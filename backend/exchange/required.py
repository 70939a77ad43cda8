"""This file decides whether a resource has what FHIR R4 requires: elements, cardinality, types, codes of bound fields.

Source: the element tables of HL7 FHIR 4.0.1 for the resources that we exchange. An element that is not in the table is
left alone: others may send more than we read. Nothing is fetched.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any, Final

import msgspec

Check = Callable[[Any], bool]


class Fault(msgspec.Struct, frozen=True):
    """What is wrong with an element, by its path."""

    path: str
    why: str  # missing | wrong_type | not_in_value_set | unknown_resource


class Element(msgspec.Struct, frozen=True):
    """One element: how often, and what each must be. `x` holds the other spellings of a choice element."""

    name: str
    least: int
    check: Check
    is_list: bool = False
    other: tuple[str, ...] = ()
    inside: tuple["Element", ...] = ()


_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_DATE: Final = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= 1_000_000


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _positive(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _id(value: Any) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _day(value: Any) -> bool:
    return isinstance(value, str) and _DATE.fullmatch(value) is not None and _exists(value)


def _when(value: Any) -> bool:
    return _day(value) or (isinstance(value, str) and _INSTANT.fullmatch(value) is not None and _exists(value[:10]))


def _exists(text: str) -> bool:
    try:
        date.fromisoformat((text + "-01-01")[:10] if len(text) == 4 else (text + "-01")[:10])
    except ValueError:
        return False
    return True


def _object(value: Any) -> bool:
    return isinstance(value, dict)


def _code(*words: str) -> Check:
    return lambda value: value in words


def _concept(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    coding = value.get("coding", [])
    is_coded = isinstance(coding, list) and all(isinstance(one, dict) and _text(one.get("code")) for one in coding)
    return is_coded and (bool(coding) or _text(value.get("text")))


def _reference(value: Any) -> bool:
    return isinstance(value, dict) and (_text(value.get("reference")) or isinstance(value.get("identifier"), dict))


ELEMENTS: Final[dict[str, tuple[Element, ...]]] = {
    "Patient": (
        Element("id", 0, _id),
        Element("gender", 0, _code("male", "female", "other", "unknown")),
        Element("birthDate", 0, _day),
        Element("name", 0, _object, is_list=True),
        Element(
            "identifier",
            0,
            _object,
            is_list=True,
            inside=(Element("system", 0, _text), Element("value", 0, _text)),
        ),
        Element("link", 0, _object, is_list=True, inside=(
            Element("other", 1, _reference), Element("type", 1, _code("replaced-by", "replaces", "refer", "seealso")),
        )),
    ),
    "Immunization": (
        Element("id", 0, _id),
        Element("status", 1, _code("completed", "entered-in-error", "not-done")),
        Element("vaccineCode", 1, _concept),
        Element("patient", 1, _reference),
        Element("occurrenceDateTime", 1, _when, other=("occurrenceString",)),
        Element("primarySource", 0, _flag),
        Element("statusReason", 0, _concept),
        Element("reportOrigin", 0, _concept),
        Element("lotNumber", 0, _text),
        Element("expirationDate", 0, _day),
        Element("site", 0, _concept),
        Element("protocolApplied", 0, _object, is_list=True, inside=(
            Element("targetDisease", 0, _concept, is_list=True),
            Element("doseNumberPositiveInt", 1, _positive, other=("doseNumberString",)),
        )),
        Element("note", 0, _object, is_list=True, inside=(Element("text", 1, _text),)),
    ),
    "ImmunizationEvaluation": (
        Element("id", 0, _id),
        Element("status", 1, _code("completed", "entered-in-error")),
        Element("patient", 1, _reference),
        Element("targetDisease", 1, _concept),
        Element("immunizationEvent", 1, _reference),
        Element("doseStatus", 1, _concept),
        Element("date", 0, _when),
    ),
    "ImmunizationRecommendation": (
        Element("id", 0, _id),
        Element("patient", 1, _reference),
        Element("date", 1, _when),
        Element("recommendation", 1, _object, is_list=True, inside=(
            Element("forecastStatus", 1, _concept),
            Element("vaccineCode", 0, _concept, is_list=True),
            Element("targetDisease", 0, _concept),
            Element("dateCriterion", 0, _object, is_list=True, inside=(
                Element("code", 1, _concept), Element("value", 1, _when),
            )),
            Element("doseNumberPositiveInt", 0, _positive),
        )),
    ),
    "Bundle": (
        Element("type", 1, _code("document", "message", "transaction", "transaction-response", "batch",
                                 "batch-response", "history", "searchset", "collection")),
        Element("entry", 0, _object, is_list=True),
    ),
}  # fmt: skip


def faults_of(resource: Any) -> list[Fault]:
    """Return what is wrong with a resource; none is a resource that may be exchanged.

    >>> [(fault.path, fault.why) for fault in faults_of({"resourceType": "Immunization", "status": "done"})][:2]
    [('Immunization.status', 'not_in_value_set'), ('Immunization.vaccineCode', 'missing')]
    """
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    if not isinstance(kind, str) or kind not in ELEMENTS:
        return [Fault("resourceType", "unknown_resource")]
    return list(_faults(resource, ELEMENTS[kind], kind))


def _faults(value: dict[str, Any], elements: tuple[Element, ...], path: str) -> Iterator[Fault]:
    for element in elements:
        found = value.get(element.name)
        here = f"{path}.{element.name}"
        if found is None or (element.is_list and found == []):
            if element.least and not any(_text(value.get(name)) for name in element.other):
                yield Fault(here, "missing")
        elif element.is_list != isinstance(found, list):
            yield Fault(here, "wrong_type")
        else:
            yield from _each(found if element.is_list else [found], element, here)


def _each(found: list[Any], element: Element, here: str) -> Iterator[Fault]:
    for number, one in enumerate(found):
        path = f"{here}[{number}]" if element.is_list else here
        if not element.check(one):
            yield Fault(path, "not_in_value_set" if isinstance(one, str) else "wrong_type")
        elif element.inside:
            yield from _faults(one, element.inside, path)


def without_nulls(value: Any) -> Any:
    """Return JSON without its nulls: FHIR has none, and one that comes all the same means "absent"."""
    if isinstance(value, dict):
        return {name: without_nulls(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [without_nulls(one) for one in value if one is not None]
    return value


def day_of(value: str) -> date | None:
    """Return the calendar day of a FHIR date or instant as it was written; None if it names no day.

    >>> day_of("2026-11-22T23:30:00+01:00"), day_of("2026-11")
    (datetime.date(2026, 11, 22), None)
    """
    if not _when(value) or len(value) < 10:
        return None
    return datetime.fromisoformat(value[:10]).date()
