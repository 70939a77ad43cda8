"""Who goes out with a team sees its rounds and no others, from the next request on; and what a lost role takes along."""

import base64
from datetime import date
from uuid import UUID

import httpx
import msgspec
import pytest

from backend import clock
from backend.access import Role, Scope
from backend.db.transaction import transaction
from backend.ids import TabletId, UserId, new_id
from backend.log.desk import Act
from backend.tablets import shares
from tests.trust import town as making
from tests.trust.town import Town
from tests.trust.town_accounts import add_colleague

DAY = "2026-03-02"


@pytest.fixture
async def other_team(town: Town) -> UUID:
    """Return a second team of the territory, which has a round of its own on the day; the first team has one too."""
    await making.add_stop(town, town.mine, DAY)
    team_id, plan_id = new_id(), await making.add_plan(town, town.mine, 400)
    round_ = {"plan_id": str(plan_id), "team_id": str(team_id), "day_on": DAY, "state": "published"}
    await town.at_desk(
        town.mine, Act("team", team_id, {"name": f"Autre {team_id}"}), Act("round", new_id(), {**round_})
    )
    return team_id


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.TERRITORY_ADMINISTRATOR])
async def test_member_sees_the_rounds_of_the_team_from_the_next_request_on(
    town: Town, other_team: UUID, role: Role
) -> None:
    nurse = await add_colleague(town, town.mine, Role.FIELD_TEAM)
    first, second = f"Team {town.mine.id}", f"Autre {other_team}"
    async with town.browser(await town.session(nurse, town.mine.id)) as browser, await town.signed_in(role) as desk:
        assert _shown(await browser.get(f"/today?day={DAY}"), first, second) == (False, False)
        assert "aucune équipe" in (await browser.get(f"/today?day={DAY}")).text
        assert (await _set(desk, other_team, nurse)).status_code == 303
        assert _shown(await browser.get(f"/today?day={DAY}"), first, second) == (False, True)
        assert f'value="{nurse}" checked' in (await desk.get(f"/teams/{other_team}")).text
        assert (await _set(desk, town.mine.ids["team"], nurse, town.mine.users[Role.FIELD_TEAM])).status_code == 303
        assert _shown(await browser.get(f"/today?day={DAY}"), first, second) == (True, False)
        assert (await _set(desk, town.mine.ids["team"], town.mine.users[Role.FIELD_TEAM])).status_code == 303
        assert _shown(await browser.get(f"/today?day={DAY}"), first, second) == (False, False)
    async with await town.signed_in(Role.CLINICAL_SUPERVISOR) as browser:
        assert _shown(await browser.get(f"/today?day={DAY}"), first, second) == (True, True)
    told = await town.as_owner(
        town.mine.id,
        "SELECT user_id, subject_ids FROM journal WHERE territory_id = $1 AND act = 'team_people_set' "
        "AND $2 = ANY(subject_ids) ORDER BY seq",
        nurse,
    )
    assert [row["user_id"] for row in told] == [town.mine.users[role]] * 3


async def test_who_does_not_go_out_or_is_of_another_territory_is_put_into_no_team(town: Town, other_team: UUID) -> None:
    async with await town.signed_in(Role.DISPATCHER) as desk:
        for user_id in (town.mine.users[Role.AUDITOR], town.other.users[Role.FIELD_TEAM], new_id()):
            assert (await _set(desk, other_team, user_id)).status_code == 400
        assert (await desk.post(f"/teams/{other_team}/people", data={"member": "nobody"})).status_code == 400
    rows = await town.as_owner(
        town.mine.id, "SELECT 1 FROM membership WHERE territory_id = $1 AND team_id = $2", other_team
    )
    assert rows == []


async def test_whoever_only_goes_out_opens_no_plan_of_all_teams(town: Town) -> None:
    plan_id = await making.add_plan(town, town.mine, (date(2027, 12, 1) - date(2027, 1, 1)).days)
    async with await town.signed_in(Role.FIELD_TEAM) as browser:
        assert (await browser.get(f"/api/plans/{plan_id}")).status_code == 403
    async with await town.signed_in(Role.CLINICAL_SUPERVISOR) as browser:
        assert (await browser.get(f"/api/plans/{plan_id}")).status_code == 200


async def test_share_of_a_tablet_is_for_who_may_still_record(town: Town) -> None:
    """A role that has nothing to do with tablets, kept when the field team's was taken, opens no tablet."""
    user_id, tablet, verifier = (
        await add_colleague(town, town.mine, Role.FIELD_TEAM),
        await town.new_tablet(town.mine),
        bytes(32),
    )
    async with transaction(Scope(town.mine.id)) as tx:
        tablet_id = TabletId(tablet.tablet_id)
        await shares.join(tx, town.app.state.accounts.box, tablet_id, UserId(user_id), verifier, clock.now())
    proof = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
    body = msgspec.json.encode({"user_id": str(user_id), "verifier": proof})

    async def unlocked() -> int:
        async with town.browser() as browser:
            path = "/sync/people/unlock"
            return (await browser.post(path, content=body, headers=tablet.headers(path, body))).status_code

    assert await unlocked() == 200
    await town.as_owner(
        town.mine.id, "UPDATE membership SET role = 'partner' WHERE territory_id = $1 AND user_id = $2", user_id
    )
    assert await unlocked() == 403


async def _set(desk: httpx.AsyncClient, team_id: UUID, *members: UUID) -> httpx.Response:
    return await desk.post(f"/teams/{team_id}/people", data={"member": [str(one) for one in members]})


def _shown(answer: httpx.Response, *words: str) -> tuple[bool, ...]:
    assert answer.status_code == 200
    return tuple(word in answer.text for word in words)
