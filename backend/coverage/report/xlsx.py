"""This file writes a report as a workbook: a sheet per section, numbers as numbers, texts never as formulas."""

from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from backend.coverage.csv_export import Cell
from backend.coverage.report.contents import Report
from backend.coverage.report.words import said

_WIDTH_MOST = 60


def write_xlsx(report: Report, locale: str) -> bytes:
    """Return the workbook."""
    book = Workbook()
    cover = book.active
    cover.title = said("report", locale)[:31]
    up_to = report.data_up_to.isoformat(" ", "minutes") if report.data_up_to else said("never", locale)
    facts: tuple[tuple[Cell, ...], ...] = (
        (said("report", locale), report.territory, f"{report.month_on:%Y-%m}"),
        (said("data_up_to", locale), up_to),
        (said("tablets_not_synced", locale), report.tablets_not_synced),
    )
    for number, fact in enumerate(facts, start=1):
        for column, value in enumerate(fact, start=1):
            _put(cover.cell(number, column), value)
    taken = {cover.title}
    for section in report.sections:
        sheet = book.create_sheet(_title(said(section.code, locale), taken))
        heading = [said(section.code, locale), section.name] if section.name else [said(section.code, locale)]
        for column, text in enumerate(heading, start=1):
            _put(sheet.cell(1, column), text)
        for column, code in enumerate(section.columns, start=1):
            _put(sheet.cell(3, column), said(code, locale))
            sheet.cell(3, column).font = Font(bold=True)
            sheet.column_dimensions[get_column_letter(column)].width = 18
        for number, row in enumerate(section.rows, start=4):
            for column, value in enumerate(row, start=1):
                _put(sheet.cell(number, column), said(value, locale) if isinstance(value, str) else value)
        sheet.freeze_panes = "B4"
        sheet.column_dimensions["A"].width = min(_WIDTH_MOST, max([18, *(len(str(row[0])) for row in section.rows)]))
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _put(cell: SheetCell, value: Cell) -> None:
    """Write a value; a text that a spreadsheet would take for a formula stays a text."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"


def _title(text: str, taken: set[str]) -> str:
    """Return a sheet's name that is free: at most 31 characters, none that a name may not hold."""
    plain = "".join(" " if sign in "[]:*?/\\" else sign for sign in text)[:27]
    title, number = plain, 2
    while title in taken:
        title, number = f"{plain} {number}", number + 1
    taken.add(title)
    return title
