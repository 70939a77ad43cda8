"""This file writes figures as CSV: as French offices open it, or as open data; safe to open in a spreadsheet.

French: `;`, byte-order mark, decimal comma, CRLF. Open data: `,`, no mark, decimal point, LF. A hidden count is an
empty cell beside a column that says so. A text that a spreadsheet would take for a formula gets an apostrophe before it.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Final

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
Cell = str | int | Decimal | None


class Variant(StrEnum):
    """Who opens the file."""

    FRENCH = "french"
    OPEN = "open"


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]], variant: Variant) -> bytes:
    r"""Return the bytes of the file, in UTF-8.

    >>> write_csv(["zone", "%"], [["=cmd", Decimal("33.3")]], Variant.FRENCH).decode("utf-8-sig")
    "zone;%\r\n'=cmd;33,3\r\n"
    """
    french = variant is Variant.FRENCH
    separator, end = (";", "\r\n") if french else (",", "\n")
    lines = [separator.join(_written(cell, separator, french=french) for cell in row) for row in [header, *rows]]
    return ("".join(line + end for line in lines)).encode("utf-8-sig" if french else "utf-8")


def _written(cell: Cell, separator: str, *, french: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, int | Decimal):
        text = str(cell)
        return text.replace(".", ",") if french else text
    text = f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA_STARTS) else cell
    if any(sign in text for sign in (separator, '"', "\r", "\n", ";", ",")):
        return '"' + text.replace('"', '""') + '"'
    return text
