"""This file makes the invented people: who lives where with whom, their names, languages and identities.

Units (people who live together) come one after another, so that a territory of any size streams in little memory.
Ages are decided in ages.py, vaccinations in history.py, homes in grounds.py.
"""

from collections.abc import Iterator
from datetime import date
from random import Random

import msgspec

from backend.territory.ages import ages_together
from backend.territory.draw import Draw
from backend.territory.facts import Facts
from backend.territory.grounds import Grounds
from backend.territory.margins import Quotas
from backend.territory.record import Fields, Record
from backend.territory.rooms import HostRooms, host_rooms
from backend.territory.sites import Sites

DAYS_PER_YEAR = 365.2425
LANGUAGES = {
    "homeless_hotel": {"fr": 25, "ar": 18, "ro": 12, "uk": 7, "bn": 6, "ru": 6, "fa": 5, "ps": 5, "en": 5, "so": 4,
                       "ta": 3, "es": 2, "pt": 1, "zh": 1},
    "large_family": {"fr": 48, "ar": 20, "zh": 12, "bn": 5, "ta": 4, "pt": 4, "ro": 3, "so": 2, "es": 2},
    "nursing_home": {"fr": 94, "ar": 2, "pt": 2, "es": 2},
    "housebound_elderly": {"fr": 84, "ar": 5, "zh": 5, "pt": 3, "es": 3},
    "other": {"fr": 86, "zh": 4, "ar": 4, "pt": 2, "es": 2, "en": 2},
}  # fmt: skip
HOME_WEIGHT = {"large_family": "poor", "housebound_elderly": "elderly"}
IDENTITIES = ("provisional", "retrieved", "validated", "qualified")
IDENTITY_WEIGHTS = {"homeless_hotel": (70, 20, 9, 1)}
IDENTITY_WEIGHTS_USUAL = (8, 22, 50, 20)
CONDITIONS = ("diabète", "BPCO", "insuffisance cardiaque", "hypertension artérielle", "insuffisance rénale")
ALLERGIES = ("latex", "pénicilline", "œuf")


class Person(msgspec.Struct, frozen=True):
    """One invented person: the record, and what the history and the requests need to know of them."""

    record: Record
    ordinal: int
    age_years: int
    born_on: date
    group: str


class Unit(msgspec.Struct, frozen=True):
    """People who live together, at a place of their own or in a room of a host; residents form no household."""

    ordinal: int
    group: str
    place_id: str
    records: tuple[Record, ...]  # the home and the household, where there are
    household_id: str
    language: str
    people: tuple[Person, ...]


class People:
    """The people of the demo territory on one day."""

    def __init__(self, draw: Draw, facts: Facts, grounds: Grounds, day_on: date) -> None:
        self._draw = draw
        self._names = facts.names
        self._grounds = grounds
        self._today = day_on.toordinal()
        self._languages = {group: (list(weights), list(weights.values())) for group, weights in LANGUAGES.items()}

    def units(self, quotas: Quotas, sites: Sites) -> Iterator[Unit]:
        """Yield the units group after group; together they have exactly the people of the quotas."""
        hosted = host_rooms(sites, quotas)
        ordinal = persons = 0
        for group in quotas.__struct_fields__:
            left = getattr(quotas, group)
            while left > 0:
                chance = self._draw.chance("unit", ordinal)
                ages = ages_together(group, chance)[:left]
                yield self._unit(group, ages, hosted.get(group), chance, ordinal, persons)
                ordinal, persons, left = ordinal + 1, persons + len(ages), left - len(ages)

    def _unit(
        self, group: str, ages: list[int], hosted: HostRooms | None, chance: Random, ordinal: int, persons: int
    ) -> Unit:
        records: list[Record] = []
        if hosted is None:
            home = Record(
                "place",
                self._draw.record_id("home", ordinal),
                self._grounds.home(chance, HOME_WEIGHT.get(group, "persons")),
            )
            records.append(home)
            place_id, room = str(home.record_id), ""
        else:
            place_id, room = hosted.take(len(ages))
        language = chance.choices(*self._languages[group])[0]
        family_name = chance.choice(self._names[language].family)
        shared: Fields = {"place_id": place_id}
        if room:
            shared["room"] = room
        household_id = ""
        if group != "nursing_home":
            household = Record(
                "household",
                self._draw.record_id("household", ordinal),
                {"name": f"Famille {family_name}", "headcount_declared": len(ages), **shared},
            )
            records.append(household)
            household_id = shared["household_id"] = str(household.record_id)
        shared["language"] = language
        shared["population_group"] = group
        people = tuple(
            self._person(shared, family_name, age, chance, persons + number) for number, age in enumerate(ages)
        )
        return Unit(ordinal, group, place_id, tuple(records), household_id, language, people)

    def _person(self, shared: Fields, family_name: str, age_years: int, chance: Random, ordinal: int) -> Person:
        group, language = str(shared["population_group"]), str(shared["language"])
        female = chance.random() < (0.65 if age_years >= 80 else 0.51)
        names = self._names[language]
        day_born = self._today - int(age_years * DAYS_PER_YEAR) - 1 - chance.randrange(364)
        born_on = date.fromordinal(day_born)
        fields: Fields = {
            "given_name": chance.choice(names.female if female else names.male),
            "family_name": family_name,
            "born_on": born_on.isoformat(),
            "born_precision": "day",
            "sex": "female" if female else "male",
            "mobility": _mobility(group, age_years, chance),
            "identity_status": chance.choices(IDENTITIES, IDENTITY_WEIGHTS.get(group, IDENTITY_WEIGHTS_USUAL))[0],
            **shared,
        }
        if age_years >= 18:
            # 06 39 98 is the range that the French numbering plan keeps for fiction.
            fields["phone"] = f"+33639980{chance.randrange(1000):03}"
        _add_rare(fields, age_years, chance)
        if fields["born_precision"] == "estimated":
            born_on = date(born_on.year, 1, 1)
            fields["born_on"] = born_on.isoformat()
        return Person(
            Record("person", self._draw.record_id("person", ordinal), fields), ordinal, age_years, born_on, group
        )


def _mobility(group: str, age_years: int, chance: Random) -> str:
    if group == "housebound_elderly":
        return "housebound"
    frail = {"nursing_home": 0.7}.get(group, 0.25 if age_years >= 80 else 0.02)
    return "needs_help" if chance.random() < frail else "walks"


def _add_rare(fields: Fields, age_years: int, chance: Random) -> None:
    """Add what only some people have, as often as modelled for their group, language and age."""
    in_hotel = fields["population_group"] == "homeless_hotel"
    if fields["language"] != "fr" and chance.random() < (0.55 if in_hotel else 0.2):
        fields["interpreter_needed"] = True
    if in_hotel and chance.random() < 0.08:
        fields["born_precision"] = "estimated"
        fields["alias"] = f"{fields['given_name']} du {fields.get('room', 'rez-de-chaussée')}"
    if chance.random() < (0.45 if age_years >= 65 else 0.06):
        fields["conditions"] = sorted(chance.sample(CONDITIONS, 1 if chance.random() < 0.8 else 2))
    if chance.random() < 0.015:
        fields["allergies"] = [chance.choice(ALLERGIES)]
    if chance.random() < 0.002:
        fields["contraindications"] = ["réaction grave à une dose précédente"]
    if chance.random() < 0.01:
        fields["objections"] = [chance.choice(("reminders", "statistics", "sharing"))]
