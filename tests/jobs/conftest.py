"""The world of tests of alerts, on each engine."""

from collections.abc import AsyncIterator

import pytest

from server.store.database import Database
from tests.fault.invariants import database_is_sound
from tests.jobs.world import PROJECT, Clock, World
from tests.webpush.push_service import PushService


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    """A peopled project; phones are enrolled by the test. What it leaves behind must be sound."""
    service = await PushService.start()
    made = World(database, service, Clock())
    await made.people()
    yield made
    await service.stop()
    assert await database.reader.read(lambda tx: database_is_sound(tx, PROJECT)) == []
