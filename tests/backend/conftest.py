"""Give tests of the backend a small territory: on a fresh database, or served by a process for a whole module."""

from collections.abc import AsyncIterator, Iterator

import pytest

from backend import embedded
from tests.backend.ground import Ground, make_ground
from tests.backend.running import Served, serve_ground
from tests.conftest import Database


@pytest.fixture
async def ground(database: Database) -> Ground:
    return await make_ground(database)


@pytest.fixture
def served(served_module: Served) -> Iterator[Served]:
    """Give the served territory to one test, and close the tablets that it opened."""
    yield served_module
    served_module.close_tablets()


@pytest.fixture(scope="module")
async def served_module(urls: embedded.Urls, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """Serve one territory to all tests of a module; each uses tablets and records of its own."""
    async with serve_ground(urls, tmp_path_factory.mktemp("served")) as found:
        yield found
