"""Reads our rule files (TOML) from a folder and puts together the schedule of a day.

A folder holds common.toml (vaccines, families of vaccines, groups, conflicts, observations) and one file per antigen
and period. Every code a rule speaks of must be defined in common.toml: a slip of the pen is an error that names the
file, never a rule that silently applies to nobody.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from backend.doses.rules.format import (
    AntigenRules,
    Conflict,
    Observed,
    Schedule,
    Vaccine,
    VaccineGroup,
    decode_field,
)
from backend.doses.rules.series import DoseRule, Rules

FRENCH_RULES: Final = Path(__file__).parent / "fr"
_Read = TypeVar("_Read", bound=Rules)
_COMMON: Final = "common.toml"
WORDS: Final = "words.toml"  # what our records' words mean to the rules: backend/doses/rules/words.py
_VACCINE_RULES: Final = ("preferable", "allowable")
_VACCINE_SETS: Final = ("inadvertent", "from_vaccines", "vaccines", "previous", "current")


class Common(Rules, frozen=True):
    """What the antigen files of a folder share; a family is a name for several vaccine codes."""

    name: str
    vaccines: tuple[Vaccine, ...]
    groups: tuple[VaccineGroup, ...]
    families: Mapping[str, tuple[str, ...]] = {}
    conflicts: tuple[Conflict, ...] = ()
    observations: tuple[Observed, ...] = ()


def schedule_on(folder: Path, day: date) -> Schedule:
    """Return the schedule in force on a day: of each antigen, the file that began last.

    ValueError names the file and what is wrong in it.
    """
    common, files = read_rules(folder)
    latest: dict[str, AntigenRules] = {}
    for rules in files:
        begins = rules.valid_from or date.min
        if begins <= day and begins >= (_begins(latest.get(rules.antigen))):
            latest[rules.antigen] = rules
    antigens = tuple(latest[name] for name in sorted(latest))
    return Schedule(
        name=common.name,
        version=max((rules.version for rules in antigens), default="none"),
        antigens=antigens,
        vaccines=common.vaccines,
        groups=tuple(group for group in common.groups if set(group.antigens) <= latest.keys()),
        conflicts=common.conflicts,
        observations=common.observations,
    )


def read_rules(folder: Path) -> tuple[Common, tuple[AntigenRules, ...]]:
    """Read and check every file of a folder; ValueError names the file and what is wrong in it."""
    families = _raw(folder / _COMMON).get("families", {})
    common = _read(folder / _COMMON, families, Common)
    files = sorted(path for path in folder.glob("*.toml") if path.name not in (_COMMON, WORDS))
    found = tuple(_read(path, families, AntigenRules) for path in files)
    for path, rules in zip(files, found, strict=True):
        if unknown := sorted(set(_codes(rules)) - _known(common)):
            raise ValueError(f"{path.name}: not defined in {_COMMON}: {', '.join(unknown)}")
    return common, found


def _known(common: Common) -> set[str]:
    return {vaccine.code for vaccine in common.vaccines} | {seen.code for seen in common.observations}


def _begins(rules: AntigenRules | None) -> date:
    return date.min if rules is None or rules.valid_from is None else rules.valid_from


def _raw(path: Path) -> dict[str, Any]:
    try:
        return msgspec.toml.decode(path.read_bytes(), type=dict[str, Any])
    except msgspec.DecodeError as problem:
        raise ValueError(f"{path.name}: {problem}") from problem


def _read(path: Path, families: Mapping[str, list[str]], wanted: type[_Read]) -> _Read:
    try:
        return msgspec.convert(_expanded(_raw(path), families), wanted, dec_hook=decode_field)
    except msgspec.ValidationError as problem:
        raise ValueError(f"{path.name}: {problem}") from problem


def _expanded(part: Any, families: Mapping[str, list[str]]) -> Any:
    """Replace the name of a family by its vaccines, wherever the format asks for vaccines."""
    if isinstance(part, list):
        return [_expanded(item, families) for item in part]
    if not isinstance(part, dict):
        return part
    whole: dict[str, Any] = {}
    for key, value in part.items():
        if key in _VACCINE_RULES:
            whole[key] = [
                {**rule, "vaccine": code} for rule in value for code in families.get(rule["vaccine"], [rule["vaccine"]])
            ]
        elif key in _VACCINE_SETS and all(isinstance(item, str) for item in value):
            whole[key] = [code for item in value for code in families.get(item, [item])]
        else:
            whole[key] = value if key == "families" else _expanded(value, families)
    return whole


def _codes(rules: AntigenRules) -> Iterator[str]:
    """Yield every vaccine and observation the rules of an antigen speak of."""
    yield from rules.immune_by_observation
    for birth in rules.immune_by_birth:
        yield from birth.except_observations
    for contraindication in rules.contraindications:
        yield contraindication.observation
        yield from (rule.vaccine for rule in contraindication.vaccines)
    for series in rules.series:
        yield from (indication.observation for indication in series.indications)
        yield from _dose_codes(series.doses)
    for case in rules.cases:
        yield from (dose.vaccine for dose in case.doses)
        yield from (seen.code for seen in case.observations)


def _dose_codes(doses: Iterable[DoseRule]) -> Iterator[str]:
    for dose in doses:
        yield from (rule.vaccine for rule in (*dose.preferable, *dose.allowable))
        yield from dose.inadvertent
        for interval in (*dose.intervals, *dose.allowable_intervals):
            yield from interval.from_vaccines
            if interval.from_observation is not None:
                yield interval.from_observation
        for skip in dose.skips:
            for found in skip.sets:
                for condition in found.conditions:
                    yield from condition.vaccines
