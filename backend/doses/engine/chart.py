"""Organises what is known of one person for the engine: doses by antigen in order, observations, ages (chapter 4).

Order of entry never matters: doses are sorted by day, then vaccine, then id. A chart lives for one forecast; the dates
of ages it remembers are a cache of pure arithmetic.
"""

from collections.abc import Sequence
from datetime import date

from backend.doses.engine.dates import EARLIEST, LATEST, Span
from backend.doses.engine.ruleset import RuleSet
from backend.doses.facts import GivenDose, Observation, PersonFacts


class Chart:
    """One person on one day, against one rule set."""

    __slots__ = ("_ages", "by_antigen", "doses", "observations", "on", "person", "rules", "uncertain")

    def __init__(
        self,
        person: PersonFacts,
        doses: Sequence[GivenDose],
        observations: Sequence[Observation],
        on: date,
        rules: RuleSet,
    ) -> None:
        self.person = person
        self.on = on
        self.rules = rules
        self._ages: dict[int, date] = {}
        self.doses = tuple(sorted(doses, key=lambda dose: (dose.given_on, dose.vaccine, dose.id)))
        self.by_antigen = self._organised()
        self.observations = _latest([seen for seen in observations if seen.is_certain])
        self.uncertain = {seen.code for seen in observations} - self.observations.keys()

    def at_age(self, age: Span) -> date:
        """Return the day on which the person reaches an age (the CALCDTAGE rules)."""
        # Remembered by identity: the spans are the rules' own objects, and the rules outlive the chart.
        found = self._ages.get(id(age))
        if found is None:
            found = self._ages[id(age)] = age.after(self.person.born_on)
        return found

    def is_aged(self, begin: Span | None, end: Span | None, day: date) -> bool:
        """Say whether the person is within [begin, end) on a day; an absent bound is open."""
        return (begin is None or self.at_age(begin) <= day) and (end is None or day < self.at_age(end))

    def reaches(self, begin: Span | None, *, otherwise: date = EARLIEST) -> date:
        """Return the day of an age that may be absent."""
        return otherwise if begin is None else self.at_age(begin)

    def passes(self, end: Span | None) -> date:
        """Return the day on which the person passes an age that may be absent: then never."""
        return LATEST if end is None else self.at_age(end)

    def _organised(self) -> dict[str, list[GivenDose]]:
        """4.2: break each dose into its antigens; which ones may depend on the age on that day."""
        found: dict[str, list[GivenDose]] = {}
        for dose in self.doses:
            for carried in self.rules.carried.get(dose.vaccine, ()):
                if self.is_aged(carried.begin_age, carried.end_age, dose.given_on):
                    found.setdefault(carried.antigen, []).append(dose)
        return found


def _latest(observations: Sequence[Observation]) -> dict[str, date | None]:
    """Keep the most recent day of each observation; one without a day is kept as known (CALCDTINT-9)."""
    found: dict[str, date | None] = {}
    for seen in observations:
        before = found.get(seen.code)
        found[seen.code] = before if seen.observed_on is None else max(before or seen.observed_on, seen.observed_on)
    return found
