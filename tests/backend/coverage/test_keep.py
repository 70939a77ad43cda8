"""The read model holds the same digits as a second implementation over raw rows, after any changes in any order."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.coverage import keep
from backend.coverage.keep import Applied, apply_changes
from backend.coverage.rebuild import Rebuilt, rebuild, rebuild_in_steps
from backend.coverage.touched import Change
from backend.db.transaction import Transaction, transaction
from backend.ids import new_id
from tests.backend.coverage.second.counts import counts
from tests.backend.coverage.world import PARIS, SLOTS, START, World, fields_of, make_world
from tests.conftest import Database


async def read_counts(tx: Transaction) -> Counter[tuple[Any, ...]]:
    rows = await tx.fetch(
        "SELECT measure, campaign_id, zone_id, population_group, age_band, period_on, detail, n "
        "FROM coverage_count JOIN coverage_cell c ON c.id = cell_id JOIN coverage_state USING (generation)"
    )
    found: Counter[tuple[Any, ...]] = Counter()
    for *key, n in rows:
        values = [
            None
            if value in (keep.NO_ID, keep.NO_DAY)
            else UUID(bytes=value.bytes)
            if hasattr(value, "bytes")
            else value
            for value in key
        ]
        found[tuple(values)] += n
    return found


async def write_world(world: World, chance: Random, tx: Transaction) -> None:
    """Fill some slots of the world."""
    for kind, n in SLOTS.items():
        least = 1 if kind in ("product", "lot", "vial", "place", "person", "visit", "campaign") else 0
        for record_id in world.ids[kind][: chance.randint(least, n)]:
            await world.put(tx, kind, record_id, fields_of(world, kind, chance))


async def change_world(world: World, chance: Random, tx: Transaction) -> list[Change]:
    """Change some records of some kinds, or add some."""
    changes = []
    for kind in chance.choices([kind for kind in SLOTS if kind != "campaign"], k=chance.randint(1, 3)):
        record_id = chance.choice(world.ids[kind])
        drawn = fields_of(world, kind, chance)
        if record_id in world.rows[kind]:
            drawn = {name: drawn[name] for name in chance.sample(sorted(drawn), chance.randint(1, len(drawn)))}
        changes.append(await world.put(tx, kind, record_id, drawn))
        if kind in ("dose", "screening", "visit_outcome") and chance.random() < 0.5:
            hours = chance.choice([0, 1, 30, 24 * 60])
            await world.put_op(tx, kind, record_id, datetime(2026, 10, 14, tzinfo=UTC) + timedelta(hours=hours))
    return changes


@settings(derandomize=True, max_examples=40, deadline=None, suppress_health_check=[*HealthCheck], database=None)
@given(seed=st.integers(0, 2**32))
async def test_counts_equal_the_second_implementation_after_each_change(database: Database, seed: int) -> None:
    """A figure that drifts from the records is worse than none: people decide by it where to go."""
    world, chance = await make_world(database), Random(seed)
    async with transaction(world.scope) as tx:
        await write_world(world, chance, tx)
        await rebuild(tx)
        assert await read_counts(tx) == counts(world.rows, PARIS)
    for _ in range(6):
        async with transaction(world.scope) as tx:
            changes = await change_world(world, chance, tx)
            assert await apply_changes(tx, changes) is Applied.COUNTED
            assert await read_counts(tx) == counts(world.rows, PARIS), changes
            # S2: what arrives twice counts once.
            await apply_changes(tx, changes)
            assert await read_counts(tx) == counts(world.rows, PARIS)
    async with transaction(world.scope) as tx:
        await rebuild(tx)
        assert await read_counts(tx) == counts(world.rows, PARIS)


async def _person_with_dose(world: World, tx: Transaction) -> list[Change]:
    place, person = world.ids["place"][0], new_id()
    return [
        await world.put(tx, "place", place, {"kind": "hotel", "zone_id": world.zones[0]}),
        await world.put(tx, "person", person, {"place_id": place, "population_group": "other"}),
        await world.put(
            tx,
            "dose",
            new_id(),
            {"person_id": person, "status": "given", "antigens": ["influenza"], "given_on": START, "source": "own"},
        ),
    ]


async def _flu(world: World, tx: Transaction) -> Change:
    return await world.put(
        tx, "campaign", world.ids["campaign"][0], {"name": "c", "antigen": "influenza", "starts_on": START}
    )


async def test_campaign_rule_asks_for_a_rebuild_and_never_counts_everybody_in_a_push(database: Database) -> None:
    world = await make_world(database)
    async with transaction(world.scope) as tx:
        changes = await _person_with_dose(world, tx)
        assert await apply_changes(tx, [*changes, await _flu(world, tx)]) is Applied.REBUILD_NEEDED
        assert await tx.fetch_value("SELECT rebuild_needed_at IS NOT NULL FROM coverage_state")
    assert await rebuild_in_steps(world.scope) is Rebuilt.PUBLISHED
    async with transaction(world.scope) as tx:
        assert await read_counts(tx) == counts(world.rows, PARIS)
        assert not await tx.fetch_value("SELECT rebuild_needed_at IS NOT NULL FROM coverage_state")
        name = await world.put(tx, "campaign", world.ids["campaign"][0], {"name": "other name"})
        assert await apply_changes(tx, [name]) is Applied.COUNTED


async def test_writers_side_by_side_lose_no_count(database: Database) -> None:
    """Eight pushes at once about the same people and cells, with a rebuild between them."""
    world = await make_world(database)
    async with transaction(world.scope) as tx:
        await _flu(world, tx)
        for _ in range(5):
            await apply_changes(tx, await _person_with_dose(world, tx))
    people = sorted(world.rows["person"])

    async def push(number: int) -> None:
        for turn in range(5):
            async with transaction(world.scope) as tx:
                person = people[(number + turn) % len(people)]
                fields = {"person_id": person, "status": "given", "antigens": ["influenza"], "given_on": START}
                dose = await world.put(tx, "dose", new_id(), {**fields, "source": "own"})
                link = {"person_id": person, "other_id": people[number % len(people)], "joined": turn % 2 == 0}
                changes = [dose] if turn < 3 else [dose, await world.put(tx, "same_person", new_id(), link)]
                await asyncio.sleep(0)
                await apply_changes(tx, changes)

    await asyncio.gather(*(push(number) for number in range(6)), rebuild_in_steps(world.scope))
    async with transaction(world.scope) as tx:
        assert await read_counts(tx) == counts(world.rows, PARIS)
        assert (await read_counts(tx))["dose_given", world.ids["campaign"][0], world.zones[0], "other", "",
                                       None, "given"] == 35  # fmt: skip


async def test_rebuild_that_was_overtaken_publishes_nothing(database: Database) -> None:
    world = await make_world(database)
    async with transaction(world.scope) as tx:
        await _flu(world, tx)
        await apply_changes(tx, await _person_with_dose(world, tx))
    results = await asyncio.gather(rebuild_in_steps(world.scope), rebuild_in_steps(world.scope))
    assert Rebuilt.PUBLISHED in results
    async with transaction(world.scope) as tx:
        assert await read_counts(tx) == counts(world.rows, PARIS)
        assert await tx.fetch_value("SELECT generation_building FROM coverage_state") is None


@pytest.mark.parametrize("statement", ["UPDATE coverage_count SET n = n + 1", "DELETE FROM coverage_subject"])
async def test_rebuild_heals_counts_that_were_damaged(database: Database, statement: str) -> None:
    """The planted fault shows that the comparison would see a drift."""
    world = await make_world(database)
    async with transaction(world.scope) as tx:
        await _flu(world, tx)
        await apply_changes(tx, await _person_with_dose(world, tx))
        await tx.execute(statement)
        if "n + 1" in statement:
            assert await read_counts(tx) != counts(world.rows, PARIS)
        await rebuild(tx)
        assert await read_counts(tx) == counts(world.rows, PARIS)
