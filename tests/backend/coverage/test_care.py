"""Hand-computed examples of how well a campaign goes: second doses, occasions, refusals, tests, the gap by income."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from backend.coverage.care import care_figures, equity_gap
from backend.coverage.figures import Counted, Line
from backend.coverage.indicators import Share
from backend.coverage.load import windows
from backend.coverage.second_dose import second_dose
from backend.coverage.subjects import DoseFact

ON = date(2026, 11, 22)
ZONES = [UUID(int=number + 1) for number in range(3)]


def cell(measure: str, detail: str, n: int, zone: int = 0, month: date | None = None) -> Counted:
    return Counted(measure, ZONES[zone], "other", "", month, detail, n)


def test_only_matured_persons_can_drop_out() -> None:
    """60 matured: 30 in time, 12 late, 18 never; 40 whose window closes this month count in neither part."""
    october, november = date(2026, 10, 1), date(2026, 11, 1)
    cells = [
        cell("second_dose", "on_time", 30, 0, october),
        cell("second_dose", "late", 12, 1, october),
        cell("second_dose", "none", 18, 1, october),
        cell("second_dose", "none", 40, 0, november),
    ]
    found = care_figures(cells, ON).second_doses
    assert found.matured == 60
    assert found.dropped_out is not None
    assert found.on_time is not None
    assert (found.dropped_out.percent, found.on_time.percent) == (Decimal("30.0"), Decimal("50.0"))
    assert found.drop_out_by_zone == {str(ZONES[0]): Decimal("0.0"), str(ZONES[1]): Decimal("60.0")}
    assert care_figures(cells, date(2026, 12, 1)).second_doses.matured == 100


def test_small_counts_of_follow_up_are_hidden() -> None:
    cells = [
        cell("occasion", "taken", 40),
        cell("occasion", "missed", 3),
        cell("refused_then", "still_refusing", 30),
        cell("refused_then", "accepted_later", 20),
        cell("screening", "flu:detected", 12),
        cell("screening", "flu:not_detected", 36),
        cell("screening", "flu:inconclusive", 5),
        cell("screening", "covid:detected", 2),
    ]
    found = care_figures(cells, ON)
    assert found.missed is None
    assert found.reversed is not None
    assert (found.reversed.percent, found.refused) == (Decimal("40.0"), 50)
    assert {name: share.percent for name, share in found.positive.items()} == {"flu": Decimal("25.0")}


def test_gap_by_income_is_of_the_zones_shown_and_the_same_each_time() -> None:
    def line(number: int, covered: int | None) -> Line:
        known = None if covered is None else Share(covered, 100, None, None)
        return Line(str(UUID(int=number)), covered, None, known, None, None)

    shown = [line(number, 40 if number <= 5 else 60) for number in range(1, 16)] + [line(99, None)]
    incomes = {UUID(int=number): 1000 * number for number in (*range(1, 16), 99)}
    found = equity_gap(shown, incomes)
    assert found is not None
    assert {found.points, found.interval.low, found.interval.high} == {Decimal("20.0")}
    assert found.zones == 15
    assert equity_gap(shown, incomes) == found
    assert equity_gap(shown[:9], incomes) is None


@pytest.mark.parametrize(
    ("second_on", "outcome"),
    [
        (None, "none"),
        (date(2026, 2, 1), "early"),
        (date(2026, 2, 2), "on_time"),
        (date(2026, 7, 5), "on_time"),
        (date(2026, 7, 6), "late"),
    ],
)
def test_window_of_the_second_dose_is_that_of_the_rules(second_on: date | None, outcome: str) -> None:
    """Zoster: four weeks at least, six months at most after 5 January."""
    days = [date(2026, 1, 5), *([second_on] if second_on else [])]
    doses = [DoseFact(True, "", frozenset({"zoster"}), on, True, True) for on in days]
    found = second_dose(doses, "zoster", windows()["zoster"])
    assert found is not None
    assert (found.outcome, found.closes_month_on) == (outcome, date(2026, 7, 1))
