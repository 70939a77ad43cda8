"""A user's files give a whole territory or a list of clear errors, and never something in between."""

import json
import unicodedata
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backend.cli import main
from backend.territory import load
from backend.territory.columns import PEOPLE_COLUMNS, PLACE_COLUMNS, TEAM_COLUMNS, Column
from backend.territory.line_errors import SENTENCES, LineError
from backend.territory.load import File, Files, Loaded, parse, read_files
from backend.territory.record import Record
from backend.territory.zones import ZoneIndex
from tests.backend.territory.field_shapes import faults, lost_references

TODAY = date(2026, 11, 22)


def square(code: str, west: float, south: float, name: str = "") -> dict[str, object]:
    east, north = west + 0.02, south + 0.01
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name or code, "population": 9000},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def geojson(*features: object, **more: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features, **more}).encode()


ZONES = geojson(square("091010", 24.93, 60.16, "Kluuvi"), square("091020", 24.95, 60.16, "Kruununhaka"))
PLACES = """\
Identifiant;Type de lieu;Nom;Adresse;Longitude;Latitude;Étage;Ascenseur;Capacité
H1;hôtel;Majatalo Kuu;Keksitty katu 1;24,941;60,165;;oui;40
D1;domicile;;Keksitty katu 2, "porte verte";24,957;60,168;3;non;
C1;centre;Rokotuspiste;;24,95;60,165;0;oui;
"""
PEOPLE = """\
Identifiant;Nom;Prénom;Surnom;Date de naissance;Sexe;Langue;Lieu;Chambre;Ménage;Groupe;Mobilité;Allergies;Interprète
P1;Virtanen;Aino;;12/03/1940;F;français;D1;;Virtanen;domicile;ne sort pas;latex | pénicilline;non
P2;Virtanen;Väinö;;1938;H;;D1;;Virtanen;domicile;aide;;
P3;=HYPERLINK("x");@Zoé;+33;2019-02-05;f;somali;H1;12;F12;hôtel;marche;;oui
P4;;;L'homme au chapeau;;inconnu;;;;;autre;;;
"""
TEAMS = """\
id,name,letter,mode,skills,languages,start place,end place,doses,tests
T1,Team One,A,bicycle,nurse sampler,fr fi,C1,C1,80,20
"""


def files(
    places: str | bytes = PLACES, people: str | bytes = PEOPLE, zones: bytes = ZONES, teams: str | None = None
) -> Files:
    def data(text: str | bytes) -> bytes:
        return text if isinstance(text, bytes) else text.encode()

    return Files(
        File("zones.geojson", zones),
        File("lieux.csv", data(places)),
        File("personnes.csv", data(people)),
        File("equipes.csv", data(teams)) if teams else None,
        "helsinki.osm.pbf",
    )


def loaded(given_files: Files) -> Loaded:
    found = parse(given_files, "helsinki", TODAY)
    assert isinstance(found, Loaded), found
    return found


def errors(given_files: Files) -> list[LineError]:
    found = parse(given_files, "helsinki", TODAY)
    assert isinstance(found, list)
    return found


def test_second_territory_is_whole_when_its_files_are_good() -> None:
    found = loaded(files(teams=TEAMS))
    assert found.preview == msgspec.convert(
        {
            "zones": 2,
            "places": 3,
            "households": 2,
            "people": 4,
            "teams": 1,
            "places_outside_zones": 0,
            "people_without_place": 1,
        },
        type(found.preview),
    )
    assert [fault for record in found.records for fault in faults(record)] == []
    assert list(lost_references(found.records)) == []
    assert [row.inhabitants for row in found.zone_rows] == [9000, 9000]
    assert found.inhabitants == sum(cell.point for cell in found.population_cells) == 18_000
    assert found.streets_path == "helsinki.osm.pbf"
    # The centre stands on the border of both zones and is counted in the first.
    assert ZoneIndex(found.zones).zone_at(24.95, 60.165) == "091010"


def test_cells_become_fields_when_written_as_french_offices_do() -> None:
    people = {record.fields.get("given_name", ""): record.fields for record in loaded(files()).records}
    assert people["Aino"]["born_on"] == "1940-03-12"
    assert people["Aino"]["allergies"] == ["latex", "pénicilline"]
    assert (people["Väinö"]["born_on"], people["Väinö"]["born_precision"]) == ("1938-01-01", "year")
    assert people["Aino"]["household_id"] == people["Väinö"]["household_id"]
    places = [record.fields for record in loaded(files()).records if record.kind == "place"]
    assert places[0]["lon_e7"] == 249_410_000
    assert places[1]["address"] == 'Keksitty katu 2, "porte verte"'


def test_cells_stay_text_when_they_begin_like_a_formula() -> None:
    """They are data: an export makes them safe, an import must not lose them."""
    [person] = [
        record for record in loaded(files()).records if record.kind == "person" and record.fields.get("room") == "12"
    ]
    assert person.fields["family_name"] == '=HYPERLINK("x")'
    assert person.fields["given_name"] == "@Zoé"
    assert person.fields["alias"] == "+33"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_records_are_equal_when_only_the_encoding_differs(encoding: str, newline: str) -> None:
    written = files(PLACES.replace("\n", newline).encode(encoding), PEOPLE.replace("\n", newline).encode(encoding))
    assert loaded(written).records == loaded(files()).records


def test_records_are_equal_when_headers_are_english_and_commas_separate() -> None:
    places = (
        "id,kind,name,address,lon,lat,floor,lift,capacity\n"
        "H1,hotel,Majatalo Kuu,Keksitty katu 1,24.941,60.165,,yes,40\n"
        'D1,home,,"Keksitty katu 2, ""porte verte""",24.957,60.168,3,no,\n'
        "C1,centre,Rokotuspiste,,24.95,60.165,0,true,\n"
    )
    assert [record for record in loaded(files(places)).records if record.kind == "place"] == [
        record for record in loaded(files()).records if record.kind == "place"
    ]


def test_ids_are_equal_when_the_files_are_read_again_and_differ_between_territories() -> None:
    """Reading a corrected file again must meet the records of the first reading."""
    again = parse(files(PLACES.replace("Majatalo Kuu", "Majatalo Aurinko")), "helsinki", TODAY)
    other = parse(files(), "vantaa", TODAY)
    assert isinstance(again, Loaded)
    assert isinstance(other, Loaded)

    def ids(records: tuple[Record, ...]) -> set[object]:
        return {record.record_id for record in records}

    assert ids(again.records) == ids(loaded(files()).records)
    assert ids(other.records).isdisjoint(ids(again.records))


def with_line(text: str, line: int, old: str, new: str) -> str:
    lines = text.split("\n")
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    return "\n".join(lines)


BAD_PLACES = [
    (2, "24,941", "vingt-quatre", "Longitude", "number"),
    (2, "24,941", "", "Longitude", "value_missing"),
    (2, "24,941", "240,41", "Longitude", "number_range"),
    (2, "24,941", "٢٤", "Longitude", "number"),
    (2, "24,941", "1e3", "Longitude", "number"),
    (2, "24,941;60,165", "60,165;24,941", "Longitude", "axes_swapped"),
    (3, "60,168", "91", "Latitude", "number_range"),
    (3, "60,168", "nan", "Latitude", "number"),
    (2, "hôtel", "palais", "Type de lieu", "word"),
    (2, "hôtel", "", "Type de lieu", "value_missing"),
    (3, ";3;", ";rez;", "Étage", "number"),
    (3, ";3;", ";3,5;", "Étage", "number"),
    (3, ";3;", ";900;", "Étage", "number_range"),
    (2, "oui", "peut-être", "Ascenseur", "word"),
    (2, ";40", ";-4", "Capacité", "number_range"),
    (2, "Majatalo Kuu", "K" * 201, "Nom", "text_too_long"),
    (3, "D1", "H1", "Identifiant", "id_twice"),
    (3, "D1", "", "Identifiant", "value_missing"),
    (2, ";40", ";40;extra", "", "cells_too_many"),
    (2, "Majatalo", '"Majatalo', "", "quotes_to_the_end"),
    (2, "Majatalo Kuu", '"Majatalo" Kuu', "", "quotes"),
    (2, "Majatalo", "Maja\x00talo", "", "control_character"),
    (1, "Capacité", "Nombre de lits", "Nombre de lits", "header_unknown"),
    (1, "Capacité", "capacity_persons;capacité", "capacité", "header_twice"),
    (1, "Longitude", "Étage2", "Étage2", "header_unknown"),
    (1, "Longitude", "", "longitude", "header_missing"),
]
BAD_PEOPLE = [
    (2, "12/03/1940", "31/02/1940", "Date de naissance", "day"),
    (2, "12/03/1940", "hier", "Date de naissance", "day"),
    (2, "12/03/1940", "12/03/40", "Date de naissance", "day"),
    (2, "12/03/1940", "12/03/2040", "Date de naissance", "day_range"),
    (2, "12/03/1940", "23/11/2026", "Date de naissance", "day_range"),
    (2, "12/03/1940", "12/03/1840", "Date de naissance", "day_range"),
    (2, ";F;", ";X;", "Sexe", "word"),
    (2, "français", "klingon", "Langue", "word"),
    (2, "D1", "D9", "Lieu", "place_unknown"),
    (3, "D1", "H1", "Ménage", "household_two_places"),
    (3, "domicile", "palais", "Groupe", "word"),
    (3, "aide", "vole", "Mobilité", "word"),
    (2, "non", "?", "Interprète", "word"),
    (3, "P2", "P1", "Identifiant", "id_twice"),
    (5, "L'homme au chapeau", "", "Nom", "nobody"),
    (2, "latex", "l" * 201, "Allergies", "text_too_long"),
    (2, ";;Virtanen", f";;{'V' * 201}", "Ménage", "text_too_long"),
]


@pytest.mark.parametrize(("line", "old", "new", "column", "code"), BAD_PLACES)
def test_error_names_line_and_column_when_a_place_is_bad(line: int, old: str, new: str, column: str, code: str) -> None:
    found = errors(files(with_line(PLACES, line, old, new)))
    [first] = [error for error in found if error.code == code][:1]
    assert (first.file, first.line) == ("lieux.csv", line)
    assert first.column == column


@pytest.mark.parametrize(("line", "old", "new", "column", "code"), BAD_PEOPLE)
def test_error_names_line_and_column_when_a_person_is_bad(
    line: int, old: str, new: str, column: str, code: str
) -> None:
    [first] = [error for error in errors(files(people=with_line(PEOPLE, line, old, new))) if error.code == code][:1]
    assert (first.file, first.line, first.column) == ("personnes.csv", line, column)


def shaped(shape: str, coordinates: object) -> bytes:
    return geojson({**square("A", 0, 0), "geometry": {"type": shape, "coordinates": coordinates}})


@pytest.mark.parametrize(
    ("zones", "code", "number"),
    [
        (b"", "json", 1),
        (b"{", "json", 1),
        (b"[1]", "json", 1),
        (b'{"features": 3}', "json", 1),
        (b'{"a":' * 5000, "json", 1),
        (geojson(), "no_zone", 1),
        (geojson(square("A", 24.9, 60.1), 7), "not_a_feature", 2),
        (geojson({"type": "Feature", "properties": {"code": "A"}, "geometry": None}), "not_a_feature", 1),
        (geojson({**square("A", 24.9, 60.1), "properties": [1]}), "not_a_feature", 1),
        (geojson({**square("A", 24.9, 60.1), "properties": {}}), "no_code", 1),
        (geojson({**square("A", 24.9, 60.1), "properties": {"code": "A", "population": "many"}}), "number", 1),
        (geojson(square("A", 24.9, 60.1), square("A", 25.9, 60.1)), "code_twice", 2),
        (geojson(square("A", 24.9, 60.1), square("B", 24.91, 60.1)), "overlap", 2),
        (geojson(square("A", 652_000, 6_860_000)), "not_degrees", 1),
        (geojson(square("A", 24.9, 60.1), crs={"properties": {"name": "EPSG:2154"}}), "crs", 1),
        (shaped("Point", [1, 2]), "not_a_polygon", 1),
        (shaped("Polygon", []), "empty", 1),
        (shaped("Polygon", [[[0, 0], "x"]]), "geometry", 1),
        (shaped("Blob", 1), "geometry", 1),
        (shaped("Polygon", [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]), "crosses_itself", 1),
    ],
)
def test_error_names_the_feature_when_a_zone_is_bad(zones: bytes, code: str, number: int) -> None:
    found = errors(files(zones=zones))
    assert [(error.file, error.code, error.line) for error in found] == [("zones.geojson", code, number)]


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"", "file_empty", 1),
        (b"\n \n", "file_empty", 1),
        (PLACES.encode("utf-16"), "utf16", 1),
        (PLACES.encode() + "H2;hôtel;;Rue de la Fée;24,94;60,16".encode("cp1252"), "encodings_mixed", 5),
        (PLACES.encode("utf-8-sig") + b"H2;\xe9", "encodings_mixed", 5),
        (b"id;nom\nH1;\xe9\nH2;\x81\n", "encoding", 3),
    ],
)
def test_error_names_the_line_when_the_text_cannot_be_read(data: bytes, code: str, line: int) -> None:
    assert [(error.code, error.line) for error in errors(files(data))] == [(code, line)]


def test_line_is_that_of_the_file_when_cells_hold_line_breaks_and_lines_are_blank() -> None:
    text = PLACES.replace("Keksitty katu 1", '"Keksitty\nkatu 1"').replace("C1;centre", "\n\nC1;palais")
    assert [(error.line, error.code) for error in errors(files(text))] == [(7, "word")]


def test_every_error_is_told_at_once_when_several_files_are_bad() -> None:
    teams = TEAMS.replace("bicycle", "rocket").replace("C1,C1", "C1,C7")
    found = errors(files(with_line(PLACES, 2, "hôtel", "palais"), with_line(PEOPLE, 2, ";F;", ";X;"), teams=teams))
    assert [(error.file, error.code) for error in found] == [
        ("lieux.csv", "word"),
        ("personnes.csv", "word"),
        ("equipes.csv", "word"),
        ("equipes.csv", "place_unknown"),
    ]


def test_errors_end_with_a_word_of_it_when_there_are_too_many() -> None:
    lines = "".join(f"X{number};palais;;;24,94;60,16;;;\n" for number in range(3000))
    found = errors(files(PLACES + lines))
    assert len(found) == 1001
    assert found[-1].code == "errors_too_many"


def test_sentences_say_what_is_wrong_and_what_to_do_in_both_languages() -> None:
    for code, sentences in SENTENCES.items():
        assert len(sentences) == 4
        assert all(text.endswith(".") and (text[0].isupper() or text[0] in "«“") for text in sentences), code
    [error] = errors(files(with_line(PLACES, 2, "24,941", "nord")))
    assert error.sentence_fr == "« nord » n'est pas un nombre."
    assert error.remedy_fr == "Écrivez par exemple 2,355 ou 2.355."
    [unknown] = errors(files(with_line(PLACES, 1, "Capacité", "Capacitée")))
    assert "capacite" in unknown.remedy_fr


def test_files_are_read_or_named_when_some_cannot_be(tmp_path: Path) -> None:
    for name, data in (("z.geojson", ZONES), ("l.csv", PLACES.encode()), ("p.csv", PEOPLE.encode())):
        (tmp_path / name).write_bytes(data)
    good = read_files(tmp_path / "z.geojson", tmp_path / "l.csv", tmp_path / "p.csv")
    assert isinstance(good, Files)
    assert isinstance(parse(good, "helsinki", TODAY), Loaded)
    bad = read_files(tmp_path / "z.geojson", tmp_path, tmp_path / "p.csv", None, tmp_path / "no.osm.pbf")
    assert isinstance(bad, list)
    assert [(error.file, error.code) for error in bad] == [
        (tmp_path.name, "file_missing"),
        ("no.osm.pbf", "file_missing"),
    ]


@settings(derandomize=True, max_examples=150, deadline=None)
@given(places=st.binary(max_size=300), people=st.binary(max_size=300), zones=st.binary(max_size=100))
@example(places=b"id;type;x;y\nA;rue;1;\n", people=b"id\n1", zones=ZONES)
@example(places=b'id;type;x;y\n"A;rue', people=b"\r", zones=ZONES)
def test_answer_is_an_error_or_a_territory_when_bytes_are_any(places: bytes, people: bytes, zones: bytes) -> None:
    found = parse(files(places, people, zones), "any", TODAY)
    assert isinstance(found, Loaded) or found


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    names=st.lists(
        st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=40), min_size=1
    )
)
def test_no_name_is_lost_when_names_are_any(names: list[str]) -> None:
    """What a user typed comes back as they typed it (NFC), whatever quotes or separators it holds."""

    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    people = "id;nom\n" + "".join(f"{number};{quoted(name)}\n" for number, name in enumerate(names))
    found = parse(files(people=people), "any", TODAY)
    assert isinstance(found, Loaded)
    kept = [record.fields["family_name"] for record in found.records if record.kind == "person"]
    assert kept == [unicodedata.normalize("NFC", name) for name in names]


@pytest.mark.parametrize("columns", [PLACE_COLUMNS, PEOPLE_COLUMNS, TEAM_COLUMNS])
def test_readme_names_every_header_when_columns_are_added(columns: tuple[Column, ...]) -> None:
    readme = (Path(load.__file__).parent / "README.md").read_text(encoding="utf-8")
    for column in columns:
        assert f"| `{column.field}` | {', '.join(column.headers)} |" in readme


@pytest.mark.parametrize("slug", ["../x", "My town", "é", "", "a" * 41])
def test_slug_that_is_no_short_name_is_refused_before_anything_is_read(
    slug: str, capsys: pytest.CaptureFixture[str]
) -> None:
    files = ["--zones", "z", "--places", "p", "--people", "q"]
    with pytest.raises(SystemExit) as ended:
        main(["territory", "load", f"--slug={slug}", "--name", "X", *files])
    assert ended.value.code == 2
    assert "is no short name" in capsys.readouterr().err
