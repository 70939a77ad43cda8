"""This file decides which lines of a list of people can be taken, which are known already, and what is wrong on the others.

A hotel's roster or a register of frail people: the columns are those of backend/territory/columns.py. Every line stands
alone: a wrong one is told and left out, the others are taken together or not at all.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID, uuid5

import msgspec

from backend.people.workbook import LINES_MAX
from backend.territory.columns import PEOPLE_COLUMNS, Refused, read_cell
from backend.territory.line_errors import LineError, line_error
from backend.territory.record import Fields
from backend.territory.table_text import Row, Table, read_good_lines
from sync.names import alike

COLUMNS = tuple(column for column in PEOPLE_COLUMNS if column.field != "id")


class Known(msgspec.Struct, frozen=True):
    """Somebody who is known at a place already."""

    name: str
    born_on: date | None


class Taken(msgspec.Struct, frozen=True):
    """A line that can be taken: the person's id follows from the line, so that the same list twice adds nobody twice."""

    line: int
    person_id: UUID
    name: str
    fields: Fields
    household: str


class Roster(msgspec.Struct, frozen=True):
    """What a list comes to: lines to take, lines about people who are known, and everything that is wrong."""

    taken: tuple[Taken, ...]
    known: tuple[Taken, ...]
    errors: tuple[LineError, ...]


def read_roster(
    file: str,
    csv: bytes,
    place_id: UUID,
    places: Mapping[str, UUID],
    known: Mapping[UUID, Sequence[Known]],
    on: date,
    formulas: Sequence[LineError] = (),
) -> Roster:
    r"""Return what a list comes to; `places` by name in lower case, `known` by place; `on` is the day of the import.

    `formulas` are what a workbook's lines are held back for.

    >>> found = read_roster("l.csv", b"nom;chambre\nDiop;12\n;13\n", UUID(int=1), {}, {}, date(2026, 11, 22))
    >>> [one.name for one in found.taken], [(one.line, one.code) for one in found.errors]
    (['Diop'], [(3, 'nobody')])
    """
    table = read_good_lines(file, csv, [column.header for column in COLUMNS], LINES_MAX)
    if not isinstance(table, Table):
        return Roster((), (), (*formulas, *table))
    held_back = {one.line for one in formulas}
    taken: list[Taken] = []
    there: list[Taken] = []
    errors = [*formulas, *table.faults]
    lines: dict[UUID, int] = {}
    for row in table.rows:
        read, faults = _read(table, row, place_id, places, on)
        if read is not None and (first := lines.setdefault(read.person_id, row.line)) != row.line:
            faults = [line_error(file, row.line, "person_twice", value=read.name, detail=str(first))]
        if faults or read is None or row.line in held_back:
            errors += faults
        elif _is_known(read, known):
            there.append(read)
        else:
            taken.append(read)
    return Roster(tuple(taken), tuple(there), tuple(sorted(errors, key=lambda error: error.line)))


def _read(
    table: Table, row: Row, place_id: UUID, places: Mapping[str, UUID], on: date
) -> tuple[Taken | None, list[LineError]]:
    fields: Fields = {}
    faults: list[LineError] = []

    def fault(field: str, code: str, detail: str = "") -> None:
        header = table.headers.get(field, field)
        faults.append(line_error(table.file, row.line, code, header, row.cells.get(field, ""), detail))

    for column in COLUMNS:
        text = row.cells.get(column.field, "")
        read = read_cell("person", column, text, on) if text else {}
        if isinstance(read, Refused):
            fault(column.field, read.code, read.detail)
        else:
            fields.update(read)
    named = row.cells.get("place_id", "")
    at = places.get(named.casefold()) if named else place_id
    if at is None:
        fault("place_id", "place_unknown", ", ".join(list(places)[:3]))
    if not fields.keys() & {"family_name", "given_name", "alias"}:
        fault("family_name", "nobody")
    if faults or at is None:
        return None, faults
    fields["place_id"] = str(at)
    name = " ".join(str(fields[part]) for part in ("given_name", "family_name") if part in fields) or str(
        fields["alias"]
    )
    sign = "|".join(str(fields.get(part, "")) for part in ("family_name", "given_name", "alias", "born_on", "room"))
    return Taken(row.line, uuid5(at, f"roster {sign.casefold()}"), name, fields, row.cells.get("household_id", "")), []


def _is_known(read: Taken, known: Mapping[UUID, Sequence[Known]]) -> bool:
    """Tell whether somebody of that name, and of no other day of birth, is known at the place already."""
    born = read.fields.get("born_on")
    return any(
        alike(read.name, one.name) == "same" and (not born or one.born_on is None or one.born_on.isoformat() == born)
        for one in known.get(UUID(str(read.fields["place_id"])), ())
    )
