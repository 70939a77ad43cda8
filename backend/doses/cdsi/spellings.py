"""Translates the spellings of the official sheets: statuses, reasons, genders, days, names of vaccine groups.

Releases write the same word differently ("Not complete", "Not Complete"): words are compared by their letters and digits
alone. A word that is not known is an error, or a reason that nothing meets: never taken for another.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from backend.doses.facts import DoseStatus, Gender, Reason, SeriesStatus

_GROUPS: Final = {
    "DTAP": "DTaP/Tdap/Td",
    "FLU": "Influenza",
    "IPOL": "Polio",
    "JE": "Japanese Encephalitis",
    "MCV": "Meningococcal",
    "MENB": "Meningococcal B",
    "PCV": "Pneumococcal",
    "POL": "Polio",
    "ROTA": "Rotavirus",
    "VAR": "Varicella",
    "YF": "Yellow Fever",
}
_DOSE_STATUSES: Final = {
    "valid": DoseStatus.VALID,
    "notvalid": DoseStatus.NOT_VALID,
    "invalid": DoseStatus.NOT_VALID,
    "extraneous": DoseStatus.EXTRANEOUS,
    "substandard": DoseStatus.SUBSTANDARD,
}
# By a part of the reason. The sheets do not say which condition of tables 6-26 and 6-29 failed; we do.
_REASONS: Final = {
    "young": {Reason.TOO_YOUNG},
    "tooold": {Reason.TOO_OLD},
    "toosoon": {Reason.TOO_SOON},
    "tooshort": {Reason.TOO_SOON},
    "inadvertent": {Reason.INADVERTENT},
    "complete": {Reason.SERIES_DONE},
    "conflict": {Reason.CONFLICT},
    "expired": {Reason.EXPIRED},
    "allowable": {Reason.NOT_FOR_THIS_DOSE, Reason.OUTSIDE_VACCINE_AGE, Reason.WRONG_TRADE_NAME},
}
_EXCEL_DAY_ZERO: Final = date(1899, 12, 30)
_CENTURY: Final = 100


def folded(text: str) -> str:
    """Return the letters and digits of a text in small letters.

    >>> folded("Not Complete ")
    'notcomplete'
    """
    return re.sub(r"[^a-z0-9]", "", text.casefold())


def groups_of(names: Iterable[str]) -> dict[str, str]:
    """Return the vaccine groups of the rules by every spelling of a sheet."""
    found = {folded(short): name for short, name in _GROUPS.items()}
    for name in names:
        found |= {folded(name.split("/")[0]): name, folded(name): name}
    return found


def gender(text: str) -> Gender:
    """Return the gender of a cell: a letter or a word.

    >>> gender("F"), gender("")
    (<Gender.FEMALE: 'female'>, <Gender.UNKNOWN: 'unknown'>)
    """
    return {"f": Gender.FEMALE, "m": Gender.MALE}.get(folded(text)[:1], Gender.UNKNOWN)


def dose_status(text: str) -> DoseStatus | None:
    """Return the status of a dose, None where the sheet states none; ValueError names a word that is not known."""
    if not folded(text):
        return None
    found = _DOSE_STATUSES.get(folded(text))
    if found is None:
        raise ValueError(f"unknown status of a dose: {text!r}")
    return found


def series_status(text: str) -> SeriesStatus:
    """Return the status of a series; ValueError names a word that is not known."""
    for status in SeriesStatus:
        if folded(status.value) == folded(text):
            return status
    raise ValueError(f"unknown status of a series: {text!r}")


def reasons(text: str) -> frozenset[Reason]:
    """Return which of our reasons mean what the sheet says.

    >>> sorted(reasons("Age: Too Young")), sorted(reasons("something new"))
    ([<Reason.TOO_YOUNG: 'too-young'>], [])
    """
    return frozenset().union(*(found for part, found in _REASONS.items() if part in folded(text)))


def day(text: str) -> date:
    """Read a day as ISO (with a time of day or without), as MM/DD/YYYY or MM/DD/YY, or as a spreadsheet's day number.

    >>> day("09/05/2025") == day("2025-09-05 00:00:00") == day("45905") == day("9/5/25")
    True
    """
    if re.fullmatch(r"\d{5}(\.0)?", text):
        return _EXCEL_DAY_ZERO + timedelta(int(text[:5]))
    first = text.split(maxsplit=1)[0]
    if "/" not in first:
        return datetime.fromisoformat(first).date()
    month, month_day, year = (int(part) for part in first.split("/"))
    return date(year + 2000 if year < _CENTURY else year, month, month_day)
