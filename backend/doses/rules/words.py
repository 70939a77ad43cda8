"""This file reads what the words of our records mean to the rules: antigens, conditions, groups, unspecified vaccines.

One file per country, beside its rules (rules/fr/words.toml), checked against them when read. How a person's records
become what the engine reads is decided in backend/doses/history.py.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from backend.doses.engine.ruleset import RuleSet, prepare
from backend.doses.rules.files import FRENCH_RULES, WORDS, schedule_on
from backend.doses.rules.format import Vaccine
from backend.doses.rules.series import Rules

_RELEASES_KEPT: Final = 4


class Unspecified(Rules, frozen=True):
    """The vaccine that stands for a dose of which only these antigens are known."""

    antigens: tuple[str, ...]
    vaccine: str


class Words(Rules, frozen=True):
    """What our words mean: antigens and observations of the rules by word; an empty meaning is known and not asked."""

    antigens: Mapping[str, tuple[str, ...]]
    conditions: Mapping[str, tuple[str, ...]]
    population_groups: Mapping[str, tuple[str, ...]]
    pathogens: Mapping[str, tuple[str, ...]]
    unspecified: tuple[Unspecified, ...]
    remarks: tuple[str, ...] = ()


class Release(msgspec.Struct, frozen=True):
    """The rules of a day and the words that lead to them; `version` names both, and every forecast carries it."""

    rules: RuleSet
    words: Words
    vaccines: tuple[Vaccine, ...]
    version: str


@lru_cache(maxsize=_RELEASES_KEPT)
def release_on(day: date, folder: Path = FRENCH_RULES) -> Release:
    """Return the rules in force on a day, prepared; ValueError names the file and what is wrong in it."""
    schedule = schedule_on(folder, day)
    rules = prepare(schedule)
    words = read_words(folder, rules)
    written = msgspec.json.encode(words, order="deterministic")
    return Release(rules, words, schedule.vaccines, hashlib.sha256(rules.version.encode() + written).hexdigest())


def read_words(folder: Path, rules: RuleSet) -> Words:
    """Read the words of a folder of rules; ValueError names a code that the rules do not know."""
    try:
        words = msgspec.toml.decode((folder / WORDS).read_bytes(), type=Words)
    except msgspec.DecodeError as problem:
        raise ValueError(f"{WORDS}: {problem}") from problem
    observed = {code for map_ in (words.conditions, words.population_groups, words.pathogens) for code in _all(map_)}
    unknown = [
        *sorted(_all(words.antigens) - rules.antigens.keys()),
        *sorted(observed - rules.observations.keys()),
        *sorted({line.vaccine for line in words.unspecified} - rules.carried.keys()),
        *sorted({antigen for line in words.unspecified for antigen in line.antigens} - words.antigens.keys()),
    ]
    if unknown:
        raise ValueError(f"{WORDS}: not defined in the rules: {', '.join(unknown)}")
    return words


def _all(meanings: Mapping[str, tuple[str, ...]]) -> set[str]:
    return {code for codes in meanings.values() for code in codes}
