"""What a national identity number may look like, whose it can be, and which status follows: case by case."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.people.identity import Status, Step, contradicts, read_number, status_after

# Numbers made here: thirteen signs by their rule, the key computed by hand from the rule, in Corsica as 19 and 18.
SOUND = "255081416802538"
CORSICAN = {"2A": "155082A12345632", "2B": "155082B12345659"}


def _key(digits: int) -> int:
    return 97 - digits % 97


def test_keys_of_corsica_are_computed_with_19_and_18() -> None:
    for letters, digits in (("2A", "19"), ("2B", "18")):
        number = f"15508{letters}123456"
        key = _key(int(f"15508{digits}123456"))
        assert read_number(f"{number}{key:02}") == f"{number}{key:02}"
        assert read_number(f"{number.lower()} {key:02}") == f"{number}{key:02}"
        assert read_number(f"{number}{key % 97 + 1:02}") is None
    assert read_number("155082C12345632") is None


@pytest.mark.parametrize(
    "typed", ["", "25508141680253", "2550814168025389", "955081416802538", "２55081416802538", "x" * 15]
)
def test_text_of_another_form_is_no_number(typed: str) -> None:
    assert read_number(typed) is None


@given(st.integers(0, 14), st.integers(1, 9))
def test_one_wrong_digit_is_found(place: int, away: int) -> None:
    """97 is prime and no power of ten times a digit is a multiple of it: every single slip changes the key."""
    wrong = SOUND[:place] + str((int(SOUND[place]) + away) % 10) + SOUND[place + 1 :]
    assert read_number(SOUND) == SOUND
    assert read_number(wrong) is None


@pytest.mark.parametrize(
    ("sex", "born_on", "traits"),
    [
        ("female", date(1955, 8, 14), ()),
        ("male", date(1955, 8, 14), ("sex",)),
        ("female", date(1956, 8, 14), ("born_on",)),
        ("female", date(1955, 9, 14), ("born_on",)),
        ("unknown", None, ()),
        (None, date(1855, 8, 1), ()),  # two digits of a year: a century is not told
    ],
)
def test_number_contradicts_what_is_known_otherwise(
    sex: str | None, born_on: date | None, traits: tuple[str, ...]
) -> None:
    assert contradicts(SOUND, sex, born_on) == traits


def test_month_that_is_not_known_contradicts_nothing() -> None:
    number = f"2553314168025{_key(2553314168025):02}"
    assert read_number(number) == number
    assert contradicts(number, "female", date(1955, 8, 14)) == ()


@pytest.mark.parametrize(
    ("before", "step", "has_number", "after"),
    [
        (Status.PROVISIONAL, Step.NUMBER_RETRIEVED, True, Status.RETRIEVED),
        (Status.VALIDATED, Step.NUMBER_RETRIEVED, True, Status.QUALIFIED),
        (Status.PROVISIONAL, Step.DOCUMENT_CHECKED, False, Status.VALIDATED),
        (Status.RETRIEVED, Step.DOCUMENT_CHECKED, True, Status.QUALIFIED),
        (Status.QUALIFIED, Step.NUMBER_REMOVED, False, Status.VALIDATED),
        (Status.RETRIEVED, Step.NUMBER_REMOVED, False, Status.PROVISIONAL),
        (Status.QUALIFIED, Step.DOUBTED, True, Status.RETRIEVED),
        (Status.VALIDATED, Step.DOUBTED, False, Status.PROVISIONAL),
    ],
)
def test_status_follows_from_number_and_document(before: Status, step: Step, has_number: bool, after: Status) -> None:
    assert status_after(step, before, has_number=has_number) is after
