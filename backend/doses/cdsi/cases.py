"""Reads the official CDSi test case sheets (CSV, healthy and underlying-condition format) into typed cases.

Only the sheet's own spellings are translated here (backend/doses/cdsi/spellings.py); what a case is compared with is told
in backend/doses/cdsi/check.py. A row that cannot be read is handed back with its reason and counts as failed: it takes no
other row with it.
"""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from backend.doses.cdsi import spellings
from backend.doses.engine.ruleset import RuleSet
from backend.doses.facts import DoseId, DoseStatus, GivenDose, Observation, PersonFacts, Reason, SeriesStatus

_DOSES_MAX: Final = 20
_OBSERVATIONS_MAX: Final = 10


@dataclass(frozen=True, slots=True)
class ExpectedDose:
    """What the sheet says of one given dose: the reason in its words, and those of ours that mean the same."""

    status: DoseStatus | None
    reason: str
    reasons: frozenset[Reason]


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
        """Say whether the case belongs to the half used while developing."""
        return is_first_half(self.id)


@dataclass(frozen=True, slots=True)
class UnreadCase:
    """A row that could not be read, by its number in the file, and why."""

    id: str
    row: int
    why: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file holds."""

    cases: tuple[OfficialCase, ...]
    unread: tuple[UnreadCase, ...]


class _Row:
    """The cells of one row by the name of their column, whatever its case and blanks."""

    def __init__(self, cells: Mapping[str | None, str | None]) -> None:
        self._cells = {spellings.folded(str(name)): cell for name, cell in cells.items() if isinstance(cell, str)}

    def text(self, *names: str) -> str:
        """Return the first filled cell of these columns, or nothing."""
        return next((found for name in names if (found := self._cells.get(spellings.folded(name), "").strip())), "")

    def day(self, name: str) -> date | None:
        """Return the day of a cell, or None where it is empty."""
        return spellings.day(text) if (text := self.text(name)) not in ("", "-") else None

    def needed_day(self, name: str) -> date:
        """Return the day of a cell; ValueError names the one that is empty."""
        found = self.day(name)
        if found is None:
            raise ValueError(f"{name} is empty")
        return found


def is_first_half(case_id: str) -> bool:
    """Say whether a case belongs to the first half: an even SHA-256 of its id.

    >>> is_first_half("a"), is_first_half("b")
    (False, False)
    """
    return hashlib.sha256(case_id.encode()).digest()[-1] % 2 == 0


def read_sheet(file: Path, rules: RuleSet) -> Sheet:
    """Read a sheet; vaccine groups and coded history are put into the spelling of the rules.

    ValueError says so when the file has no column of case ids.
    """
    codes = {coded.split("|")[1]: seen.code for seen in rules.observations.values() for coded in seen.coded_as}
    groups = spellings.groups_of([group.name for group in rules.groups])
    cases: list[OfficialCase] = []
    unread: list[UnreadCase] = []
    for number, row in _rows(file):
        case_id = row.text("CDC_Test_ID")
        try:
            cases.append(_case(case_id, row, groups, codes))
        except ValueError as problem:
            unread.append(UnreadCase(case_id, number, str(problem)))
    return Sheet(tuple(cases), tuple(unread))


def _rows(file: Path) -> Iterator[tuple[int, _Row]]:
    """Yield the rows that hold a case, with their number in the file; both usual encodings and separators are read."""
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    header = text.partition("\n")[0]
    if "testid" not in spellings.folded(header):
        raise ValueError(f"{file.name} is no case sheet: it has no column CDC_Test_ID")
    separator = max(",;\t", key=header.count)
    for number, cells in enumerate(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator), start=2):
        row = _Row(cells)
        if row.text("CDC_Test_ID"):
            yield number, row


def _case(case_id: str, row: _Row, groups: Mapping[str, str], codes: Mapping[str, str]) -> OfficialCase:
    doses = [number for number in range(1, _DOSES_MAX + 1) if row.text(f"Date_Administered_{number}")]
    group = row.text("Vaccine_Group")
    return OfficialCase(
        id=case_id,
        title=row.text("Test_Case_Name"),
        person=PersonFacts(born_on=row.needed_day("DOB"), gender=spellings.gender(row.text("Gender"))),
        doses=tuple(_dose(row, number) for number in doses),
        observations=tuple(_observations(row, codes)),
        on=row.needed_day("Assessment_Date"),
        group=groups.get(spellings.folded(group), group),
        expected_doses=tuple(_expected(row, number) for number in doses),
        expected_status=spellings.series_status(row.text("Series_Status")),
        earliest_on=row.day("Earliest_Date"),
        recommended_on=row.day("Recommended_Date"),
        past_due_on=row.day("Past_Due_Date"),
    )


def _observations(row: _Row, codes: Mapping[str, str]) -> Iterator[Observation]:
    for number in range(1, _OBSERVATIONS_MAX + 1):
        if code := row.text(f"Observation_Code_{number}"):
            yield Observation(code, row.day(f"Observation_Date_{number}"))
    if history := row.text("Med_History_Code"):
        yield Observation(codes.get(history, history))


def _dose(row: _Row, number: int) -> GivenDose:
    return GivenDose(
        id=DoseId(str(number)),
        given_on=row.needed_day(f"Date_Administered_{number}"),
        vaccine=row.text(f"CVX_{number}").removesuffix(".0").zfill(2),
        manufacturer=row.text(f"MVX_{number}") or None,
    )


def _expected(row: _Row, number: int) -> ExpectedDose:
    reason = row.text(f"Evaluation_Reason_{number}")
    return ExpectedDose(
        spellings.dose_status(row.text(f"Evaluation_Status_{number}")), reason, spellings.reasons(reason)
    )
