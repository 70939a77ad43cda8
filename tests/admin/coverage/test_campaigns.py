"""A territory without a campaign gets one on a page: no two at once, no small group apart, and its days follow its state."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from backend.access import Role, Scope
from backend.coverage.campaigns import NewCampaign, open_campaign
from backend.coverage.open_campaign import Phase
from backend.coverage.rebuild import rebuild_in_steps
from backend.db.transaction import transaction
from backend.ids import TerritoryId
from backend.log.desk import installation_for
from backend.settings import Settings
from backend.territory.store import write_territory
from tests.admin.desk import TODAY, Desk, Seen, bare, desk_of, send
from tests.backend.log.meetings import beside
from tests.conftest import Database

PAGE = "/coverage/campaigns"
ZONA = {
    "name": "Zona 2026", "antigen": "zoster", "season": "2026-2027", "starts_on": "2026-11-22", "ends_on": "2027-03-31",
    "age": "65", "target": "60",
}  # fmt: skip


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as made:
        yield made


@pytest.fixture
async def bourg(desk: Desk) -> TerritoryId:
    """Make a territory in which nothing is written down, with a supervisor and a manager."""
    territory_id = await write_territory(desk.house.database.owner_url, bare("bourg"), desk.house.time())
    await desk.house.user("sam", "bourg", Role.CLINICAL_SUPERVISOR)
    await desk.house.user("mina", "bourg", Role.CENTRE_MANAGER)
    return territory_id


async def campaigns_of(territory_id: TerritoryId) -> list[Any]:
    async with transaction(Scope(territory_id)) as tx:
        return await tx.fetch("SELECT * FROM campaign WHERE territory_id = $1 ORDER BY starts_on, name", territory_id)


async def step(browser: httpx.AsyncClient, campaign_id: object, wanted: str) -> httpx.Response:
    """Press the button of a campaign's step as its form stands on the page."""
    return await send(browser, await browser.get(PAGE), f"{PAGE}/{campaign_id}", step=wanted)


async def test_bare_territory_gets_its_first_campaign_and_a_manager_only_sees_it(
    desk: Desk, bourg: TerritoryId
) -> None:
    sam, mina = await desk.house.signed_in("sam"), await desk.house.signed_in("mina")
    assert PAGE in Seen((await mina.get("/coverage")).text).addresses
    shown = await sam.get(PAGE)
    assert not Seen(shown.text).refused
    assert "Aucune campagne" in shown.text
    opened = await send(sam, shown, PAGE, **ZONA)
    assert opened.headers["location"] == f"{PAGE}?done=opened"
    [made] = await campaigns_of(bourg)
    assert (made["name"], made["antigen"], made["age_least_years"], made["target_percent"]) == (
        "Zona 2026", "zoster", 65, 60,
    )  # fmt: skip
    assert (made["starts_on"], made["ends_on"], made["state"], made["population_groups"]) == (
        date(2026, 11, 22), date(2027, 3, 31), "prepared", [],
    )  # fmt: skip
    seen = (await mina.get(PAGE, params={"locale": "en"})).text
    assert "Zona 2026" in seen
    assert "prepared" in seen
    assert 'id="add"' not in seen
    form = {**Seen(seen).forms[-1][1], **ZONA}
    assert (await mina.post(PAGE, data=form)).status_code == 403
    assert (await mina.post(f"{PAGE}/{made['id']}", data={**form, "step": "end"})).status_code == 403
    await rebuild_in_steps(Scope(bourg))
    assert "Zona 2026" in (await mina.get("/coverage")).text


async def test_what_cannot_be_is_said_and_nothing_is_written(desk: Desk, bourg: TerritoryId) -> None:
    sam = await desk.house.signed_in("sam")
    shown = await sam.get(PAGE)
    for wrong, said in (
        ({"ends_on": "2026-11-21"}, "Ces jours ne vont pas"),
        ({"starts_on": "soon"}, "Ces jours ne vont pas"),
        ({"starts_on": "2025-10-14", "ends_on": "2026-01-31"}, "déjà finie"),
    ):
        answer = await send(sam, shown, PAGE, **{**ZONA, **wrong})
        assert said in answer.text, wrong
        assert 'value="Zona 2026"' in answer.text  # what was typed stays
    for wrong in ({"antigen": "hib"}, {"age": "66"}, {"target": "0"}, {"name": ""}, {"groups": "everybody"}):
        assert (await send(sam, shown, PAGE, **{**ZONA, **wrong})).status_code == 400, wrong
    assert await campaigns_of(bourg) == []


async def test_no_two_against_one_disease_run_at_once_even_if_opened_at_once(desk: Desk, bourg: TerritoryId) -> None:
    sue_id = await desk.house.user("sue", "bourg", Role.CLINICAL_SUPERVISOR)
    sam, now = await desk.house.signed_in("sam"), desk.house.time()
    shown = await sam.get(PAGE)
    phase = Phase(date(2026, 11, 22), date(2026, 12, 31), frozenset())
    async with transaction(Scope(bourg, sue_id)) as tx:
        of_sue = NewCampaign("Zona", "zoster", "", 75, phase, 50)
        assert await open_campaign(tx, await installation_for(tx, "desk", now), of_sue, now, TODAY) is None
        task = beside(send(sam, shown, PAGE, **ZONA))
        await desk.until_done_or_blocked(task)
    assert "court alors" in (await task).text
    assert (await send(sam, await sam.get(PAGE), PAGE, **{**ZONA, "antigen": "influenza"})).status_code == 303
    assert sorted(row["antigen"] for row in await campaigns_of(bourg)) == ["influenza", "zoster"]


async def test_campaign_is_started_ended_and_withdrawn_and_its_days_follow(desk: Desk, bourg: TerritoryId) -> None:
    sam = await desk.house.signed_in("sam")
    later = {**ZONA, "name": "Plus tard", "starts_on": "2027-05-01", "ends_on": "2027-06-30"}
    for form in (ZONA, later):
        assert (await send(sam, await sam.get(PAGE), PAGE, **form)).status_code == 303
    first, second = [row["id"] for row in await campaigns_of(bourg)]
    assert "n&#39;est plus dans cet état" in (await step(sam, second, "start")).text  # before its first day
    assert (await step(sam, first, "start")).status_code == 303
    assert (await step(sam, second, "withdraw")).status_code == 303
    rows = await campaigns_of(bourg)
    assert [(row["state"], row["ends_on"]) for row in rows] == [
        ("running", date(2027, 3, 31)), ("ended", date(2027, 4, 30)),
    ]  # fmt: skip
    assert "retirée" in (await sam.get(PAGE)).text
    assert "Plus tard" not in (await sam.get("/coverage")).text
    # What was withdrawn holds no day: another may be there instead.
    assert (await send(sam, await sam.get(PAGE), PAGE, **{**later, "name": "Autre"})).status_code == 303
    desk.house.time.at = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    sam = await desk.house.signed_in("sam")
    ended_form = await sam.get(PAGE)
    assert (await send(sam, ended_form, f"{PAGE}/{first}", step="end")).status_code == 303
    again = await send(sam, ended_form, f"{PAGE}/{first}", step="end")
    assert "n&#39;est plus dans cet état" in again.text
    ended = next(row for row in await campaigns_of(bourg) if row["id"] == first)
    assert (ended["state"], ended["ends_on"]) == ("ended", date(2026, 12, 1))


async def test_small_groups_are_aimed_at_together_alone(desk: Desk) -> None:
    """Of sixty people most groups are small: they are offered as one choice, and a part of it is refused."""
    await rebuild_in_steps(desk.scope)
    selma = await desk.house.signed_in("selma")
    shown = await selma.get(PAGE)
    pool = next(
        one for one in (part.split('"')[0] for part in shown.text.split('name="groups" value="')[1:]) if "+" in one
    )
    refused = await send(selma, shown, PAGE, **{**ZONA, "groups": pool.split("+")[0]})
    assert "trop petits" in refused.text
    assert (await send(selma, shown, PAGE, **{**ZONA, "groups": pool})).status_code == 303
    made = await desk.value("SELECT population_groups FROM campaign WHERE territory_id = $1 AND antigen = 'zoster'")
    assert sorted(made) == pool.split("+")
