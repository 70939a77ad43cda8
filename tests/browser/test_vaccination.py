"""The vaccination pages in a real browser: no serious fault for a screen reader, no page too wide, the rules chosen by keyboard."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from backend.ids import new_id
from backend.log.desk import Act
from tests.browser.conftest import Site
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser
SignIn = Callable[[str], Page]
SIZES = ((1280, 720), (820, 1180))
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def chart(site: Site) -> dict[str, str]:
    """Make somebody with a dose and an adverse event; return the ids."""
    person, dose, event = new_id(), new_id(), new_id()
    named = {"family_name": "Zzchart", "given_name": "Awa", "born_on": "1950-03-01", "sex": "female"}
    given = {
        "person_id": str(person), "status": "given", "given_on": str(site.today), "source": "own", "lot_number": "LZ1",
        "product_code": "shingrix", "state": "recorded",
    }  # fmt: skip
    told = {"person_id": str(person), "dose_id": str(dose), "reported_at": f"{site.today}T00:00:00.000Z"}
    acts = [
        Act("person", person, {**named}),
        Act("dose", dose, {**given}, {"antigens": ["zoster"]}),
        Act("adverse_event", event, {**told}, {"signs": ["fever"]}),
    ]
    site.write("selma", acts)
    return {"person": str(person), "dose": str(dose), "event": str(event)}


def pages(ids: dict[str, str]) -> Iterator[str]:
    person = f"/people/{ids['person']}"
    yield from (f"{person}/vaccination", f"{person}/letter", f"{person}/adverse-events/new")
    yield from (f"{person}/doses/{ids['dose']}/correct", f"{person}/adverse-events/{ids['event']}")
    yield from ("/due?antigen=zoster", "/rules", "/products", "/vials", "/keying", "/import")


def faults(page: Page) -> list[str]:
    """Return what axe finds that is serious: its rule and where."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in SERIOUS]


def test_no_vaccination_page_has_a_serious_fault_or_is_wider_than_its_screen(
    sign_in: SignIn, chart: dict[str, str]
) -> None:
    page = sign_in("selma")
    for path in pages(chart):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert faults(page) == [], path
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


def test_axe_finds_a_planted_fault(sign_in: SignIn) -> None:
    page = sign_in("selma")
    page.goto("/rules")
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    assert [fault.partition(":")[0] for fault in faults(page)] == ["image-alt"]


def test_unsigned_rules_are_chosen_by_keyboard_and_a_file_is_taken_in(
    site: Site, sign_in: SignIn, chart: dict[str, str], tmp_path: Path
) -> None:
    page = sign_in("selma")
    page.goto("/rules")
    by_hand = Keyboard(page)
    by_hand.tab_to("input[name=unsigned_rules]:checked")
    by_hand.press("ArrowUp")
    by_hand.tab_to("input[name=reason]")
    by_hand.type("attente de la commission")
    by_hand.press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    page.goto(f"/people/{chart['person']}/vaccination")
    expect(page.get_by_text("coupées dans ce territoire").first).to_be_visible()
    page.goto("/rules")  # back again: other tests look at the same territory
    page.check("input[value=labelled]")
    page.fill("input[name=reason]", "commission réunie")
    page.click("#choose")
    expect(page.get_by_role("status")).to_be_visible()
    patient = {
        "resourceType": "Patient", "identifier": [{"system": "https://elsewhere.test/ipp", "value": "1"}],
        "name": [{"family": "Zzfile"}], "birthDate": "1960-01-02",
    }  # fmt: skip
    file = tmp_path / "patients.ndjson"
    file.write_text(json.dumps(patient) + "\nno line\n", "utf-8")
    page.goto("/import")
    page.set_input_files("#file", file)
    page.click("#take")
    expect(page.get_by_role("status")).to_contain_text("1 prises")
    expect(page.get_by_role("row").nth(2)).to_contain_text("illisible")
    assert faults(page) == []
    assert len(site.rows("SELECT 1 FROM person WHERE territory_id = $1 AND family_name = 'Zzfile'")) == 1
