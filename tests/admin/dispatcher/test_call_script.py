"""A call follows the protocol of the day: what it proposes, what a red flag changes, and what is kept of it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from backend.ids import new_id
from backend.log.desk import Act
from backend.settings import Settings
from backend.visits.read_protocols import read_protocols
from tests.admin.desk import Desk, Seen, desk_of, send
from tests.conftest import Database

VERSION = read_protocols()[-1].version
KEPT = (
    "SELECT id, state, reason_code, protocol_version, red_flags, redirected_to, priority, acts FROM request "
    "WHERE territory_id = $1 AND reason = $2"
)


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        yield opened


async def test_page_names_the_protocol_in_force_and_proposes_without_a_script(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests/new")
    assert VERSION in shown.text
    assert "non validé par un médecin" in shown.text
    asked = await send(browser, shown, "/requests/new", do="script", reason_code="respiratory_at_home", reason="toux")
    fields = Seen(asked.text).form("/requests/new")
    assert (fields["due_on"], fields["service_minutes"]) == ("2026-11-23", "30")
    assert 'value="3" selected' in asked.text
    for act, is_proposed in (("screen", True), ("consult", True), ("vaccinate", False)):
        assert (f'value="{act}" checked' in asked.text) is is_proposed
    assert 'value="toux"' in asked.text
    english = await browser.get("/requests/new", params={"locale": "en"})
    assert "not validated by a physician" in english.text


async def test_red_flag_makes_an_urgent_request_that_is_handed_over_without_a_visit(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests/new")
    said = {"reason_code": "respiratory_at_home", "red_flags": ["worsening", "breathing"], "protocol_version": VERSION}
    asked = await send(browser, shown, "/requests/new", do="script", **said)
    assert "appelez le 15 maintenant" in asked.text
    answer = await send(
        browser,
        shown,
        "/requests/new",
        do="save",
        address="1 rue imaginée",
        priority="1",
        accept="yes",
        reason="zz1",
        **said,
    )
    assert answer.headers["location"] == "/requests?done=saved_redirected"
    row = (await desk.rows(KEPT, "zz1"))[0]
    assert (row["state"], row["redirected_to"], row["priority"], row["acts"]) == ("redirected", "samu", 4, [])
    assert (row["reason_code"], row["protocol_version"]) == ("respiratory_at_home", VERSION)
    assert sorted(row["red_flags"]) == ["breathing", "worsening"]
    assert not await desk.value("SELECT count(*) FROM visit WHERE territory_id = $1 AND request_id = $2", row["id"])
    noted = await desk.rows("SELECT subject_ids FROM journal WHERE territory_id = $1 AND act = 'request_redirected'")
    assert [one["subject_ids"] for one in noted] == [[row["id"]]]
    listed = (await browser.get("/requests?state=redirected")).text
    assert "SAMU – appeler le 15" in listed
    assert "Du mal à respirer" in listed


async def test_what_is_no_work_of_the_teams_is_handed_over_and_keeps_its_priority(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests/new")
    answer = await send(
        browser, shown, "/requests/new", do="save", address="1 rue imaginée", reason="zz2", reason_code="wound_care",
        protocol_version=VERSION,
    )  # fmt: skip
    assert answer.status_code == 303
    row = (await desk.rows(KEPT, "zz2"))[0]
    assert (row["state"], row["redirected_to"], row["priority"]) == ("redirected", "usual_care", 2)


async def test_what_a_protocol_proposes_may_be_changed_and_is_accepted_as_a_visit(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests/new")
    answer = await send(
        browser, shown, "/requests/new", do="save", address="1 rue imaginée", coordinates="48.83, 2.35", reason="zz3",
        acts="educate", priority="1",
        reason_code="vaccination_at_home", protocol_version=VERSION, accept="yes",
    )  # fmt: skip
    assert answer.headers["location"] == "/requests?done=saved_visit"
    row = (await desk.rows(KEPT, "zz3"))[0]
    assert (row["state"], row["priority"], row["acts"], row["red_flags"]) == ("accepted", 1, ["educate"], [])
    assert (row["reason_code"], row["redirected_to"]) == ("vaccination_at_home", None)


@pytest.mark.parametrize(
    "typed",
    [
        {"reason_code": "unheard_of"},
        {"reason_code": "wound_care", "protocol_version": "1999"},
        {"reason_code": "wound_care", "red_flags": "stroke"},
    ],
)
async def test_script_that_does_not_fit_its_version_is_shown_again_and_nothing_is_written(
    desk: Desk, typed: dict[str, str]
) -> None:
    browser = await desk.house.signed_in("dora")
    before = await desk.value("SELECT count(*) FROM op WHERE territory_id = $1")
    shown = await browser.get("/requests/new")
    answer = await send(browser, shown, "/requests/new", do="save", address="ici", acts="screen", reason="<i>", **typed)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert "&lt;i&gt;" in answer.text
    assert await desk.value("SELECT count(*) FROM op WHERE territory_id = $1") == before


async def test_day_before_the_first_protocol_says_that_none_is_in_force(desk: Desk) -> None:
    desk.house.time.at = datetime(2026, 10, 31, 22, 59, tzinfo=UTC)  # still October in Paris
    browser = await desk.house.signed_in("dora")
    assert "Aucun protocole" in (await browser.get("/requests/new")).text
    desk.house.time.pass_by(seconds=60)
    assert VERSION in (await browser.get("/requests/new")).text


async def test_request_of_a_protocol_that_is_gone_is_still_listed(desk: Desk) -> None:
    fields = {
        "caller_role": "sas",
        "received_at": "2026-11-22T08:00:00.000Z",
        "state": "open",
        "reason_code": "old_one",
    }
    await desk.write("dora", [Act("request", new_id(), {**fields, "protocol_version": "1999"})])
    browser = await desk.house.signed_in("dora")
    assert "old_one" in (await browser.get("/requests?state=open")).text
