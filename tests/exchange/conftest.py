"""The province of `people.py`, on each engine. After each test the database must be sound."""

from collections.abc import AsyncGenerator

import pytest

from server.store.database import Database
from tests.exchange.people import PROJECT, Province, found
from tests.fault.invariants import database_is_sound


@pytest.fixture
async def province(database: Database) -> AsyncGenerator[Province]:
    yield await found(database)
    assert await database.reader.read(lambda tx: database_is_sound(tx, PROJECT)) == []
