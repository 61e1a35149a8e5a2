"""The province of `people.py`, on each engine."""

import pytest

from server.store.database import Database
from tests.exchange.people import Province, found


@pytest.fixture
async def province(database: Database) -> Province:
    return await found(database)
