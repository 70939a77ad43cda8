"""Reads the official CDSi test case sheets (CSV, healthy and underlying-condition format) into typed cases.

Only the sheet's own spellings are translated here; what a case is compared with is told in
backend/doses/cdsi/check.py. A row that cannot be read raises ValueError naming the row and the field.
"""

import csv
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from backend.doses.engine.ruleset import RuleSet
from backend.doses.facts import (
    DoseId,
    DoseStatus,
    Gender,
    GivenDose,
    Observation,
    PersonFacts,
    Reason,
    SeriesStatus,
)
from backend.doses.rules.series import SeriesType

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
_STATUSES: Final = {
    "valid": DoseStatus.VALID,
    "not valid": DoseStatus.NOT_VALID,
    "extraneous": DoseStatus.EXTRANEOUS,
    "sub-standard": DoseStatus.SUBSTANDARD,
}
_REASONS: Final = {
    "age: too young": {Reason.TOO_YOUNG},
    "age: too old": {Reason.TOO_OLD},
    "interval: too soon": {Reason.TOO_SOON},
    "inadvertent vaccine": {Reason.INADVERTENT},
    "series already complete": {Reason.SERIES_DONE},
    "live virus conflict": {Reason.CONFLICT},
    "vaccine conflict": {Reason.CONFLICT},
    # The sheets do not say which of the conditions of tables 6-26 and 6-29 failed; we do.
    "not a preferable or allowable vaccine": {
        Reason.NOT_FOR_THIS_DOSE,
        Reason.OUTSIDE_VACCINE_AGE,
        Reason.WRONG_TRADE_NAME,
    },
}
_GENDERS: Final = {"F": Gender.FEMALE, "M": Gender.MALE}


@dataclass(frozen=True, slots=True)
class ExpectedDose:
    """What the sheet says of one given dose: the reason in its words, and those of ours that mean the same."""

    status: DoseStatus | None
    reason: str
    reasons: frozenset[Reason]
    series_type: SeriesType | None


@dataclass(frozen=True, slots=True)
class OfficialCase:
    """One row of a sheet."""

    id: str
    title: str
    person: PersonFacts
    doses: tuple[GivenDose, ...]
    observations: tuple[Observation, ...]
    on: date
    group: str
    expected_doses: tuple[ExpectedDose, ...]
    expected_status: SeriesStatus
    earliest_on: date | None
    recommended_on: date | None
    past_due_on: date | None

    @property
    def is_first_half(self) -> bool:
        """Say whether the case belongs to the half used while developing: an even SHA-256 of its id."""
        return hashlib.sha256(self.id.encode()).digest()[-1] % 2 == 0


def read_cases(file: Path, rules: RuleSet) -> tuple[OfficialCase, ...]:
    """Read a sheet; vaccine groups and coded history are put into the spelling of the rules."""
    names = [group.name for group in rules.groups]
    spellings = {short.casefold(): name for short, name in _GROUPS.items()}
    spellings |= {name.split("/")[0].casefold(): name for name in names} | {name.casefold(): name for name in names}
    codes = {coded.split("|")[1]: seen.code for seen in rules.observations.values() for coded in seen.coded_as}
    cases: list[OfficialCase] = []
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            try:
                cases.append(_case(row, spellings, codes))
            except (KeyError, ValueError) as problem:
                raise ValueError(f"{file.name}, row {number}: {problem}") from problem
    return tuple(cases)


def _case(row: Mapping[str, str], spellings: Mapping[str, str], codes: Mapping[str, str]) -> OfficialCase:
    doses = [number for number in range(1, 8) if row.get(f"Date_Administered_{number}")]
    return OfficialCase(
        id=row["CDC_Test_ID"].strip(),
        title=row["Test_Case_Name"],
        person=PersonFacts(
            born_on=_needed_day(row["DOB"]),
            gender=_GENDERS.get(row.get("gender") or row.get("Gender") or "", Gender.UNKNOWN),
        ),
        doses=tuple(_dose(row, number) for number in doses),
        observations=tuple(_observations(row, codes)),
        on=_needed_day(row["Assessment_Date"]),
        group=spellings.get(row["Vaccine_Group"].strip().casefold(), row["Vaccine_Group"].strip()),
        expected_doses=tuple(_expected(row, number) for number in doses),
        expected_status=SeriesStatus(row["Series_Status"].strip().lower().replace(" ", "-")),
        earliest_on=_day(row["Earliest_Date"]),
        recommended_on=_day(row["Recommended_Date"]),
        past_due_on=_day(row["Past_Due_Date"]),
    )


def _observations(row: Mapping[str, str], codes: Mapping[str, str]) -> Iterator[Observation]:
    for number in range(1, 4):
        if code := (row.get(f"Observation_Code_{number}") or "").strip():
            yield Observation(code, _day(row[f"Observation_Date_{number}"]))
    if history := (row.get("Med_History_Code") or "").strip():
        yield Observation(codes.get(history, history))


def _dose(row: Mapping[str, str], number: int) -> GivenDose:
    return GivenDose(
        id=DoseId(str(number)),
        given_on=_needed_day(row[f"Date_Administered_{number}"]),
        vaccine=row[f"CVX_{number}"].strip().zfill(2),
        manufacturer=row[f"MVX_{number}"].strip() or None,
    )


def _expected(row: Mapping[str, str], number: int) -> ExpectedDose:
    status = row[f"Evaluation_Status_{number}"].strip().lower()
    reason = row[f"Evaluation_Reason_{number}"].strip()
    series_type = (row.get(f"Series_Type_{number}") or "").strip().lower()
    return ExpectedDose(
        status=_STATUSES[status] if status else None,
        reason=reason,
        reasons=frozenset(_REASONS.get(reason.lower(), ())),
        series_type=SeriesType(series_type) if series_type else None,
    )


def _day(text: str) -> date | None:
    return _needed_day(text) if text.strip() else None


def _needed_day(text: str) -> date:
    """Read a day as ISO or as MM/DD/YYYY; the sheets are exported both ways."""
    if "/" not in text:
        return date.fromisoformat(text.strip())
    month, day, year = text.strip().split("/")
    return date(int(year), int(month), int(day))
