"""How long a file is kept, case by case, against the words of the Code de la santé publique, R. 1112-7."""

from datetime import date

import pytest

from backend.retention.rules import FileFacts, RuleName, ending_of, is_due, later, latest_birth, together

CARE = date(2006, 3, 1)


@pytest.mark.parametrize(
    ("facts", "kept_until_on"),
    [
        (FileFacts(CARE, CARE, date(1960, 5, 5), None), date(2026, 3, 1)),
        (
            FileFacts(CARE, CARE, date(2005, 6, 1), None),
            date(2033, 6, 1),
        ),  # a child of nine months: to the 28th birthday
        (FileFacts(CARE, CARE, None, None), date(2034, 3, 1)),  # nobody knows the birth: perhaps a newborn
        (FileFacts(CARE, CARE, date(1960, 5, 5), date(2010, 1, 1)), date(2020, 1, 1)),  # died within ten years
        (FileFacts(CARE, CARE, date(2005, 6, 1), date(2010, 1, 1)), date(2020, 1, 1)),  # a child, too
        (FileFacts(CARE, CARE, date(1960, 5, 5), date(2017, 1, 1)), date(2026, 3, 1)),  # died later: the twenty years
        (
            FileFacts(CARE, CARE, date(1960, 5, 5), date(2001, 1, 1)),
            date(2016, 3, 1),
        ),  # "died" before the care: no sooner
        (FileFacts(None, CARE, date(1960, 5, 5), None), date(2008, 3, 1)),  # never cared for
    ],
)
def test_file_is_kept_as_long_as_the_law_says(facts: FileFacts, kept_until_on: date) -> None:
    ending = ending_of(facts)
    assert ending.kept_until_on == kept_until_on
    assert not is_due(ending, ending.rule, kept_until_on)
    assert is_due(ending, ending.rule, later(kept_until_on, 1))
    assert not is_due(ending, next(rule for rule in RuleName if rule is not ending.rule), date(2200, 1, 1))


def test_joined_records_are_kept_as_long_as_the_one_that_is_kept_longest() -> None:
    old = FileFacts(CARE, CARE, date(1960, 5, 5), date(2010, 1, 1))
    young = FileFacts(None, date(2020, 1, 1), None, None)
    assert together([old, young]) == FileFacts(CARE, date(2020, 1, 1), None, date(2010, 1, 1))


def test_birth_that_is_badly_known_is_taken_late() -> None:
    assert latest_birth(date(2000, 5, 1), "month") == date(2000, 6, 1)
    assert latest_birth(date(2000, 5, 1), "estimated") is None
    assert latest_birth(date(2000, 5, 1), "day") == date(2000, 5, 1)
