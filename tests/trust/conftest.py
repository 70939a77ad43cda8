"""Give the tests of trust one town per module: cells and attacks make what they change themselves."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from backend import embedded
from backend.ids import new_id
from backend.settings import Settings
from tests.conftest import TEMPLATE, Database, at_database, drop_database
from tests.trust.town import Town, town_of


@pytest.fixture(scope="module")
async def town(urls: embedded.Urls, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    name = f"t_{new_id().hex[-12:]}"
    owner = await asyncpg.connect(urls.owner_url)
    await owner.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
    database = Database(name, at_database(urls.owner_url, name), at_database(urls.app_url, name))
    settings = Settings(
        database_url=database.url,
        database_owner_url=database.owner_url,
        redis_url=urls.redis_url,
        home=tmp_path_factory.mktemp("home"),
        port=0,
        secret_key="00" * 32,
        queue_name=name,
        secure_cookies=False,
    )
    try:
        async with town_of(database, settings) as made:
            yield made
    finally:
        await owner.close()
        await drop_database(urls, name)
