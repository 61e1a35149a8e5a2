"""Begins and ends what runs beside requests. Several workers may each run it on one database."""

import asyncio
import logging
import os
import random
import secrets
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from server.jobs.relay import LEASE_MS as RELAY_LEASE_MS
from server.jobs.relay import Relay
from server.jobs.schedule import Schedule
from server.jobs.sending import LEASE_MS, SendingLoop
from server.keys import Keys
from server.settings import Settings
from server.store.database import Database
from server.webpush.egress import Egress
from server.webpush.sender import Sender

log = logging.getLogger("langnghe.jobs")


class Jobs:
    """Everything that runs. `sender` and `egress` are shared with the self-test and the registration."""

    def __init__(
        self, relay: Relay, sending: SendingLoop, schedule: Schedule, *, sender: Sender, egress: Egress
    ) -> None:
        self.relay = relay
        self.sending = sending
        self.schedule = schedule
        self.sender = sender
        self.egress = egress
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin all three."""
        await self.schedule.start()
        self._begin(self.relay.run(), "relay")
        self._begin(self.sending.run(), "sending")

    def wake(self) -> None:
        """Something was committed: look now."""
        self.relay.wake()
        self.sending.wake()

    async def stop(self) -> None:
        """Finish what is under way (two seconds at most) and let every lease go. The database is still open."""
        await self.schedule.stop()
        self.sending.stop()
        relay, *rest = self._tasks
        relay.cancel()
        await asyncio.gather(relay, *rest, return_exceptions=True)
        await self.sender.close()

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(_say_if_it_fell)
        self._tasks.append(task)


async def start_jobs(
    database: Database,
    settings: Settings,
    keys: Keys,
    *,
    clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    environment: Mapping[str, str] | None = None,
    lease_ms: int = 0,
) -> Jobs:
    """Begin relay, sending and schedule on an open database. `lease_ms` shortens the leases for tests.

    Errors: ValueError when WEBPUSH_TEST_SERVICE is no loopback address.
    """
    rules = settings.alerts
    egress = Egress.from_environment(os.environ if environment is None else environment, settings.webpush_services)
    sender = Sender(keys.webpush, egress, subject=rules.contact)
    jobs = Jobs(
        Relay(database, rules, clock, lease_ms=lease_ms or RELAY_LEASE_MS),
        SendingLoop(database, sender, rules, clock, chance=random.random, lease_ms=lease_ms or LEASE_MS),
        Schedule(database, rules, clock, holder=f"{os.getpid()}-{secrets.token_hex(4)}"),
        sender=sender,
        egress=egress,
    )
    database.writer.listen(jobs.wake)
    await jobs.start()
    return jobs


def _say_if_it_fell(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.critical("%s has stopped", task.get_name(), exc_info=task.exception())
