"""This file finds, for each rule of the French files, a person to whom it is explained, and writes them to reaching.json.

Run it after a change of rules: `python -m tests.backend.doses.find_reaching`. It walks along each series by the engine's own
forecasts, turns off at the borders that the rules speak of, and keeps whoever meets a rule that nobody met before. The test
(test_reaching.py) then asks the engine about these people alone, so that it takes no time and no luck.
"""

import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from backend.doses.engine.dates import Span
from backend.doses.engine.ruleset import RuleSet, prepare
from backend.doses.engine.run import forecast
from backend.doses.facts import AntigenForecast, DoseId, Gender, GivenDose, Observation, PersonFacts
from backend.doses.rules.files import FRENCH_RULES, read_rules, schedule_on
from backend.doses.rules.format import AntigenRules, Carried
from backend.doses.rules.series import DoseRule, SeriesRule
from tests.backend.doses.rule_lines import Names, lines_of, lines_of_conflict

FILE: Final = Path(__file__).parent / "reaching.json"
TRIES_PER_SERIES: Final = 4_000
COMMON, FILES = read_rules(FRENCH_RULES)
_NEAR: Final = (timedelta(-1), timedelta(0), timedelta(0), timedelta(1), timedelta(40))


class Reached(msgspec.Struct, frozen=True, array_like=True):
    """A person by whose explanation a rule is named."""

    antigen: str
    born_on: date
    on: date
    gender: Gender
    doses: tuple[tuple[date, str], ...]
    observations: tuple[tuple[str, date | None], ...]


@cache
def rules_on(on: date) -> RuleSet:
    """Return the whole release of a day."""
    return prepare(schedule_on(FRENCH_RULES, on))


@cache
def rules_of(antigen: str, on: date) -> RuleSet:
    """Return the rules of one antigen alone: what the search asks a hundred thousand times."""
    schedule = schedule_on(FRENCH_RULES, on)
    alone = tuple(rules for rules in schedule.antigens if rules.antigen == antigen)
    return prepare(msgspec.structs.replace(schedule, antigens=alone, groups=()))


def explanation(asked: Reached, rules: RuleSet) -> set[str]:
    """Return every text with which the engine's answer for the antigen explains itself."""
    said: set[str] = set()
    for found in _forecasts(asked, rules):
        if found.antigen == asked.antigen:
            said |= {line.line for line in found.lines} | {line.line for one in found.evaluations for line in one.lines}
            said |= {*found.guidance, *found.notices}
    return said


def wanted() -> dict[str, set[Names]]:
    """Return the rules of each file, by antigen and version, and the conflicts between vaccines."""
    found = {f"{rules.antigen} {rules.version}": lines_of(rules) for rules in FILES}
    found["conflicts"] = {line for conflict in COMMON.conflicts for line in lines_of_conflict(conflict)}
    return found


def file_of(asked: Reached) -> str:
    """Return the file that speaks of the antigen on the day that is asked about, as `wanted` names it."""
    rules = rules_on(asked.on).antigens[asked.antigen].rules
    return f"{rules.antigen} {rules.version}"


def read_people() -> list[Reached]:
    """Return the people who were found before."""
    return msgspec.json.decode(FILE.read_bytes(), type=list[Reached]) if FILE.exists() else []


def _forecasts(asked: Reached, rules: RuleSet) -> tuple[AntigenForecast, ...]:
    return forecast(
        PersonFacts(asked.born_on, asked.gender),
        [GivenDose(DoseId(str(number)), day, vaccine) for number, (day, vaccine) in enumerate(asked.doses)],
        [Observation(code, day) for code, day in asked.observations],
        asked.on,
        rules,
    )


class _Walk:
    """A random walk along one series of a file."""

    def __init__(self, rules: AntigenRules, series: SeriesRule, chance: random.Random) -> None:
        self._antigen, self._series, self._chance = rules.antigen, series, chance
        begins = rules.valid_from or date(2025, 1, 1)
        ends = rules.valid_until or begins + timedelta(300)
        self._days = [begins, begins + timedelta(1), begins + timedelta(100), ends, ends, ends + timedelta(1)]
        schedule = schedule_on(FRENCH_RULES, begins)
        alone = msgspec.structs.replace(rules, series=(series,))
        self._alone = prepare(msgspec.structs.replace(schedule, antigens=(alone,), groups=()))
        self._ages = sorted({span for dose in series.doses for span in _ages(dose)}, key=lambda span: span.text)
        self._births = [rule.born_before for rule in rules.immune_by_birth]
        self._gaps = sorted({span for dose in series.doses for span in _gaps(dose)}, key=lambda span: span.text)
        self._observable = sorted(_observable(rules))
        self._vaccines = sorted(code for code, carried in rules_on(begins).carried.items() if _carries(carried, rules))
        self.wants: set[str] = set()  # vaccines that a rule not yet reached speaks of
        self._others = sorted({code for conflict in COMMON.conflicts for code in conflict.previous})

    def person(self) -> Reached:
        chance = self._chance
        on = chance.choice(self._days)
        age = chance.choice(self._ages).after(date(2000, 1, 1)) - date(2000, 1, 1) if self._ages else timedelta()
        lived = age + chance.choice(_NEAR) + timedelta(chance.choice((0, 0, 30, 400, 2000, 9000)))
        born_on = on - max(lived, timedelta(0))
        if self._births and chance.random() < 0.3:
            born_on = chance.choice(self._births) - timedelta(chance.choice((1, 400, 4000)))
        observed: list[tuple[str, date | None]] = []
        if self._series.indications:
            observed.append((chance.choice(self._series.indications).observation, self._past(born_on, on)))
        if self._observable and chance.random() < 0.25:
            observed.append((chance.choice(self._observable), self._past(born_on, on)))
        gender = Gender(chance.choice(sorted(self._series.genders) or [Gender.FEMALE.value, Gender.MALE.value]))
        asked = Reached(self._antigen, born_on, on, gender, (), tuple(dict(observed).items()))
        for _ in range(chance.choice((0, 0, 1, 1, 2, 3, len(self._series.doses)))):
            asked = self._dosed(asked)
        return asked

    def _past(self, born_on: date, on: date) -> date:
        days = max((on - born_on).days, 0)
        return on - timedelta(min(days, self._chance.choice((0, 10, 100, 200, 400))))

    def _dosed(self, asked: Reached) -> Reached:
        """Give one more dose: when the series alone asks for it, or at a border of its ages and intervals."""
        chance = self._chance
        due = next((one.dates for one in _forecasts(asked, self._alone) if one.dates is not None), None)
        days = [due.earliest_on] * 3 + [due.recommended_on] if due is not None else []
        last = asked.doses[-1][0] if asked.doses else asked.born_on
        near = chance.choice(_NEAR)
        days += [chance.choice(self._ages).after(asked.born_on) + near] if self._ages else []
        days += [chance.choice(self._gaps).after(last) + near] if self._gaps else []
        days.append(asked.on - timedelta(chance.choice((0, 5, 20, 60, 150))))
        day = chance.choice(days)
        if not asked.born_on <= day <= asked.on:
            return asked
        wanted_ones = [code for code in self._vaccines if code in self.wants]
        doses = [(day, chance.choice(wanted_ones if wanted_ones and chance.random() < 0.5 else self._vaccines))]
        if chance.random() < 0.05:
            doses.insert(0, (day - timedelta(chance.choice((1, 10, 27))), chance.choice(self._others)))
        return msgspec.structs.replace(asked, doses=tuple(sorted({*asked.doses, *doses})))


def _carries(carried: tuple[Carried, ...], rules: AntigenRules) -> bool:
    return any(one.antigen == rules.antigen for one in carried)


def _ages(dose: DoseRule) -> Iterator[Span]:
    """Yield the ages that a dose speaks of, those of people whom an interval is for among them."""
    yield from _spans(msgspec.structs.replace(dose, intervals=()))
    for interval in dose.intervals:
        yield from (age for age in (interval.begin_age, interval.end_age) if age is not None)


def _gaps(dose: DoseRule) -> Iterator[Span]:
    yield from _spans(dose.intervals)


def _spans(part: object) -> Iterator[Span]:
    if isinstance(part, Span):
        yield part
    elif isinstance(part, msgspec.Struct):
        yield from _spans(tuple(msgspec.structs.asdict(part).values()))
    elif isinstance(part, tuple):
        for one in part:
            yield from _spans(one)


def _observable(rules: AntigenRules) -> set[str]:
    found = {one.observation for one in rules.contraindications} | set(rules.immune_by_observation)
    return found | {
        interval.from_observation
        for series in rules.series
        for dose in series.doses
        for interval in dose.intervals
        if interval.from_observation is not None
    }


def search() -> tuple[list[Reached], dict[str, set[Names]]]:
    """Return people by whom the rules are reached, and the rules that nobody reached."""
    left = wanted()
    people: list[Reached] = []
    for asked in read_people():
        _keep_if_new(asked, left, people)
    for rules in FILES:
        name = f"{rules.antigen} {rules.version}"
        for series in rules.series:
            walk = _Walk(rules, series, random.Random(f"{name} {series.name} {len(people)}"))
            for _ in range(TRIES_PER_SERIES):
                if not any(_may_be_met_along(series, text) for line in left[name] for text in line):
                    break
                walk.wants = {text.rpartition(" ")[2] for line in left[name] for text in line}
                _keep_if_new(walk.person(), left, people)
    return people, left


def _may_be_met_along(series: SeriesRule, text: str) -> bool:
    """Tell whether somebody of a series may meet a rule: its own, or one of the antigen."""
    return text.count("/") < 2 or f"/{series.name}/" in text


def _keep_if_new(asked: Reached, left: dict[str, set[Names]], people: list[Reached]) -> None:
    name, said = file_of(asked), explanation(asked, rules_of(asked.antigen, asked.on))
    met = {line for line in left[name] | left["conflicts"] if line & said}
    if met:
        people.append(asked)
        left[name] -= met
        left["conflicts"] -= met


def main() -> int:
    """Write the people down; the exit status is 1 where a rule is left."""
    people, left = search()
    lines = ",\n".join(msgspec.json.encode(one).decode() for one in people)
    FILE.write_text(f"[\n{lines}\n]\n", "utf-8")
    for name, lines_left in left.items():
        for line in sorted(map(sorted, lines_left)):
            sys.stdout.write(f"{name}: {' or '.join(line)}\n")
    return 1 if any(left.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
