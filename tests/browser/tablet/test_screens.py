"""Every screen of the tablet can be read by everybody, fits its tablet, and a routine dose takes eight taps at most."""

import struct
import sys
import zlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FilePayload, Page, expect

from backend.ids import new_id
from backend.log.desk import Act
from sync.ops import Scalar
from tests.browser.conftest import picture
from tests.browser.tablet.conftest import PIN, Handsets, Ward
from tests.browser.tablet.nurse import Nurse

pytestmark = pytest.mark.browser
TAPS_MAX, SECONDS_MAX = 8, 60
SIZES = ((360, 640), (800, 1280))
SERIOUS = {"serious", "critical"}
PLANTED_PLACE = b"48.8295 N 2.3561 E, cheap phone"


@pytest.fixture(scope="module")
def nurse(ward: Ward, handsets: Handsets) -> Iterator[Nurse]:
    """Give a nurse with a tablet that holds the round, and two old ladies in it to whom a vaccine is due."""
    for family_name in ("Zzfirst", "Zzroutine"):
        fields: dict[str, Scalar] = {
            "given_name": "Jeanne", "family_name": family_name, "born_on": "1941-05-06", "born_precision": "day",
            "place_id": ward.place_ids[1], "population_group": "housebound_elderly",
        }  # fmt: skip
        ward.write("dora", [Act("person", new_id(), fields)])
    household = new_id()
    family = [Act("household", household, {"name": "Zzfamily", "place_id": ward.place_ids[1]})]
    for given_name, born_on in (("Jeanne", "1941-05-06"), ("Bébé", (ward.today - timedelta(days=20)).isoformat())):
        member: dict[str, Scalar] = {
            "given_name": given_name, "family_name": "Zzfamily", "born_on": born_on, "born_precision": "day",
            "place_id": ward.place_ids[1], "household_id": str(household), "population_group": "large_family",
        }  # fmt: skip
        family.append(Act("person", new_id(), member))
    ward.write("dora", family)
    made = Nurse(handsets.new(), "nina")
    made.begin("Tablette 1")
    yield made
    made.handset.close()


def screens(nurse: Nurse) -> dict[str, str]:
    """Return every screen of an open tablet by its name."""
    stop = nurse.records("stop")[0]
    place_id = stop["values"]["place_id"]
    people = [one for one in nurse.records("person") if one["values"].get("place_id") == place_id]
    family = next((one["values"]["household_id"] for one in people if one["values"].get("household_id")), "none")
    person = people[0]["id"]
    return {
        "today": "#/today",
        "stop": f"#/stop/{stop['id']}",
        "dose": f"#/dose/{person}/{stop['id']}",
        "test": f"#/test/{person}/{stop['id']}",
        "family": f"#/family/{family}/{stop['id']}",
        "talk": f"#/talk/{stop['id']}",
        "contact": f"#/contact/{person}/{stop['id']}",
        "person": f"#/person/{person}/{stop['id']}",
        "event": f"#/event/{person}/{stop['id']}",
        "new": f"#/new/{place_id}/{stop['id']}",
        "photo": f"#/photo/{person}",
        "people": "#/people",
        "bag": "#/bag",
        "sync": "#/sync",
    }


def faults(page: Page) -> list[str]:
    """Return what axe finds that is serious: its rule and where."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in SERIOUS]


def test_no_screen_has_a_serious_fault_or_is_wider_than_the_tablet(nurse: Nurse) -> None:
    page = nurse.page
    for name, address in screens(nurse).items():
        nurse.go(address)
        page.wait_for_function(
            "name => location.hash === name && document.querySelector('main h1') !== null", arg=address
        )
        assert faults(page) == [], name
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            small = page.evaluate(
                "() => [...document.querySelectorAll('button, a.button, .bottom a, .choice span, select, main a.line')]"
                ".filter(one => one.checkVisibility()).filter(one => one.getBoundingClientRect().height < 48)"
                ".map(one => one.outerHTML.slice(0, 80))"
            )
            assert small == [], name
    page.evaluate("document.querySelector('main').insertAdjacentElement('beforeend', document.createElement('input'))")
    assert any(one.startswith("label") for one in faults(page)), "a planted fault is not found"


def test_routine_dose_takes_eight_taps_and_a_minute_by_the_model(
    nurse: Nurse, capsys: pytest.CaptureFixture[str]
) -> None:
    page = nurse.page
    page.set_viewport_size({"width": 360, "height": 640})
    stop = next(one for one in nurse.records("stop") if one["values"]["place_id"] == nurse.handset.ward.place_ids[1])
    for turn, name in (("first of the box", "Zzfirst"), ("routine", "Zzroutine")):
        nurse.go(f"#/stop/{stop['id']}")
        person = page.locator("#roster li[data-person]", has_text=name)
        expect(person).to_be_visible()
        nurse.count = type(nurse.count)()
        nurse.tap(person.locator("a[href^='#/dose/']"))
        if turn == "first of the box":
            page.select_option("select[name=product]", "prevenar20")
            nurse.tap("#lot .choice input")
        expect(page.locator("#lot input:checked")).to_have_count(1)
        nurse.read_aloud(" ".join(page.locator("main .card li").all_inner_texts()))
        nurse.tap("[data-act=all-no]")
        nurse.choose("consent", "given")
        nurse.choose("site", "left_arm")
        if turn == "routine":
            picture(page, "tablet-dose")
        nurse.tap("[data-act=save]")
        nurse.saved()
        expect(page.locator("#roster")).to_be_visible()
    with capsys.disabled():
        sys.stdout.write(f" [a routine dose: {nurse.count}]")
    assert nurse.count.taps <= TAPS_MAX
    assert nurse.count.seconds <= SECONDS_MAX
    doses = [one for one in nurse.records("dose") if one["own"]]
    assert {one["values"]["product_code"] for one in doses} == {"prevenar20"}
    assert all(one["values"]["body_site"] == "left_arm" and one["values"]["lot_number"] for one in doses)


def test_family_pass_ticks_beforehand_only_those_to_whom_the_box_is_due(nurse: Nurse) -> None:
    page = nurse.page
    stop = next(one for one in nurse.records("stop") if one["values"]["place_id"] == nurse.handset.ward.place_ids[1])
    members = [one for one in nurse.records("person") if one["values"].get("family_name") == "Zzfamily"]
    old, newborn = sorted(members, key=lambda one: str(one["values"]["born_on"]))
    nurse.go(f"#/family/{old['values']['household_id']}/{stop['id']}")
    lines = {one["id"]: page.locator(f"fieldset[data-name='each-{one['id']}']") for one in (old, newborn)}
    page.select_option("select[name=product]", "vaxigrip")  # of a running campaign for those of 65 and more
    expect(lines[old["id"]].locator("input:checked")).to_have_value("done")
    expect(lines[newborn["id"]].locator("input:checked")).to_have_value("none")
    page.select_option("select[name=product]", "prevenar20")
    expect(lines[old["id"]].locator("input:checked")).to_have_value("done")
    expect(lines[newborn["id"]].locator("input:checked")).to_have_value("none")
    expect(lines[newborn["id"]]).to_contain_text("0 mois")
    expect(lines[newborn["id"]].locator(".notice")).to_contain_text("n'est pas dû")
    nurse.tap("#lot .choice input")
    nurse.choose("all-no", "yes")
    nurse.choose("site", "left_arm")
    nurse.tap("[data-act=save]")
    expect(page.locator("#roster")).to_be_visible()
    recorded = {one["values"]["person_id"] for one in nurse.records("dose") if one["own"]}
    assert old["id"] in recorded
    assert newborn["id"] not in recorded


def test_photo_of_a_paper_arrives_without_what_the_camera_wrote_beside_it(nurse: Nurse) -> None:
    page, ward = nurse.page, nurse.handset.ward
    person = nurse.records("person")[0]["id"]
    nurse.go(f"#/photo/{person}")
    taken = FilePayload(name="papier.png", mimeType="image/png", buffer=png_with(b"Comment", PLANTED_PLACE))
    page.locator("input[name=photo]").set_input_files(taken)
    expect(page.locator("main .notice.good")).to_contain_text("ko")
    assert nurse.handset.call("lights")["safe_to_hand_in"] is False  # a photo that waits is not handed in
    assert nurse.handset.call("sync")["complete"]
    (row,) = ward.rows(
        "SELECT r.record_id, a.media_type, p.content FROM attachment a JOIN attachment_record r ON r.territory_id = "
        "a.territory_id AND r.sha256 = a.sha256 JOIN attachment_part p ON p.territory_id = a.territory_id AND "
        "p.sha256 = a.sha256 WHERE a.territory_id = $1 AND a.completed_at IS NOT NULL"
    )
    assert (str(row["record_id"]), row["media_type"]) == (person, "image/jpeg")
    assert PLANTED_PLACE not in row["content"]


def png_with(key: bytes, text: bytes) -> bytes:
    """Return a picture of eight by eight grey points with a text beside it, as cameras write place and device."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + bytes(range(0, 64, 8)) for _ in range(8))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)),
        (b"tEXt", key + b"\0" + text),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, content) for kind, content in parts)


def test_tablet_locks_after_two_minutes_and_shows_nobody_until_the_pin(nurse: Nurse) -> None:
    page = nurse.page
    nurse.go("#/people")
    page.fill("input[name=find]", "Zzroutine")
    expect(page.locator("#found li")).to_have_count(1)
    page.clock.install()
    page.mouse.click(5, 300)  # the two minutes begin with the last touch
    page.clock.fast_forward("01:59")
    assert not nurse.handset.state["locked"]
    page.clock.fast_forward("00:02")
    expect(page.locator("[data-act=unlock]")).to_be_visible()
    assert nurse.handset.state["locked"]
    assert "Zzroutine" not in page.content()
    expect(page.locator("nav a").first).to_be_hidden()
    nurse.go("#/people")
    expect(page.locator("[data-act=unlock]")).to_be_visible()
    assert faults(page) == []
    nurse.go("#/alone")
    expect(page.locator("input[name=person]")).to_be_visible()
    assert faults(page) == []
    nurse.go("#/sign-in")
    page.fill("form:has([data-act=unlock]) input[name=pin]", "111222")
    page.click("[data-act=unlock]")
    expect(page.locator(".notice.late")).to_contain_text("4")
    assert PIN not in page.content()
    nurse.unlock()


def test_english_says_the_same_screen(nurse: Nurse) -> None:
    page = nurse.page
    nurse.go("#/sync")
    expect(page.locator("h1")).to_have_text("Envoi")
    page.click("[data-act=language]")
    expect(page.locator("h1")).to_have_text("Sync")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.click("[data-act=language]")
    expect(page.locator("h1")).to_have_text("Envoi")


def test_enrolment_that_was_mistyped_is_refused_in_words(handsets: Handsets) -> None:
    handset = handsets.new()
    page = handset.page
    assert page is not None
    page.evaluate("location.hash = '#territory=nowhere&code=ABCD'")
    page.reload()
    page.click("[data-act=enrol]")
    expect(page.locator("[role=status] .late")).to_contain_text("le territoire ou le code est mal recopié")
    handset.close()
