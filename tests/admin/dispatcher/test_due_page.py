"""A dispatcher sees who is due by zone and group, and makes requests for many in one act; nobody is asked for twice."""

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


async def elders(desk: Desk, count: int, **more: Any) -> list[str]:
    """Make people to whom zoster is due, at a place of their own; return their ids."""
    place_id = str(
        (await desk.rows("SELECT id FROM place WHERE territory_id = $1 AND zone_id IS NOT NULL LIMIT 1"))[0]["id"]
    )
    base = {"born_on": "1950-03-01", "place_id": place_id, "population_group": "nursing_home"}
    acts = [Act("person", new_id(), {**base, "family_name": f"Zzdue{n}", **more}) for n in range(count)]
    assert (await desk.write("dora", acts)).refused == []
    return [str(act.record_id) for act in acts]


async def test_list_is_narrowed_and_requests_are_made_for_those_chosen_once(desk: Desk) -> None:
    one, two, three = await elders(desk, 3)
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/due", params={"antigen": "zoster", "group": "nursing_home"})
    assert shown.status_code == 200, shown.text
    assert not Seen(shown.text).refused
    assert all(person in shown.text for person in (one, two, three))
    assert "aucun médecin" in shown.text
    found = await send(browser, shown, "/due/find", q="Zzdue1")
    assert f"/people/{two}/vaccination" in found.text.split("</ul>")[1]
    assert "Personne de connu" in (await send(browser, shown, "/due/find", q="Qwertyzz")).text
    answer = await send(
        browser, shown, "/due", antigen="zoster", group="nursing_home", zone="", person=[one, two, str(new_id())]
    )
    assert answer.status_code == 303
    assert "made=2" in answer.headers["location"]
    rows = await desk.rows(
        "SELECT person_id, acts, channel, reason, state FROM request WHERE territory_id = $1 AND person_id = ANY($2) "
        "ORDER BY person_id", [one, two, three],
    )  # fmt: skip
    assert [str(row["person_id"]) for row in rows] == sorted([one, two])
    assert {(row["channel"], row["state"], tuple(row["acts"])) for row in rows} == {
        ("referral", "open", ("vaccinate",))
    }
    again = await browser.get(answer.headers["location"])
    assert "demandes créées" in again.text
    second = await send(browser, again, "/due", antigen="zoster", group="nursing_home", zone="", person=[one, three])
    assert "made=1" in second.headers["location"]
    assert "left_out=1" in second.headers["location"]
    # A further call about somebody, joined to the request that stays, is over with it: who is still due may be asked for again.
    stays = {
        row["person_id"]: row["id"]
        for row in await desk.rows("SELECT id, person_id FROM request WHERE territory_id = $1")
    }
    link = {"joined_to": [str(stays[UUID(one)])], "acts": ["vaccinate"]}
    call = {"caller_role": "sas", "person_id": one, "received_at": "2026-11-20T08:00:00.000Z", "state": "open"}
    revoked = Act("request", stays[UUID(one)], {"state": "revoked"})
    assert not (await desk.write("dora", [Act("request", new_id(), {**call}, link), revoked])).refused
    third = await send(browser, again, "/due", antigen="zoster", group="nursing_home", zone="", person=[one, three])
    assert "made=1" in third.headers["location"]


async def test_who_refused_or_objects_is_not_sent_anybody(desk: Desk) -> None:
    (refused,) = await elders(desk, 1)
    quiet = new_id()
    consent = {
        "person_id": refused,
        "act": "vaccinate",
        "decision": "refused",
        "decided_at": "2026-11-20T09:00:00.000Z",
    }
    acts = [
        Act("consent", new_id(), {**consent}),
        Act("person", quiet, {"born_on": "1950-03-01", "family_name": "Zzquiet"}, {"objections": ["reminders"]}),
    ]
    assert (await desk.write("dora", acts)).refused == []
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/due", params={"antigen": "zoster", "group": "nursing_home", "locale": "en"})
    assert "refused on" in shown.text
    assert str(quiet) not in (await browser.get("/due", params={"antigen": "zoster"})).text
    answer = await send(browser, shown, "/due", antigen="zoster", group="nursing_home", zone="", person=[refused])
    assert "made=0" in answer.headers["location"]


async def test_hostile_filters_count_as_none_and_others_may_not_look(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    strange = {"antigen": "' OR 1=1", "zone": "<script>", "page": "-4"}
    shown = await browser.get("/due", params=strange)
    assert shown.status_code == 200
    assert "<script>" not in shown.text.split("</head>")[1]
    marc = await desk.house.signed_in("marc")
    assert (await marc.get("/due")).status_code == 403
    selma = await desk.house.signed_in("selma")
    page = await selma.get("/due", params={"antigen": "zoster"})
    assert page.status_code == 200
    assert 'name="person"' not in page.text  # she may look, and plans no rounds
