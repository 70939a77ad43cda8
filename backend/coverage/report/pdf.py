"""This file writes a report as a PDF: A4 across, a table per section, page numbers, definitions at the end."""

from collections.abc import Sequence
from decimal import Decimal

from fpdf import FPDF
from fpdf.enums import TableBordersLayout

from backend.coverage.csv_export import Cell
from backend.coverage.report.contents import Report, Section
from backend.coverage.report.words import said

_WIDE = {"definitions": (8, 3, 12, 18, 18, 18, 12)}


class _Paper(FPDF):
    """A page with its number at the foot."""

    def __init__(self, foot: str) -> None:
        super().__init__(orientation="landscape", format="A4")
        self._foot = foot

    def footer(self) -> None:
        """Write the number of the page."""
        self.set_y(-12)
        self.set_font("helvetica", size=8)
        self.cell(0, 6, f"{self._foot} {self.page_no()}/{{nb}}", align="R")


def write_pdf(report: Report, locale: str) -> bytes:
    """Return the document."""
    paper = _Paper(_plain(f"{said('report', locale)} - {report.territory} - {said('page', locale)}"))
    paper.set_lang("en" if locale == "en" else "fr-FR")
    paper.set_title(_plain(said("report", locale)))
    paper.set_creation_date(report.made_at)
    paper.add_page()
    paper.set_font("helvetica", style="B", size=16)
    title = f"{said('report', locale)}, {report.month_on:%m/%Y} - {report.territory}"
    paper.multi_cell(0, 9, _plain(title), new_x="LMARGIN", new_y="NEXT")
    paper.set_font("helvetica", size=10)
    up_to = f"{report.data_up_to:%d/%m/%Y %H:%M} UTC" if report.data_up_to else said("never", locale)
    missing = f"{report.tablets_not_synced} {said('tablets_not_synced', locale)}"
    paper.multi_cell(0, 6, _plain(f"{said('data_up_to', locale)} {up_to} ; {missing}"), new_x="LMARGIN", new_y="NEXT")
    for section in report.sections:
        _section(paper, section, locale)
    return bytes(paper.output())


def _section(paper: FPDF, section: Section, locale: str) -> None:
    paper.ln(4)
    paper.set_font("helvetica", style="B", size=12)
    heading = f"{said(section.code, locale)} - {section.name}" if section.name else said(section.code, locale)
    paper.multi_cell(0, 7, _plain(heading), new_x="LMARGIN", new_y="NEXT")
    paper.set_font("helvetica", size=7)
    widths = _WIDE.get(section.code)
    with paper.table(borders_layout=TableBordersLayout.HORIZONTAL_LINES, col_widths=widths, line_height=4) as table:
        table.row([_plain(said(code, locale)) for code in section.columns])
        for row in section.rows:
            table.row(_texts(row, locale))


def _texts(row: Sequence[Cell], locale: str) -> list[str]:
    return [_plain(_text(cell, locale)) for cell in row]


def _text(cell: Cell, locale: str) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, int | Decimal):
        return str(cell) if locale == "en" else str(cell).replace(".", ",")
    return said(cell, locale)


def _plain(text: str) -> str:
    """Return a text in the characters of the standard fonts, which are embedded nowhere and everywhere present."""
    signs = {"≥": ">=", "≤": "<=", "−": "-", "–": "-", "’": "'", "“": '"', "”": '"', "\u202f": " ", "œ": "oe", "×": "x"}
    return "".join(signs.get(sign, sign) for sign in text).encode("latin-1", "replace").decode("latin-1")
