"""The engine answers the CDC's official cases; exceptions are argued, and the check itself catches a planted fault."""

import re
import zipfile
from functools import cache
from pathlib import Path

import msgspec
import pytest

from backend.doses.cdsi.cases import OfficialCase, read_sheet
from backend.doses.cdsi.check import CheckedCase, check_case, tally
from backend.doses.cdsi.exceptions import read_exceptions
from backend.doses.cdsi.release import read_release
from backend.doses.commands import main
from backend.doses.engine.dates import Span
from backend.doses.engine.ruleset import RuleSet, prepare
from backend.doses.rules.format import Schedule, decode_field, encode_field
from tests.data_files import data_path

EXCEPTED = Path(__file__).parent / "excepted_cases.toml"
SHEETS = ("cdsi/healthy_v4.45.csv", "cdsi/underlying_v4.6.csv")
SUPPORTING_DATA = "cdsi/supporting-data-4.64-508.zip"
PRODUCT = Path(__file__).parents[3] / "backend" / "doses"

pytestmark = pytest.mark.data


@cache
def schedule() -> Schedule:
    return read_release(data_path(SUPPORTING_DATA))


@cache
def rules() -> RuleSet:
    return prepare(schedule())


def cases(sheet: str) -> tuple[OfficialCase, ...]:
    return read_sheet(data_path(sheet), rules()).cases


def checked(sheet: str, of: RuleSet) -> list[CheckedCase]:
    excepted = read_exceptions(EXCEPTED)
    return [check_case(case, of) for case in cases(sheet) if case.id not in excepted]


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_case_is_answered_when_it_is_not_excepted(sheet: str) -> None:
    found = checked(sheet, rules())
    assert len(found) > 190
    assert read_sheet(data_path(sheet), rules()).unread == ()
    assert [(one.case.id, one.differences) for one in found if one.differences] == []


def test_an_exception_still_differs_when_it_is_listed() -> None:
    """An exception that has become needless has to go."""
    by_id = {case.id: case for sheet in SHEETS for case in cases(sheet)}
    for case_id in read_exceptions(EXCEPTED):
        assert check_case(by_id[case_id], rules()).differences, case_id


@pytest.mark.parametrize(
    ("right", "wrong", "field"),
    [
        (b'"absolute_minimum":"6 weeks - 4 days"', b'"absolute_minimum":"6 weeks"', "status of doses"),
        (b'"latest_recommended":"3 months + 4 weeks"', b'"latest_recommended":"3 months"', "past due"),
        (b'"minimum":"8 weeks"', b'"minimum":"9 weeks"', "earliest"),
        (b'"earliest_recommended":"11 years"', b'"earliest_recommended":"12 years"', "recommended"),
        (b'"recurring":true', b'"recurring":false', "series status"),
    ],
)
def test_the_check_counts_a_failure_when_a_rule_is_falsified(right: bytes, wrong: bytes, field: str) -> None:
    text = msgspec.json.encode(schedule(), enc_hook=encode_field)
    assert right in text
    falsified = prepare(msgspec.json.decode(text.replace(right, wrong), type=Schedule, dec_hook=decode_field))
    found = checked(SHEETS[0], falsified)
    total = tally(found)["total"][field]
    assert total.passed < total.compared


def test_nothing_of_a_case_stands_in_the_engine_or_the_rules_when_searched() -> None:
    """Ids, titles and expected dates of the cases must be nowhere but in the list of exceptions."""
    text = "\n".join(path.read_text("utf-8") for path in PRODUCT.rglob("*") if path.suffix in (".py", ".toml"))
    assert re.findall(r"\b20\d\d-(?:UC-)?\d{4}\b", text) == []
    assert [case.id for sheet in SHEETS for case in cases(sheet) if case.id in text or case.title.strip() in text] == []
    days = {
        str(day) for sheet in SHEETS for case in cases(sheet) for day in (case.earliest_on, case.past_due_on) if day
    }
    engine = "\n".join(path.read_text("utf-8") for path in (PRODUCT / "engine").glob("*.py"))
    assert [day for day in days if day in engine] == []
    names = {antigen.antigen for antigen in schedule().antigens} | {vaccine.title for vaccine in schedule().vaccines}
    assert [name for name in names if len(name) > 3 and re.search(rf"\b{re.escape(name)}\b", engine)] == []


def test_the_rules_survive_when_written_as_json_and_read_again() -> None:
    text = msgspec.json.encode(schedule(), enc_hook=encode_field)
    assert msgspec.json.decode(text, type=Schedule, dec_hook=decode_field) == schedule()


def test_the_reader_refuses_by_name_when_the_supporting_data_say_something_unknown(tmp_path: Path) -> None:
    with zipfile.ZipFile(data_path(SUPPORTING_DATA)) as archive:
        names = [name for name in archive.namelist() if "Zoster" in name or "ScheduleSupporting" in name]
        for name in names:
            if name.endswith(".xml"):
                text = archive.read(name).replace(b"<seriesType>Standard<", b"<seriesType>Extra<")
                (tmp_path / Path(name).name).write_bytes(text)
    with pytest.raises(KeyError, match="Extra"):
        read_release(tmp_path)


def test_the_command_reports_both_halves_apart_when_run(capsys: pytest.CaptureFixture[str]) -> None:
    sheet = str(data_path(SHEETS[0]))
    assert main(["check", sheet, "--half", "first", "--except", str(EXCEPTED)]) == 0
    said = capsys.readouterr().out
    assert "first half" in said
    assert "second half" not in said
    assert "not counted: 1" in said
    assert "every row of the sheet: 361/362" in said
    assert main(["check", sheet, "--half", "first"]) == 1
    assert "the sheet says" in capsys.readouterr().out
    assert main(["check", "nowhere.csv"]) == 2


def test_spans_keep_their_words_when_read() -> None:
    assert str(Span("8 weeks - 4 days")) == "8 weeks - 4 days"
