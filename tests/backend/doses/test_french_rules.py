"""The French rule files say what they claim: worked cases, sources, known codes, and a hash that names the release."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from shutil import copytree

import msgspec
import pytest

from backend.doses.answers import answers
from backend.doses.commands import main
from backend.doses.engine.group import group_forecasts
from backend.doses.engine.ruleset import prepare
from backend.doses.engine.run import forecast
from backend.doses.facts import PersonFacts, RuleLine, SeriesStatus
from backend.doses.history import RecordedDose, RecordedPerson, read_history
from backend.doses.rules.files import FRENCH_RULES, read_rules, schedule_on
from backend.doses.rules.format import AntigenRules, Schedule, WorkedCase, content_hash, decode_field, encode_field
from backend.doses.rules.words import release_on
from backend.doses.rules.worked import answer, deviations

COMMON, FILES = read_rules(FRENCH_RULES)


def worked() -> Iterator[tuple[str, WorkedCase]]:
    for rules in FILES:
        for case in rules.cases:
            yield rules.antigen, case


@pytest.mark.parametrize(("antigen", "case"), list(worked()), ids=lambda part: getattr(part, "title", part))
def test_a_worked_case_is_answered_as_the_file_says_when_its_rules_are_in_force(antigen: str, case: WorkedCase) -> None:
    assert list(deviations(case, antigen, prepare(schedule_on(FRENCH_RULES, case.on)))) == []


def test_every_file_names_its_sources_and_carries_cases_when_read() -> None:
    wanted = {
        *("influenza", "covid19", "pneumococcal", "zoster", "dtp", "pertussis", "measles-mumps-rubella", "rsv", "hpv"),
        *("mening_b", "mening_acwy", "hepatitis_b"),
    }
    assert {rules.antigen for rules in FILES} == wanted
    for rules in FILES:
        assert len(rules.cases) >= 3, rules.antigen
        assert rules.sources, rules.antigen
        assert all(source.read_on is not None for source in rules.sources), rules.antigen


def test_no_file_passes_for_signed_when_no_physician_has_signed_it() -> None:
    """Nobody has: the day somebody does, this test is the place where the reviewer sees it."""
    assert [rules.antigen for rules in FILES if rules.signed_by is not None] == []


def test_a_case_deviates_when_a_rule_is_changed() -> None:
    """The planted fault: boosters every ten years of age instead of the fixed ages."""
    dtp = next(rules for rules in FILES if rules.antigen == "dtp")
    schedule = schedule_on(FRENCH_RULES, date(2025, 11, 20))
    text = msgspec.json.encode(schedule, enc_hook=encode_field).replace(b'"45 years"', b'"50 years"')
    changed = msgspec.json.decode(text, type=Schedule, dec_hook=decode_field)
    assert content_hash(changed) != content_hash(schedule)
    found = [one for case in dtp.cases for one in deviations(case, "dtp", prepare(changed))]
    assert {one.field for one in found} == {"earliest", "recommended"}


def test_an_edited_rule_changes_the_release_and_the_forecasts_that_used_it_alone(tmp_path: Path) -> None:
    """Every forecast names its release: after an edit each one is another release's, and the answers of that rule change."""
    folder = copytree(FRENCH_RULES, tmp_path / "fr")
    file = folder / "zoster.toml"
    file.write_text(file.read_text("utf-8").replace('minimum = "2 months"', 'minimum = "3 months"'), "utf-8")
    on, born_on = date(2025, 11, 20), date(1950, 1, 1)
    dose = RecordedDose("d", date(2025, 11, 1), ("zoster",), nuva_code="VAC0567")
    found = []
    for release in (release_on(on), release_on(on, folder)):
        history = read_history(RecordedPerson(born_on), born_on, [dose], on, release)
        found.append({one.antigen: one for one in answers("p", history, on, release)})
    before, after = found
    assert {one.rules_version for one in before.values()}.isdisjoint(one.rules_version for one in after.values())
    named = {antigen: msgspec.structs.replace(one, rules_version="") for antigen, one in before.items()}
    changed = {
        antigen for antigen, one in after.items() if msgspec.structs.replace(one, rules_version="") != named[antigen]
    }
    assert changed == {"zoster"}


def test_the_hash_is_the_same_when_nothing_but_the_order_of_reading_changes() -> None:
    schedule = schedule_on(FRENCH_RULES, date(2025, 11, 20))
    text = msgspec.json.encode(schedule, enc_hook=encode_field)
    assert content_hash(msgspec.json.decode(text, type=Schedule, dec_hook=decode_field)) == content_hash(schedule)


def test_every_dose_of_the_files_appears_in_an_explanation_when_its_cases_run() -> None:
    """A dose that no worked case ever reaches is a rule that nobody has checked."""
    unreached = set()
    for rules in FILES:
        lines = {line.line for case in rules.cases for line in _lines(rules, case)}
        for series in rules.series:
            for number in range(1, len(series.doses) + 1):
                place = f"{rules.antigen}/{series.name}/dose {number}"
                if not any(line == place or line.startswith((f"{place}/", f"{place}:")) for line in lines):
                    unreached.add(f"{rules.version} {place}")
    assert unreached == set()


def _lines(rules: AntigenRules, case: WorkedCase) -> Iterator[RuleLine]:
    for found in answer(case, rules.antigen, prepare(schedule_on(FRENCH_RULES, case.on))):
        yield from found.lines
        for verdict in found.evaluations:
            yield from verdict.lines


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ("VAC0567", "VAC9999", "zoster.toml: not defined in common.toml: VAC9999"),
        ('"immunocompromised", begin', '"imunocompromised", begin', "not defined in common.toml: imunocompromised"),
        ('"2 months"', '"2 moons"', "zoster.toml"),
        ("equivalent_groups", "equivalent_grops", "zoster.toml"),
    ],
)
def test_a_slip_of_the_pen_is_refused_by_name_when_a_file_is_read(
    tmp_path: Path, wrong: str, right: str, says: str
) -> None:
    folder = copytree(FRENCH_RULES, tmp_path / "fr")
    file = folder / "zoster.toml"
    file.write_text(file.read_text("utf-8").replace(wrong, right), "utf-8")
    with pytest.raises(ValueError, match=says):
        read_rules(folder)


def test_the_campaign_of_the_day_is_in_force_when_two_files_speak_of_one_antigen() -> None:
    def names(day: date) -> set[str]:
        found = {rules.antigen: rules for rules in schedule_on(FRENCH_RULES, day).antigens}
        return {series.name for series in found["covid19"].series} if "covid19" in found else set()

    assert names(date(2025, 4, 13)) == set()
    assert "Printemps, 80 ans et plus" in names(date(2025, 10, 13))
    assert "Automne, 65 ans et plus" in names(date(2025, 10, 14))


def test_the_command_says_which_files_are_unsigned_and_fails_when_a_case_deviates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules"]) == 0
    said = capsys.readouterr().out
    assert said.count("not validated by a physician") == len(FILES)
    folder = copytree(FRENCH_RULES, tmp_path / "fr")
    file = folder / "zoster.toml"
    file.write_text(file.read_text("utf-8").replace('minimum = "2 months"', 'minimum = "3 months"'), "utf-8")
    assert main(["rules", str(folder)]) == 1
    assert "earliest should be 2026-03-01, is 2026-03-31" in capsys.readouterr().out


def test_a_booster_is_asked_for_when_the_catch_up_of_pertussis_is_outgrown() -> None:
    """At 43 years: too old for pertussis, and still due for diphtheria, tetanus and polio."""
    rules = prepare(schedule_on(FRENCH_RULES, date(2025, 11, 20)))
    answers = forecast(PersonFacts(date(1982, 6, 15)), [], [], date(2025, 11, 20), rules)
    groups = {found.group: found for found in group_forecasts(rules.groups, answers)}
    assert groups["Coqueluche"].status is SeriesStatus.AGED_OUT
    assert groups["dTP"].status is SeriesStatus.NOT_COMPLETE
    assert groups["dTP"].vaccines == ("VAC0030",)
