"""This file turns the first sheet of an .xlsx workbook into CSV text, cell by cell as it is shown; a formula is a fault.

A workbook is an archive: how much it may unpack to is bounded before anything is read.
"""

import csv
import zipfile
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any, Final

import msgspec
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from backend.territory.line_errors import LineError, line_error

UNPACKED_BYTES_MAX: Final = 20_000_000
LINES_MAX: Final = 500
CELLS_MAX: Final = 60


class Sheet(msgspec.Struct, frozen=True):
    """A list as CSV text, and the formulas that stood in it: their lines are not to be taken."""

    csv: bytes
    formulas: tuple[LineError, ...] = ()


def sheet_of(file: str, data: bytes) -> Sheet | list[LineError]:
    """Return the list that a file holds, a workbook by how it begins and anything else as it is; or why it is none.

    >>> [one.code for one in sheet_of("liste.xlsx", b"hello")]
    ['no_workbook']
    """
    if data.startswith(b"PK\x03\x04"):
        return _sheet(file, data)
    if data and file.casefold().endswith((".xlsx", ".xls", ".ods")):
        return [line_error(file, 1, "no_workbook", value=file)]
    return Sheet(data)


def _sheet(file: str, data: bytes) -> Sheet | list[LineError]:
    """Return the sheet as UTF-8 CSV with `;`, a line per row, and the formulas in it; or why it cannot be read."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED_BYTES_MAX:
                return [line_error(file, 1, "file_too_large", detail=str(UNPACKED_BYTES_MAX))]
        sheet = load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False).worksheets[0]
        rows = list(sheet.iter_rows(max_row=LINES_MAX + 2, max_col=CELLS_MAX))
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, SyntaxError, OSError) as error:
        return [line_error(file, 1, "workbook", detail=type(error).__name__)]
    formulas = tuple(
        line_error(file, number, "formula", cell.column_letter, str(getattr(cell.value, "text", cell.value)))
        for number, row in enumerate(rows, start=1)
        for cell in row
        if getattr(cell, "data_type", "") == "f"
    )
    text = StringIO()
    csv.writer(text, delimiter=";").writerows([[_shown(cell.value) for cell in row] for row in rows])
    return Sheet(text.getvalue().encode("utf-8"), formulas)


def _shown(value: Any) -> str:
    """Return a cell as a person sees it.

    >>> _shown(12.0), _shown(datetime(1950, 3, 4)), _shown(None)
    ('12', '1950-03-04', '')
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())
