"""This file decides which vaccinations an invented person has had, so that groups agree with the coverage facts.

It is invention, not clinical judgement: what is due to a person is decided by the rules under backend/doses. Old doses
name their antigens only; recent ones name a product; doses we gave ourselves name the lot as well.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random

import msgspec

from backend.territory.draw import Draw
from backend.territory.facts import Facts, Product
from backend.territory.people import DAYS_PER_YEAR, Person
from backend.territory.record import Fields, Record
from backend.territory.season import Season

PRODUCT_KNOWN_DAYS = 3 * 365
OWN_SHARE = 0.35
OWN_DAYS = 400
DOSES_PER_PERSON_MOST = 64
EVERY_GROUP = "*"
# How likely somebody who is vaccinated against flu this season was in each of the two before it.
FLU_HABIT = 0.8
COVID_FIRST_ON = date(2021, 1, 18)
DTP_AGES = (85, 75, 65, 45, 25)


class PastDose(msgspec.Struct, frozen=True):
    """A dose that was given: its antigens, the product family that stands for them, and its place in the series."""

    product: str
    given_on: date
    number: int


class History:
    """Draws vaccination histories for one territory, season and day."""

    def __init__(self, draw: Draw, facts: Facts, season: Season, day_on: date, lots: dict[str, str]) -> None:
        self._draw = draw
        self._day_on = day_on
        self._season = season
        self._products: dict[str, Product] = {product.code: product for product in facts.products}
        self._lots = lots
        self._shares = _shares(facts)
        self._series: tuple[tuple[str, Callable[[Person, Random], Iterator[PastDose]]], ...] = (
            ("influenza", self._flu),
            ("covid19", self._covid),
            ("tetanus", self._dtp),
            ("pneumococcal", self._pneumococcal),
            ("zoster", self._zoster),
            ("rsv", self._rsv),
            ("measles", self._measles),
            ("mening_acwy", self._acwy),
            ("mening_b", self._mening_b),
            ("hpv", self._hpv),
        )

    def doses(self, person: Person) -> list[Record]:
        """Return the dose records of a person, oldest first; none before birth, none after today."""
        chance = self._draw.chance("history", person.ordinal)
        past: list[PastDose] = []
        for antigen, series in self._series:
            share = self._shares.get((person.group, antigen, person.age_years), 0.0)
            if chance.random() < share:
                past += series(person, chance)
            elif antigen == "tetanus" and person.age_years >= 30:
                past += self._old_dtp(person, chance)
        past = [dose for dose in past if person.born_on <= dose.given_on <= self._day_on]
        past.sort(key=lambda dose: (dose.given_on, dose.product))
        first = person.ordinal * DOSES_PER_PERSON_MOST
        return [self._record(person, dose, chance, first + number) for number, dose in enumerate(past)]

    def _record(self, person: Person, dose: PastDose, chance: Random, ordinal: int) -> Record:
        age_days = (self._day_on - dose.given_on).days
        fields: Fields = {
            "person_id": str(person.record.record_id),
            "status": "given",
            "antigens": sorted(self._products[dose.product].antigens),
            "dose_number": dose.number,
            "given_on": dose.given_on.isoformat(),
            "source": chance.choices(("card", "told", "register"), (55, 15, 30))[0],
            "state": "recorded",
        }
        if age_days <= PRODUCT_KNOWN_DAYS:
            fields["product_code"] = dose.product
            if age_days <= OWN_DAYS and chance.random() < OWN_SHARE:
                fields["source"] = "own"
                fields["lot_number"] = self._lots[dose.product]
        return Record("dose", self._draw.record_id("dose", ordinal), fields)

    # --- the series, each given that the person has had it

    def _flu(self, person: Person, chance: Random) -> Iterator[PastDose]:
        product = chance.choice(("efluelda", "fluad")) if person.age_years >= 65 else "vaxigrip"
        if chance.random() < self._season.share_done:
            yield PastDose(product, _day_in(self._season.starts_on, self._day_on, chance), 1)
        yield PastDose(product, self._season.day_years_ago(1, chance), 1)
        for years in (2, 3):
            if chance.random() < FLU_HABIT:
                yield PastDose("vaxigrip", self._season.day_years_ago(years, chance), 1)

    def _covid(self, person: Person, chance: Random) -> Iterator[PastDose]:
        first = COVID_FIRST_ON + timedelta(days=chance.randrange(240))
        yield PastDose("comirnaty_lp81", first, 1)
        yield PastDose("comirnaty_lp81", first + timedelta(days=21 + chance.randrange(21)), 2)
        yield PastDose("comirnaty_lp81", self._season.day_years_ago(1, chance), 3)
        if person.age_years >= 80 and chance.random() < self._season.share_done:
            yield PastDose("comirnaty_lp81", _day_in(self._season.starts_on, self._day_on, chance), 4)

    def _dtp(self, person: Person, chance: Random) -> Iterator[PastDose]:
        if person.age_years < 18:
            for number, months in enumerate((2, 4, 11), start=1):
                yield PastDose("hexyon", _at_months(person.born_on, months, chance), number)
            yield PastDose("repevax", _at_months(person.born_on, 72, chance), 4)
            yield PastDose("boostrixtetra", _at_months(person.born_on, 138, chance), 5)
            return
        # Up to date: the booster of the last fixed age reached, up to three years late.
        reached = next((age for age in DTP_AGES if person.age_years >= age), 13)
        late = chance.randrange(12 * max(1, min(3, person.age_years - reached)))
        yield PastDose("repevax", _at_months(person.born_on, 12 * reached + late, chance), 6)

    def _old_dtp(self, person: Person, chance: Random) -> Iterator[PastDose]:
        if chance.random() < 0.6:
            years = chance.randrange(13, person.age_years - 12)
            yield PastDose("repevax", _at_months(person.born_on, 12 * years, chance), 5)

    def _pneumococcal(self, _person: Person, chance: Random) -> Iterator[PastDose]:
        yield PastDose("prevenar20", self._day_on - timedelta(days=1 + chance.randrange(600)), 1)

    def _zoster(self, _person: Person, chance: Random) -> Iterator[PastDose]:
        first = self._day_on - timedelta(days=1 + chance.randrange(700))
        yield PastDose("shingrix", first, 1)
        if chance.random() < 0.75:
            yield PastDose("shingrix", first + timedelta(days=60 + chance.randrange(60)), 2)

    def _rsv(self, _person: Person, chance: Random) -> Iterator[PastDose]:
        yield PastDose(
            chance.choice(("abrysvo", "arexvy")), self._day_on - timedelta(days=1 + chance.randrange(700)), 1
        )

    def _measles(self, person: Person, chance: Random) -> Iterator[PastDose]:
        yield PastDose("priorix", _at_months(person.born_on, 12, chance), 1)
        yield PastDose("priorix", _at_months(person.born_on, 17, chance), 2)

    def _acwy(self, person: Person, chance: Random) -> Iterator[PastDose]:
        yield PastDose("menquadfi", _at_months(person.born_on, 12 * chance.randrange(11, 14), chance), 1)

    def _mening_b(self, person: Person, chance: Random) -> Iterator[PastDose]:
        for number, months in enumerate((3, 5, 12), start=1):
            yield PastDose("bexsero", _at_months(person.born_on, months, chance), number)

    def _hpv(self, person: Person, chance: Random) -> Iterator[PastDose]:
        first = _at_months(person.born_on, 12 * 11 + chance.randrange(24), chance)
        yield PastDose("gardasil9", first, 1)
        yield PastDose("gardasil9", first + timedelta(days=183 + chance.randrange(60)), 2)


def _shares(facts: Facts) -> dict[tuple[str, str, int], float]:
    """Return the share vaccinated by group, antigen and age in years: coverage times the group's modelled factor."""
    groups = {group for group, _ in facts.group_factors} | {"other"}
    shares: dict[tuple[str, str, int], float] = {}
    for row in facts.coverage:
        for group in groups:
            factor = facts.group_factors.get((group, row.antigen), facts.group_factors.get((group, EVERY_GROUP), 1.0))
            for age in range(row.age_least_years, row.age_most_years + 1):
                shares[group, row.antigen, age] = min(0.98, row.percent / 100 * factor)
    return shares


def _at_months(born_on: date, months: int, chance: Random) -> date:
    return date.fromordinal(born_on.toordinal() + int(months * DAYS_PER_YEAR / 12) + chance.randrange(25))


def _day_in(starts_on: date, ends_on: date, chance: Random) -> date:
    return starts_on + timedelta(days=chance.randrange((ends_on - starts_on).days + 1))
