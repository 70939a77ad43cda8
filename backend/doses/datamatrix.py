r"""This file decides what a GS1 DataMatrix of a vaccine box says: product, expiry, lot.

It reads what a scanner gives: the symbology mark or none, FNC1 as GS (\x1d), as a written `<GS>`, or the printed form in
brackets. Anything may be before the camera: input is bounded, and what does not check is refused with its reason, never
half believed. Source: GS1 General Specifications; CIP13 in a GTIN: club inter pharmaceutique.
"""

import calendar
import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

CHARACTERS_MAX: Final = 400
_GS: Final = "\x1d"
# Application identifiers of fixed length that end without a separator, by their first two digits; others end at a GS.
_FIXED: Final = {
    "00": 18, "01": 14, "02": 14, "03": 14, "04": 16, "11": 6, "12": 6, "13": 6, "15": 6, "16": 6, "17": 6, "18": 6,
    "19": 6, "20": 2, "41": 13,
}  # fmt: skip
_VARIABLE_MAX: Final = {"10": 20, "21": 20}
_THREE_DIGITS: Final = ("24", "25", "40", "42", "71")  # 240, 710 (CIP of a bundle)…
_CIP_START: Final = "03400"
_PRINTED: Final = re.compile(r"\((\d{2,4})\)([^()]*)")
# GS1 character set 82.
_TEXT: Final = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+")


class Why(StrEnum):
    """Why a code is not read."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_TEXT = "not_text"
    NOT_GS1 = "not_gs1"
    CUT_SHORT = "cut_short"
    NO_PRODUCT = "no_product"
    CHECK_DIGIT = "check_digit"
    BAD_DATE = "bad_date"
    BAD_LOT = "bad_lot"
    CONTRADICTS_ITSELF = "contradicts_itself"


class Box(msgspec.Struct, frozen=True):
    """What a code says of a box; `expires_on` is the last day on which it may be used. Absent parts are None."""

    gtin: str
    cip_code: str | None
    expires_on: date | None
    lot_number: str | None
    serial: str | None


class NotRead(msgspec.Struct, frozen=True):
    """A code that is not believed, and why."""

    why: Why


class _BadError(Exception):
    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


def read_datamatrix(scanned: str, year: int) -> Box | NotRead:
    r"""Return what a scanned code says; `year` is the present one, from which the century of the expiry is told.

    >>> read_datamatrix("]d201034009302478531727020010AB12\x1d21XYZ", 2026)
    Box(gtin='03400930247853', cip_code='3400930247853', expires_on=datetime.date(2027, 2, 28), lot_number='AB12', serial='XYZ')
    """
    try:
        return _box(_elements(scanned), year)
    except _BadError as bad:
        return NotRead(bad.why)


def _elements(scanned: str) -> dict[str, str]:
    if len(scanned) > CHARACTERS_MAX:
        raise _BadError(Why.TOO_LONG)
    text = scanned.strip(" \r\n\t")
    text = text.removeprefix("]d2").removeprefix("]D2").replace("<GS>", _GS).replace("\u241d", _GS).strip(_GS)
    if not text:
        raise _BadError(Why.EMPTY)
    if not text.replace(_GS, "").isascii() or not text.replace(_GS, "").isprintable():
        raise _BadError(Why.NOT_TEXT)
    found: dict[str, str] = {}
    for identifier, value in _printed(text) if text.startswith("(") else _encoded(text):
        if found.setdefault(identifier, value) != value:
            raise _BadError(Why.CONTRADICTS_ITSELF)
    return found


def _printed(text: str) -> Iterator[tuple[str, str]]:
    if _PRINTED.sub("", text).strip():
        raise _BadError(Why.NOT_GS1)
    for identifier, value in _PRINTED.findall(text):
        yield identifier, value.strip()


def _encoded(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        if text[at] == _GS:
            at += 1
            continue
        start = text[at : at + 2]
        if not (len(start) == 2 and start.isdigit()):
            raise _BadError(Why.NOT_GS1)
        digits = 3 if start in _THREE_DIGITS else 2
        begin = at + digits
        length = _FIXED.get(start)
        end = text.find(_GS, begin)
        end = len(text) if end < 0 else end
        if length is not None:
            if end - begin < length:
                raise _BadError(Why.CUT_SHORT)
            end = begin + length
        yield text[at:begin], text[begin:end]
        at = end


def _box(elements: dict[str, str], year: int) -> Box:
    gtin = elements.get("01")
    if gtin is None:
        raise _BadError(Why.NO_PRODUCT)
    if not (len(gtin) == 14 and gtin.isdigit()) or not _checks(gtin):
        raise _BadError(Why.CHECK_DIGIT)
    lot, serial = elements.get("10"), elements.get("21")
    for identifier, value in (("10", lot), ("21", serial)):
        if value is not None and (len(value) > _VARIABLE_MAX[identifier] or not _TEXT.fullmatch(value)):
            raise _BadError(Why.BAD_LOT)
    cip_code = gtin[1:] if gtin.startswith(_CIP_START) else None
    expiry = elements.get("17")
    return Box(gtin, cip_code, _expiry(expiry, year) if expiry is not None else None, lot, serial)


def _checks(gtin: str) -> bool:
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(gtin))
    return total % 10 == 0


def _expiry(digits: str, year: int) -> date:
    """Read YYMMDD: day 00 is the last of the month; the century is the one nearest to the present year."""
    if not (len(digits) == 6 and digits.isdigit()):
        raise _BadError(Why.BAD_DATE)
    two, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    # GS1: a year 51 to 99 ahead of the present one is of the last century, 50 to 99 behind of the next.
    full = year - year % 100 + two
    ahead = two - year % 100
    full += -100 if ahead >= 51 else 100 if ahead <= -50 else 0
    try:
        return date(full, month, day or calendar.monthrange(full, month)[1])
    except (ValueError, calendar.IllegalMonthError) as error:
        raise _BadError(Why.BAD_DATE) from error
