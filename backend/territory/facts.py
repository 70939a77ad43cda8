"""This file reads the demo territory's facts from facts/ and checks them once.

Facts are what others measured or what we model and say so; each file's origin and licence is in facts/SOURCES.md.
What is made of them with a seed is decided in generate.py and its neighbours.
"""

import csv
import json
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TypeVar

import msgspec

from backend.territory.zones import Zone, zones_of_features

Row = TypeVar("Row", bound=msgspec.Struct)

FACTS = files("backend.territory") / "facts"


class Municipality(msgspec.Struct, frozen=True):
    """A municipality (here an arrondissement) with its inhabitants counted by the census."""

    code: str
    name: str
    postcode: str
    persons: int


class AgeBand(msgspec.Struct, frozen=True):
    """An age band, both ages included, and its modelled share of the inhabitants in percent."""

    band: str
    age_least_years: int
    age_most_years: int
    low_percent: float
    point_percent: float
    high_percent: float


class Lodging(msgspec.Struct, frozen=True):
    """One lodging place: a real capacity at an approximate point; the two do not belong to one real place."""

    municipality: str
    lon: float
    lat: float
    capacity_persons: int | None
    rooms: int | None


class Centre(msgspec.Struct, frozen=True):
    """A public vaccination centre as its public register names it."""

    source_id: str
    name: str
    address: str
    postcode: str
    lon: float
    lat: float


class Product(msgspec.Struct, frozen=True):
    """A vaccine product; `age_least_years` only keeps the generated histories plausible and is no clinical rule."""

    code: str
    name: str
    antigens: tuple[str, ...]
    nuva_code: str
    cip_code: str
    doses_per_vial: int
    hours_after_opening: int | None
    days_thawed: int | None
    warm_minutes_max: int | None
    storage: str
    cvx_code: str | None
    atc_code: str
    age_least_years: int
    facts_source: str


class Coverage(msgspec.Struct, frozen=True):
    """The share of an age range that has had an antigen, in percent, measured or modelled."""

    antigen: str
    age_least_years: int
    age_most_years: int
    percent: float
    method: str
    source: str


class GroupFactor(msgspec.Struct, frozen=True):
    """By what a population group's coverage differs from its age's; antigen `*` stands for every other one."""

    population_group: str
    antigen: str
    factor: float
    method: str
    source: str


class TeamFact(msgspec.Struct, frozen=True):
    """One invented team of the demo: windows are local times "HH:MM-HH:MM", centres are `Centre.source_id`."""

    letter: str
    name: str
    mode: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    start_centre: str
    end_centre: str
    doses_capacity: int
    tests_capacity: int
    window: str
    lunch_window: str
    lunch_minutes: int


class Names(msgspec.Struct, frozen=True):
    """The given and family names of one language."""

    female: tuple[str, ...]
    male: tuple[str, ...]
    family: tuple[str, ...]


class Invented(msgspec.Struct, frozen=True):
    """Words for names and addresses that exist nowhere."""

    lodging_words: tuple[str, ...]
    lodging_names: tuple[str, ...]
    nursing_home_names: tuple[str, ...]
    street_spot_names: tuple[str, ...]
    streets: tuple[str, ...]


class ZoneFact(msgspec.Struct, frozen=True):
    """The statistics of one zone; incomes are in euros a year, None where the source withholds them."""

    code: str
    name: str
    municipality: str
    type: str
    persons_15plus_2011: int
    retired_15plus_2011: int
    income_median_2018: int | None
    poverty_percent_2018: float | None


class Facts(msgspec.Struct, frozen=True):
    """Everything the demo territory is built from."""

    zones: tuple[Zone, ...]
    zone_facts: tuple[ZoneFact, ...]
    municipalities: tuple[Municipality, ...]
    age_bands: tuple[AgeBand, ...]
    lodgings: tuple[Lodging, ...]
    centres: tuple[Centre, ...]
    products: tuple[Product, ...]
    coverage: tuple[Coverage, ...]
    group_factors: dict[tuple[str, str], float]
    teams: tuple[TeamFact, ...]
    names: dict[str, Names]
    invented: Invented


@cache
def load_facts() -> Facts:
    """Return the facts of the demo territory; a file that does not hold what is promised raises `ValueError`."""
    features = json.loads(_text("zones.geojson"))["features"]
    facts = Facts(
        zones=zones_of_features(features),
        zone_facts=tuple(msgspec.convert(feature["properties"], ZoneFact) for feature in features),
        municipalities=_table("municipalities.csv", Municipality),
        age_bands=_table("age_bands.csv", AgeBand),
        lodgings=_table("lodgings.csv", Lodging),
        centres=_table("centres.csv", Centre),
        products=_table("products.csv", Product, lists=("antigens",)),
        coverage=_table("coverage.csv", Coverage),
        group_factors={(row.population_group, row.antigen): row.factor for row in _table("groups.csv", GroupFactor)},
        teams=_table("teams.csv", TeamFact, lists=("skills", "languages")),
        names=msgspec.convert(tomllib.loads(_text("names.toml")), dict[str, Names]),
        invented=msgspec.convert(tomllib.loads(_text("invented.toml")), Invented),
    )
    _check(facts)
    return facts


def _check(facts: Facts) -> None:
    if abs(sum(band.point_percent for band in facts.age_bands) - 100) > 1e-6:
        raise ValueError("age_bands.csv: the point shares do not add up to 100.")
    known = {centre.source_id for centre in facts.centres}
    lost = {team.letter for team in facts.teams if not {team.start_centre, team.end_centre} <= known}
    if lost:
        raise ValueError(f"teams.csv: teams {sorted(lost)} start or end at a centre that centres.csv does not have.")


def _table(name: str, row_type: type[Row], lists: tuple[str, ...] = ()) -> tuple[Row, ...]:
    return tuple(
        msgspec.convert(
            {key: value.split() if key in lists and value is not None else value for key, value in row.items()},
            row_type,
            strict=False,
        )
        for row in _rows(name)
    )


def _rows(name: str) -> Iterator[dict[str, str | None]]:
    for row in csv.DictReader(_text(name).splitlines()):
        yield {key: value or None for key, value in row.items()}


def _text(name: str) -> str:
    return (FACTS / name).read_text(encoding="utf-8")
