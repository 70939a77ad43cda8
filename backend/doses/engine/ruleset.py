"""Prepares a schedule for fast use: series by antigen, vaccines by code, conflicts by pair, skips by context.

Preparing decides nothing; a rule set is built once per release and shared. The format of the rules is in
backend/doses/rules/format.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from backend.doses.rules.format import (
    AntigenRules,
    Carried,
    Conflict,
    Observed,
    Schedule,
    VaccineGroup,
    content_hash,
)
from backend.doses.rules.series import DoseRule, SeriesRule, SkipRule, VaccineRule


@dataclass(frozen=True, slots=True)
class DoseTarget:
    """One dose of a series, with its rank from 1 and its vaccines by code."""

    number: int
    line: str
    rule: DoseRule
    preferable: Mapping[str, tuple[VaccineRule, ...]]
    allowable: Mapping[str, tuple[VaccineRule, ...]]
    skips_evaluating: tuple[SkipRule, ...]
    skips_forecasting: tuple[SkipRule, ...]


@dataclass(frozen=True, slots=True)
class AntigenSeries:
    """One series of an antigen, with its targets in order and the observations its indications speak of."""

    antigen: str
    rule: SeriesRule
    targets: tuple[DoseTarget, ...]
    indicated_by: frozenset[str]


@dataclass(frozen=True, slots=True)
class Antigen:
    """One antigen with its series."""

    rules: AntigenRules
    series: tuple[AntigenSeries, ...]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A release of rules, prepared; `version` is the content hash that every forecast carries."""

    name: str
    version: str
    antigens: Mapping[str, Antigen]
    carried: Mapping[str, tuple[Carried, ...]]
    conflicts: Mapping[str, Mapping[str, Conflict]]
    groups: tuple[VaccineGroup, ...]
    observations: Mapping[str, Observed]


def prepare(schedule: Schedule) -> RuleSet:
    """Prepare a schedule; ValueError names a vaccine group or vaccine that speaks of an antigen without rules.

    >>> prepare(Schedule(name="none", version="0", antigens=(), vaccines=(), groups=())).groups
    ()
    """
    antigens = {rules.antigen: _antigen(rules) for rules in schedule.antigens}
    if len(antigens) != len(schedule.antigens):
        raise ValueError("two rule files speak of the same antigen")
    for group in schedule.groups:
        if missing := set(group.antigens) - antigens.keys():
            raise ValueError(f"the vaccine group {group.name} speaks of antigens without rules: {sorted(missing)}")
    conflicts: dict[str, dict[str, Conflict]] = {}
    for conflict in schedule.conflicts:
        for current in conflict.current:
            conflicts.setdefault(current, {}).update(dict.fromkeys(conflict.previous, conflict))
    return RuleSet(
        name=schedule.name,
        version=content_hash(schedule),
        antigens=antigens,
        carried={vaccine.code: vaccine.antigens for vaccine in schedule.vaccines},
        conflicts=conflicts,
        groups=schedule.groups,
        observations={seen.code: seen for seen in schedule.observations},
    )


def in_force(effective_on: date | None, ceased_on: date | None, anchor: date) -> bool:
    """RELEVANT-1, RELEVANT-2: a part of the rules counts on the days it is in force, both ends included.

    >>> in_force(None, date(2016, 12, 15), date(2016, 12, 15))
    True
    """
    return (effective_on is None or effective_on <= anchor) and (ceased_on is None or anchor <= ceased_on)


def _antigen(rules: AntigenRules) -> Antigen:
    return Antigen(
        rules=rules,
        series=tuple(
            AntigenSeries(
                antigen=rules.antigen,
                rule=series,
                targets=tuple(
                    _target(number, f"{rules.antigen}/{series.name}/dose {number}", dose)
                    for number, dose in enumerate(series.doses, start=1)
                ),
                indicated_by=frozenset(indication.observation for indication in series.indications),
            )
            for series in rules.series
        ),
    )


def _target(number: int, line: str, rule: DoseRule) -> DoseTarget:
    return DoseTarget(
        number=number,
        line=line,
        rule=rule,
        preferable=_by_vaccine(rule.preferable),
        allowable=_by_vaccine(rule.allowable),
        skips_evaluating=tuple(skip for skip in rule.skips if skip.when_evaluating),
        skips_forecasting=tuple(skip for skip in rule.skips if skip.when_forecasting),
    )


def _by_vaccine(rules: tuple[VaccineRule, ...]) -> dict[str, tuple[VaccineRule, ...]]:
    found: dict[str, tuple[VaccineRule, ...]] = {}
    for rule in rules:
        found[rule.vaccine] = (*found.get(rule.vaccine, ()), rule)
    return found
