"""A scanned box is read exactly or refused with a reason: a wrong lot on a dose would make a recall miss somebody."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.doses.datamatrix import Box, NotRead, Why, read_datamatrix
from backend.territory.facts import load_facts

GTIN = "03400930247853"
GS = "\x1d"
LOTS = st.from_regex(r"[A-Z0-9\-./]{1,20}", fullmatch=True)


def test_every_cip_code_of_our_products_is_read() -> None:
    for product in load_facts().products:
        found = read_datamatrix(f"]d2010{product.cip_code}10L", 2026)
        assert isinstance(found, Box), product.code
        assert found.cip_code == product.cip_code


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("270200", date(2027, 2, 28)),
        ("280200", date(2028, 2, 29)),
        ("271231", date(2027, 12, 31)),
        ("760101", date(2076, 1, 1)),
        ("770101", date(1977, 1, 1)),
    ],
)
def test_expiry_with_day_zero_is_the_last_of_the_month(digits: str, expected: date) -> None:
    found = read_datamatrix(f"01{GTIN}17{digits}", 2026)
    assert isinstance(found, Box)
    assert found.expires_on == expected


@settings(derandomize=True, max_examples=200, deadline=None, database=None)
@given(LOTS, LOTS, st.dates(date(2024, 1, 1), date(2070, 12, 31)), st.permutations(["17", "10", "21"]))
def test_what_is_written_is_read_in_any_order_and_with_any_separator(
    lot: str, serial: str, day: date, order: list[str]
) -> None:
    values = {"17": f"{day:%y%m%d}", "10": lot, "21": serial}
    expected = Box(GTIN, GTIN[1:], day, lot, serial)
    encoded = f"]d201{GTIN}" + "".join(f"{one}{values[one]}{'' if one == '17' else GS}" for one in order)
    printed = f"(01){GTIN}" + "".join(f"({one}){values[one]}" for one in order)
    for text in (encoded, encoded.replace(GS, "<GS>"), GS + encoded.removeprefix("]d2"), printed):
        assert read_datamatrix(text, 2026) == expected


@pytest.mark.parametrize(
    ("scanned", "why"),
    [
        ("", Why.EMPTY),
        (GS * 5, Why.EMPTY),
        ("0" * 401, Why.TOO_LONG),
        (f"01{GTIN}10Ａ", Why.NOT_TEXT),
        (f"01{GTIN}10A\x00B", Why.NOT_TEXT),
        ("https://example.org", Why.NOT_GS1),
        (f"01{GTIN}1727", Why.CUT_SHORT),
        ("10AB12", Why.NO_PRODUCT),
        ("0103400930247854", Why.CHECK_DIGIT),
        (f"01{GTIN}17271301", Why.BAD_DATE),
        (f"01{GTIN}17270230", Why.BAD_DATE),
        (f"01{GTIN}17271x01", Why.BAD_DATE),
        (f"01{GTIN}10{'A' * 21}", Why.BAD_LOT),
        (f"01{GTIN}10=cmd|x", Why.BAD_LOT),
        (f"01{GTIN}10A{GS}10B", Why.CONTRADICTS_ITSELF),
        (f"(01){GTIN}junk(10", Why.NOT_GS1),
    ],
)
def test_code_that_does_not_check_is_refused_with_its_reason(scanned: str, why: Why) -> None:
    assert read_datamatrix(scanned, 2026) == NotRead(why)


@settings(derandomize=True, max_examples=500, deadline=None, database=None)
@given(st.text(max_size=60) | st.text(alphabet=f"0123456789()]dAB{GS}", max_size=60), st.integers(2000, 2099))
def test_nothing_before_the_camera_breaks_it(scanned: str, year: int) -> None:
    found = read_datamatrix(scanned, year)
    assert isinstance(found, Box | NotRead)


def test_one_wrong_digit_of_the_product_is_always_caught() -> None:
    for place in range(14):
        for digit in "0123456789":
            wrong = GTIN[:place] + digit + GTIN[place + 1 :]
            if wrong != GTIN:
                assert read_datamatrix(f"01{wrong}10A", 2026) == NotRead(Why.CHECK_DIGIT)
