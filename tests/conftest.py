"""Give tests the real servers: one PostgreSQL and one queue per run, one fresh database per test that asks for it.

`DATABASE_URL` and `REDIS_URL` name ordinary servers instead; the user of the first must be allowed to create databases.
"""

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import redis

from backend import embedded
from backend.clock import now
from backend.db.migrate import migrate
from backend.ids import new_id
from backend.piccolo_conf import DB
from backend.settings import Settings
from tests.skips import (  # noqa: F401 - pytest finds its hooks here by name
    pytest_configure,
    pytest_make_collect_report,
    pytest_runtest_makereport,
    pytest_terminal_summary,
)

TEMPLATE = f"maraude_template{os.environ.get('PYTEST_XDIST_WORKER', '')}"  # processes that share a server have one each
DROPS_MAX = 50


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def urls() -> Iterator[embedded.Urls]:
    """Addresses of servers that live as long as the test run, with a migrated template database."""
    with tempfile.TemporaryDirectory(prefix="mt", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101, S103 - a server of another uid must reach its directory
        with embedded.servers(Path(folder) / "data", durable=False) as found:
            yield prepared(found)


def prepared(urls: embedded.Urls) -> embedded.Urls:
    """Make the template database on these servers, outside of an event loop, and return their addresses."""
    asyncio.run(_make_template(urls))
    return urls


@dataclass(frozen=True)
class Database:
    """A fresh database of one test: as its owner, and as the application."""

    name: str
    owner_url: str
    url: str


@contextlib.asynccontextmanager
async def fresh_database(urls: embedded.Urls) -> AsyncIterator[Database]:
    """Give a migrated, empty database, and point the engine at it as the application's role."""
    name = f"t_{new_id().hex[-12:]}"
    await _run_as_owner(urls, f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
    made = Database(name, at_database(urls.owner_url, name), at_database(urls.app_url, name))
    DB.point_at(made.url)
    await DB.start_connection_pool(min_size=1, max_size=8)
    try:
        yield made
    finally:
        await DB.close_connection_pool()
        await drop_database(urls, name)


@pytest.fixture
async def database(urls: embedded.Urls) -> AsyncIterator[Database]:
    """Give a fresh database to one test."""
    async with fresh_database(urls) as made:
        yield made


@pytest.fixture
def settings(database: Database, urls: embedded.Urls, tmp_path: Path) -> Settings:
    """Give the settings of a server on this test's database, with a queue of its own."""
    return Settings(
        database_url=database.url,
        database_owner_url=database.owner_url,
        redis_url=urls.redis_url,
        home=tmp_path,
        port=0,
        secret_key="00" * 32,
        queue_name=database.name,
        job_lease_seconds=2,
        secure_cookies=False,
    )


@pytest.fixture
def redis_connection(urls: embedded.Urls) -> Iterator[redis.Redis]:
    connection = redis.Redis.from_url(urls.redis_url)
    yield connection
    connection.close()


def at_database(url: str, name: str) -> str:
    """Return the same address with another database's name."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


async def _make_template(urls: embedded.Urls) -> None:
    await _run_as_owner(urls, f'DROP DATABASE IF EXISTS "{TEMPLATE}" WITH (FORCE)')
    await _run_as_owner(urls, f'CREATE DATABASE "{TEMPLATE}"')
    await migrate(at_database(urls.owner_url, TEMPLATE), now())


async def drop_database(urls: embedded.Urls, name: str) -> None:
    """Drop a database; while the server itself tidies it up (autovacuum), its owner may not end that and tries again."""
    for _ in range(DROPS_MAX):
        try:
            await _run_as_owner(urls, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        except asyncpg.InsufficientPrivilegeError:
            await asyncio.sleep(0.2)
        else:
            return
    raise TimeoutError(name)


async def _run_as_owner(urls: embedded.Urls, statement: str) -> None:
    connection = await asyncpg.connect(urls.owner_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
