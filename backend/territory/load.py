"""This file reads a second, real territory from a user's files, whole or not at all.

Zones are GeoJSON; places, people and teams are CSV (headers in columns.py, encodings in table_text.py). A file of
streets is only named: routing reads it. `parse` is pure and answers with the territory or with every error found, each
with file, line, column, sentence and remedy; `read_files` is the one function here that opens files.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import msgspec

from backend.territory.columns import PEOPLE_COLUMNS, PLACE_COLUMNS, TEAM_COLUMNS, Column, Refused, read_cell
from backend.territory.draw import named_id
from backend.territory.line_errors import LineError, line_error
from backend.territory.load_zones import read_zones
from backend.territory.record import Fields, Record
from backend.territory.rows import ANY_AGE, EVERYBODY, PopulationCell, ZoneRow
from backend.territory.table_text import Row, Table, read_table
from backend.territory.zones import Zone, ZoneCode, ZoneIndex
from sync.kinds import KINDS

ERRORS_MOST = 1_000
HOUSEHOLD_NAME_MOST = KINDS["household"].fields["name"].characters_max


class File(msgspec.Struct, frozen=True):
    """A file's name, as errors call it, and its bytes."""

    name: str
    data: bytes


class Files(msgspec.Struct, frozen=True):
    """The files of a territory; `streets_path` names an OpenStreetMap extract and is passed on unread."""

    zones: File
    places: File
    people: File
    teams: File | None = None
    streets_path: str = ""


class Preview(msgspec.Struct, frozen=True):
    """What a person sees before saying yes: how many of each, and how many places lie outside every zone."""

    zones: int
    places: int
    households: int
    people: int
    teams: int
    places_outside_zones: int
    people_without_place: int


class Loaded(msgspec.Struct, frozen=True):
    """A whole territory: zones, their rows, and the records in an order in which each follows what it refers to."""

    slug: str
    inhabitants: int
    zones: tuple[Zone, ...]
    zone_rows: tuple[ZoneRow, ...]
    population_cells: tuple[PopulationCell, ...]
    records: tuple[Record, ...]
    preview: Preview
    streets_path: str


class _Kept(msgspec.Struct, frozen=True):
    """The records of one file, with the line of each by the identifier that the file gives it."""

    records: list[Record]
    lines: dict[str, int]
    errors: list[LineError]


def read_files(
    zones: Path, places: Path, people: Path, teams: Path | None = None, streets: Path | None = None
) -> Files | list[LineError]:
    """Return the bytes of the files, or an error for each that cannot be read; the streets are only looked for."""
    errors: list[LineError] = []

    def read(path: Path) -> File:
        try:
            return File(path.name, path.read_bytes())
        except OSError as error:
            errors.append(line_error(path.name, 1, "file_missing", detail=error.strerror or str(error)))
            return File(path.name, b"")

    files = Files(
        read(zones), read(places), read(people), read(teams) if teams else None, str(streets) if streets else ""
    )
    if streets and not streets.is_file():
        errors.append(line_error(streets.name, 1, "file_missing", detail="OSM"))
    return errors or files


def parse(files: Files, territory: str, on: date) -> Loaded | list[LineError]:
    """Return the territory, or every error found; `territory` is its slug and `on` the day of the import.

    Ids follow from the slug and the files' own identifiers, so the same file read again gives the same records.
    """
    zones = read_zones(files.zones.name, files.zones.data, territory, files.zones.name)
    tables = [
        read_table(file.name, file.data, [column.header for column in columns]) if file else Table("", {}, ())
        for file, columns in (
            (files.places, PLACE_COLUMNS),
            (files.people, PEOPLE_COLUMNS),
            (files.teams, TEAM_COLUMNS),
        )
    ]
    unreadable = [error for part in (zones, *tables) if isinstance(part, list) for error in part]
    if isinstance(zones, list) or unreadable:
        return _at_most(unreadable)
    places_table, people_table, teams_table = (table for table in tables if isinstance(table, Table))
    places = _records(places_table, "place", PLACE_COLUMNS, territory, on)
    people = _records(people_table, "person", PEOPLE_COLUMNS, territory, on)
    teams = _records(teams_table, "team", TEAM_COLUMNS, territory, on)
    households, references = _connect(people_table, people, places, territory)
    errors = [
        *places.errors,
        *people.errors,
        *teams.errors,
        *references,
        *_connect_teams(teams_table, teams, places, territory),
    ]
    placed = _zones_of(zones[0], places)
    errors += _swapped_axes(places_table, zones[0], places, placed)
    if errors:
        return _at_most(errors)
    return Loaded(
        slug=territory,
        inhabitants=sum(row.inhabitants for row in zones[1]),
        zones=zones[0],
        zone_rows=zones[1],
        population_cells=tuple(_everybody(row, on) for row in zones[1]),
        records=(*places.records, *teams.records, *households, *people.records),
        preview=Preview(
            zones=len(zones[0]),
            places=len(places.records),
            households=len(households),
            people=len(people.records),
            teams=len(teams.records),
            places_outside_zones=placed.count(None),
            people_without_place=sum("place_id" not in person.fields for person in people.records),
        ),
        streets_path=files.streets_path,
    )


def _everybody(zone: ZoneRow, on: date) -> PopulationCell:
    """Return the zone's inhabitants of any age, taken as the file states them: it gives no interval."""
    count = zone.inhabitants
    return PopulationCell(zone.id, ANY_AGE, EVERYBODY, count, count, count, "stated", zone.facts_source, on)


def _at_most(errors: list[LineError]) -> list[LineError]:
    if len(errors) <= ERRORS_MOST:
        return errors
    last = errors[ERRORS_MOST]
    return [*errors[:ERRORS_MOST], line_error(last.file, last.line, "errors_too_many", detail=str(ERRORS_MOST))]


def _records(table: Table, kind: str, columns: Sequence[Column], territory: str, on: date) -> _Kept:
    """Return the records of a table, their references still open; faults of single cells go to the errors."""
    kept = _Kept([], {}, [])
    for row in table.rows:
        fields: Fields = {}
        for column in columns:
            text = row.cells.get(column.field, "")
            if text or column.required:
                read = read_cell(kind, column, text, on) if text else Refused("value_missing")
                if isinstance(read, Refused):
                    kept.errors.append(_cell_error(table, row, column.field, read.code, read.detail))
                else:
                    fields.update(read)
        if kind == "person" and not fields.keys() & {"family_name", "given_name", "alias"}:
            kept.errors.append(_cell_error(table, row, "family_name", "nobody"))
        name = row.cells.get("id", "")
        if name and (first := kept.lines.setdefault(name, row.line)) != row.line:
            kept.errors.append(_cell_error(table, row, "id", "id_twice", str(first)))
        if kind == "place":
            fields["state"] = "active"
        kept.records.append(Record(kind, named_id(territory, kind, name), fields))
    return kept


def _cell_error(table: Table, row: Row, column: str, code: str, detail: str = "") -> LineError:
    return line_error(table.file, row.line, code, table.headers.get(column, column), row.cells.get(column, ""), detail)


def _connect(table: Table, people: _Kept, places: _Kept, territory: str) -> tuple[list[Record], list[LineError]]:
    """Fill in places and households of people; return the households and the references that lead nowhere."""
    errors: list[LineError] = []
    households: dict[str, Record] = {}
    first_lines: dict[str, int] = {}
    for row, person in zip(table.rows, people.records, strict=True):
        place = row.cells.get("place_id", "")
        if place and place not in places.lines:
            errors.append(_cell_error(table, row, "place_id", "place_unknown", _some(places.lines)))
        elif place:
            person.fields["place_id"] = str(named_id(territory, "place", place))
        name = row.cells.get("household_id", "")
        if not name:
            continue
        if len(name) > HOUSEHOLD_NAME_MOST:
            errors.append(_cell_error(table, row, "household_id", "text_too_long", str(HOUSEHOLD_NAME_MOST)))
        shared: Fields = {field: person.fields[field] for field in ("place_id", "room") if field in person.fields}
        household = households.setdefault(
            name, Record("household", named_id(territory, "household", name), {"name": name, **shared})
        )
        first = first_lines.setdefault(name, row.line)
        if household.fields.get("place_id") != person.fields.get("place_id"):
            errors.append(_cell_error(table, row, "household_id", "household_two_places", str(first)))
        person.fields["household_id"] = str(household.record_id)
    return list(households.values()), errors


def _connect_teams(table: Table, teams: _Kept, places: _Kept, territory: str) -> Iterator[LineError]:
    for row, team in zip(table.rows, teams.records, strict=True):
        for column in ("start_place_id", "end_place_id"):
            place = row.cells.get(column, "")
            if place and place not in places.lines:
                yield _cell_error(table, row, column, "place_unknown", _some(places.lines))
            elif place:
                team.fields[column] = str(named_id(territory, "place", place))


def _some(names: dict[str, int]) -> str:
    return ", ".join(list(names)[:3])


def _zones_of(zones: tuple[Zone, ...], places: _Kept) -> list[ZoneCode | None]:
    """Return the zone of each place, None outside every zone."""
    return ZoneIndex(zones).zones_at([_point(place) for place in places.records])


def _swapped_axes(
    table: Table, zones: tuple[Zone, ...], places: _Kept, placed: list[ZoneCode | None]
) -> Iterator[LineError]:
    """Yield an error for each place outside every zone that would lie in one with its two coordinates exchanged."""
    swapped = ZoneIndex(zones).zones_at([_point(place)[::-1] for place in places.records])
    for row, zone, other in zip(table.rows, placed, swapped, strict=True):
        if zone is None and other is not None:
            yield _cell_error(table, row, "lon_e7", "axes_swapped")


def _point(place: Record) -> tuple[float, float]:
    """Return (lon, lat) in degrees; a coordinate that could not be read is already an error and counts as 0."""
    return int(str(place.fields.get("lon_e7", 0))) / 1e7, int(str(place.fields.get("lat_e7", 0))) / 1e7
