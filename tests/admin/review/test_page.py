"""A conflict is read with who wrote what and what each had seen, and settled in one act by who may."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest

from backend import clock
from backend.ids import new_id
from backend.log.desk import Act
from backend.log.follow import catch_up
from backend.settings import Settings
from tests.admin.desk import Desk, Seen, desk_of, send
from tests.conftest import Database

SUPERVISOR, DISPATCHER = "selma", "dora"


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings, people=20) as opened:
        yield opened


async def _person(desk: Desk, **fields: str) -> UUID:
    """Write somebody down, at no place, so that nobody else is taken for them."""
    person_id = new_id()
    await desk.write("dora", [Act("person", person_id, dict(fields))])
    return person_id


async def _disputed(desk: Desk) -> UUID:
    """Two desks that did not know of each other gave one person two birth dates."""
    person_id = await _person(desk, given_name="Awa", family_name="Zzdiop")
    before = await desk.value("SELECT body FROM record WHERE territory_id = $1 AND id = $2", person_id)
    assert before
    for login, born_on in (("dora", "1950-03-04"), ("david", "1951-03-04")):
        await desk.write(login, [Act("person", person_id, {"born_on": born_on}, seen={})])
    return person_id


async def _open(desk: Desk, rule: str) -> UUID:
    while await catch_up(desk.scope, clock.now()):
        pass
    found = await desk.rows("SELECT id FROM review WHERE territory_id = $1 AND rule = $2 AND state = 'open'", rule)
    assert len(found) == 1
    return UUID(str(found[0]["id"]))


async def _read(desk: Desk, browser: httpx.AsyncClient, rule: str) -> tuple[str, httpx.Response]:
    path = f"/reviews/{await _open(desk, rule)}"
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text
    return path, answer


async def test_siblings_are_shown_with_authors_and_settled_by_a_supervisor(desk: Desk) -> None:
    person_id = await _disputed(desk)
    browser = await desk.house.signed_in(SUPERVISOR)
    path, shown = await _read(desk, browser, "siblings")
    for words in ("04/03/1950", "04/03/1951", "Dora", "David", "À propos de : <b>"):
        assert words in shown.text
    done = await send(browser, shown, path, choice='keep:"1951-03-04"', note="carte vue")
    assert (done.status_code, done.headers["location"]) == (303, "/reviews?done=1")
    row = (await desk.rows("SELECT born_on, disputed FROM person WHERE territory_id = $1 AND id = $2", person_id))[0]
    assert (row["born_on"].isoformat(), row["disputed"]) == ("1951-03-04", [])
    assert await desk.value("SELECT count(*) FROM review WHERE territory_id = $1 AND state = 'open'") == 0
    acts = await desk.rows("SELECT act FROM journal WHERE territory_id = $1")
    assert {"review_read", "review_settled"} <= {row["act"] for row in acts}


async def test_clinical_question_is_read_and_not_settled_by_a_dispatcher(desk: Desk) -> None:
    await _disputed(desk)
    browser = await desk.house.signed_in(DISPATCHER)
    path, shown = await _read(desk, browser, "siblings")
    assert path not in [action for action, _ in Seen(shown.text).forms]
    forged = await browser.post(path, data={"choice": 'keep:"1951-03-04"', "seen": "{}"})
    assert forged.status_code == 403
    await _open(desk, "siblings")


async def test_choice_is_refused_when_a_value_came_after_the_page_was_read(desk: Desk) -> None:
    """S8: nobody settles what they have not seen; the page says that the record changed."""
    person_id = await _disputed(desk)
    browser = await desk.house.signed_in(SUPERVISOR)
    path, shown = await _read(desk, browser, "siblings")
    await desk.write("david", [Act("person", person_id, {"room": "12"})])
    refused = await send(browser, shown, path, choice='keep:"1951-03-04"')
    assert refused.status_code == 409
    assert "a changé" in refused.text
    assert "en est occupé entre-temps" in refused.text
    assert 'class="button" href="/reviews"' in refused.text
    await _open(desk, "siblings")


async def test_decision_is_made_again_when_another_date_is_found(desk: Desk) -> None:
    person_id = await _disputed(desk)
    browser = await desk.house.signed_in(SUPERVISOR)
    path, shown = await _read(desk, browser, "siblings")
    await send(browser, shown, path, choice='keep:"1951-03-04"')
    again = await send(browser, await browser.get(path), path, choice="keep:other", other_day="1949-12-31")
    assert again.status_code == 303
    born_on = await desk.value("SELECT born_on FROM person WHERE territory_id = $1 AND id = $2", person_id)
    assert born_on.isoformat() == "1949-12-31"


async def test_join_of_two_persons_is_taken_back_and_leaves_them_as_they_were(desk: Desk) -> None:
    one = await _person(desk, given_name="Fatou", family_name="Zzouattara", born_on="1960-01-01")
    other = await _person(desk, given_name="Fatou", family_name="Zzwattara", born_on="1960-01-01")
    before = await desk.rows("SELECT body FROM record WHERE territory_id = $1 AND id = ANY($2::uuid[])", [one, other])
    browser = await desk.house.signed_in(DISPATCHER)
    path, shown = await _read(desk, browser, "duplicate_person")
    assert "Zzouattara" in shown.text
    assert "Zzwattara" in shown.text
    assert (await send(browser, shown, path, choice="same")).status_code == 303
    links = "SELECT joined FROM same_person WHERE territory_id = $1 AND $2 IN (person_id, other_id)"
    assert [row["joined"] for row in await desk.rows(links, one)] == [True]
    assert (await send(browser, await browser.get(path), path, choice="different")).status_code == 303
    assert [row["joined"] for row in await desk.rows(links, one)] == [False]
    after = await desk.rows("SELECT body FROM record WHERE territory_id = $1 AND id = ANY($2::uuid[])", [one, other])
    assert sorted(row["body"] for row in before) == sorted(row["body"] for row in after)


async def test_double_dose_is_corrected_with_a_reason_and_both_doses_stay(desk: Desk) -> None:
    person_id = await _person(desk, given_name="Awa", family_name="Zzdiop")
    for login in ("dora", "david"):
        dose = {"person_id": str(person_id), "status": "given", "given_on": "2026-11-20", "product_code": "vaxigrip"}
        await desk.write(login, [Act("dose", new_id(), {**dose}, {"antigens": ["influenza"]})])
    browser = await desk.house.signed_in(SUPERVISOR)
    path, shown = await _read(desk, browser, "double_dose")
    doses = await desk.rows("SELECT id FROM dose WHERE territory_id = $1 AND person_id = $2 ORDER BY id", person_id)
    wrong = f"entered_in_error:{doses[0]['id']}"
    silent = await send(browser, shown, path, choice=wrong)
    assert silent.status_code == 400
    assert 'role="alert"' in silent.text
    done = await send(browser, silent, path, choice=wrong, note="saisie deux fois")
    assert done.status_code == 303, done.text
    rows = await desk.rows(
        "SELECT state, error_reason FROM dose WHERE territory_id = $1 AND person_id = $2 ORDER BY id", person_id
    )
    assert [(row["state"], row["error_reason"]) for row in rows] == [
        ("entered_in_error", "saisie deux fois"),
        (None, None),
    ]


@pytest.mark.parametrize(
    "typed", [{}, {"choice": "keep:[1]"}, {"choice": "keep:nonsense", "seen": "{"}, {"choice": "same"}]
)
async def test_choice_that_cannot_be_read_changes_nothing(desk: Desk, typed: dict[str, str]) -> None:
    await _disputed(desk)
    browser = await desk.house.signed_in(SUPERVISOR)
    path, shown = await _read(desk, browser, "siblings")
    assert (await send(browser, shown, path, **typed)).status_code == 400
    await _open(desk, "siblings")
