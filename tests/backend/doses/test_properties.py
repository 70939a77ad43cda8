"""What must hold for every history, on the French rules and, where they are at hand, on the CDC's."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.doses.cdsi.release import read_release
from backend.doses.engine.ruleset import RuleSet, prepare
from backend.doses.engine.run import forecast
from backend.doses.facts import AntigenForecast, DoseId, Gender, GivenDose, Observation, PersonFacts
from backend.doses.rules.files import FRENCH_RULES, schedule_on
from tests.data_files import data_folder

ON = date(2025, 11, 20)


@cache
def rule_sets() -> dict[str, RuleSet]:
    found = [prepare(schedule_on(FRENCH_RULES, ON))]
    folder = data_folder()
    if folder is not None and (archives := sorted((folder / "cdsi").glob("supporting-data*.zip"))):
        found.append(prepare(read_release(archives[-1])))
    return {rules.name: rules for rules in found}


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
    added = replace(doses[0], id=DoseId("added"), given_on=ON + timedelta(1))
    before = forecast(person, doses, observations, ON, rules)
    after = forecast(person, [*doses, added], observations, ON + timedelta(1), rules)
    later = {(answer.antigen, answer.series): answer for answer in after}
    for answer in before:
        same = later.get((answer.antigen, answer.series))
        if same is None:
            continue
        assert same.evaluations[: len(answer.evaluations)] == answer.evaluations
        is_of_antigen = any(verdict.dose.id == added.id for verdict in same.evaluations)
        if is_of_antigen and same.dates is not None:
            assert same.dates.earliest_on >= added.given_on


def test_the_properties_ran_on_the_cdc_rules_when_the_data_are_there() -> None:
    if len(rule_sets()) == 1:
        pytest.skip("needs the reference data cdsi/supporting-data*.zip: set MARAUDE_DATA_DIR")
    assert set(rule_sets()) == {"Calendrier français", "CDSi"}
