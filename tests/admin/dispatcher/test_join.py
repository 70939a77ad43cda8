"""One call told twice is one request on the board and in the plan, and separating gives back exactly what was."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from backend.db.transaction import transaction
from backend.dispatch.load_day import load_day
from backend.ids import InstallationId, new_id
from backend.log.desk import Act, installation_for, write
from backend.log.load import load_rows
from backend.settings import Settings
from backend.visits.store import Filters, read_backlog
from sync.ops import Scalar
from tests.admin.desk import TOMORROW, Desk, Seen, desk_of, send
from tests.backend.log.meetings import beside
from tests.conftest import Database

STAND = "SELECT * FROM request WHERE territory_id = $1 AND id = ANY($2) ORDER BY id"
HOTEL = "SELECT id FROM place WHERE territory_id = $1 AND kind = 'hotel' AND lon_e7 IS NOT NULL ORDER BY id LIMIT 1"


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        yield opened


async def _asked(desk: Desk, hour: int, acts: list[str] | None = None, **more: Any) -> UUID:
    one, place = new_id(), await desk.value(HOTEL)
    fields = {
        "caller_role": "sas",
        "place_id": str(place),
        "received_at": f"2026-11-22T{hour:02}:00:00.000Z",
        "state": "open",
    }
    await desk.write("dora", [Act("request", one, {**fields, **more}, {"acts": acts or ["trace"]})])
    return one


async def _visit(desk: Desk, request_id: UUID, **more: Any) -> UUID:
    visit_id, place = new_id(), await desk.value(HOTEL)
    fields = {"request_id": str(request_id), "place_id": str(place), "service_minutes": 20, "state": "wanted", **more}
    await desk.write(
        "dora",
        [Act("visit", visit_id, fields, {"acts": ["trace"]}), Act("request", request_id, {"state": "accepted"})],
    )
    return visit_id


async def _join(browser: Any, *ids: UUID) -> Any:
    fields = Seen((await browser.get("/requests")).text).form("/requests/bulk")
    return await browser.post("/requests/join", data={**fields, "request": [str(one) for one in ids]})


async def _rows(desk: Desk, ids: list[UUID]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != "changed_at"} for row in await desk.rows(STAND, ids)]


async def test_joined_requests_are_one_on_the_board_as_pressing_as_both_and_separate_again(desk: Desk) -> None:
    older = await _asked(desk, 7, ["trace", "educate"], priority=1, reason="zz ancienne")
    younger = await _asked(desk, 8, priority=4, due_on=TOMORROW.isoformat(), reason="zz récente")
    before = await _rows(desk, [older, younger])
    browser = await desk.house.signed_in("dora")
    done = await _join(browser, younger, older)
    assert done.headers["location"] == "/requests?done=joined"
    board = (await browser.get("/requests?state=open&act=trace&priority=4")).text
    assert "zz ancienne" in board
    assert "zz récente" not in board
    assert "1 autre(s) appel(s) joint(s)" in board
    assert "zz ancienne" in (await browser.get("/requests?act=trace&due=tomorrow")).text
    aside = await browser.get("/requests?state=joined")
    assert "zz récente" in aside.text
    separated = await send(browser, aside, f"/requests/{younger}/separate")
    assert separated.headers["location"] == "/requests?done=separated"
    assert await _rows(desk, [older, younger]) == before
    noted = await desk.rows(
        "SELECT act, subject_ids FROM journal WHERE territory_id = $1 AND act IN ('requests_joined', 'requests_separated') "
        "ORDER BY seq"
    )
    assert [(row["act"], set(row["subject_ids"])) for row in noted] == [
        ("requests_joined", {older, younger}), ("requests_separated", {older, younger}),
    ]  # fmt: skip


async def test_plan_makes_one_visit_of_two_joined_requests_as_urgent_as_both(desk: Desk) -> None:
    older, younger = await _asked(desk, 7, priority=4, due_on=TOMORROW.isoformat()), await _asked(desk, 8, priority=1)
    left, kept = await _visit(desk, older, priority=4), await _visit(desk, younger, priority=1, state="attempted")
    browser = await desk.house.signed_in("dora")
    await _join(browser, older, younger)
    async with transaction(desk.scope) as tx:
        planned = {visit.id: visit for visit in (await load_day(tx, TOMORROW, desk.house.time())).visits}
    assert str(left) not in planned
    assert (planned[str(kept)].priority, planned[str(kept)].due_on) == (4, TOMORROW)
    late = await browser.post(f"/requests/{older}/accept", data={"service_minutes": "20"})
    assert late.status_code == 409  # what left the board is not accepted from a page that is old


async def test_joined_requests_wait_since_the_first_call_whichever_of_them_stays(desk: Desk) -> None:
    older = await _asked(desk, 7, received_at="2026-11-12T07:00:00.000Z")
    younger = await _asked(desk, 8)
    await _visit(desk, younger)
    browser = await desk.house.signed_in("dora")
    await _join(browser, older, younger)
    async with transaction(desk.scope) as tx:
        shown = {row.id: row for row in (await read_backlog(tx, Filters(state="accepted"), TOMORROW)).rows}
    assert older not in shown
    assert (shown[younger].received_at.day, shown[younger].calls) == (12, 1)


@pytest.mark.parametrize("why", ["act", "place", "revoked", "planned", "one", "twice"])
async def test_what_is_not_one_call_is_not_joined_and_it_is_said(desk: Desk, why: str) -> None:
    one = await _asked(desk, 7)
    other = await _asked(desk, 8, ["educate"] if why == "act" else None)
    if why == "place":
        await desk.write(
            "dora",
            [Act("request", other, {"place_id": str(await desk.value(HOTEL.replace("LIMIT", "OFFSET 1 LIMIT")))})],
        )
    if why == "revoked":
        await desk.write("dora", [Act("request", other, {"state": "revoked"})])
    if why == "planned":
        for request_id in (one, other):
            await _visit(desk, request_id, state="planned")
    if why == "twice":
        third = await _asked(desk, 6)
        await desk.write("dora", [Act("request", other, add={"joined_to": [str(third)]})])
    browser = await desk.house.signed_in("dora")
    before = await desk.value("SELECT count(*) FROM op WHERE territory_id = $1")
    done = await _join(browser, *([one] if why == "one" else [one, other]))
    assert 'role="alert"' in (await browser.get(done.headers["location"])).text
    assert await desk.value("SELECT count(*) FROM op WHERE territory_id = $1") == before


async def test_same_call_is_joined_while_it_is_taken_and_keeps_its_caller(desk: Desk) -> None:
    older, place = await _asked(desk, 7), await desk.value(HOTEL)
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests/new")
    said = {"do": "save", "whom": f"place:{place}", "acts": "trace", "same_call": "yes", "priority": "4"}
    answer = await send(browser, shown, "/requests/new", **said, call_back_phone="0601", reason="zz encore", accept="")
    assert answer.headers["location"] == "/requests?done=same_call"
    rows = await desk.rows(
        "SELECT joined_to, call_back_phone, state FROM request WHERE territory_id = $1 AND reason = 'zz encore'"
    )
    assert [(row["joined_to"], row["call_back_phone"], row["state"]) for row in rows] == [([older], "0601", "open")]
    alone = await send(browser, shown, "/requests/new", **{**said, "acts": "consult"}, accept="")
    assert alone.headers["location"] == "/requests?done=saved_alone"


async def test_two_desks_that_join_at_the_same_time_leave_one_on_the_board(desk: Desk) -> None:
    ids = [await _asked(desk, hour) for hour in (6, 7, 8)]
    browsers = [await desk.house.signed_in(login) for login in ("dora", "david")]
    await asyncio.gather(_join(browsers[0], *ids[:2]), _join(browsers[1], *ids[1:]))
    rows = {row["id"]: row["joined_to"] for row in await desk.rows(STAND, ids)}
    for joined_to in rows.values():
        assert all(not rows[stays] for stays in joined_to)  # nothing is joined to what left the board
    assert any(rows.values())


OF_BROWSER = "SELECT id FROM installation WHERE territory_id = $1 AND sign_in_session_id IS NOT NULL FOR UPDATE"


@pytest.mark.parametrize("what", ["join", "bulk"])
@pytest.mark.parametrize("whose", ["another desk", "the same desk in another window"])
async def test_who_meets_another_on_the_same_requests_waits_and_is_never_ended(
    desk: Desk, what: str, whose: str
) -> None:
    """Somebody accepts the younger one meanwhile: a log that is written in one order and read in another would block."""
    browser = await desk.house.signed_in("dora")
    older, younger = await _asked(desk, 7), await _asked(desk, 8)
    await browser.post(f"/requests/{older}/state", data=_hold(await browser.get("/requests"), older))
    acts = [Act("request", older, {"priority": 3}), Act("request", younger, {"state": "accepted"})]
    async with transaction(desk.scope) as tx:
        if whose == "another desk":
            other = await installation_for(tx, "david", desk.house.time())
            await load_rows(tx, {str(older)})  # the first record of those that it is about to lock
        else:  # what a write locks before any record
            other = InstallationId(await tx.fetch_value(OF_BROWSER, desk.territory_id))
        meets = beside(_meet(browser, what, older, younger))
        await desk.until_done_or_blocked(meets)
        assert not meets.done()
        assert not (await write(tx, other, acts, desk.house.time())).refused
    answer = await meets
    assert (answer.status_code, answer.headers["location"].startswith("/requests?")) == (303, True), answer.text
    (row,) = await desk.rows("SELECT state FROM request WHERE territory_id = $1 AND id = $2", younger)
    assert row["state"] == "accepted"


async def _meet(browser: Any, what: str, older: UUID, younger: UUID) -> Any:
    if what == "join":
        return await _join(browser, older, younger)
    fields = Seen((await browser.get("/requests")).text).form("/requests/bulk")
    ids = [str(younger), str(older)]
    return await browser.post("/requests/bulk", data={**fields, "step": "revoked", "request": ids})


def _hold(shown: Any, request_id: UUID) -> dict[str, Any]:
    fields = Seen(shown.text).form(f"/requests/{request_id}/state")
    return {**fields, "step": "on_hold", "on_hold_reason": "no_answer"}


async def test_call_about_whom_another_accepts_a_visit_waits_before_it_writes(desk: Desk) -> None:
    """The other holds the open request and goes on to the person: who had the person first would block both."""
    older, person = await _asked(desk, 7), new_id()
    about: dict[str, Scalar] = {"person_id": str(person)}
    place = str(await desk.value(HOTEL))
    await desk.write(
        "dora", [Act("person", person, {"family_name": "Zz", "place_id": place}), Act("request", older, about)]
    )
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests/new")
    said = {"do": "save", "whom": f"person:{person}", "acts": "trace", "same_call": "yes", "accept": ""}
    async with transaction(desk.scope) as tx:
        david = await installation_for(tx, "david", desk.house.time())
        await load_rows(tx, {str(older)})
        call = beside(send(browser, shown, "/requests/new", **said))
        await desk.until_done_or_blocked(call)
        visit = Act("visit", new_id(), {"request_id": str(older), "place_id": place, **about}, {"acts": ["trace"]})
        assert not (await write(tx, david, [visit], desk.house.time())).refused
    assert (await call).headers["location"] == "/requests?done=same_call"
