"""Spans are added to dates by the general date rules CALCDT-1 to CALCDT-6."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.doses.engine.dates import Span

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("day", "span", "expected"),
    [
        (date(2000, 1, 1), "3 years", date(2003, 1, 1)),
        (date(2000, 11, 1), "6 months", date(2001, 5, 1)),
        (date(2000, 2, 1), "5 weeks", date(2000, 3, 7)),
        (date(2001, 2, 1), "5 weeks", date(2001, 3, 8)),
        (date(2000, 1, 15), "0 days - 4 days", date(2000, 1, 11)),
        (date(2000, 3, 31), "6 months", date(2000, 10, 1)),
        (date(2010, 8, 31), "6 months", date(2011, 3, 1)),
        (date(2000, 1, 31), "6 months - 4 days", date(2000, 7, 27)),
        (date(2000, 2, 29), "1 year", date(2001, 3, 1)),
        (date(2020, 6, 30), "16 years - 4 months", date(2036, 3, 1)),
        (date(2020, 5, 15), "19 months + 4 weeks", date(2022, 1, 12)),
    ],
)
def test_a_span_gives_the_date_of_the_specification_when_added(day: date, span: str, expected: date) -> None:
    assert Span(span).after(day) == expected


@pytest.mark.parametrize("text", ["", " ", "4", "weeks", "4 fortnights", "2 months 3", "2 months 3 days", "4 weeks -"])
def test_a_span_is_refused_by_name_when_it_cannot_be_read(text: str) -> None:
    with pytest.raises(ValueError, match="not a span of time"):
        Span(text)


@settings(derandomize=True, max_examples=300)
@given(DAYS, st.integers(0, 1200), st.integers(0, 1200))
def test_later_spans_never_give_earlier_dates_when_months_are_added(day: date, months: int, more: int) -> None:
    """Ages that grow must never go back, whatever the month's length: windows would otherwise be empty."""
    assert Span(f"{months} months").after(day) <= Span(f"{months + more} months").after(day)


@settings(derandomize=True, max_examples=300)
@given(DAYS, DAYS, st.integers(0, 1200))
def test_the_older_person_reaches_an_age_first_when_two_are_compared(day: date, other: date, months: int) -> None:
    span = Span(f"{months} months")
    assert (span.after(min(day, other))) <= span.after(max(day, other))


@settings(derandomize=True, max_examples=300)
@given(DAYS, st.integers(0, 600))
def test_the_day_of_the_month_is_kept_or_becomes_the_first_when_months_are_added(day: date, months: int) -> None:
    found = Span(f"{months} months").after(day)
    assert found.day in (day.day, 1)
