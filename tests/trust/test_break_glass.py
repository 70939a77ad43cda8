"""Breaking the glass opens one record to one user for an hour, is told at once, and is judged by somebody else."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from backend import clock
from backend.access import Role
from backend.ids import new_id
from backend.log.desk import Act
from tests.trust.routes import ROUTES
from tests.trust.town import Territory, Town

REASON = "malaise dans l'escalier, allergies ?"


@pytest.fixture(autouse=True)
async def _fresh(town: Town) -> None:
    await town.owner.execute("DELETE FROM throttle")
    for where in (town.mine, town.other):
        await town.as_owner(where.id, "DELETE FROM break_glass WHERE territory_id = $1")


@pytest.fixture
def later(town: Town) -> Iterator[Any]:
    """Let time pass for the acts of the product; sign-in sessions keep their own clock."""

    def pass_by(**much: float) -> None:
        town.app.state.now = lambda: clock.now() + timedelta(**much)

    yield pass_by
    town.app.state.now = clock.now


def _body(where: Territory, **other: Any) -> dict[str, Any]:
    wanted = {"name": f"Ada Ada {where.id}", "born_on": "1950-01-02", "motive": "vital_emergency", "reason": REASON}
    return wanted | other


async def _opened(town: Town, nurse: httpx.AsyncClient) -> UUID:
    answer = await nurse.post("/api/break-glass", json=_body(town.mine))
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["id"])


async def _acts(town: Town, act: str) -> list[Any]:
    return await town.as_owner(
        town.mine.id, "SELECT user_id, subject_ids, reason FROM journal WHERE territory_id = $1 AND act = $2 ORDER BY seq",
        act,
    )  # fmt: skip


async def test_one_record_opens_with_its_reason_and_every_look_is_journaled(town: Town) -> None:
    nurse_id, person_id = town.mine.users[Role.FIELD_TEAM], town.mine.ids["person"]
    async with await town.signed_in(Role.FIELD_TEAM) as nurse:
        opening_id = await _opened(town, nurse)
        for _ in range(2):
            shown = await nurse.get(f"/api/break-glass/{opening_id}")
            assert shown.json()["record"]["id"] == str(person_id)
    broken = (await _acts(town, "glass_broken"))[-1]
    assert (broken["user_id"], broken["subject_ids"]) == (nurse_id, [person_id])
    assert broken["reason"] == f"vital_emergency: {REASON}"
    looks = [row for row in await _acts(town, "person_read") if row["reason"] == str(opening_id)]
    assert [(row["user_id"], row["subject_ids"]) for row in looks] == [(nurse_id, [person_id])] * 2


async def test_nothing_else_opens_to_whoever_broke_the_glass(town: Town) -> None:
    """Neither another record nor another way to the same one: every route answers as before."""
    async with await town.signed_in(Role.FIELD_TEAM) as nurse:
        before = await _statuses(town, nurse)
        opening_id = await _opened(town, nurse)
        assert (await nurse.get(f"/api/break-glass/{opening_id}")).status_code == 200
        assert await _statuses(town, nurse) == before
        assert (await nurse.get(f"/api/break-glass/{town.mine.ids['person']}")).status_code == 404


async def test_opening_is_nobody_elses(town: Town) -> None:
    colleague = town.mine.users[Role.AUDITOR]
    await town.as_owner(
        town.mine.id,
        "INSERT INTO membership (territory_id, user_id, role, granted_at) VALUES ($1, $2, 'field_team', now())",
        colleague,
    )
    try:
        async with await town.signed_in(Role.FIELD_TEAM) as nurse, await town.signed_in(Role.AUDITOR) as other:
            opening_id = await _opened(town, nurse)
            for path in (f"/api/break-glass/{opening_id}", f"/break-glass/{opening_id}"):
                assert (await other.get(path)).status_code == 404
            assert (await other.post(f"/api/break-glass/{opening_id}/close")).status_code == 404
            assert (await nurse.get(f"/api/break-glass/{opening_id}")).status_code == 200
    finally:
        await town.as_owner(
            town.mine.id,
            "DELETE FROM membership WHERE territory_id = $1 AND user_id = $2 AND role = 'field_team'",
            colleague,
        )


@pytest.mark.parametrize("end", ["an_hour", "closed", "not_justified", "role_taken"])
async def test_opening_ends(town: Town, later: Any, end: str) -> None:
    nurse_id = town.mine.users[Role.FIELD_TEAM]
    async with await town.signed_in(Role.FIELD_TEAM) as nurse, await town.signed_in(Role.CLINICAL_SUPERVISOR) as head:
        opening_id = await _opened(town, nurse)
        later(minutes=59)
        assert (await nurse.get(f"/api/break-glass/{opening_id}")).status_code == 200
        if end == "an_hour":
            later(minutes=60, seconds=1)
        elif end == "closed":
            assert (await nurse.post(f"/api/break-glass/{opening_id}/close")).status_code == 204
        elif end == "not_justified":
            body = {"finding": "not_justified", "note": "la personne n'avait pas été vue"}
            assert (await head.post(f"/api/break-glass-reviews/{opening_id}", json=body)).status_code == 204
        else:
            await _role(town, nurse_id, "field_team", "partner")
        try:
            for path in (f"/api/break-glass/{opening_id}", f"/break-glass/{opening_id}"):
                answer = await nurse.get(path)
                assert answer.status_code == (403 if end == "role_taken" else 404)
                assert str(town.mine.id) not in answer.text
        finally:
            if end == "role_taken":
                await _role(town, nurse_id, "partner", "field_team")


async def test_supervisors_are_told_at_once_and_nobody_else_reads_their_notice(town: Town) -> None:
    async with await town.signed_in(Role.FIELD_TEAM) as nurse, await town.signed_in(Role.CLINICAL_SUPERVISOR) as head:
        await _read_all(head)
        await _opened(town, nurse)
        assert "(1)" in (await head.get("/notices")).text
        assert "ouvert en urgence" in (await head.get("/notices")).text
        assert "ouvert en urgence" not in (await nurse.get("/notices")).text
        await _read_all(head)
        assert "(1)" not in (await head.get("/notices")).text
    async with await town.signed_in(Role.CLINICAL_SUPERVISOR, town.other) as elsewhere:
        assert "ouvert en urgence" not in (await elsewhere.get("/notices")).text


async def test_review_is_somebody_elses_and_stands(town: Town) -> None:
    nurse_id = town.mine.users[Role.FIELD_TEAM]
    await _role(town, nurse_id, "", "clinical_supervisor")
    try:
        async with (
            await town.signed_in(Role.FIELD_TEAM) as nurse,
            await town.signed_in(Role.CLINICAL_SUPERVISOR) as head,
        ):
            opening_id = await _opened(town, nurse)
            path, well = f"/api/break-glass-reviews/{opening_id}", {"finding": "justified"}
            assert (await nurse.post(path, json=well)).json()["code"] == "review_not_yours"
            assert (await head.post(path, json={"finding": "not_justified"})).status_code == 400
            waiting = (await head.get("/api/break-glass-reviews")).json()
            assert [(one["id"], one["finding"], one["looks"]) for one in waiting] == [(str(opening_id), None, 0)]
            assert (await head.post(path, json=well)).status_code == 204
            assert (await head.post(path, json=well)).json()["code"] == "review_not_yours"
            assert (await head.get("/api/break-glass-reviews")).json()[0]["finding"] == "justified"
            assert (await nurse.get(f"/api/break-glass/{opening_id}")).status_code == 200  # justified: its hour goes on
    finally:
        await _role(town, nurse_id, "clinical_supervisor", "")


async def test_finding_against_somebody_is_told_to_them_the_administrator_and_the_auditor(town: Town) -> None:
    async with await town.signed_in(Role.FIELD_TEAM) as nurse, await town.signed_in(Role.CLINICAL_SUPERVISOR) as head:
        opening_id = await _opened(town, nurse)
        body = {"finding": "not_justified", "note": "aucune urgence ce jour-là"}
        await head.post(f"/api/break-glass-reviews/{opening_id}", json=body)
    for role in (Role.FIELD_TEAM, Role.TERRITORY_ADMINISTRATOR, Role.AUDITOR):
        async with await town.signed_in(role) as reader:
            assert "non justifié" in (await reader.get("/notices")).text, role


@pytest.mark.parametrize(
    "other",
    [
        {"name": "Ada"},
        {"name": "Ad%"},
        {"born_on": "1950-01-03"},
        {"born_on": None},
        {"name": "Ada Ada", "born_on": None},
    ],
)
async def test_only_an_exact_search_finds(town: Town, other: dict[str, Any]) -> None:
    async with await town.signed_in(Role.FIELD_TEAM) as nurse:
        answer = await nurse.post("/api/break-glass", json=_body(town.mine, **other))
        assert (answer.status_code, answer.json()["code"]) == (404, "nobody_found")
        assert (await nurse.post("/api/break-glass", json=_body(town.mine))).status_code == 201


async def test_somebody_without_papers_is_found_by_the_exact_alias_while_it_is_theirs_alone(town: Town) -> None:
    alias = f"Momo {new_id()}"
    await town.at_desk(town.mine, Act("person", new_id(), {"alias": alias}))
    wanted = _body(town.mine, name=alias.upper(), born_on=None)
    async with await town.signed_in(Role.FIELD_TEAM) as nurse:
        assert (await nurse.post("/api/break-glass", json=wanted)).status_code == 201
        await town.at_desk(town.mine, Act("person", new_id(), {"alias": alias}))
        assert (await nurse.post("/api/break-glass", json=wanted)).json()["code"] == "nobody_found"


async def test_searching_is_bounded_found_or_not(town: Town) -> None:
    """A search tells whether somebody is known: five in a quarter of an hour are an emergency, more are curiosity."""
    async with await town.signed_in(Role.FIELD_TEAM) as nurse:
        for at in range(5):
            body = _body(town.mine, **({} if at else {"name": "Nobody"}))
            assert (await nurse.post("/api/break-glass", json=body)).status_code == (201 if at else 404)
        assert (await nurse.post("/api/break-glass", json=_body(town.mine))).status_code == 429
    missed = await _acts(town, "break_glass_missed")
    assert missed[-1]["subject_ids"] == []
    assert "Nobody" not in missed[-1]["reason"]


async def _read_all(reader: httpx.AsyncClient) -> None:
    latest = re.search(r'name="latest" value="([^"]+)"', (await reader.get("/notices")).text)
    if latest:
        assert (await reader.post("/notices/read", data={"latest": latest.group(1)})).status_code == 303


async def _role(town: Town, user_id: UUID, former: str, present: str) -> None:
    if former:
        await town.as_owner(
            town.mine.id,
            "DELETE FROM membership WHERE territory_id = $1 AND user_id = $2 AND role = $3",
            user_id,
            former,
        )
    if present:
        await town.as_owner(
            town.mine.id,
            "INSERT INTO membership (territory_id, user_id, role, granted_at) VALUES ($1, $2, $3, now())",
            user_id,
            present,
        )


async def _statuses(town: Town, browser: httpx.AsyncClient) -> dict[str, int]:
    """Return how every reading route answers, asked for real records; not those of the glass itself."""
    found = {}
    for (method, path), entry in ROUTES.items():
        if method == "GET" and not entry.endless and "break-glass" not in path:
            call = await entry.ask(town, town.mine, town.mine.users[Role.FIELD_TEAM])
            found[path] = (await browser.get(call.path)).status_code
    return found
