"""What `serve` and `migrate` refuse or take turns at, as processes."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import asyncpg

from backend import embedded
from backend.db.migrate import known_migrations
from backend.ids import new_id
from backend.serve.processes import environment_of
from backend.settings import Settings
from tests.backend.ground import make_ground
from tests.backend.running import free_port
from tests.conftest import Database, at_database, drop_database

SECONDS_MAX = 90


def _environment(database: Database, urls: embedded.Urls, home: Path) -> dict[str, str]:
    settings = Settings(home=home, port=free_port(), secret_key="00" * 32)
    return environment_of(settings, embedded.Urls(database.owner_url, database.url, urls.redis_url))


async def _run(word: str, environment: dict[str, str]) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "backend.cli", word, env=environment, stderr=subprocess.STDOUT, stdout=subprocess.PIPE
    )
    async with asyncio.timeout(SECONDS_MAX):
        output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def test_serve_refuses_when_the_database_is_a_demo(
    database: Database, urls: embedded.Urls, tmp_path: Path
) -> None:
    """A demo's passphrases are printed: nothing real may ever stand beside them."""
    await make_ground(database, is_demo=True)
    status, said = await _run("serve", _environment(database, urls, tmp_path))
    assert status == 1
    assert "demo territory" in said


async def test_serve_refuses_when_migrations_are_missing_and_two_migrate_at_once(
    urls: embedded.Urls, tmp_path: Path
) -> None:
    """The refusal names the remedy; two servers that start together run each migration once."""
    name = f"m_{new_id().hex[-12:]}"
    owner = await asyncpg.connect(urls.owner_url)
    await owner.execute(f'CREATE DATABASE "{name}"')
    try:
        empty = Database(name, at_database(urls.owner_url, name), at_database(urls.app_url, name))
        environment = _environment(empty, urls, tmp_path)
        status, said = await _run("serve", environment)
        assert (status, "maraude migrate" in said) == (1, True), said
        outcomes = await asyncio.gather(*(_run("migrate", environment) for _ in range(2)))
        assert [status for status, _ in outcomes] == [0, 0], outcomes
        connection = await asyncpg.connect(empty.owner_url)
        done = await connection.fetch("SELECT name FROM migration WHERE app_name = 'maraude' ORDER BY name")
        epochs = await connection.fetchval("SELECT count(*) FROM server_epoch")
        await connection.close()
        assert [row["name"] for row in done] == sorted(known_migrations())
        assert epochs == 1
    finally:
        await owner.close()
        await drop_database(urls, name)


async def test_setting_is_named_when_it_cannot_be_used(urls: embedded.Urls, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "MARAUDE_OWN_ENVIRONMENT": "1",
        "MARAUDE_HOME": str(tmp_path),
        "MARAUDE_PORT": "eighty",
    }
    status, said = await _run("serve", environment)
    assert (status, "MARAUDE_PORT" in said) == (1, True)
