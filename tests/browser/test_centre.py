"""The managers' four ways of working in a real browser: a gap becomes a session, a day is closed, a lot recalled, a month sent."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import openpyxl
import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from backend.ids import new_id
from backend.log.desk import Act
from sync.ops import Scalar
from tests.browser.conftest import Site, picture, too_wide

pytestmark = pytest.mark.browser
SignIn = Callable[[str], Page]
READY_SECONDS_MAX = 90
COVERED = (0, 11, 12, 28, 28)  # of the people of each zone
PEOPLE_EACH = 28


def campaign_with_gaps(site: Site) -> tuple[UUID, list[str]]:
    """Add a flu campaign of those of 65 and more in five zones of which three are far behind; return it with their codes."""
    zones = site.rows(
        "SELECT DISTINCT ON (z.code) z.id, z.code, l.id AS place_id FROM zone z "
        "JOIN place l ON l.territory_id = z.territory_id AND l.zone_id = z.id WHERE z.territory_id = $1 ORDER BY z.code, l.id"
    )[: len(COVERED)]
    assert len(zones) == len(COVERED)
    campaign_id = new_id()
    fields: dict[str, Scalar] = {
        "name": "Grippe 65 ans et plus",
        "antigen": "influenza",
        "season": "T",
        "age_least_years": 65,
    }
    started = (site.today - timedelta(days=30)).isoformat()
    site.write("dora", [Act("campaign", campaign_id, {**fields, "starts_on": started, "target_percent": 75})])
    for number, zone in enumerate(zones):
        acts = []
        for turn in range(PEOPLE_EACH):
            person_id = new_id()
            born = {"born_on": "1946-05-01", "place_id": str(zone["place_id"]), "population_group": "other"}
            acts.append(Act("person", person_id, {**born, "family_name": f"Dupont{number}n{turn}"}))
            if turn < COVERED[number]:
                dose = {
                    "person_id": str(person_id),
                    "status": "given",
                    "given_on": site.today.isoformat(),
                    "source": "own",
                }
                acts.append(Act("dose", new_id(), dict(dose), {"antigens": ["influenza"]}))
        site.write("dora", acts)
    return campaign_id, [zone["code"] for zone in zones[:3]]


def until_counted(page: Page, address: str) -> None:
    """Ask a page again until its figures are there: the recount that a new campaign asks for is a job."""
    for _ in range(READY_SECONDS_MAX):
        page.goto(address)
        if page.locator("section", has_text="entonnoir").locator("tbody tr").count():
            return
        page.wait_for_timeout(1000)
    pytest.fail("the campaign was never counted")


def next_phase(page: Page, site: Site) -> None:
    """Let the campaign go on from the gap by keyboard: the territory's own flu campaign runs then, and the page says so."""
    tomorrow, later = (site.today + timedelta(days=days) for days in (1, 60))
    page.fill("#phase input[name=starts_on]", tomorrow.isoformat())
    page.fill("#phase input[name=ends_on]", later.isoformat())
    page.fill("#phase input[name=target]", "90")
    page.locator("#open-phase").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("court alors")
    expect(page.locator("#people")).to_contain_text("Dupont0n")


def test_three_worst_zones_lead_to_a_list_and_a_session_that_the_dispatcher_sees(site: Site, sign_in: SignIn) -> None:
    campaign_id, worst = campaign_with_gaps(site)
    page = sign_in("selma")
    address = f"/coverage/analysis?campaign={campaign_id}"
    until_counted(page, address)
    rows = page.locator("section", has_text="entonnoir").locator("tbody tr th")
    assert [code for code, name in zip(worst, rows.all_inner_texts(), strict=False) if f"({code})" in name] == worst
    page.locator("h2", has_text="entonnoir").scroll_into_view_if_needed()
    picture(page, "coverage-funnel")
    page.goto(f"/coverage?campaign={campaign_id}")
    picture(page, "coverage")
    with page.expect_download() as download:
        page.locator("figure[data-name=map]").get_by_role("button", name="Image PNG").click()
    saved = download.value.path().read_bytes()
    assert (saved[:8], int.from_bytes(saved[16:20])) == (b"\x89PNG\r\n\x1a\n", 1800)
    page.locator("#sites").scroll_into_view_if_needed()
    expect(page.locator("#sites svg")).to_contain_text("aucune visite")
    picture(page, "coverage-sites")
    page.locator("th a", has_text=f"({worst[0]})").click()
    expect(page.locator("#people")).to_contain_text("Dupont0n")
    expect(page.locator("#people")).not_to_contain_text("Dupont3n")
    picture(page, "coverage-gap")
    next_phase(page, site)
    page.select_option("select[name=kind]", "pop_up")
    page.click("#session")
    expect(page.get_by_role("status")).to_contain_text("La séance est ouverte")
    desk = sign_in("dora")
    desk.goto("/requests")
    expect(desk.locator("#live")).to_contain_text("Grippe 65 ans et plus – éphémère")


def with_lot(site: Site, number: str, doses: int = 6) -> UUID:
    """Add a product and a lot of it; return the lot's id."""
    product_id, lot_id = new_id(), new_id()
    product: dict[str, Scalar] = {
        "code": f"P-{number}",
        "name": f"Vaccin {number}",
        "doses_per_vial": doses,
        "storage": "cold",
    }
    lot = {"product_id": str(product_id), "number": number, "expires_on": "2030-01-31", "state": "available"}
    site.write(
        "dora", [Act("product", product_id, product, {"antigens": ["influenza"]}), Act("lot", lot_id, dict(lot))]
    )
    return lot_id


def test_day_at_the_centre_with_one_dose_missing_is_closed_with_its_reason(site: Site, sign_in: SignIn) -> None:
    lot_id = with_lot(site, "DAY-1")
    person_id = new_id()
    site.write("dora", [Act("person", person_id, {"family_name": "Zzcentre", "born_on": "1950-01-01"})])
    page = sign_in("dora")
    page.goto(f"/centre?day={site.today}")
    page.fill("input[name=from]", "00:00")
    page.fill("input[name=to]", "23:45")
    page.click("#open")
    expect(page.get_by_role("status")).to_be_visible()
    page.fill("input[name=q]", "Zzcentre")
    page.keyboard.press("Enter")
    page.locator("select[name=slot]").select_option("walk_in")
    page.click(f"#book{person_id}")
    line = page.locator("tr", has_text="Zzcentre")
    line.locator("select[name=lot]").select_option(str(lot_id))
    line.get_by_role("button", name="Vacciner").click()
    expect(page.locator("section", has_text="En observation")).to_contain_text("Zzcentre")
    picture(page, "centre-sheet")
    page.fill(f"input[name='opened:{lot_id}']", "6")
    page.fill(f"input[name='wasted:{lot_id}']", "4")
    page.click("#close")
    expect(page.get_by_role("alert")).to_contain_text("ne s'équilibrent pas")
    expect(page.locator("section", has_text="Clôture")).to_contain_text("1 manquantes")
    page.locator("#close").scroll_into_view_if_needed()
    picture(page, "centre-closing")
    page.fill("input[name=reason]", "une dose tombée")
    page.click("#close")
    expect(page.locator("main")).to_contain_text("Écart accepté, raison : une dose tombée")


def test_lot_is_recalled_and_its_people_are_listed(site: Site, sign_in: SignIn) -> None:
    lot_id, person_id = with_lot(site, "RAPPEL-1"), new_id()
    dose = {
        "person_id": str(person_id),
        "status": "given",
        "given_on": site.today.isoformat(),
        "lot_number": "RAPPEL-1",
    }
    site.write(
        "dora",
        [
            Act("person", person_id, {"family_name": "Zzrappel", "phone": "0600000001"}),
            Act("dose", new_id(), {**dose, "product_code": "P-RAPPEL-1"}, {"antigens": ["influenza"]}),
        ],
    )
    page = sign_in("selma")
    page.goto("/stock")
    page.click(f"#lot{lot_id}")
    page.click("#recall")
    expect(page.get_by_role("status")).to_contain_text("rappelé")
    expect(page.locator("tr", has_text="Zzrappel")).to_contain_text("0600000001")
    picture(page, "stock-recall")
    manager = sign_in("marc")
    manager.goto(f"/stock/lots/{lot_id}")
    expect(manager.locator("main")).not_to_contain_text("Zzrappel")


def test_pack_of_the_month_is_downloaded_and_read(site: Site, sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("marc")
    page.goto("/coverage/report")
    picture(page, "coverage-report")
    found = {}
    for kind in ("pdf", "xlsx"):
        with page.expect_download() as download:
            page.locator(f"a[href^='/coverage/report/{kind}']").click()
        target = tmp_path / f"report.{kind}"
        download.value.save_as(target)
        found[kind] = target.read_bytes()
    text = "\n".join(one.extract_text() for one in PdfReader(io.BytesIO(found["pdf"])).pages)
    assert "Rapport mensuel de vaccination" in text
    assert "Couverture par zone" in text
    book = openpyxl.load_workbook(io.BytesIO(found["xlsx"]))
    whole = [[cell.value for cell in row] for row in book["Couverture par zone"].iter_rows(min_row=4)][-1]
    assert whole[0] == "Tout le territoire"
    assert {"Objectifs du contrat", "Définitions"} <= set(book.sheetnames)


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (820, 1180)])
def test_pages_of_the_centre_are_no_wider_than_their_screen(
    site: Site, sign_in: SignIn, width: int, height: int
) -> None:
    page = sign_in("selma")
    page.set_viewport_size({"width": width, "height": height})
    for path in ("/centre", "/stock", "/coverage", "/coverage/report"):
        page.goto(path)
        assert too_wide(page, width) == [], path
