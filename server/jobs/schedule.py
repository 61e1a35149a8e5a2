"""What happens by the clock: one table. The scheduler only wakes; what is due stands in the database.

Among several workers one is elected by a lease row and runs the table; when it dies, another takes over within
LEASE_MS. Two at once would do no harm (every job decides by its rows), only the same work twice.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC
from functools import partial
from typing import Any, Final

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from msgspec import Struct

from server.exchange.alert_release import expire_due, release_due
from server.exchange.retention import erase_expired
from server.jobs.board_alarms import has_rules, sound_alarms
from server.jobs.escalation import due_steps, escalate
from server.settings import AlertRules
from server.store.alerts import due_alerts, lapsed_alerts
from server.store.database import Database
from server.store.leases import hold_lease, let_lease_go
from server.store.outbox import forget_done_events
from server.store.projects import list_projects

log = logging.getLogger("langnghe.jobs")

LEASE: Final = "scheduler"
LEASE_MS: Final = 10_000
ELECTION_SECONDS: Final = 4
KEEP_DONE_MS: Final = 7 * 24 * 3_600_000


class Clocked(Struct, frozen=True):
    """One line of the table: what is done for each project, how often."""

    name: str
    seconds: float
    run: Callable[["Schedule", str, int], Awaitable[Any]]


class Schedule:
    """The table, running. `holder` is this worker's own name among the others."""

    def __init__(self, database: Database, rules: AlertRules, clock: Callable[[], int], *, holder: str) -> None:
        self.database = database
        self.rules = rules
        self._clock = clock
        self._holder = holder
        self._leads_until_ms: dict[str, int] = {}
        self._scheduler = AsyncIOScheduler(timezone=UTC, executors={"default": AsyncIOExecutor()})

    @property
    def leads(self) -> bool:
        """Whether this worker is the elected one now."""
        return any(until_ms > self._clock() for until_ms in self._leads_until_ms.values())

    async def start(self) -> None:
        """Stand for election, then wake by the table."""
        await self.elect()
        settings: dict[str, Any] = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        self._scheduler.add_job(self.elect, "interval", seconds=ELECTION_SECONDS, id="elect", **settings)
        for one in TABLE:
            self._scheduler.add_job(self.run, "interval", seconds=one.seconds, args=[one], id=one.name, **settings)
        self._scheduler.start()

    async def stop(self) -> None:
        """Stop waking and give the lease back, so that another need not wait for it."""
        self._scheduler.shutdown(wait=False)
        for project in self._leads_until_ms:
            give_back = partial(let_lease_go, project=project, name=LEASE, holder=self._holder)
            await self.database.writer.run(give_back, project=project)
        self._leads_until_ms.clear()

    async def elect(self) -> None:
        """Take or renew the lease of each project."""
        for project in await self.database.reader.read(list_projects):
            name, now_ms = project.project, self._clock()

            take = partial(
                hold_lease, project=name, name=LEASE, holder=self._holder, at_ms=now_ms, until_ms=now_ms + LEASE_MS
            )
            if await self.database.writer.run(take, project=name):
                self._leads_until_ms[name] = now_ms + LEASE_MS
            else:
                self._leads_until_ms.pop(name, None)

    async def run(self, line: Clocked) -> None:
        """One line, for each project that this worker leads. A fault is logged and the next turn tries again."""
        for project, until_ms in tuple(self._leads_until_ms.items()):
            now_ms = self._clock()
            if until_ms <= now_ms:
                continue
            try:
                await line.run(self, project, now_ms)
            except Exception:
                log.exception("%s failed", line.name)


async def _release(schedule: Schedule, project: str, now_ms: int) -> None:
    if await schedule.database.reader.read(lambda tx: due_alerts(tx, project, now_ms)):
        await schedule.database.writer.run(lambda tx: release_due(tx, project, now_ms=now_ms), project=project)


async def _expire(schedule: Schedule, project: str, now_ms: int) -> None:
    if await schedule.database.reader.read(lambda tx: lapsed_alerts(tx, project, now_ms)):
        await schedule.database.writer.run(lambda tx: expire_due(tx, project, now_ms=now_ms), project=project)


async def _escalate(schedule: Schedule, project: str, now_ms: int) -> None:
    rules = schedule.rules
    is_due = await schedule.database.reader.read(lambda tx: due_steps(tx, project, now_ms=now_ms, rules=rules))
    if is_due:
        await schedule.database.writer.run(
            lambda tx: escalate(tx, project, now_ms=now_ms, rules=rules), project=project
        )


async def _erase(schedule: Schedule, project: str, now_ms: int) -> None:
    await erase_expired(schedule.database, project, now_ms=now_ms)


async def _sound_alarms(schedule: Schedule, project: str, now_ms: int) -> None:
    rules = schedule.rules
    if await schedule.database.reader.read(lambda tx: has_rules(tx, project)):
        await schedule.database.writer.run(
            lambda tx: sound_alarms(tx, project, now_ms=now_ms, rules=rules), project=project
        )


async def _tidy(schedule: Schedule, project: str, now_ms: int) -> None:
    await schedule.database.writer.run(
        lambda tx: forget_done_events(tx, project, now_ms - KEEP_DONE_MS), project=project
    )


TABLE: Final = (
    Clocked("alerts whose undo window has passed are sent", 1, _release),
    Clocked("alerts whose time is up are closed", 10, _expire),
    Clocked("severe alerts without confirmation go up", 15, _escalate),
    Clocked("silent and stuck phones are told of", 300, _sound_alarms),
    Clocked("personal answers whose time is up are deleted", 600, _erase),
    Clocked("events handled a week ago are forgotten", 3_600, _tidy),
)
"""Retries and digests need no line: a delivery's own `next_try_at_ms` wakes the sending loop."""
