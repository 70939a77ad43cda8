"""A manager reads coverage of the own territory as JSON and CSV; others do not."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest

from backend.access import Role, Scope
from backend.coverage import api
from backend.coverage.keep import apply_changes
from backend.coverage.rebuild import rebuild
from backend.db.transaction import transaction
from backend.ids import TerritoryId, new_id
from backend.settings import Settings
from tests.backend.accounts.house import House, house_of
from tests.backend.coverage.world import START, World
from tests.conftest import Database


@pytest.fixture
async def house(database: Database, settings: Settings) -> AsyncIterator[House]:
    async with house_of(database, settings, *api.routes) as made:
        made.app.state.now = made.time
        yield made


async def town(house: House, slug: str) -> World:
    """Make a territory with two zones: 40 elderly at one hotel, 30 of them covered by us, and 4 in another zone."""
    territory: TerritoryId = await house.territory(slug)
    world = World(Scope(territory))
    for number, zone_id in enumerate(world.zones):
        outline = f"[[2.{number},48.8],[2.{number}9,48.8],[2.{number}9,48.9],[2.{number},48.8]]"
        await house.as_owner(
            "INSERT INTO zone (id, territory_id, code, name, geojson, inhabitants, facts_source) "
            "VALUES ($1, $2, $3, $4, $5, 1000, 'test')",
            zone_id,
            territory,
            f"z{number}",
            f"=Zone {number}",
            f'{{"type":"Polygon","coordinates":[{outline}]}}',
            territory_id=territory,
        )
        await house.as_owner(
            "INSERT INTO population_cell (territory_id, zone_id, age_band, population_group, low, point, high, method, "
            "facts_source, counted_on) VALUES ($1, $2, '65+', 'all', 90, 100, 110, 'modelled', 'test', $3)",
            territory,
            zone_id,
            date(2026, 1, 1),
            territory_id=territory,
        )
    async with transaction(world.scope) as tx:
        campaign = {
            "name": "Grippe",
            "antigen": "influenza",
            "starts_on": START,
            "ends_on": START + timedelta(days=100),
            "age_least_years": 65,
            "target_percent": 75,
        }
        await world.put(tx, "campaign", world.ids["campaign"][0], campaign)
        for number, zone_id in enumerate(world.zones[:2]):
            place = world.ids["place"][number]
            await world.put(tx, "place", place, {"kind": "hotel", "name": "<b>Hôtel</b>", "zone_id": zone_id})
        for number in range(44):
            place = world.ids["place"][0 if number < 40 else 1]
            person = new_id()
            fields = {"place_id": place, "born_on": date(1950, 1, 1), "population_group": "other"}
            await world.put(tx, "person", person, fields)
            if number < 30:
                await world.put(tx, "dose", new_id(), {**_GIVEN, "person_id": person})
        await rebuild(tx)
    return world


_GIVEN = {"status": "given", "antigens": ["influenza"], "given_on": START, "source": "own"}


async def ask(browser: httpx.AsyncClient, world: World, **more: str) -> dict[str, Any]:
    answer = await browser.get("/api/coverage", params={"campaign": str(world.ids["campaign"][0]), **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_dose_is_seen_at_once_by_the_manager(house: House) -> None:
    world = await town(house, "paris")
    await house.user("awa", "paris", Role.CENTRE_MANAGER)
    browser = await house.signed_in("awa")
    before = await ask(browser, world)
    assert (before["total"]["covered"], before["total"]["due"], before["total"]["doses_given"]) == (30, 14, 30)
    assert before["total"]["known"]["percent"] == "68.2"
    assert before["total"]["population"]["interval"] == {"low": "9.1", "high": "11.1"}
    assert before["data_up_to"]["rebuild_needed_at"] is None
    # The zone of four people is hidden, and the zone of forty with it in what would tell the four.
    assert [line["due"] for line in before["lines"]] == [None, None, 0]
    assert [line["covered"] for line in before["lines"]] == [30, 0, 0]

    async with transaction(world.scope) as tx:
        person = max(world.rows["person"])
        await apply_changes(tx, [await world.put(tx, "dose", new_id(), {**_GIVEN, "person_id": person})])
    after = await ask(browser, world)
    assert (after["total"]["covered"], after["total"]["doses_given"]) == (31, 31)


async def test_tablet_is_told_as_behind_until_an_installation_of_it_hands_in(house: House) -> None:
    world = await town(house, "paris")
    await house.user("awa", "paris", Role.CENTRE_MANAGER)
    browser = await house.signed_in("awa")

    territory, tablet = world.scope.territory_id, new_id()
    await house.as_owner(
        "INSERT INTO tablet (id, territory_id, label, state, enrolled_at) VALUES ($1, $2, 't', 'active', now())",
        tablet,
        territory,
        territory_id=territory,
    )
    await house.as_owner(
        "INSERT INTO installation (id, territory_id, tablet_id, state, made_at) VALUES ($1, $2, $3, 'active', now())",
        new_id(),
        territory,
        tablet,
        territory_id=territory,
    )

    async def behind_when_seen(seen_at: datetime) -> tuple[int, int]:
        async with transaction(world.scope) as tx:
            await tx.execute(
                "UPDATE installation SET seen_at = $3 WHERE territory_id = $1 AND tablet_id = $2",
                territory,
                tablet,
                seen_at,
            )
        told = (await ask(browser, world))["data_up_to"]
        return told["tablets_not_synced"], told["tablets"]

    now = house.time()
    assert await behind_when_seen(now - timedelta(days=2)) == (1, 1)
    assert await behind_when_seen(now) == (0, 1)


async def test_other_roles_and_other_territories_see_nothing(house: House) -> None:
    paris, lyon = await town(house, "paris"), await town(house, "lyon")
    await house.user("awa", "paris", Role.CENTRE_MANAGER)
    await house.user("bob", "paris", Role.DISPATCHER)
    awa, bob = await house.signed_in("awa"), await house.signed_in("bob")
    own, other = ({"campaign": str(one.ids["campaign"][0])} for one in (paris, lyon))
    for path in ("/api/coverage", "/api/coverage.csv"):
        assert (await awa.get(path, params=own)).status_code == 200
        assert (await awa.get(path, params=other)).status_code == 404
        assert (await bob.get(path, params=own)).status_code == 403
        assert (await house.browser().get(path, params=own)).status_code == 401
    campaigns = (await awa.get("/api/coverage/campaigns")).json()
    assert [one["id"] for one in campaigns] == [own["campaign"]]


async def test_group_that_is_no_pool_is_not_found(house: House) -> None:
    world = await town(house, "paris")
    await house.user("awa", "paris", Role.CENTRE_MANAGER)
    browser = await house.signed_in("awa")
    asked = {"campaign": str(world.ids["campaign"][0]), "group": "large_family"}
    assert (await browser.get("/api/coverage", params=asked)).status_code == 404
    assert (await browser.get("/api/coverage", params={**asked, "group": "other"})).status_code == 200
    assert (await browser.get("/api/coverage", params={"campaign": "x"})).status_code == 400


async def test_csv_holds_the_figures_of_the_page_in_both_variants(house: House) -> None:
    world = await town(house, "paris")
    await house.user("awa", "paris", Role.CENTRE_MANAGER)
    browser = await house.signed_in("awa")
    asked = {"campaign": str(world.ids["campaign"][0])}
    french = (await browser.get("/api/coverage.csv", params=asked)).content.decode("utf-8-sig").splitlines()
    opened = (await browser.get("/api/coverage.csv", params={**asked, "variant": "open"})).text.splitlines()
    assert french[1].split(";")[:4] == ["z0", "'=Zone 0", "", "30"]
    assert french[-1].split(";")[2:8] == ["44", "30", "68,2", "10,0", "9,1", "11,1"]
    assert opened[-1].split(",")[2:8] == ["44", "30", "68.2", "10.0", "9.1", "11.1"]
    assert french[2].split(";")[-1] == "yes"


async def test_operations_and_definitions_answer(house: House) -> None:
    world = await town(house, "paris")
    await house.user("awa", "paris", Role.CENTRE_MANAGER)
    browser = await house.signed_in("awa")
    async with transaction(world.scope) as tx:
        received_at: datetime = house.time() - timedelta(days=5)
        changes = [await world.put(tx, "request", new_id(), {"received_at": received_at, "state": "open"})]
        await apply_changes(tx, changes)
    found = (await browser.get("/api/coverage/operations", params={"campaign": str(world.ids["campaign"][0])})).json()
    assert found["waiting"] == [{"days": "4-7", "state": "open", "requests": 1}]
    assert found["reached"][0]["known"] == 44
    assert [one["days"] for one in found["sites"]] == [None, None]
    codes = {one["code"] for one in (await browser.get("/api/coverage/indicators")).json()}
    assert {"contribution", "population_coverage"} <= codes
    estimate = await browser.get("/api/coverage/two-list-estimate", params={"first": 120, "second": 80, "matches": 24})
    assert estimate.json()["estimate"]["persons"] == "391.0"
