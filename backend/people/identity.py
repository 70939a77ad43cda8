"""This file decides what a national identity number may look like, and which status an identity has after each act.

The number of the French identity scheme (INS) is fifteen signs: sex, year and month of birth, department, commune, order,
key; in Corsica the department is 2A or 2B. Its status follows from two facts: the number came from the national service,
and a document of identity was checked. Only both together make it `qualified`; a number in any other status is not to be
used with others.
"""

import re
from datetime import date
from enum import StrEnum
from typing import Final

_FORM: Final = re.compile(r"[1-8]\d{4}(?:\d{2}|2[AB])\d{6}\d{2}")
_CORSICA: Final = {"2A": "19", "2B": "18"}  # what stands for the letters when the key is computed
_SEX_DIGITS: Final = {"male": "1357", "female": "2468"}
_MONTHS: Final = range(1, 13)  # other months are written for people whose birth is not known to the month


class Status(StrEnum):
    """How far an identity is known (the words of `person.identity_status`)."""

    PROVISIONAL = "provisional"
    RETRIEVED = "retrieved"
    VALIDATED = "validated"
    QUALIFIED = "qualified"


class Step(StrEnum):
    """What somebody does about an identity."""

    NUMBER_RETRIEVED = "number_retrieved"
    NUMBER_REMOVED = "number_removed"
    DOCUMENT_CHECKED = "document_checked"
    DOUBTED = "doubted"


def read_number(typed: str) -> str | None:
    """Return a number in its one form if its key fits, else None.

    >>> read_number("2 55 08 14 168 025 38"), read_number("255081416802539")
    ('255081416802538', None)
    """
    signs = re.sub(r"[\s.-]", "", typed).upper()
    if not _FORM.fullmatch(signs):
        return None
    number, key = signs[:13], int(signs[13:])
    digits = number[:5] + _CORSICA.get(number[5:7], number[5:7]) + number[7:]
    return signs if key == 97 - int(digits) % 97 else None


def contradicts(number: str, sex: str | None, born_on: date | None) -> tuple[str, ...]:
    """Return the traits of a person that a number contradicts; what nobody knows contradicts nothing.

    >>> contradicts("255081416802538", "male", date(1955, 8, 2))
    ('sex',)
    """
    found = []
    if sex in _SEX_DIGITS and number[0] not in _SEX_DIGITS[sex]:
        found.append("sex")
    if born_on is not None:
        month = int(number[3:5])
        if number[1:3] != f"{born_on.year % 100:02}" or (month in _MONTHS and month != born_on.month):
            found.append("born_on")
    return tuple(found)


def status_after(step: Step, before: Status, *, has_number: bool) -> Status:
    """Return the status after an act; `has_number` is whether a number is kept after it.

    >>> status_after(Step.DOCUMENT_CHECKED, Status.RETRIEVED, has_number=True)
    <Status.QUALIFIED: 'qualified'>
    >>> status_after(Step.DOUBTED, Status.QUALIFIED, has_number=True)
    <Status.RETRIEVED: 'retrieved'>
    """
    checked = before in (Status.VALIDATED, Status.QUALIFIED)
    if step is Step.DOCUMENT_CHECKED:
        checked = True
    if step is Step.DOUBTED:
        checked = False
    if has_number:
        return Status.QUALIFIED if checked else Status.RETRIEVED
    return Status.VALIDATED if checked else Status.PROVISIONAL


def is_alias_alone(given_name: str | None, family_name: str | None) -> bool:
    """Tell whether somebody is known by an alias only: an alias stays one, and no identity is claimed for it."""
    return not (given_name and family_name)
