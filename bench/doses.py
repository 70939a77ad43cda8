"""Measure the vaccination engine: forecasts per second on one core, the figure for one person, and keeping a town current.

`python -m bench.doses` prints, for the French rules and, where they are at hand, the CDC's: milliseconds per person for
every antigen (median and 99th of a hundred), and persons per second. The people are made from a seed. Time is that of the
processor, so that what else runs on the machine does not count. Then everybody of a territory is forecast anew as after a
release of rules, by two workers on a real server (bench/doses_kept.py): a sample of 2,000, or with `--full` all 318,000.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from backend.doses.cdsi.release import read_release
from backend.doses.engine.ruleset import RuleSet, prepare
from backend.doses.engine.run import forecast
from backend.doses.facts import DoseId, Gender, GivenDose, Observation, PersonFacts
from backend.doses.rules.files import FRENCH_RULES, schedule_on
from bench import doses_kept
from tests.data_files import data_folder

ON = date(2025, 11, 20)
SAMPLE_PERSONS = 2000
Person = tuple[PersonFacts, Sequence[GivenDose], Sequence[Observation]]


def people(rules: RuleSet, count: int, chance: random.Random) -> list[Person]:
    """Make people of every age with up to twelve doses and, one in three, an observation."""
    vaccines = sorted(rules.carried)
    observable = sorted({i.observation for a in rules.antigens.values() for s in a.rules.series for i in s.indications})
    made: list[Person] = []
    for _ in range(count):
        born_on = ON - timedelta(chance.randrange(1, 95 * 365))
        lived = (ON - born_on).days
        doses = [
            GivenDose(DoseId(str(n)), born_on + timedelta(chance.randrange(lived)), chance.choice(vaccines))
            for n in range(chance.randrange(13))
        ]
        observed = [Observation(chance.choice(observable), ON)] if chance.randrange(3) == 0 else []
        made.append((PersonFacts(born_on, chance.choice(list(Gender))), doses, observed))
    return made


def measure(name: str, rules: RuleSet, count: int) -> None:
    """Forecast every antigen for every person once, and print the figures."""
    taken: list[float] = []
    answers = 0
    for person, doses, observations in people(rules, count, random.Random(13)):
        began = time.process_time()
        answers += len(forecast(person, doses, observations, ON, rules))
        taken.append(time.process_time() - began)
    cuts = statistics.quantiles(taken, n=100)
    print(
        f"{name}: {len(rules.antigens)} antigens, {sum(len(a.series) for a in rules.antigens.values())} series; "
        f"{statistics.median(taken) * 1000:.2f} ms a person (99 %: {cuts[98] * 1000:.2f} ms); "
        f"{count / sum(taken):.0f} persons/s, {answers / sum(taken):.0f} antigen forecasts/s and core; "
        f"one dose more, every antigen again: {statistics.median(_one_more(rules)) * 1000:.2f} ms"
    )


def _one_more(rules: RuleSet) -> Iterator[float]:
    """Yield the seconds that a person's whole forecast takes again after one dose more."""
    vaccine = min(rules.carried)
    for person, doses, observations in people(rules, 200, random.Random(17)):
        added = [*doses, GivenDose(DoseId("one more"), ON, vaccine)]
        began = time.process_time()
        forecast(person, added, observations, ON, rules)
        yield time.process_time() - began


def main() -> int:
    """Read the rules and measure; without the CDC's data the second line says what is missing."""
    parser = argparse.ArgumentParser(prog="python -m bench.doses", description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--full", action="store_true", help="recompute 318,000 persons instead of a sample of 2,000")
    options = parser.parse_args()
    count = options.people
    measure("French rules", prepare(schedule_on(FRENCH_RULES, ON)), count)
    folder: Path | None = data_folder()
    archives = sorted((folder / "cdsi").glob("supporting-data*.zip")) if folder else []
    if archives:
        measure("CDC rules", prepare(read_release(archives[-1])), count)
    else:
        print("CDC rules: not measured, the supporting data are not there (MARAUDE_DATA_DIR)")
    doses_kept.run(doses_kept.PILOT_PERSONS if options.full else SAMPLE_PERSONS, doses_kept.CORES)
    return 0


if __name__ == "__main__":
    sys.exit(main())
