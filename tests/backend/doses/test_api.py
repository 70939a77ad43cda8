"""People who may see a person's records see what is due and why; others do not, and every look leaves a trace."""

from collections.abc import AsyncIterator

import pytest

from backend.access import Role, Scope
from backend.db.transaction import transaction
from backend.doses import api
from backend.ids import new_id
from backend.log.desk import installation_for
from backend.settings import Settings
from tests.backend.accounts.house import House, house_of
from tests.backend.doses.ward import NOW, Ward
from tests.conftest import Database


@pytest.fixture
async def house(database: Database, settings: Settings) -> AsyncIterator[House]:
    async with house_of(database, settings, *api.routes) as made:
        made.app.state.now = made.time
        yield made


async def ward_in(house: House, slug: str) -> Ward:
    scope = Scope(await house.territory(slug))
    async with transaction(scope) as tx:
        return Ward(scope, await installation_for(tx, "test", NOW))


async def test_forecast_explains_itself_and_never_says_may_be_given_unsigned(house: House) -> None:
    ward = await ward_in(house, "paris")
    person = await ward.person()
    dose = await ward.dose(person, antigens=["zoster"], product_code="VAC0567")
    await ward.dose(person, antigens=["nonsense"])
    await house.user("awa", "paris", Role.DISPATCHER)
    browser = await house.signed_in("awa")
    answer = await browser.get(f"/api/people/{person}/forecast")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["computed_for_on"] == house.time().date().isoformat()
    assert [one["why"] for one in found["unread"]] == ["vaccine_unknown"]
    by_antigen = {one["antigen"]: one for one in found["forecasts"]}
    assert {one["advice"] for one in found["forecasts"]} <= {"nothing_due", "not_yet", "not_validated", "ask_doctor"}
    zoster = by_antigen["zoster"]
    assert (zoster["dose_number"], zoster["doses"][0]["id"], zoster["doses"][0]["status"]) == (2, str(dose), "valid")
    assert zoster["advice"] == "not_yet"
    assert zoster["vaccines"] == [{"code": "VAC0567", "title": "SHINGRIX"}]
    assert by_antigen["pneumococcal"]["advice"] == "ask_doctor"
    assert all(one["lines"] and len(one["rules_version"]) == 64 for one in found["forecasts"])
    read = "SELECT subject_ids FROM journal WHERE act = 'forecast_read'"
    journal = await house.as_owner(read, territory_id=ward.scope.territory_id)
    assert [row["subject_ids"] for row in journal] == [[person]]


async def test_forecast_of_yesterday_or_of_other_rules_is_made_again_when_it_is_read(house: House) -> None:
    ward = await ward_in(house, "paris")
    person = await ward.person()
    async with transaction(ward.scope) as tx:
        await tx.execute("UPDATE forecast_person SET rules_version = 'old'")
        await tx.execute("UPDATE forecast SET status = 'complete'")
    await house.user("awa", "paris", Role.CLINICAL_SUPERVISOR)
    browser = await house.signed_in("awa")
    found = (await browser.get(f"/api/people/{person}/forecast")).json()
    assert "not-complete" in {one["status"] for one in found["forecasts"]}


async def test_due_list_is_paged_and_leaves_out_who_objects_to_reminders(house: House) -> None:
    ward = await ward_in(house, "paris")
    people = sorted([await ward.person() for _ in range(3)])
    await ward.person(objections=["reminders"])
    await house.user("awa", "paris", Role.DISPATCHER)
    browser = await house.signed_in("awa")
    first = (await browser.get("/api/forecasts/due", params={"antigen": "zoster", "limit": 2})).json()
    rest = {"after_on": first[-1]["recommended_on"], "after_id": first[-1]["person_id"]}
    second = (await browser.get("/api/forecasts/due", params={"antigen": "zoster", **rest})).json()
    assert [one["person_id"] for one in first + second] == [str(one) for one in people]
    assert not any(one["validated"] for one in first)


async def test_other_roles_and_other_territories_see_nothing(house: House) -> None:
    paris, lyon = await ward_in(house, "paris"), await ward_in(house, "lyon")
    own, other = await paris.person(), await lyon.person()
    await house.user("awa", "paris", Role.DISPATCHER)
    await house.user("bob", "paris", Role.CENTRE_MANAGER)
    awa, bob = await house.signed_in("awa"), await house.signed_in("bob")
    assert (await awa.get(f"/api/people/{own}/forecast")).status_code == 200
    assert (await awa.get(f"/api/people/{other}/forecast")).status_code == 404
    assert (await awa.get(f"/api/people/{new_id()}/forecast")).status_code == 404
    assert (await bob.get(f"/api/people/{own}/forecast")).status_code == 403
    assert (await bob.get("/api/forecasts/due", params={"antigen": "zoster"})).status_code == 403
    assert (await awa.post("/api/forecasts/recompute")).status_code == 403


async def test_supervisor_asks_for_a_recompute_once(house: House) -> None:
    await ward_in(house, "paris")
    await house.user("eve", "paris", Role.CLINICAL_SUPERVISOR)
    browser = await house.signed_in("eve")
    asked = [(await browser.post("/api/forecasts/recompute", params={"parts": 2})).json() for _ in range(2)]
    assert asked == [{"jobs_asked": 2}, {"jobs_asked": 0}]
