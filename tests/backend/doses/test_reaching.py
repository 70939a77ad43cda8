"""Every rule of the French files is named by an explanation, or argued; and a rule that is edited changes the answers it names.

The people are found by tests/backend/doses/find_reaching.py; this test asks the engine about them, in a second.
"""

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
import pytest

from backend.doses.engine.dates import Span
from backend.doses.engine.interval import name_of
from backend.doses.engine.ruleset import RuleSet, prepare
from backend.doses.engine.run import forecast
from backend.doses.facts import AntigenForecast, DoseId, GivenDose, Observation, PersonFacts
from backend.doses.rules.files import FRENCH_RULES, schedule_on
from backend.doses.rules.format import AntigenRules, Schedule, content_hash
from backend.doses.rules.series import AgeRule, DoseRule
from tests.backend.doses.find_reaching import FILES, Reached, explanation, file_of, read_people, rules_of, wanted
from tests.backend.doses.rule_lines import Names, lines_of

UNNAMED: Final = Path(__file__).parent / "unnamed_rules.toml"


@cache
def named() -> dict[str, set[str]]:
    """Return every text with which a file explained itself to somebody, by the file."""
    found: dict[str, set[str]] = {name: set() for name in wanted()}
    for asked in read_people():
        said = explanation(asked, rules_of(asked.antigen, asked.on))
        found[file_of(asked)] |= said
        found["conflicts"] |= said
    return found


def argued() -> set[str]:
    entries = msgspec.toml.decode(UNNAMED.read_bytes())["unnamed"]
    assert all(len(entry["why"]) > 40 for entry in entries)
    return {rule for entry in entries for rule in entry["rules"]}


def unreached(lines: set[Names], said: set[str]) -> set[str]:
    return {text for line in lines if not line & said for text in line}


def test_every_rule_is_named_by_an_explanation_or_argued() -> None:
    left = {name: unreached(lines, named()[name]) for name, lines in wanted().items()}
    assert sum(map(len, wanted().values())) > 1000
    excused = argued()
    open_ones = {
        name: [sorted(line) for line in lines if not line & named()[name] and not line & excused]
        for name, lines in wanted().items()
    }
    assert {name: lines for name, lines in open_ones.items() if lines} == {}, (
        "find_reaching.py finds people for new rules"
    )
    assert excused - set().union(*left.values()) == set(), "named after all, or gone: take the entry away"


def test_rule_that_nobody_can_reach_is_told() -> None:
    """The planted fault: a dose after the last one, which a maximum age of a day forbids."""
    zoster = next(rules for rules in FILES if rules.antigen == "zoster")
    series = zoster.series[0]
    dead = DoseRule(ages=(AgeRule(maximum=Span("1 day")),))
    changed = msgspec.structs.replace(series, doses=(*series.doses, dead))
    rules = msgspec.structs.replace(zoster, series=(changed, *zoster.series[1:]))
    name = f"{zoster.antigen} {zoster.version}"
    assert unreached(lines_of(zoster), named()[name]) == set()
    assert unreached(lines_of(rules), named()[name]) == {
        f"zoster/{series.name}/dose 3/age 1/maximum", f"zoster/{series.name}/dose 3/maximum age",
    }  # fmt: skip


def moved(rules: AntigenRules, line: str) -> AntigenRules | None:
    """Return the rules with the minimum of which a line speaks forty days later; None if it speaks of another thing."""

    def later(span: Span | None) -> Span:
        assert span is not None
        return Span(f"{span.text} + 40 days")

    for place, series in enumerate(rules.series):
        for rank, dose in enumerate(series.doses):
            head = f"{rules.antigen}/{series.name}/dose {rank + 1}"
            ages = tuple(
                msgspec.structs.replace(age, minimum=later(age.minimum)) if line == f"{head}/age {n}/minimum" else age
                for n, age in enumerate(dose.ages, start=1)
            )
            intervals = tuple(
                msgspec.structs.replace(one, minimum=later(one.minimum))
                if line == f"{head}/{name_of(one)}/minimum"
                else one
                for one in dose.intervals
            )
            if (ages, intervals) != (dose.ages, dose.intervals):
                doses = list(series.doses)
                doses[rank] = msgspec.structs.replace(dose, ages=ages, intervals=intervals)
                edited = list(rules.series)
                edited[place] = msgspec.structs.replace(series, doses=tuple(doses))
                return msgspec.structs.replace(rules, series=tuple(edited))
    return None


def minimums() -> Iterator[tuple[Reached, AntigenRules, str]]:
    """Yield a person for each minimum that holds somebody's next dose back."""
    met: set[str] = set()
    for asked in read_people():
        rules = rules_of(asked.antigen, asked.on).antigens[asked.antigen].rules
        for found in answers(asked, _prepared(asked.antigen, asked.on)):
            for line in found.lines:
                if found.dates is not None and line.rule == "FORECASTDTCAN-1" and line.line.endswith("/minimum"):
                    key = f"{rules.version} {line.line}"
                    if key not in met and line.gives == found.dates.earliest_on:
                        met.add(key)
                        yield asked, rules, line.line


@cache
def _schedule(antigen: str, on: date) -> Schedule:
    schedule = schedule_on(FRENCH_RULES, on)
    alone = tuple(rules for rules in schedule.antigens if rules.antigen == antigen)
    return msgspec.structs.replace(schedule, antigens=alone, groups=())


@cache
def _prepared(antigen: str, on: date) -> RuleSet:
    return prepare(_schedule(antigen, on))


def answers(asked: Reached, rules: RuleSet) -> tuple[AntigenForecast, ...]:
    return forecast(
        PersonFacts(asked.born_on, asked.gender),
        [GivenDose(DoseId(str(number)), day, vaccine) for number, (day, vaccine) in enumerate(asked.doses)],
        [Observation(code, day) for code, day in asked.observations],
        asked.on,
        rules,
    )


def test_edited_rule_changes_the_hash_and_the_forecast_that_named_it() -> None:
    tried = 0
    for asked, rules, line in minimums():
        schedule, edited = _schedule(asked.antigen, asked.on), moved(rules, line)
        assert edited is not None, line
        changed = msgspec.structs.replace(schedule, antigens=(edited,))
        assert content_hash(changed) != content_hash(schedule)
        before = {one.series: (one.status, one.dates) for one in answers(asked, _prepared(asked.antigen, asked.on))}
        after = {one.series: (one.status, one.dates) for one in answers(asked, prepare(changed))}
        assert before != after, line
        tried += 1
    assert tried > 80


@pytest.mark.parametrize("rules", FILES, ids=lambda rules: f"{rules.antigen}-{rules.version}")
def test_any_word_of_a_file_changes_its_hash(rules: AntigenRules) -> None:
    remark = msgspec.structs.replace(rules, remarks=(*rules.remarks, "read again"))
    fewer = msgspec.structs.replace(rules, series=rules.series[1:])
    assert len({content_hash(one) for one in (rules, remark, fewer)}) == 3
