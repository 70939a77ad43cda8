"""Give tests of the backend a small territory on a fresh database."""

import pytest

from tests.backend.ground import Ground, make_ground
from tests.conftest import Database


@pytest.fixture
async def ground(database: Database) -> Ground:
    return await make_ground(database)
