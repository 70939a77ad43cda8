"""No choice of campaign, group, zone, age band or period shows a small count, nor lets one be computed."""

from collections import Counter
from datetime import date, timedelta
from itertools import product
from random import Random
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.coverage import figures as figures_file
from backend.coverage.denominators import Estimate, denominator
from backend.coverage.figures import (
    ALL,
    By,
    CampaignFigures,
    Counted,
    Zone,
    campaign_figures,
    lines,
    measure_of,
    monitoring,
    pools_of,
    standings,
    total,
)
from backend.coverage.indicators import Quality
from backend.coverage.subjects import CampaignRule
from backend.coverage.suppress import is_small

ON = date(2026, 10, 12)
ZONES = [Zone(UUID(int=number + 1), f"z{number}", f"Z{number}", "{}") for number in range(4)]
GROUPS = ["homeless_hotel", "housebound_elderly", "other"]
BANDS = ["65-74", "85+"]
STANDINGS = ["own", "due_seen", "due_missed_zero"]
# Persons who are alike in everything that is published: zone, group, band, standing in each of two campaigns.
ATOMS = list(product(range(4), range(3), range(2), range(3), range(3)))
Vector = np.ndarray[Any, np.dtype[np.float64]]


def week(band: int) -> date:
    return ON + timedelta(weeks=band)


def drawn_atoms(chance: Random) -> list[int]:
    """Return how many persons there are of each kind: mostly none or few, some many."""
    busy = chance.random()
    return [chance.choice([0, 1, 3, 12, 40]) if chance.random() < busy else 0 for _ in ATOMS]


def published(atoms: list[int], *, twins: bool) -> list[CampaignFigures]:
    rules = [
        CampaignRule(UUID(int=100), "influenza", ON, None, 65, frozenset()),
        CampaignRule(UUID(int=101), "covid", ON, None, 65, frozenset()),
    ][: 2 if twins else 1]
    cells: list[Counter[tuple[Any, ...]]] = [Counter() for _ in rules]
    for (zone, group, band, *standing), n in zip(ATOMS, atoms, strict=True):
        for which, held in enumerate(cells):
            word = STANDINGS[standing[which]]
            held["person", ZONES[zone].id, GROUPS[group], "", None, word] += n
            held["person_by_age", None, GROUPS[group], BANDS[band], None, word] += n
            if word == "own":
                held["person_by_week", None, GROUPS[group], "", week(band), word] += n
    counted = [
        [
            Counted(measure, zone_id, name, age_band, on, word, n)
            for (measure, zone_id, name, age_band, on, word), n in held.items()
            if n
        ]
        for held in cells
    ]
    by_group: dict[tuple[str, str], Counter[str]] = {}
    for number, rows in enumerate(counted):
        for one in rows:
            if one.measure != "person_by_age":
                continue
            name = measure_of(one.measure, one.detail) or ""
            by_group.setdefault((str(number), name), Counter())[one.population_group] += one.n
    pools = pools_of(by_group)
    return [campaign_figures(rules, rule, rows, pools, ZONES, []) for rule, rows in zip(rules, counted, strict=True)]


def which_atoms(which: int, measure: str, by: str, row: str, pool: str) -> Vector:
    """Return the equation of a count: 1 for each kind of person that it counts."""
    groups = set(pool.split("+")) if pool else set(GROUPS)
    found = np.zeros(len(ATOMS))
    for position, (zone, group, band, *standing) in enumerate(ATOMS):
        word = STANDINGS[standing[which]]
        if GROUPS[group] not in groups or (word == "own") != (measure == "covered"):
            continue
        place = {By.ZONE: str(ZONES[zone].id), By.AGE_BAND: BANDS[band], "detail": word, "all": ALL}[by]
        found[position] = place == row
    return found


def equations(all_figures: list[CampaignFigures]) -> list[Vector]:
    """Return what an attacker learns: one equation for each count that any filter shows."""
    found = []
    for which, figures in enumerate(all_figures):
        for pool in (ALL, *figures.pools):
            for by in (By.ZONE, By.AGE_BAND):
                for line in lines(figures, by, pool):
                    for measure, n in (("covered", line.covered), ("due", line.due)):
                        if n is not None:
                            found.append(which_atoms(which, measure, by, line.key, pool))
            whole = total(figures, pool)
            for measure, n in (("covered", whole.covered), ("due", whole.due)):
                if n is not None:
                    found.append(which_atoms(which, measure, "all", ALL, pool))
            for one in standings(figures, pool):
                if one.persons is not None and one.detail in STANDINGS:
                    measure = "covered" if one.detail == "own" else "due"
                    found.append(which_atoms(which, measure, "detail", one.detail, pool))
            for point in monitoring(figures, pool):
                until = [band for band in range(len(BANDS)) if week(band) <= point.until_on]
                found.append(
                    sum(
                        (which_atoms(which, "covered", By.AGE_BAND, BANDS[band], pool) for band in until),
                        np.zeros(len(ATOMS)),
                    )
                )
    return found


def small_counts(atoms: list[int], all_figures: list[CampaignFigures]) -> list[Vector]:
    """Return the equation of each small count that some filter asks for."""
    counts = np.array(atoms)
    found = []
    for which, figures in enumerate(all_figures):
        for pool, measure in product((ALL, *figures.pools), ("covered", "due")):
            rows: list[tuple[str, str]] = [(By.ZONE, str(zone.id)) for zone in ZONES]
            rows += [(By.AGE_BAND, band) for band in BANDS]
            rows += [("detail", word) for word in STANDINGS if (word == "own") == (measure == "covered")]
            wanted = [which_atoms(which, measure, by, row, pool) for by, row in rows]
            found += [one for one in wanted if is_small(int(one @ counts))]
    return found


def betrayed(known: list[Vector], secrets: list[Vector]) -> int:
    """Count the secrets that are a sum of known equations, each taken any number of times."""
    if not known or not secrets:
        return 0
    _, sizes, directions = np.linalg.svd(np.array(known))
    basis = directions[: int((sizes > 1e-9).sum())]
    return sum(float(np.linalg.norm(one - basis.T @ (basis @ one))) < 1e-6 for one in secrets)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), twins=st.booleans())
def test_no_combination_of_filters_tells_a_small_count(seed: int, twins: bool) -> None:
    """All that any filter shows is added and subtracted: no small count comes out, of no campaign."""
    atoms = drawn_atoms(Random(seed))
    shown = published(atoms, twins=twins)
    assert betrayed(equations(shown), small_counts(atoms, shown)) == 0


@pytest.mark.parametrize("fault", ["twins", "nothing_hidden"])
def test_attack_succeeds_when_a_protection_is_taken_away(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The attacker is able: without the rule for campaigns that aim at the same persons, or with nothing hidden, it wins."""
    if fault == "twins":
        monkeypatch.setattr(figures_file, "aims_at_the_same", lambda _one, _other: False)
    else:
        monkeypatch.setattr(figures_file, "pooled", lambda tables: {name: name for table in tables for name in table})
        monkeypatch.setattr("backend.coverage.suppress.is_small", lambda _n: False)
    found = 0
    for seed in range(40):
        atoms = drawn_atoms(Random(seed))
        shown = published(atoms, twins=True)
        found += betrayed(equations(shown), small_counts(atoms, shown))
    assert found > 0


def test_figures_of_a_large_territory_are_all_shown_and_right() -> None:
    atoms = [20] * len(ATOMS)
    (shown,) = published(atoms, twins=False)
    assert [line.covered for line in lines(shown, By.ZONE)] == [20 * 3 * 2 * 3] * 4
    whole = total(shown)
    assert (whole.covered, whole.due) == (1440, 2880)
    assert whole.known is not None
    assert str(whole.known.percent) == "33.3"
    assert [(one.until_on, one.covered, one.percent) for one in monitoring(shown)] == [
        (week(0), 720, "16.7"),
        (week(1), 1440, "33.3"),
    ]
    assert whole.population is not None
    assert whole.population.quality is Quality.NO_DENOMINATOR


def test_denominator_needs_estimates_of_those_aimed_at() -> None:
    """People of any age are no denominator for people of 65 and more; then there is none, and the page says so."""
    zone = ZONES[0].id
    cells = [
        Estimate(zone, "0+", "homeless_hotel", 90, 100, 110, "roster", ON),
        Estimate(zone, "65+", "housebound_elderly", 40, 50, 60, "model", ON),
        Estimate(zone, "85+", "all", 200, 210, 220, "census", ON),
        Estimate(ZONES[1].id, "65-74", "all", 1, 2, 3, "census", ON),
    ]
    flu = CampaignRule(UUID(int=100), "influenza", ON, None, 65, frozenset())
    anybody = CampaignRule(UUID(int=101), "measles", ON, None, 0, frozenset())
    points = [
        denominator(cells, flu, None, frozenset()).point,
        denominator(cells, flu, zone, frozenset()).point,
        denominator(cells, flu, None, frozenset({"homeless_hotel"})).point,
        denominator(cells, flu, None, frozenset({"housebound_elderly"})).point,
        denominator(cells, flu, None, frozenset({"housebound_elderly", "homeless_hotel"})).point,
        denominator(cells, anybody, None, frozenset({"homeless_hotel"})).point,
        denominator(cells, flu, None, frozenset(), "85+").point,
    ]
    assert points == [212, 210, 0, 50, 0, 100, 210]
