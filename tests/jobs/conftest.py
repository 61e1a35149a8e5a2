"""The world of tests of alerts, on each engine."""

from collections.abc import AsyncIterator

import pytest

from server.store.database import Database
from tests.jobs.world import Clock, World
from tests.webpush.push_service import PushService


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    """A peopled project; phones are enrolled by the test."""
    service = await PushService.start()
    made = World(database, service, Clock())
    await made.people()
    yield made
    await service.stop()
