"""What must hold for every history, on the French rules and, where they are at hand, on the CDC's."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.doses.cdsi.release import read_release
from backend.doses.engine.ruleset import RuleSet, prepare
from backend.doses.engine.run import forecast
from backend.doses.facts import AntigenForecast, DoseId, Gender, GivenDose, Observation, PersonFacts
from backend.doses.rules.files import FRENCH_RULES, schedule_on
from backend.doses.rules.format import Schedule, content_hash, decode_field, encode_field
from tests.data_files import data_folder

ON = date(2025, 11, 20)


@cache
def schedules() -> list[Schedule]:
    found = [schedule_on(FRENCH_RULES, ON)]
    folder = data_folder()
    if folder is not None and (archives := sorted((folder / "cdsi").glob("supporting-data*.zip"))):
        found.append(read_release(archives[-1]))
    return found


@cache
def rule_sets() -> dict[str, RuleSet]:
    return {schedule.name: prepare(schedule) for schedule in schedules()}


@cache
def read_anew() -> dict[str, RuleSet]:
    """Return the same releases, written as text and read again, so that no object of the first reading is shared."""
    texts = [msgspec.json.encode(schedule, enc_hook=encode_field) for schedule in schedules()]
    again = [msgspec.json.decode(text, type=Schedule, dec_hook=decode_field) for text in texts]
    return {schedule.name: prepare(schedule) for schedule in again}


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, PersonFacts, list[GivenDose], list[Observation]]:
    name = draw(st.sampled_from(sorted(rule_sets())))
    rules = rule_sets()[name]
    born_on = draw(st.dates(date(1930, 1, 1), ON))
    observable = sorted({i.observation for a in rules.antigens.values() for s in a.rules.series for i in s.indications})
    antigen = draw(st.sampled_from(sorted(rules.antigens)))
    vaccines = sorted(code for code, found in rules.carried.items() if any(c.antigen == antigen for c in found))
    days = st.integers(0, max((ON - born_on).days, 0)).map(lambda days: born_on + timedelta(days))
    doses = draw(st.lists(st.tuples(days, st.sampled_from(vaccines)), max_size=6, unique=True))
    observed = draw(st.lists(st.sampled_from(observable), max_size=2, unique=True))
    return (
        name,
        PersonFacts(born_on, draw(st.sampled_from(Gender))),
        [GivenDose(DoseId(f"{day}-{vaccine}"), day, vaccine) for day, vaccine in doses],
        [Observation(code, draw(st.none() | days)) for code in observed],
    )


def all_dates(answers: tuple[AntigenForecast, ...]) -> Iterator[date]:
    for answer in answers:
        if answer.dates is not None:
            yield from (answer.dates.earliest_on, answer.dates.recommended_on)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_the_answer_is_the_same_when_doses_are_entered_in_another_order(
    history: tuple[str, PersonFacts, list[GivenDose], list[Observation]], chance: object
) -> None:
    name, person, doses, observations = history
    rules = rule_sets()[name]
    shuffled = list(doses)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    first = forecast(person, doses, observations, ON, rules)
    assert first == forecast(person, shuffled, list(reversed(observations)), ON, rules)
    assert first == forecast(person, doses, observations, ON, rules)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(histories())
def test_no_date_lies_before_birth_and_none_is_out_of_order_when_forecast(
    history: tuple[str, PersonFacts, list[GivenDose], list[Observation]],
) -> None:
    name, person, doses, observations = history
    rules = rule_sets()[name]
    answers = forecast(person, doses, observations, ON, rules)
    assert all(day >= person.born_on for day in all_dates(answers))
    for answer in answers:
        if answer.dates is not None:
            assert answer.dates.earliest_on <= answer.dates.recommended_on
            assert answer.dates.past_due_on is None or answer.dates.earliest_on <= answer.dates.past_due_on


@settings(derandomize=True, max_examples=150, deadline=None)
@given(histories())
def test_no_earlier_dose_falls_due_when_one_is_added_today(
    history: tuple[str, PersonFacts, list[GivenDose], list[Observation]],
) -> None:
    """A dose more never asks for a dose of lower rank along a path, nor judges an earlier dose anew."""
    name, person, doses, observations = history
    rules = rule_sets()[name]
    if not doses:
        return
    added = replace(doses[0], id=DoseId("added"), given_on=ON)
    doses = [dose for dose in doses if dose.given_on < ON]
    before = forecast(person, doses, observations, ON, rules)
    after = forecast(person, [*doses, added], observations, ON, rules)
    later = {(answer.antigen, answer.series): answer for answer in after}
    for answer in before:
        same = later.get((answer.antigen, answer.series))
        if same is None:
            continue
        assert same.evaluations[: len(answer.evaluations)] == answer.evaluations
        assert same.dose_number >= answer.dose_number
        if same.dose_number == answer.dose_number and same.dates is not None and answer.dates is not None:
            assert same.dates.earliest_on >= answer.dates.earliest_on
        is_of_antigen = any(verdict.dose.id == added.id for verdict in same.evaluations)
        if is_of_antigen and same.dates is not None:
            assert same.dates.earliest_on >= added.given_on


@settings(derandomize=True, max_examples=100, deadline=None)
@given(histories(), histories())
def test_the_forecast_of_today_is_stable_until_a_rule_or_a_fact_changes(
    history: tuple[str, PersonFacts, list[GivenDose], list[Observation]],
    other: tuple[str, PersonFacts, list[GivenDose], list[Observation]],
) -> None:
    """Neither who was asked about before, nor reading the same release anew, nor a fact of no rule changes an answer."""
    name, person, doses, observations = history
    first = forecast(person, doses, observations, ON, rule_sets()[name])
    forecast(*other[1:], ON, rule_sets()[other[0]])
    noise = [*observations, Observation("a-word-that-no-rule-knows")]
    assert forecast(person, doses, noise, ON, read_anew()[name]) == first


def test_a_release_read_anew_has_the_same_hash_and_a_changed_one_another() -> None:
    assert {name: rules.version for name, rules in read_anew().items()} == {
        name: rules.version for name, rules in rule_sets().items()
    }
    changed = schedules()[0]
    text = msgspec.json.encode(changed, enc_hook=encode_field).replace(b'"2 months"', b'"3 months"', 1)
    assert content_hash(msgspec.json.decode(text, type=Schedule, dec_hook=decode_field)) != content_hash(changed)


def test_the_properties_ran_on_the_cdc_rules_when_the_data_are_there() -> None:
    if len(rule_sets()) == 1:
        pytest.skip("needs the reference data cdsi/supporting-data*.zip: set MARAUDE_DATA_DIR")
    assert set(rule_sets()) == {"Calendrier français", "CDSi"}
