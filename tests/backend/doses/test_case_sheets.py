"""A sheet of another release is read as far as it can be: a bad row is named and counted, and takes no other with it."""

from datetime import date
from pathlib import Path

import pytest

from backend.doses.cdsi.cases import Sheet, read_sheet
from backend.doses.cdsi.check import check_case
from backend.doses.facts import DoseStatus, Gender, Reason, SeriesStatus
from tests.backend.doses.making import first_dose, rules, series

HEADER = (
    "CDC_Test_ID,Test_Case_Name,DOB,Gender,Series_Status,Date_Administered_1,CVX_1,MVX_1,Evaluation_Status_1,"
    "Evaluation_Reason_1,Date_Administered_8,CVX_8,Earliest_Date,Recommended_Date,Past_Due_Date,Vaccine_Group,"
    "Assessment_Date\n"
)
RULES = rules(series(first_dose()))


def read(tmp_path: Path, text: str, encoding: str = "utf-8") -> Sheet:
    file = tmp_path / "sheet.csv"
    file.write_bytes(text.encode(encoding))
    return read_sheet(file, RULES)


@pytest.mark.parametrize(
    ("written", "expected"),
    [("2025-01-31", date(2025, 1, 31)), ("1/31/2025", date(2025, 1, 31)), ("45688", date(2025, 1, 31)),
     ("2025-01-31 00:00:00", date(2025, 1, 31)), ("01/31/25", date(2025, 1, 31))],
)  # fmt: skip
def test_days_are_read_as_each_release_writes_them(tmp_path: Path, written: str, expected: date) -> None:
    line = f"a-1,title,2020-01-01,f,NOT COMPLETE ,{written},3,,Not valid,Age: Too young,,,-,,,Testosis,2025-02-01\n"
    (case,) = read(tmp_path, HEADER + line).cases
    assert (case.doses[0].given_on, case.doses[0].vaccine) == (expected, "03")
    assert (case.person.gender, case.expected_status) == (Gender.FEMALE, SeriesStatus.NOT_COMPLETE)
    assert (case.expected_doses[0].status, case.earliest_on) == (DoseStatus.NOT_VALID, None)
    assert case.expected_doses[0].reasons == {Reason.TOO_YOUNG}
    assert case.group == "testosis"


def test_a_row_that_cannot_be_read_is_named_and_leaves_the_others(tmp_path: Path) -> None:
    good = "a-1,t,2020-01-01,F,Complete,,,,,,2021-01-01,10,,,,Testosis,2025-02-01\n"
    lines = good + good.replace("a-1", "a-2").replace("Complete", "Finished") + good.replace("2020-01-01", "") + ",,,\n"
    sheet = read(tmp_path, HEADER + lines)
    assert [(case.id, len(case.doses)) for case in sheet.cases] == [("a-1", 1)]
    assert [(one.id, one.row) for one in sheet.unread] == [("a-2", 3), ("a-1", 4)]
    assert "Finished" in sheet.unread[0].why
    assert sheet.unread[1].why == "DOB is empty"


def test_other_encodings_and_separators_are_read(tmp_path: Path) -> None:
    line = "a-1,36 weeks’ gestation,2020-01-01,F,Complete,,,,,,,,,,,Testosis,2025-02-01\n"
    (case,) = read(tmp_path, HEADER + line, "cp1252").cases
    assert case.title == "36 weeks’ gestation"
    assert read(tmp_path, (HEADER + line).replace(",", ";")).cases == (case,)


def test_a_file_that_is_no_sheet_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"sheet\.csv is no case sheet"):
        read(tmp_path, "a,b\n1,2\n")


def test_a_case_beyond_the_calendar_fails_alone(tmp_path: Path) -> None:
    line = "a-1,t,9999-12-01,F,Complete,,,,,,,,,,,Testosis,9999-12-31\n"
    (case,) = read(tmp_path, HEADER + line).cases
    found = check_case(case, RULES)
    assert [(one.field, one.found.split(":")[0]) for one in found.differences] == [("series status", "no answer")]
