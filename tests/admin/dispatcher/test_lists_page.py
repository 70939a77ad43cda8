"""A list of people is read line by line, shown, and taken on a yes: the good lines together, nobody twice, no formula."""

import re
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import Workbook

from backend.settings import Settings
from tests.admin.desk import Desk, Seen, desk_of, send
from tests.conftest import Database

HEADERS = "nom;prénom;date de naissance;chambre;famille\n"
GOOD = "".join(f"Diallo;Enfant{number};{1950 + number};{number};Diallo\n" for number in range(55))
BAD = "Diallo;Awa;31/02/1950;1;\nDiallo;Binta;1850;2;\n;;1950;3;\nDiallo;Coumba;demain;4;\nDiallo;Enfant0;1950;0;\n"


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        yield opened


async def look(desk: Desk, browser: httpx.AsyncClient, name: str, data: bytes) -> httpx.Response:
    shown = await browser.get("/lists")
    place = await desk.value("SELECT id FROM place WHERE territory_id = $1 AND kind = 'hotel' ORDER BY id LIMIT 1")
    fields = {**Seen(shown.text).form("/lists"), "place_id": str(place)}
    del fields["file"]
    return await browser.post("/lists", data=fields, files={"file": (name, data)})


async def people(desk: Desk) -> int:
    return int(await desk.value("SELECT count(*) FROM person WHERE territory_id = $1 AND family_name = 'Diallo'"))


def lines_told(answer: httpx.Response) -> list[int]:
    return [int(line) for line in re.findall(r'<tr class="bad"><th scope="row">(\d+)<', answer.text)]


async def test_sixty_lines_with_five_bad_ones_are_told_and_the_good_ones_taken_once(desk: Desk) -> None:
    browser, before = await desk.house.signed_in("dora"), await people(desk)
    shown = await look(desk, browser, "hôtel.csv", (HEADERS + GOOD + BAD).encode("cp1252"))
    assert lines_told(shown) == [57, 58, 59, 60, 61]
    assert await people(desk) == before
    taken = await send(browser, shown, "/lists/take")
    assert taken.headers["location"] == "/lists?taken=55"
    assert await people(desk) == before + 55
    families = "SELECT count(DISTINCT household_id) FROM person WHERE territory_id = $1 AND given_name LIKE 'Enfant%'"
    assert await desk.value(families) == 1
    assert (await send(browser, shown, "/lists/take")).status_code == 400  # by now everybody is known
    assert await people(desk) == before + 55
    assert "Take the good lines" not in (await look(desk, browser, "l.csv", (HEADERS + GOOD).encode())).text


async def test_workbook_is_read_as_it_is_shown_and_its_formulas_are_refused(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    good = workbook([["nom", "prénom", "chambre"], ["Diallo", "<b>Fanta</b>", 12]])
    shown = await look(desk, browser, "l.xlsx", good)
    assert "&lt;b&gt;Fanta" in shown.text
    assert (await send(browser, shown, "/lists/take")).status_code == 303
    assert await desk.value("SELECT room FROM person WHERE territory_id = $1 AND given_name = '<b>Fanta</b>'") == "12"
    bad = await look(desk, browser, "l.xlsx", workbook([["nom"], ["Diallo"], ['=HYPERLINK("http://x.example")']]))
    assert lines_told(bad) == [3]
    assert (await send(browser, bad, "/lists/take")).headers["location"] == "/lists?taken=1"
    assert await people(desk) == 2  # <b>Fanta</b>, and the line beside the formula


NUMBERS = "\n".join(f"Diallo;{number}" for number in range(501))


FAULTS: list[tuple[str, bytes, int, dict[int, str]]] = [
    ("l.csv", b"nom;prenom\nDiallo;A\nDia\x00llo;B\nDiallo;C\n", 2, {3: "caractère invisible"}),
    ("l.csv", b'nom;prenom\nDiallo;A\n"Dial"lo;B\nDiallo;C\n', 2, {3: "guillemet"}),
    ("l.csv", b'nom;prenom\nDiallo;A\n"Diallo;B\nDiallo;C\n', 1, {3: "rien n&#39;est lu à partir d&#39;ici"}),
    ("l.csv", b"nom;prenom\nDiallo;A;B\nDiallo;C\n", 1, {2: "plus de cellules"}),
    ("l.txt", b"nom\tprenom\tdate de naissance\nDiallo\tA\t31-12-1980\n", 1, {}),
    ("l.csv", b"nom|prenom\nDiallo|A\n", 0, {1: "séparées par « | »"}),
    ("l.xlsx", b"hello", 0, {1: "n&#39;est pas un classeur"}),
    ("l.csv", b"nom;prenom\nDiallo;A\nDiallo;A\n", 1, {3: "La même personne, « A Diallo », est déjà à la ligne 2"}),
    ("l.csv", f"nom;prenom\n{NUMBERS}\n".encode(), 0, {502: "plus de 500 lignes"}),
    ("l.csv", b"nom\n" + b"Diallo\n" * 60_000, 0, {1: "dépasse 400000 octets"}),
]


async def test_fault_of_a_line_leaves_the_others_to_take(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    for name, data, taken, told in FAULTS:
        shown = await look(desk, browser, name, data)
        assert lines_told(shown) == list(told), data[:80]
        assert f"<b>{taken}</b> ligne(s) à prendre" in shown.text
        assert [words for words in told.values() if words not in shown.text] == []


async def test_every_fault_of_a_workbook_is_told_beside_its_formula(desk: Desk) -> None:
    rows = [["nom", "prénom", "date de naissance"], ["Diallo", "=1+1", "demain"], ["Diallo", "Binta", "31/02/1950"]]
    shown = await look(desk, await desk.house.signed_in("dora"), "l.xlsx", workbook([*rows, ["Diallo", "Awa", ""]]))
    assert lines_told(shown) == [2, 2, 3]
    assert "<b>1</b> ligne(s) à prendre" in shown.text


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04 no archive", b"", b"\xff\xfen\x00", b"colonne;autre\n1;2\n", b'nom\n"Diallo\n']
)
async def test_what_is_no_list_is_told_and_nothing_is_taken(desk: Desk, data: bytes) -> None:
    shown = await look(desk, await desk.house.signed_in("dora"), "l.xlsx", data)
    assert shown.status_code == 200
    assert lines_told(shown)
    assert "/lists/take" not in shown.text


async def test_line_with_a_formula_stays_text_and_another_place_may_be_named(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    other = await desk.value(
        "SELECT name FROM place WHERE territory_id = $1 AND kind = 'nursing_home' AND name IS NOT NULL ORDER BY id LIMIT 1"
    )
    text = f"nom;prénom;lieu\nDiallo;=1+1;{other}\nDiallo;Perdu;nulle part\n"
    shown = await look(desk, browser, "l.csv", text.encode())
    assert lines_told(shown) == [3]
    assert (await send(browser, shown, "/lists/take")).status_code == 303
    row: Any = (
        await desk.rows(
            "SELECT h.given_name, p.name FROM person h JOIN place p ON p.territory_id = h.territory_id AND p.id = h.place_id "
            "WHERE h.territory_id = $1 AND h.given_name = '=1+1'"
        )
    )[0]
    assert row["name"] == other


def workbook(rows: list[list[Any]]) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    file = BytesIO()
    made.save(file)
    return file.getvalue()
