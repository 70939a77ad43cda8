"""A working day with no network, on two tablets, through the screens: nothing is lost, nothing twice, both see the same."""

from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import expect

from backend.ids import TabletId, new_id
from backend.log.desk import Act
from sync.ops import Scalar
from tests.browser.conftest import give_both_factors, picture
from tests.browser.tablet.conftest import PIN, Handsets, Ward
from tests.browser.tablet.nurse import Nurse

pytestmark = pytest.mark.browser
FAMILY = 7
NAME = "Zzfamille"
COMIRNATY, FLU = "comirnaty_lp81", "vaxigrip"


@pytest.fixture
def day(ward: Ward, handsets: Handsets) -> tuple[Nurse, Nurse]:
    """Give two nurses whose tablets hold the round of today: a family of seven and three others at a hotel."""
    household, hotel = new_id(), ward.place_ids[0]
    acts = [Act("household", household, {"name": NAME, "place_id": hotel, "room": "9"})]
    for number in range(FAMILY):
        born = f"{1985 + 3 * number}-04-0{number + 1}"
        acts.append(_person(hotel, f"Enfant{number}", NAME, born, household_id=str(household), room="9"))
    acts += [_person(hotel, name, "Zzautre", "1950-01-01", room="10") for name in ("Ada", "Bilal", "Chen", "Dina")]
    ward.write("dora", acts)
    nurses = Nurse(handsets.new(), "nina"), Nurse(handsets.new(), "omar")
    for nurse, label in zip(nurses, ("Tablette 1", "Tablette 2"), strict=True):
        nurse.page.set_viewport_size({"width": 800, "height": 1000})
        nurse.begin(label)
    return nurses


def test_day_of_two_tablets_without_a_network(day: tuple[Nurse, Nurse], ward: Ward) -> None:
    nina, omar = day
    _ready_for_the_field(nina)
    stop = _stop(nina)
    ward.stop()  # eight o'clock: the port is dead
    _arrive_and_vaccinate_the_family(nina, stop)
    alias = _meet_somebody_without_papers(nina, stop)
    _test_positive(nina, alias, stop)
    _refuse(nina, "Ada", stop)
    _three_doses_of_one_vial(nina, stop)
    _adverse_event(nina, "Bilal", stop)
    _talk_in_two_languages(nina, stop)
    _disagree(nina, omar)
    before = _outbox(nina)
    _dead_battery_in_the_middle_of_a_capture(nina, stop)
    assert _outbox(nina)[: len(before)] == before  # what was saved is all there
    _depart(nina, stop)
    _refuse_to_hand_in(nina)
    ward.start()  # five o'clock
    _server_restarts_in_the_middle_of_the_sync(nina, ward)
    _sync(nina)
    _sync(omar)
    _sync(nina)
    _everything_arrived_once(nina, omar, ward)
    assert _shown(nina, stop) == _shown(omar, stop)
    reviews = ward.rows("SELECT field FROM review WHERE territory_id = $1 AND state = 'open' AND rule = 'siblings'")
    assert "born_on" in {row["field"] for row in reviews}
    _seen_by_the_dispatcher(ward, nina)


def _person(place_id: str, given: str, family: str, born_on: str, **more: str) -> Act:
    fields: dict[str, Scalar] = {
        "given_name": given,
        "family_name": family,
        "born_on": born_on,
        "born_precision": "day",
    }
    return Act("person", new_id(), {**fields, "place_id": place_id, **more})


def _stop(nurse: Nurse) -> Any:
    place_id = nurse.handset.ward.place_ids[0]
    return next(one for one in nurse.records("stop") if one["values"]["place_id"] == place_id)


def _named(nurse: Nurse, given: str) -> str:
    return str(next(one["id"] for one in nurse.records("person") if one["values"].get("given_name") == given))


def _outbox(nurse: Nurse) -> list[str]:
    found: list[str] = nurse.handset.do("tablet.outbox().map((one) => one.id).reverse()")
    return found


def _ready_for_the_field(nurse: Nurse) -> None:
    nurse.go("#/sync")
    expect(nurse.page.locator("[data-light=field]")).to_have_attribute("data-on", "true")
    nurse.go("#/today")
    expect(nurse.page.locator("svg.map circle").first).to_be_visible()
    picture(nurse.page, "tablet-today")


def _arrive_and_vaccinate_the_family(nurse: Nurse, stop: Any) -> None:
    page = nurse.page
    nurse.go("#/today")
    page.locator(f"#stops a[data-stop='{stop['id']}']").click()
    nurse.tap("[data-act=arrive]")
    expect(page.locator("[data-act=depart]")).to_be_visible()
    family = page.locator("section.room", has_text=f"Enfant0 {NAME}")
    picture(page, "tablet-stop")
    nurse.tap(family.locator("a[href^='#/family/']"))
    page.select_option("select[name=product]", FLU)
    nurse.tap("#lot .choice")
    nurse.choose("all-no", "yes")
    nurse.choose("site", "left_arm")
    for number in range(FAMILY):  # too young for the running campaign: nobody is ticked beforehand
        nurse.choose(f"each-{_named(nurse, f'Enfant{number}')}", "absent" if number == 3 else "done")
    picture(page, "tablet-family")
    nurse.tap("[data-act=save]")
    expect(page.locator("#roster")).to_be_visible()
    doses = [one["values"] for one in nurse.records("dose") if one["own"]]
    assert sorted(one["status"] for one in doses) == ["given"] * (FAMILY - 1) + ["not_given"]


def _meet_somebody_without_papers(nurse: Nurse, stop: Any) -> str:
    nurse.go(f"#/stop/{stop['id']}")
    nurse.tap("a[href^='#/new/']")
    nurse.choose("age", "40")
    nurse.tap("[data-act=save]")
    nurse.page.wait_for_function("() => location.hash.startsWith('#/person/')")
    person = next(one for one in nurse.records("person") if one["own"] and one["values"].get("alias"))
    assert person["values"]["born_precision"] == "estimated"
    return str(person["id"])


def _test_positive(nurse: Nurse, person: str, stop: Any) -> None:
    nurse.go(f"#/test/{person}/{stop['id']}")
    for name, word in (("test_type", "antigen"), ("pathogen", "sars-cov-2"), ("result", "detected")):
        nurse.choose(name, word)
    nurse.tap("[data-act=save]")
    nurse.page.wait_for_function("() => location.hash.startsWith('#/contact/')")
    nurse.choose("people", _named(nurse, "Ada"))
    nurse.choose("setting", "site")
    nurse.tap("[data-act=save]")
    nurse.page.wait_for_function("() => location.hash.startsWith('#/stop/')")
    assert len(nurse.records("exposure")) == 1


def _refuse(nurse: Nurse, given: str, stop: Any) -> None:
    nurse.go(f"#/dose/{_named(nurse, given)}/{stop['id']}")
    nurse.page.locator("summary", has_text="Ne pas faire").click()
    nurse.choose("why", "refused")
    nurse.choose("refusal", "fear")
    nurse.tap("[data-act=not-given]")
    expect(nurse.page.locator("#roster")).to_be_visible()


def _three_doses_of_one_vial(nurse: Nurse, stop: Any) -> None:
    page = nurse.page
    for turn, given in enumerate(("Bilal", "Chen", "Dina")):
        nurse.go(f"#/dose/{_named(nurse, given)}/{stop['id']}")
        expect(page.locator("h1")).to_contain_text(given)
        page.select_option("select[name=product]", COMIRNATY)
        page.locator("#lot .choice").first.click()
        if turn == 0:
            nurse.choose("vial", "new")
        expect(page.locator("input[name=vial]:checked")).to_have_count(1)
        nurse.tap("[data-act=all-no]")
        nurse.choose("consent", "given")
        nurse.choose("site", "right_arm")
        nurse.tap("[data-act=save]")
        expect(page.locator("#roster")).to_be_visible()
    (vial,) = nurse.records("vial")
    nurse.go("#/bag")
    page.locator("input[name=celsius]").fill("4,5")
    nurse.tap("[data-act=temperature]")
    expect(page.locator("main")).to_contain_text("4,5 °C")
    expect(page.locator(f"[data-vial='{vial['id']}']")).to_contain_text("reste 3")
    _count_the_bag(nurse)
    page.locator(f"[data-vial='{vial['id']}'] summary").click()
    picture(page, "tablet-bag")
    page.locator(f"[data-vial='{vial['id']}'] [data-cause=time]").click()
    expect(page.locator(f"[data-vial='{vial['id']}']")).to_have_count(0)
    nurse.page.wait_for_function("() => window.tablet.all('vial')[0].values.state === 'discarded'")
    assert nurse.records("vial")[0]["values"]["doses_wasted"] == 3


def _count_the_bag(nurse: Nurse) -> None:
    """Twelve doses left, three of them were given: eight come back, so one is missing; four tests left and came back."""
    page = nurse.page
    for act, count in (("load", "12"), ("back", "8")):
        form = page.locator("details", has=page.locator(f"[data-act={act}]"))
        if not form.locator(f"[data-act={act}]").is_visible():
            form.locator("summary").click()
        form.locator("select[name=product]").select_option(COMIRNATY)
        form.locator("input[name=count]").fill(count)
        form.locator(f"[data-act={act}]").click()
        field = {"load": "doses_carried", "back": "doses_returned"}[act]
        page.wait_for_function(
            "([field, text]) => window.tablet.all('round')[0].values[field]?.includes(text)",
            arg=[field, f"{COMIRNATY} x {count}"],
        )
    cells = page.locator("#carried tbody tr", has_text="Comirnaty").locator("td")
    expect(cells).to_have_text(["12", "3", "0", "9", "8", "✕1"])
    page.locator("input[name=tests_carried]").fill("4")
    page.locator("input[name=tests_returned]").fill("4")
    nurse.tap("[data-act=tests]")
    page.wait_for_function("() => window.tablet.all('round')[0].values.tests_returned === 4")


def _adverse_event(nurse: Nurse, given: str, stop: Any) -> None:
    nurse.go(f"#/event/{_named(nurse, given)}/{stop['id']}")
    expect(nurse.page.locator("select[name=dose_id] option:checked")).to_contain_text("COVID")
    for name, word in (("signs", "faint"), ("outcome", "recovered"), ("reporter", "nurse")):
        nurse.choose(name, word)
    nurse.tap("[data-act=save]")
    nurse.page.wait_for_function("() => location.hash.startsWith('#/person/')")
    expect(nurse.page.locator("main")).to_contain_text("malaise")
    assert len(nurse.records("adverse_event")) == 1
    asked = [one["values"] for one in nurse.records("questionnaire")]
    assert [one["outcome"] for one in asked] == ["go"] * (FAMILY - 1 + 3)


def _talk_in_two_languages(nurse: Nurse, stop: Any) -> None:
    nurse.go(f"#/talk/{stop['id']}")
    for name, word in (("topics", "isolation"), ("languages", "fr"), ("languages", "so"), ("teach_back", "good")):
        nurse.choose(name, word)
    nurse.page.fill("input[name=count]", "9")
    nurse.tap("[data-act=save]")
    expect(nurse.page.locator("#roster")).to_be_visible()
    assert len([one for one in nurse.records("education_session") if one["own"]]) == 2


def _disagree(one: Nurse, other: Nurse) -> None:
    """Both correct the birth of the same woman, each as they saw it on another paper."""
    for nurse, born_on in ((one, "1950-03-04"), (other, "1951-03-04")):
        nurse.go(f"#/person/{_named(nurse, 'Ada')}/")
        nurse.page.locator("summary", has_text="Corriger").click()
        nurse.page.fill("input[name=born_on]", born_on)
        nurse.tap("[data-act=correct]")
        nurse.saved()


def _dead_battery_in_the_middle_of_a_capture(nurse: Nurse, stop: Any) -> None:
    """The browser is killed in the middle of a vaccination; there is no network, so the supervisor's code opens it again."""
    ward, handset = nurse.handset.ward, nurse.handset
    nurse.go(f"#/dose/{_named(nurse, 'Ada')}/{stop['id']}")
    nurse.page.fill("main input[name=note]", "à moitié saisi")
    nurse.page.wait_for_function(
        "(name) => window.tablet.draft(name)?.note === 'à moitié saisi'", arg=_draft(nurse, stop)
    )
    (number,) = handset.state["rescue_numbers"]
    handset.kill()
    tablet_id = ward.rows("SELECT id FROM tablet WHERE territory_id = $1 AND label = 'Tablette 1'")[0]["id"]
    code = ward.speak(TabletId(tablet_id), number)
    assert code is not None
    handset.start()
    nurse.page.set_viewport_size({"width": 800, "height": 1000})
    assert handset.state["locked"]
    expect(nurse.page.locator("nav a").first).to_be_hidden()
    _capture_while_locked(nurse)
    nurse.page.locator("#by-code summary").click()
    nurse.page.fill("#by-code input[name=pin]", PIN)
    nurse.page.fill("#by-code input[name=code]", code)
    picture(nurse.page, "tablet-locked")
    nurse.page.click("[data-act=by-code]")
    expect(nurse.page.locator("#stops")).to_be_visible()
    nurse.page.locator("a", has_text="Continuer").first.click()
    expect(nurse.page.locator("main input[name=note]")).to_have_value("à moitié saisi")


def _draft(nurse: Nurse, stop: Any) -> str:
    return f"dose/{_named(nurse, 'Ada')}/{stop['id']}"


def _capture_while_locked(nurse: Nurse) -> None:
    """A locked tablet shows nobody and still takes an entry."""
    page = nurse.page
    assert "Zzautre" not in page.content()
    nurse.go("#/alone")
    page.fill("input[name=person]", "Zzsanspapiers")
    nurse.choose("age", "30")
    nurse.choose("what", "screen")
    nurse.choose("result", "not_detected")
    nurse.tap("[data-act=save]")
    nurse.saved()
    assert nurse.handset.state["sealed"] == 2
    assert "Zzsanspapiers" not in page.content()
    nurse.go("#/sign-in")
    expect(page.locator("#by-code")).to_be_visible()


def _depart(nurse: Nurse, stop: Any) -> None:
    nurse.go(f"#/stop/{stop['id']}")
    nurse.tap("[data-act=depart]")
    expect(nurse.page.locator(f"#stops a[data-stop='{stop['id']}'] .number.done")).to_be_visible()


def _refuse_to_hand_in(nurse: Nurse) -> None:
    """The light says not to hand the tablet in, and each line that it waits."""
    nurse.go("#/sync")
    nurse.page.click("[data-act=sync]")
    expect(nurse.page.locator(".told .notice")).to_contain_text("pas de réseau")
    expect(nurse.page.locator("[data-light=hand-in]")).to_have_attribute("data-on", "false")
    assert nurse.page.locator("#entries [data-status=waiting]").count() > FAMILY


def _server_restarts_in_the_middle_of_the_sync(nurse: Nurse, ward: Ward) -> None:
    nurse.page.click("[data-act=sync]")
    nurse.page.wait_for_function("() => window.tablet.state.syncing || window.tablet.state.waiting === 0")
    ward.stop()
    ward.start()


def _sync(nurse: Nurse) -> None:
    """Sync until all is exchanged, as the tablet does by itself."""
    nurse.page.wait_for_function(
        "async () => (await window.tablet.sync()).complete && window.tablet.lights().safe_to_hand_in", timeout=60_000
    )


def _everything_arrived_once(nina: Nurse, omar: Nurse, ward: Ward) -> None:
    for nurse in (nina, omar):
        kept = nurse.handset.do("tablet.outbox().map((one) => [one.id, one.status, one.code])")
        assert {status for _, status, _ in kept} <= {"arrived", "review"}, kept
        ids = [UUID(op_id) for op_id, _, _ in kept]
        rows = ward.rows(
            "SELECT count(*) AS n, count(DISTINCT id) AS ids FROM op WHERE territory_id = $1 AND id = ANY($2)", ids
        )
        assert (rows[0]["n"], rows[0]["ids"]) == (len(ids), len(ids))
    nina.go("#/sync")
    expect(nina.page.locator("[data-light=hand-in]")).to_have_attribute("data-on", "true")
    expect(nina.page.locator("#entries [data-status=waiting]")).to_have_count(0)
    picture(nina.page, "tablet-arrived")


def _seen_by_the_dispatcher(ward: Ward, nurse: Nurse) -> None:
    context = nurse.handset.playwright.chromium.launch(
        executable_path=nurse.handset.executable, args=["--no-sandbox"]
    ).new_context(locale="fr-FR", base_url=ward.url)
    page = context.new_page()
    ward.proof("dora")
    give_both_factors(ward, page, "dora")
    page.goto("/reviews")
    expect(page.locator("#live tr", has_text="Zzautre").first).to_be_visible()
    assert context.browser is not None
    context.browser.close()


def _shown(nurse: Nurse, stop: Any) -> Any:
    """Return everything that a tablet shows of the hotel and of the round. Whom nobody placed is seen at the desk alone."""
    return nurse.handset.do(
        "[...new Map([...tablet.bucket(a), ...['round', 'stop', 'vial', 'temperature'].flatMap((kind) => tablet.all(kind))]"
        ".map(({ id, kind, values, disputed }) => [id, { kind, values, disputed }])).entries()].sort()",
        stop["values"]["place_id"],
    )
