"""Claims what waits in the outbox, many at a time, and runs the handlers of `handlers.TABLE`.

A claim is a lease: a worker that dies leaves its events to the others. What fails is put back with growing waits and is
parked, with an alarm, after MOST_ATTEMPTS: one poisoned event never holds up the rest.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec

from server import events
from server.jobs.handlers import BARE, TABLE, Moment
from server.settings import AlertRules
from server.store.alarms import raise_alarm
from server.store.crash_points import reached
from server.store.database import Database
from server.store.outbox import Waiting, claim_events, count_waiting, finish_event, finish_named, put_back_event
from server.store.projects import list_projects
from server.store.writer import Unit, WriteTx

log = logging.getLogger("langnghe.jobs")

AT_A_TIME: Final = 128
LEASE_MS: Final = 60_000
MOST_ATTEMPTS: Final = 12
LONGEST_WAIT_MS: Final = 10 * 60_000
PARKED_MS: Final = 1 << 60
PAUSE_SECONDS: Final = 0.05
"""The least time between two looks, so that a busy hour of syncs is looked at twenty times a second, not per commit."""
POLL_SECONDS: Final = 1.0
"""How long another worker's events may wait for this one to look; its own commits wake it at once."""


class _DoneBefore(Exception):  # noqa: N818  # not an error: it rolls a second handling back
    """Another worker handled the event while this one held an expired lease."""


class Relay:
    """Runs until it is cancelled. `wake` may be called at any time from the loop."""

    def __init__(
        self, database: Database, rules: AlertRules, clock: Callable[[], int], *, lease_ms: int = LEASE_MS
    ) -> None:
        self._database = database
        self._rules = rules
        self._clock = clock
        self._lease_ms = lease_ms
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """Look now: something was written."""
        self._awake.set()

    async def run(self) -> None:
        """Handle what comes, for ever. A failing database is tried again."""
        while True:
            self._awake.clear()
            try:
                handled = await self.run_once()
            except Exception:
                log.exception("the relay could not read the outbox")
                handled = 0
            if handled < AT_A_TIME:
                await asyncio.sleep(PAUSE_SECONDS)
            if not handled:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._awake.wait()

    async def run_once(self) -> int:
        """Handle what waits now, of every project; answers how many events were claimed."""
        claimed: list[Waiting] = []
        for project in await self._database.reader.read(list_projects):
            name = project.project
            if await self._database.reader.read(partial(count_waiting, project=name)):
                claimed += await self._database.writer.run(self._claim(name), project=name)
        reached("during_relay")
        await asyncio.gather(*(self._handle(waiting) for waiting in claimed))
        return len(claimed)

    def _claim(self, project: str) -> Unit[list[Waiting]]:
        async def unit(tx: WriteTx) -> list[Waiting]:
            await finish_named(tx, project, BARE, self._clock())
            return await claim_events(tx, project, self._clock(), self._lease_ms, AT_A_TIME)

        return unit

    async def _handle(self, waiting: Waiting) -> None:
        async def unit(tx: WriteTx) -> None:
            if not await finish_event(tx, waiting.project, waiting.id, self._clock()):
                raise _DoneBefore
            event = events.from_body(waiting.body)
            for handler in TABLE[type(event)]:
                await handler(tx, event, Moment(self._clock(), waiting.at_ms, self._rules))

        try:
            await self._database.writer.run(unit, project=waiting.project)
        except _DoneBefore:
            return
        except Exception as fault:
            is_unknown = isinstance(fault, msgspec.ValidationError)
            log.warning("event %s %s: %s", waiting.event, waiting.id, fault, exc_info=not is_unknown)
            await self._put_back(waiting, f"{type(fault).__name__}: {fault}")

    async def _put_back(self, waiting: Waiting, problem: str) -> None:
        now_ms = self._clock()
        is_poison = waiting.attempts + 1 >= MOST_ATTEMPTS
        wait_ms = PARKED_MS if is_poison else min(LONGEST_WAIT_MS, 1_000 * 2**waiting.attempts)

        async def unit(tx: WriteTx) -> None:
            await put_back_event(tx, waiting.project, waiting.id, now_ms + wait_ms, problem)
            if is_poison:
                await raise_alarm(
                    tx, waiting.project, f"event:{waiting.event}", at_ms=now_ms, detail=f"{waiting.id} {problem}"
                )

        await self._database.writer.run(unit, project=waiting.project)
