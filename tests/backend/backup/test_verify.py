"""Verification says nothing of a sound database, and names each thing that somebody changed behind its back."""

import asyncpg
import pytest

from backend.backup.verify import verify
from bench.chaos.world import World, fill_world
from tests.conftest import Database

PLANTED = {
    "an op's content changed": (
        ("UPDATE op SET body = replace(convert_from(body, 'UTF8'), 'Person 0-1', 'Person 0-9')::bytea "
        "WHERE convert_from(body, 'UTF8') LIKE '%Person 0-1\"%'"),
        "chain",
        "content at",
    ),
    "an op in the middle is gone": (
        "DELETE FROM op WHERE (actor, n) = (SELECT actor, 3 FROM op ORDER BY n DESC LIMIT 1)",
        "chain",
        "gap at 3",
    ),
    "the last op is gone": (
        ("DELETE FROM op o USING (SELECT actor, max(n) AS n FROM op GROUP BY actor LIMIT 1) l "
        "WHERE (o.actor, o.n) = (l.actor, l.n)"),
        "chain",
        "the installation says",
    ),
    "an op counts twice": (
        ("DROP INDEX op_once; UPDATE op o SET id = f.id FROM "
        "(SELECT actor, n, id FROM op ORDER BY actor, n LIMIT 1) f WHERE (o.actor, o.n) = (f.actor, f.n + 1)"),
        "op",
        "counts twice",
    ),
    "a record's content changed": (
        "UPDATE record SET body = replace(body, 'Person 0-2', 'Person 0-7') WHERE body LIKE '%Person 0-2\"%'",
        "record",
        "content and sum differ",
    ),
    "a record fell behind the log": (
        "UPDATE record SET body = replace(body, ',3,', ',2,') WHERE body LIKE '%,3,%'",
        "record",
        "does not hold op",
    ),
    "a record is gone": ("DELETE FROM record WHERE kind = 'person' AND body LIKE '%Person 0-3\"%'", "record", "not there"),
    "a bucket's sum changed": (
        "UPDATE bucket SET content_sum = content_sum + 1 WHERE id LIKE 'place:%'", "bucket", "count or sum differ"
    ),
    "a record left the feed": (
        "DELETE FROM feed WHERE record_id = (SELECT record_id FROM feed LIMIT 1)", "feed", "not in the feed"
    ),
}  # fmt: skip


async def test_verify_finds_nothing_in_a_sound_database(database: Database) -> None:
    await fill_world(database.owner_url, tablets=2)
    (found,) = await verify(database.owner_url)
    assert found.wrongs == []
    assert found.records >= 16
    assert found.ops == 16


@pytest.mark.parametrize("name", PLANTED)
async def test_verify_names_what_was_changed_behind_its_back(database: Database, name: str) -> None:
    world = await fill_world(database.owner_url, tablets=2)
    statements, what, reason = PLANTED[name]
    await plant(database, world, statements)
    (found,) = await verify(database.owner_url)
    assert any(wrong.what == what and reason in wrong.reason for wrong in found.wrongs), found.wrongs


async def plant(database: Database, world: World, statements: str) -> None:
    """Do as the owner of the database what nobody should."""
    connection = await asyncpg.connect(database.owner_url)
    try:
        async with connection.transaction():
            await connection.execute(f"SELECT set_config('maraude.territory', '{world.territory_id}', true)")
            for statement in statements.split("; "):
                await connection.execute(statement)
    finally:
        await connection.close()
