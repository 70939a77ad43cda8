"""This file reads a CSV file's bytes into named cells: encoding, separator, quotes and headers.

Accepted: UTF-8 with or without byte order mark, or Windows-1252; `;` or `,`; headers in French or English. A cell that
begins like a formula is data and stays text. What a cell may hold is in columns.py.
"""

import csv
import difflib
import re
import unicodedata
from collections.abc import Sequence
from io import StringIO

import msgspec

from backend.territory.line_errors import LineError, line_error

FILE_BYTES_MAX = 200_000_000
_BOM = b"\xef\xbb\xbf"
# Everything below the space but the tab and the end of a line.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
_APOSTROPHES = str.maketrans("’'_-", "    ")


class Header(msgspec.Struct, frozen=True):
    """A column that a table may have: its name inside, the headers accepted (the French one first), if it must be."""

    name: str
    accepted: tuple[str, ...]
    required: bool = False


class Row(msgspec.Struct, frozen=True):
    """One line of a table: its number in the file (from 1), and its cells by column name, empty ones left out."""

    line: int
    cells: dict[str, str]


class Table(msgspec.Struct, frozen=True):
    """The lines of a file and, by column name, the header that the file itself uses."""

    file: str
    headers: dict[str, str]
    rows: tuple[Row, ...]


def read_table(file: str, data: bytes, columns: Sequence[Header]) -> Table | list[LineError]:
    r"""Return the table, or everything that keeps its text from being one.

    >>> columns = [Header("name", ("nom",)), Header("age", ("âge",))]
    >>> read_table("p.csv", "nom;âge\nZoé;3\n".encode("cp1252"), columns).rows
    (Row(line=2, cells={'name': 'Zoé', 'age': '3'}),)
    """
    if len(data) > FILE_BYTES_MAX:
        return [line_error(file, 1, "file_too_large", detail=str(FILE_BYTES_MAX))]
    text = _decode(file, data)
    if isinstance(text, LineError):
        return [text]
    if not text.strip():
        return [line_error(file, 1, "file_empty")]
    names = {_plain(header): column.name for column in columns for header in (column.name, *column.accepted)}
    lines = _lines(file, text, _separator(text, names))
    if isinstance(lines, LineError):
        return [lines]
    (header_line, headers), *body = lines
    errors, order = _headers(file, header_line, headers, names, columns)
    if errors:
        return errors
    rows = []
    for line, cells in body:
        if len(cells) > len(order) and any(cells[len(order) :]):
            errors.append(line_error(file, line, "cells_too_many", detail=f"{len(cells)} > {len(order)}"))
        named = {name: cell for name, cell in zip(order, cells, strict=False) if cell and name}
        if named:
            rows.append(Row(line, named))
    shown = {name: header for name, header in zip(order, headers, strict=True) if name}
    return errors or Table(file, shown, tuple(rows))


def _decode(file: str, data: bytes) -> str | LineError:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return line_error(file, 1, "utf16")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decode_windows(file, data)
    return _without_controls(file, text)


def _decode_windows(file: str, data: bytes) -> str | LineError:
    """Return Windows-1252 text, unless the file is UTF-8 in part: then reading it so would garble the other part."""
    utf8_seen, first_other = data.startswith(_BOM), 0
    for number, line in enumerate(data.split(b"\n"), start=1):
        try:
            utf8_seen = not line.decode("utf-8").isascii() or utf8_seen
        except UnicodeDecodeError:
            first_other = first_other or number
        try:
            line.decode("cp1252")
        except UnicodeDecodeError:
            if not utf8_seen:
                return line_error(file, number, "encoding")
    if utf8_seen:
        return line_error(file, first_other, "encodings_mixed")
    return _without_controls(file, data.decode("cp1252"))


def _without_controls(file: str, text: str) -> str | LineError:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        return line_error(file, line, "control_character", detail=f"U+{ord(found[0]):04X}")
    return text


def _separator(text: str, names: dict[str, str]) -> str:
    """Return `;` or `,`: the one that finds more known headers on the first line."""
    first = text.lstrip("\n").split("\n", 1)[0]

    def known(separator: str) -> int:
        return sum(_plain(cell.strip('"')) in names for cell in first.split(separator))

    return max(";,", key=known)


def _lines(file: str, text: str, separator: str) -> list[tuple[int, list[str]]] | LineError:
    """Return the lines that are not blank, at least one, each with the number of the line it begins on."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    lines = []
    begins = 1
    try:
        for cells in reader:
            trimmed = [cell.strip() for cell in cells]
            if any(trimmed):
                lines.append((begins, trimmed))
            begins = reader.line_num + 1
    except csv.Error:
        return line_error(file, begins, "quotes")
    return lines or line_error(file, 1, "file_empty")  # nothing but separators


def _headers(
    file: str, line: int, headers: list[str], names: dict[str, str], columns: Sequence[Header]
) -> tuple[list[LineError], list[str]]:
    """Return the faults of the header line, and the column name of each cell (empty where the header is empty)."""
    errors: list[LineError] = []
    order: list[str] = []
    for header in headers:
        name = names.get(_plain(header), "") if header else ""
        if header and not name:
            near = difflib.get_close_matches(_plain(header), names, 3, 0.5) or [
                column.accepted[0] for column in columns
            ]
            errors.append(line_error(file, line, "header_unknown", header, header, ", ".join(near)))
        if name and name in order:
            both = f"{headers[order.index(name)]}, {header}"
            errors.append(line_error(file, line, "header_twice", header, header, both))
        order.append(name)
    for column in columns:
        if column.required and column.name not in order:
            accepted = ", ".join(dict.fromkeys((*column.accepted, column.name)))
            errors.append(line_error(file, line, "header_missing", column.accepted[0], column.accepted[0], accepted))
    return errors, order


def _plain(header: str) -> str:
    """Return a header without case, accents, apostrophes and double spaces."""
    letters = unicodedata.normalize("NFKD", header.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(bare.translate(_APOSTROPHES).split())
