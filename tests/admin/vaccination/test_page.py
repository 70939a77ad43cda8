"""A person's vaccinations explain themselves; a correction keeps both records and moves forecast, vial and coverage."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from backend.ids import new_id
from backend.log.desk import Act
from backend.settings import Settings
from tests.admin.desk import Desk, Seen, desk_of, send
from tests.conftest import Database


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        yield opened


async def vaccinated(desk: Desk, name: str = "Zzvax") -> tuple[UUID, UUID, UUID]:
    """Make a person with one dose of Shingrix from a vial; return the ids of person, dose and vial."""
    person, dose, vial = new_id(), new_id(), new_id()
    opened: dict[str, Any] = {
        "doses_nominal": 1,
        "state": "opened",
        "opened_at": "2026-11-20T08:00:00.000Z",
        "lot_number": "LZ1",
    }
    given: dict[str, Any] = {
        "person_id": str(person), "status": "given", "given_on": "2026-11-20", "source": "own", "lot_number": "LZ1",
        "product_code": "shingrix", "vial_id": str(vial), "state": "recorded",
    }  # fmt: skip
    acts = [
        Act("person", person, {"born_on": "1950-03-01", "family_name": name, "given_name": "Awa", "sex": "female"}),
        Act("vial", vial, {**opened, "product_code": "shingrix"}),
        Act("dose", dose, {**given}, {"antigens": ["zoster"]}),
    ]
    assert (await desk.write("dora", acts)).refused == []
    return person, dose, vial


async def test_history_explains_each_dose_and_unsigned_rules_say_so(desk: Desk) -> None:
    person, dose, _ = await vaccinated(desk)
    browser = await desk.house.signed_in("selma")
    shown = await browser.get(f"/people/{person}/vaccination")
    assert shown.status_code == 200, shown.text
    assert not Seen(shown.text).refused
    assert "Règles non validées par un médecin" in shown.text
    assert "peut être fait" not in shown.text
    assert "zoster/" in shown.text  # the rule lines
    assert "valide" in shown.text
    assert f"/people/{person}/doses/{dose}/correct" in shown.text
    english = await browser.get(f"/people/{person}/vaccination", params={"locale": "en"})
    assert "Rules not validated by a physician" in english.text
    acts = await desk.rows("SELECT act FROM journal WHERE territory_id = $1 AND $2 = ANY(subject_ids)", person)
    assert "forecast_read" in {row["act"] for row in acts}


async def test_correction_keeps_the_wrong_record_and_moves_forecast_and_vial(desk: Desk) -> None:
    person, dose, vial = await vaccinated(desk)
    number = "SELECT dose_number FROM forecast WHERE territory_id = $1 AND person_id = $2 AND antigen = 'zoster'"
    browser = await desk.house.signed_in("selma")
    await browser.get(f"/people/{person}/vaccination")
    assert await desk.value(number, person) == 2
    path = f"/people/{person}/doses/{dose}/correct"
    shown = await browser.get(path)
    missing = await send(browser, shown, path, reason="", given_on="2026-11-19")
    assert missing.status_code == 400
    assert "pourquoi" in missing.text
    right = await send(
        browser, shown, path, reason="autre produit", given_on="2026-11-19", product_code="prevenar20", lot_number="LP9"
    )
    assert right.status_code == 303
    rows = await desk.rows(
        "SELECT id, state, error_reason, product_code, given_on::text, vial_id FROM dose WHERE territory_id = $1 "
        "AND person_id = $2 ORDER BY given_on DESC", person,
    )  # fmt: skip
    wrong = rows[0]
    assert (wrong["id"], wrong["state"], wrong["error_reason"]) == (dose, "entered_in_error", "autre produit")
    assert (rows[1]["product_code"], rows[1]["given_on"], rows[1]["vial_id"]) == ("prevenar20", "2026-11-19", None)
    page = (await browser.get(f"/people/{person}/vaccination?done=1")).text
    assert await desk.value(number, person) == 1
    assert (
        await desk.value(
            "SELECT count(*) FROM dose WHERE territory_id = $1 AND vial_id = $2 AND state <> 'entered_in_error'", vial
        )
        == 0
    )
    assert "saisie par erreur" in page
    assert "Prevenar 20" in page
    assert (await browser.get(path)).status_code == 404  # what is withdrawn is not corrected again


async def test_adverse_event_gives_a_declaration_with_the_who_variables(desk: Desk) -> None:
    (person, dose, _), (other, other_dose, _) = await vaccinated(desk, "Zzone"), await vaccinated(desk, "Zztwo")
    first = {"person_id": str(other), "dose_id": str(other_dose), "reported_at": "2026-11-20T10:00:00.000Z"}
    assert (await desk.write("dora", [Act("adverse_event", new_id(), {**first}, {"signs": ["fever"]})])).refused == []
    browser = await desk.house.signed_in("selma")
    path = f"/people/{person}/adverse-events/new"
    shown = await browser.get(path)
    nothing = await send(browser, shown, path, note="x")
    assert nothing.status_code == 400
    for edge in ("0001-01-01T00:00", "9999-12-31T23:59"):
        assert (await send(browser, shown, path, signs=["rash"], onset_at=edge)).status_code == 400
    answer = await send(
        browser, shown, path, dose_id=str(dose), signs=["anaphylaxis", "rash"], serious=["hospital"],
        onset_at="2026-11-20T09:15", outcome="recovering", reporter="nurse", note="Gonflement", treatment="adrénaline",
    )  # fmt: skip
    assert answer.status_code == 303
    page = await browser.get(answer.headers["location"])
    for said in (
        "GRAVE",
        "Shingrix",
        "LZ1",
        "anaphylaxie",
        "hospitalisation",
        "20/11/2026 09:15",
        "Initiales : AZ",
        "adrénaline",
    ):
        assert said in page.text, said
    assert "Zzone" not in page.text.split("<textarea")[1]  # a declaration names initials alone
    assert "1 autre(s) événement(s) après ce lot" in page.text
    saved = await send(
        browser, page, answer.headers["location"], declared_on="2026-11-21", declared_reference="CRPV-12"
    )
    assert saved.status_code == 303
    assert "CRPV-12" in (await browser.get(answer.headers["location"])).text
    assert await desk.value(
        "SELECT onset_at::text FROM adverse_event WHERE territory_id = $1 AND person_id = $2", person
    ) == ("2026-11-20 08:15:00+00")


async def test_letter_lists_our_doses_and_is_no_certificate(desk: Desk) -> None:
    person, _, _ = await vaccinated(desk)
    browser = await desk.house.signed_in("dora")
    letter = (await browser.get(f"/people/{person}/letter")).text
    assert "Shingrix" in letter
    assert "certificat" in letter
    assert "n'est pas un certificat" in letter.replace("&#39;", "'")
    assert "non validées" in letter


async def test_others_and_unknown_ids_get_nothing(desk: Desk) -> None:
    person, dose, _ = await vaccinated(desk)
    other, _, _ = await vaccinated(desk, "Zzother")
    marc, selma = await desk.house.signed_in("marc"), await desk.house.signed_in("selma")
    for path in (f"/people/{person}/vaccination", f"/people/{person}/letter", f"/people/{person}/adverse-events/new"):
        assert (await marc.get(path)).status_code == 403
        assert (await selma.get(path.replace(str(person), str(new_id())))).status_code == 404
    assert (await selma.get(f"/people/{other}/doses/{dose}/correct")).status_code == 404
    assert (await selma.get(f"/people/{person}/adverse-events/{new_id()}")).status_code == 404


async def test_values_that_did_not_win_are_shown_beside_the_person(desk: Desk) -> None:
    person, _, _ = await vaccinated(desk)
    browser = await desk.house.signed_in("dora")
    assert 'id="others"' not in (await browser.get(f"/people/{person}/vaccination")).text
    for login, phone in (("dora", "0600000001"), ("david", "0600000002")):  # neither had seen the other's
        written = await desk.write(login, [Act("person", person, {"phone": phone}, seen={})])
        assert written.refused == []
        desk.house.time.pass_by(seconds=60)
    text = (await browser.get(f"/people/{person}/vaccination")).text
    assert "téléphone : 0600000001" in text
    kept = await desk.value("SELECT phone FROM person WHERE territory_id = $1 AND id = $2", person)
    assert kept == "0600000002"
