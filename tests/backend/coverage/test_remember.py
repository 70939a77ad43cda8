"""What is kept of the figures is what reading them again would give, whatever has been changed and by whom."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.coverage import remember, store
from backend.coverage.keep import apply_changes
from backend.coverage.rebuild import rebuild, rebuild_in_steps
from backend.coverage.remember import KEPT_MOST, read_version, remembered_value
from backend.db.transaction import Transaction, transaction
from backend.ids import new_id
from tests.backend.coverage.shown import Shown, all_shown
from tests.backend.coverage.test_keep import change_world, write_world
from tests.backend.coverage.world import START, World, make_world
from tests.conftest import Database

TODAY = START + timedelta(days=60)


async def shown(world: World) -> tuple[list[Shown], str]:
    """Return every figure of the first campaign as it is kept, with what stands beside it."""
    campaign = world.ids["campaign"][0]
    async with transaction(world.scope) as tx:
        figures = await store.read_campaign_figures(tx, campaign)
        assert figures is not None
        return (await all_shown(tx, campaign, TODAY))[0], repr((figures.zones, figures.estimates, figures.campaign))


async def shown_afresh(world: World) -> tuple[list[Shown], str]:
    """Return the same, read again."""
    remember._kept.clear()
    return await shown(world)


async def one_more_push(world: World, chance: Random, tx: Transaction) -> None:
    await apply_changes(tx, await change_world(world, chance, tx))


async def recounted(world: World, _chance: Random, tx: Transaction) -> None:
    await rebuild(tx)


async def rule_changed(world: World, chance: Random, tx: Transaction) -> None:
    await world.put(tx, "campaign", world.ids["campaign"][0], {"age_least_years": chance.choice([0, 65, 75])})


async def somebody_counts_nothing(world: World, _chance: Random, tx: Transaction) -> None:
    await tx.execute("DELETE FROM coverage_count WHERE territory_id = $1", world.scope.territory_id)


STEPS: list[Callable[[World, Random, Transaction], Awaitable[None]]] = [
    one_more_push,
    recounted,
    rule_changed,
    somebody_counts_nothing,
]


@settings(derandomize=True, max_examples=12, deadline=None, suppress_health_check=[*HealthCheck], database=None)
@given(seed=st.integers(0, 2**32), steps=st.lists(st.sampled_from(STEPS), min_size=2, max_size=5))
async def test_what_is_kept_equals_what_is_read_again(
    database: Database, seed: int, steps: list[Callable[[World, Random, Transaction], Awaitable[None]]]
) -> None:
    world, chance = await make_world(database), Random(seed)
    async with transaction(world.scope) as tx:
        await write_world(world, chance, tx)
        campaign = {"antigen": "influenza", "starts_on": START, "population_groups": []}
        await world.put(tx, "campaign", world.ids["campaign"][0], campaign)
        await rebuild(tx)
    for step in steps:
        await shown(world)
        async with transaction(world.scope) as tx:
            await step(world, chance, tx)
        kept = await shown(world)
        assert kept == await shown_afresh(world), step


CHANGES_OF_RULES = {
    "zone": "UPDATE zone SET name = 'renamed' WHERE territory_id = $1",
    "inhabitants": "INSERT INTO population_cell (territory_id, zone_id, age_band, population_group, low, point, high, method, "
    "facts_source, counted_on) SELECT territory_id, id, '65-74', 'all', 1, 2, 3, 'modelled', 'test', '2026-01-01' "
    "FROM zone WHERE territory_id = $1",
    "campaign": "UPDATE campaign SET antigen = 'covid' WHERE territory_id = $1",
    "target": "INSERT INTO coverage_target (territory_id, id, campaign_id, population_group, target_percent, facts_source) "
    "SELECT territory_id, gen_random_uuid(), id, 'other', 80, 'test' FROM campaign WHERE territory_id = $1",
}


@pytest.mark.parametrize("change", list(CHANGES_OF_RULES))
async def test_a_change_of_the_rules_is_a_new_version_and_touches_nobody_else(database: Database, change: str) -> None:
    world, other = await make_world(database), await make_world(database)
    async with transaction(world.scope) as tx:
        await world.put(tx, "campaign", world.ids["campaign"][0], {"antigen": "influenza", "starts_on": START})
        before = await read_version(tx)
    async with transaction(other.scope) as tx:
        before_elsewhere = await read_version(tx)
    connection = await asyncpg.connect(database.owner_url)  # a command, on another connection
    await connection.execute("SELECT set_config('maraude.territory', $1, false)", str(world.scope.territory_id))
    await connection.execute(CHANGES_OF_RULES[change], world.scope.territory_id)
    await connection.close()
    async with transaction(world.scope) as tx:
        after = await read_version(tx)
    async with transaction(other.scope) as tx:
        assert await read_version(tx) == before_elsewhere
    assert (after.counts, after.rules == before.rules) == (before.counts, False)


async def test_without_a_new_version_an_old_figure_would_be_shown(database: Database) -> None:
    """The other way round: what draws versions is what keeps the tests above green."""
    world = await make_world(database)
    async with transaction(world.scope) as tx:
        await world.put(tx, "campaign", world.ids["campaign"][0], {"antigen": "influenza", "starts_on": START})
        await world.put(tx, "person", new_id(), {"population_group": "other"})
        await rebuild(tx)
        version = await read_version(tx)
        old = await store.read_campaign_figures(tx, world.ids["campaign"][0], version)
    async with transaction(world.scope) as tx:
        for _ in range(12):
            person = await world.put(tx, "person", new_id(), {"population_group": "other"})
            await apply_changes(tx, [person])
        assert await store.read_campaign_figures(tx, world.ids["campaign"][0], version) is old
        assert await store.read_campaign_figures(tx, world.ids["campaign"][0]) != old


async def test_a_recount_in_steps_shows_the_former_figures_until_it_is_published(database: Database) -> None:
    world, chance = await make_world(database), Random(5)
    async with transaction(world.scope) as tx:
        await write_world(world, chance, tx)
        await world.put(tx, "campaign", world.ids["campaign"][0], {"antigen": "influenza", "starts_on": START})
        await rebuild(tx)
    before = await shown(world)
    await rebuild_in_steps(world.scope)
    assert await shown(world) == before == await shown_afresh(world)


async def test_little_is_kept(database: Database) -> None:
    world = await make_world(database)
    async with transaction(world.scope) as tx:
        version = await read_version(tx)
    for number in range(2 * KEPT_MOST):
        assert remembered_value(version, ("a", number), lambda number=number: [number]) == [number]  # type: ignore[misc]
    assert len(remember._kept) == KEPT_MOST
