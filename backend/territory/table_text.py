"""This file reads a CSV file's bytes into named cells: encoding, separator, quotes and headers.

Accepted: UTF-8 with or without byte order mark, or Windows-1252; `;`, `,` or a tab; headers in French or English. A cell
that begins like a formula is data and stays text. What a cell may hold is in columns.py. A fault of one line is that
line's alone: whether the others are good without it is for the reader of the table to say.
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
    """The lines of a file and, by column name, the header that the file itself uses; and what is wrong on single lines."""

    file: str
    headers: dict[str, str]
    rows: tuple[Row, ...]
    faults: tuple[LineError, ...] = ()


def read_table(file: str, data: bytes, columns: Sequence[Header]) -> Table | list[LineError]:
    r"""Return the table, or everything that keeps its text from being one, faults of single lines among it.

    >>> columns = [Header("name", ("nom",)), Header("age", ("âge",))]
    >>> read_table("p.csv", "nom;âge\nZoé;3\n".encode("cp1252"), columns).rows
    (Row(line=2, cells={'name': 'Zoé', 'age': '3'}),)
    """
    table = read_good_lines(file, data, columns)
    return list(table.faults) if isinstance(table, Table) and table.faults else table


def read_good_lines(
    file: str, data: bytes, columns: Sequence[Header], lines_most: int | None = None
) -> Table | list[LineError]:
    r"""Return the lines that can be read and the faults of the others, or what keeps the file from being a table at all.

    >>> table = read_good_lines("p.csv", b"nom\nZo\x00e\nAwa\n", [Header("name", ("nom",))])
    >>> [row.cells["name"] for row in table.rows], [(one.line, one.code) for one in table.faults]
    (['Awa'], [(2, 'control_character')])
    """
    text = _text_of(file, data)
    if isinstance(text, LineError):
        return [text]
    names = {_plain(header): column.name for column in columns for header in (column.name, *column.accepted)}
    lines, faults = _lines(file, text, _separator(text, names))
    if not lines or (faults and faults[0].line < lines[0][0]):  # no headers, or they are what cannot be read
        return faults or [line_error(file, 1, "file_empty")]
    (header_line, headers), *body = lines
    errors, order = _headers(file, header_line, headers, names, columns)
    if lines_most is not None and len(body) > lines_most:
        errors.append(line_error(file, body[lines_most][0], "lines_too_many", detail=str(lines_most)))
    if errors:
        return errors
    rows = []
    for line, cells in body:
        if len(cells) > len(order) and any(cells[len(order) :]):
            faults.append(line_error(file, line, "cells_too_many", detail=f"{len(cells)} > {len(order)}"))
            continue
        named = {name: cell for name, cell in zip(order, cells, strict=False) if cell and name}
        if named:
            rows.append(Row(line, named))
    shown = {name: header for name, header in zip(order, headers, strict=True) if name}
    return Table(file, shown, tuple(rows), tuple(sorted(faults, key=lambda fault: fault.line)))


def _text_of(file: str, data: bytes) -> str | LineError:
    if len(data) > FILE_BYTES_MAX:
        return line_error(file, 1, "file_too_large", detail=str(FILE_BYTES_MAX))
    text = _decode(file, data)
    return text if isinstance(text, LineError) or text.strip() else line_error(file, 1, "file_empty")


def _decode(file: str, data: bytes) -> str | LineError:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return line_error(file, 1, "utf16")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decode_windows(file, data)
    return _with_plain_ends(text)


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
    return _with_plain_ends(data.decode("cp1252"))


def _with_plain_ends(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def _separator(text: str, names: dict[str, str]) -> str:
    """Return what finds most known headers on the first line; `|` may part the words of a cell, and is taken by nobody."""
    first = text.lstrip("\n").split("\n", 1)[0]

    def known(separator: str) -> int:
        return sum(_plain(cell.strip('"')) in names for cell in first.split(separator))

    return max(";,\t|", key=known)


def _lines(file: str, text: str, separator: str) -> tuple[list[tuple[int, list[str]]], list[LineError]]:
    """Return the lines that are not blank, each with the number of the line it begins on, and the faults of the others.

    A fault within one line ends with it. One that runs over several may have swallowed any number of good ones: nothing is
    read from there on.
    """
    if separator == "|":
        return [], [line_error(file, 1, "separator", value=separator)]
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    lines: list[tuple[int, list[str]]] = []
    faults: list[LineError] = []
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return lines, faults
        except csv.Error:
            if reader.line_num > begins:
                return lines, [*faults, line_error(file, begins, "quotes_to_the_end")]
            faults.append(line_error(file, begins, "quotes"))
            cells = []
        if found := _CONTROL.search("".join(cells)):
            faults.append(line_error(file, begins, "control_character", detail=f"U+{ord(found[0]):04X}"))
        elif any(trimmed := [cell.strip() for cell in cells]):
            lines.append((begins, trimmed))
        begins = reader.line_num + 1


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
