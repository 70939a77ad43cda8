"""A territory administrator manages people, and no account that another territory trusts."""

import re
from uuid import UUID

import httpx
import pyotp
import pytest

from backend import clock
from backend.access import Role
from backend.ids import new_id
from tests.trust import town_accounts as making
from tests.trust.town import PASSPHRASE, Town

HOME = "/people-and-rights"


@pytest.fixture(autouse=True)
async def _fresh(town: Town) -> None:
    await town.owner.execute("DELETE FROM throttle")


async def _head(town: Town) -> httpx.AsyncClient:
    return await town.signed_in(Role.TERRITORY_ADMINISTRATOR)


async def _roles(town: Town, user_id: UUID) -> list[str]:
    rows = await town.as_owner(
        town.mine.id, "SELECT role FROM membership WHERE territory_id = $1 AND user_id = $2 ORDER BY role", user_id
    )
    return [row["role"] for row in rows]


def _code(answer: httpx.Response) -> str:
    found = re.search(r'id="code">([A-Z0-9-]+)<', answer.text)
    assert found, answer.text
    return found.group(1)


async def test_new_colleague_chooses_a_passphrase_with_the_code_and_works(town: Town) -> None:
    login = f"lea-{new_id().hex[-8:]}"
    async with await _head(town) as head:
        answer = await head.post(
            HOME, data={"login": login, "full_name": "Léa Roy", "roles": ["dispatcher", "partner"]}
        )
        assert (await head.post(HOME, data={"login": login, "full_name": "Léa Roy"})).status_code == 400
        for unfit in ("Léa!", "a", "x" * 65):
            body = {"login": unfit, "full_name": "x", "roles": "partner"}
            assert (await head.post(HOME, data=body)).status_code == 400
    async with town.browser() as lea:
        set_up = await lea.post("/api/set-up", json={"code": _code(answer), "passphrase": PASSPHRASE})
        assert set_up.json()["next_step"] == "enrol"
        offer = (await lea.post("/api/me/second-factor")).json()
        code = pyotp.TOTP(offer["secret"]).at(clock.now())
        done = await lea.post("/api/me/second-factor/confirm", json={"ticket": offer["ticket"], "code": code})
        assert done.json()["me"]["roles"] == ["dispatcher", "partner"]


async def test_roles_change_at_the_next_request_and_the_user_is_told(town: Town) -> None:
    user_id = await making.add_colleague(town, town.mine)
    async with await _head(town) as head, town.browser(await town.session(user_id, town.mine.id)) as colleague:
        assert (await colleague.get("/requests")).status_code == 403
        assert (await head.post(f"{HOME}/{user_id}/roles", data={"roles": "dispatcher"})).status_code == 303
        assert (await colleague.get("/requests")).status_code == 200
        assert "rôles ont changé" in (await colleague.get("/notices")).text
        assert (await head.post(f"{HOME}/{user_id}/sessions")).status_code == 303
        assert (await colleague.get("/api/me")).status_code == 401
        assert (await head.post(f"{HOME}/{user_id}/roles", data={})).status_code == 303
        assert (await head.get(f"{HOME}/{user_id}")).status_code == 404


async def test_nobody_changes_their_own_rights_or_proofs(town: Town) -> None:
    own = town.mine.users[Role.TERRITORY_ADMINISTRATOR]
    before = await _roles(town, own)
    async with await _head(town) as head:
        for what, form in (
            ("roles", {"roles": ["territory_administrator", "clinical_supervisor"]}),
            ("standing", {"standing": "disabled"}),
            ("reset", {"what": "second_factor"}),
            ("identity", {"subject": "mine"}),
        ):
            answer = await head.post(f"{HOME}/{own}/{what}", data=form)
            assert answer.status_code == 409, what
        login = f"territory_administrator-{own.hex[-8:]}"
        body = {"login": login, "full_name": "x", "roles": "clinical_supervisor"}
        assert (await head.post(HOME, data=body)).status_code == 409
    assert await _roles(town, own) == before


async def test_account_that_another_territory_trusts_is_not_taken_over(town: Town) -> None:
    """Adding somebody's login here must not let an administrator choose the passphrase with which they work there."""
    theirs = await making.add_colleague(town, town.other)
    await town.owner.execute("UPDATE app_user SET passphrase_hash = '' WHERE id = $1", theirs)
    async with await _head(town) as head:
        added = await head.post(HOME, data={"login": f"c{theirs}", "full_name": "x", "roles": "partner"})
        assert (added.status_code, added.headers["location"]) == (303, f"{HOME}?done=known")
        assert await town.owner.fetch("SELECT 1 FROM set_up_code WHERE user_id = $1", theirs) == []
        for what, form in (
            ("standing", {"standing": "disabled"}),
            ("reset", {"what": "passphrase"}),
            ("reset", {"what": "second_factor"}),
            ("identity", {"subject": "mine"}),
        ):
            assert (await head.post(f"{HOME}/{theirs}/{what}", data=form)).status_code == 409, what
        assert (await head.post(f"{HOME}/{theirs}/roles", data={})).status_code == 303


async def test_identity_is_linked_to_one_user_alone(town: Town) -> None:
    first, second = [await making.add_colleague(town, town.mine) for _ in range(2)]
    subject = f"subject {new_id()}"
    async with await _head(town) as head:
        assert (await head.post(f"{HOME}/{first}/identity", data={"subject": subject})).status_code == 303
        assert (await head.post(f"{HOME}/{second}/identity", data={"subject": subject})).status_code == 409
        assert (await head.post(f"{HOME}/{first}/identity", data={"subject": ""})).status_code == 303
        assert (await head.post(f"{HOME}/{second}/identity", data={"subject": subject})).status_code == 303


async def test_sensitive_act_asks_for_a_code_and_leads_back_to_its_page(town: Town) -> None:
    user_id = await making.add_colleague(town, town.mine)
    token = await town.session(town.mine.users[Role.TERRITORY_ADMINISTRATOR], town.mine.id, reauthenticated_at=None)
    async with town.browser(token) as head:
        answer = await head.post(f"{HOME}/{user_id}/roles", data={"roles": "auditor"})
        assert answer.headers["location"] == "/reauthenticate?next=%2Fpeople-and-rights"
    assert await _roles(town, user_id) == ["partner"]
