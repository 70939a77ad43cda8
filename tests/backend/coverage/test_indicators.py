"""Hand-computed examples of the indicators."""

from datetime import date
from decimal import Decimal

import pytest

from backend.coverage.csv_export import Variant, write_csv
from backend.coverage.definitions import INDICATORS
from backend.coverage.estimates import NotTwoLists, TooFewMatches, TwoListEstimate, chapman, percent, wilson
from backend.coverage.indicators import (
    Denominator,
    Quality,
    backlog_ageing,
    delay,
    due_not_reached,
    known_coverage,
    population_coverage,
    wastage,
    zero_dose,
)


def test_coverage_over_100_percent_is_said_and_not_cut() -> None:
    """A wrong denominator must be seen by those who can mend it."""
    found = population_coverage(120, Denominator(90, 100, 110, date(2026, 1, 1), ("s",)))
    assert (found.percent, found.quality) == (Decimal("120.0"), Quality.OVER_100)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == (Decimal("109.1"), Decimal("133.3"))


@pytest.mark.parametrize(
    ("low", "point", "high", "quality"),
    [(95, 100, 105, Quality.GOOD), (60, 100, 160, Quality.UNCERTAIN), (0, 100, 160, Quality.UNCERTAIN)],
)
def test_quality_follows_the_interval(low: int, point: int, high: int, quality: Quality) -> None:
    assert population_coverage(50, Denominator(low, point, high, None, ())).quality is quality


def test_without_inhabitants_there_is_no_coverage() -> None:
    assert population_coverage(3, Denominator(0, 0, 0, None, ())).quality is Quality.NO_DENOMINATOR


def test_standings_add_up_to_shares() -> None:
    standings = {"own": 10, "elsewhere": 20, "due_seen": 5, "due_seen_zero": 5, "due_missed": 40, "due_missed_zero": 20}
    shares = known_coverage(30, 70), due_not_reached(standings), zero_dose(standings)
    assert [(one.numerator, one.denominator, one.percent) for one in shares] == [
        (30, 100, Decimal("30.0")),
        (60, 100, Decimal("60.0")),
        (25, 100, Decimal("25.0")),
    ]


def test_wilson_agrees_with_values_computed_by_hand() -> None:
    """0 of 10: the upper end is z² / (n + z²) = 3.8415 / 13.8415 = 27.75 %."""
    none, all_ = wilson(0, 10), wilson(10, 10)
    assert none is not None
    assert all_ is not None
    assert (none.low, none.high) == (Decimal("0.0"), Decimal("27.8"))
    assert (all_.low, all_.high) == (Decimal("72.2"), Decimal("100.0"))
    assert wilson(3, 2) is None


def test_two_lists_are_refused_when_too_few_are_on_both() -> None:
    assert isinstance(chapman(100, 100, 6), TooFewMatches)
    assert isinstance(chapman(10, 5, 6), NotTwoLists)
    whole = chapman(20, 20, 20)
    assert isinstance(whole, TwoListEstimate)
    assert whole.persons == Decimal("20.0")


def test_wastage_by_hand() -> None:
    """Ten vials of 6: 8 opened gave 40 of 48 doses, 2 thrown away unopened: 16.7 %, 20 %, 1 - 0.8 x 0.8333 = 33.3 %."""
    found = wastage(opened=48, given=40, discarded_unopened=12, beyond_nominal=1)
    assert (found.open_percent, found.closed_percent, found.combined_percent, found.doses_beyond_nominal) == (
        Decimal("16.7"),
        Decimal("20.0"),
        Decimal("33.3"),
        1,
    )
    nothing = wastage(0, 0, 0, 0)
    assert nothing.open_percent is nothing.closed_percent is nothing.combined_percent is None


def test_backlog_classes_hold_each_day_once() -> None:
    today = date(2026, 11, 22)
    waiting = [(date.fromordinal(today.toordinal() - days), "open", 1) for days in range(20)]
    found = backlog_ageing(waiting, today)
    assert [found[one, "open"] for one in ("0-1", "2-3", "4-7", "8-14", "15+")] == [2, 2, 4, 7, 5]


def test_delay_of_nothing_is_nothing() -> None:
    assert delay({}).median_hours_max is None
    assert delay({"longer": 3}).p95_hours_max is None


def test_half_is_rounded_away_from_zero() -> None:
    assert percent(1, 2000) == Decimal("0.1")
    assert percent(1, 8) == Decimal("12.5")


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@x", "\tx", "\rx", " =1"])
def test_csv_never_starts_a_formula(text: str) -> None:
    """Names come from tablets: a spreadsheet must show them, not run them."""
    for variant in Variant:
        row = write_csv(["name"], [[text]], variant).decode("utf-8-sig").splitlines(keepends=True)[1]
        assert row.lstrip('"').startswith("'")


def test_every_definition_says_all() -> None:
    for one in INDICATORS.values():
        texts = (one.title, one.numerator, one.denominator, one.exclusions)
        assert one.source
        assert one.version >= 1
        assert all(text.fr and text.en for text in texts)
