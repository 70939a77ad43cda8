"""Give the tests of accounts a house on a fresh database."""

from collections.abc import AsyncIterator

import pytest

from backend.settings import Settings
from tests.backend.accounts.house import House, house_of
from tests.conftest import Database


@pytest.fixture
async def house(database: Database, settings: Settings) -> AsyncIterator[House]:
    async with house_of(database, settings) as made:
        yield made
