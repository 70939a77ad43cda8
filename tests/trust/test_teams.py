"""Teams are made, changed and suspended at the desk, and go out on the days that are set."""

import re
from datetime import date
from typing import Any

import httpx
import pytest

from backend.access import Role
from tests.trust.town import Town

DAYS = {
    "from": "2027-03-22", "until": "2027-04-04", "on": ["0", "6"], "starts": "08:30", "ends": "17:00", "lunch_from": "11:45",
    "lunch_until": "14:00", "lunch_minutes": "30", "doses.flu": "20", "tests": "12", "do": "set",
}  # fmt: skip


async def _made(browser: httpx.AsyncClient, **more: str) -> str:
    """Add a team and return the address of its page."""
    answer = await browser.post("/teams", data={"name": "Nord", "letter": "N", "mode": "foot", **more})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def _team(town: Town, address: str) -> dict[str, Any]:
    rows = await town.as_owner(
        town.mine.id,
        "SELECT * FROM team WHERE territory_id = $1 AND id::text = $2",
        address.rsplit("/", maxsplit=1)[-1],
    )
    return dict(rows[0])


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.TERRITORY_ADMINISTRATOR])
async def test_team_is_added_changed_and_suspended_by_ops_that_are_journaled(town: Town, role: Role) -> None:
    async with await town.signed_in(role) as browser:
        address = await _made(browser, skills="nurse, vaccination", languages="fr, ar", tests_capacity="12")
        team = await _team(town, address)
        assert (team["name"], team["state"], team["tests_capacity"]) == ("Nord", "active", 12)
        assert (sorted(team["skills"]), sorted(team["languages"])) == (["nurse", "vaccination"], ["ar", "fr"])
        changed = {"name": "Nord", "letter": "N", "mode": "car", "skills": "nurse", "languages": "fr, ar"}
        assert (await browser.post(address, data=changed)).status_code == 303
        assert (await browser.post(f"{address}/standing", data={"state": "suspended"})).status_code == 303
        team = await _team(town, address)
        assert (team["mode"], team["skills"], team["tests_capacity"], team["state"]) == (
            "car",
            ["nurse"],
            None,
            "suspended",
        )
        assert re.search(r"Nord <span class=\"tag late\">suspendue", (await browser.get("/teams")).text)
        ops = await town.as_owner(
            town.mine.id,
            "SELECT count(*) FROM op WHERE territory_id = $1 AND record_id::text = $2",
            address.split("/")[-1],
        )
        assert ops[0][0] == 3
        for unfit in (
            {"name": ""},
            {"name": "x", "mode": "boat"},
            {"name": "x", "mode": "foot", "doses_capacity": "-1"},
        ):
            assert (await browser.post(address, data=unfit)).status_code == 400, unfit
        assert await _team(town, address) == team


async def test_team_goes_out_on_the_days_that_are_set_by_the_clock_of_the_territory(town: Town) -> None:
    """Clocks go forward on 28 March 2027: half past eight stays half past eight."""
    async with await town.signed_in(Role.DISPATCHER) as browser:
        address = await _made(browser)
        assert (await browser.post(f"{address}/days", data=DAYS)).status_code == 303
        rows = await _shifts(town, address)
        assert [row["day_on"] for row in rows] == [date(2027, 3, day) for day in (22, 28, 29)] + [date(2027, 4, 4)]
        assert [row["starts_at"].hour for row in rows] == [7, 6, 6, 6]
        assert (rows[0]["doses_carried"], rows[0]["lunch_window"]) == ('{"flu": 20}', "11:45-14:00")
        again = {**DAYS, "ends": "16:00"}
        assert (await browser.post(f"{address}/days", data=again)).status_code == 303
        assert [row["ends_at"].hour for row in await _shifts(town, address)] == [15, 14, 14, 14]
        off = {"from": "2027-03-28", "until": "2027-03-29", "do": "cancel"}
        assert (await browser.post(f"{address}/days", data=off)).status_code == 303
        assert len(await _shifts(town, address)) == 2
        unfit: list[dict[str, Any]] = [
            {"ends": "08:00"},
            {"until": "2028-03-22"},
            {"on": []},
            {"from": "soon"},
            {"doses.flu": "-1"},
        ]
        for part in unfit:
            assert (await browser.post(f"{address}/days", data={**DAYS, **part})).status_code == 400, part
        assert len(await _shifts(town, address)) == 2


async def _shifts(town: Town, address: str) -> list[Any]:
    return await town.as_owner(
        town.mine.id,
        "SELECT * FROM shift WHERE territory_id = $1 AND team_id::text = $2 ORDER BY day_on",
        address.rsplit("/", maxsplit=1)[-1],
    )


async def test_letter_is_one_or_two_of_the_alphabet_and_of_one_working_team(town: Town) -> None:
    async with await town.signed_in(Role.DISPATCHER) as browser:
        first = await _made(browser, letter="q")
        assert (await _team(town, first))["letter"] == "Q"
        for letter in ("-0", "É", "1", "QQQ", "Q"):
            answer = await browser.post("/teams", data={"name": "Sud", "letter": letter, "mode": "foot"})
            assert answer.status_code == 400, letter
            assert "une ou deux lettres de A à Z" in answer.text
        assert (await browser.post(f"{first}/standing", data={"state": "suspended"})).status_code == 303
        await _made(browser, letter="Q")
        assert (await browser.post(f"{first}/standing", data={"state": "active"})).status_code == 400
