"""A season that returns every year is answered in the year of the question, and never moved ahead of what is known."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.doses.engine.season import season_on
from backend.doses.facts import SeriesStatus
from backend.doses.rules.series import Season
from tests.backend.doses.making import BORN, first_dose, forecast_one, rules, series

WINTER = Season(start_on=date(2025, 10, 1), end_on=date(2026, 3, 31), yearly=True)


@settings(derandomize=True, max_examples=200, deadline=None, database=None)
@given(st.dates(date(1950, 1, 1), date(2040, 1, 1)))
def test_the_season_found_is_the_first_that_is_not_over(day: date) -> None:
    found = season_on(WINTER, day)
    assert found.start_on is not None
    assert found.end_on is not None
    assert (found.start_on.month, found.start_on.day) == (10, 1)
    assert found == WINTER or found.end_on >= day
    assert found.end_on.year - day.year <= 1
    assert season_on(WINTER, found.end_on) == found
    assert found.end_on <= date(2026, 3, 31)


def test_a_campaign_with_its_own_dates_is_never_moved() -> None:
    campaign = Season(start_on=date(2025, 10, 14), end_on=date(2026, 2, 28))
    assert season_on(campaign, date(2023, 11, 1)) == campaign


def test_a_child_of_an_earlier_winter_is_due_in_that_winter() -> None:
    found = rules(series(first_dose(season=WINTER)))
    dates = forecast_one(found, on=date(2020, 11, 1)).dates
    assert dates is not None
    assert dates.earliest_on == date(2020, 10, 1)
    assert forecast_one(found, on=date(2026, 4, 1)).status is SeriesStatus.NOT_RECOMMENDED
    assert date(2020, 10, 1) > BORN


def test_a_yearly_season_without_an_end_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="first and its last day"):
        Season(start_on=date(2025, 10, 1), yearly=True)
