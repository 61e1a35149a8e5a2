"""The writer on PostgreSQL: one task per project gathers what waits into a transaction, a savepoint per unit.

The transaction takes the project's row first (FOR UPDATE) and updates it last. So several workers never deadlock: each
holds one project, and whoever comes second waits at the door, its own batch growing meanwhile. A serialisation failure
or deadlock (CockroachDB, or an operator's own transaction) runs the batch again.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, NamedTuple

import asyncpg

from server.store.crash_points import reached
from server.store.writer import MAX_BATCH, Counters, NoProjectError, PostgresWriteTx, T, Unit

TRIES = 6
AGAIN = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)


class Job(NamedTuple):
    unit: Unit[Any]
    future: "asyncio.Future[Any]"


class PostgresWriter:
    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._waiting: dict[str, list[Job]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._listeners: list[Callable[[], None]] = []
        self._closed = False

    def listen(self, call: Callable[[], None]) -> None:
        self._listeners.append(call)

    async def run(self, unit: Unit[T], project: str = "") -> T:
        if self._closed:
            raise RuntimeError("the writer is closed")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(project, []).append(Job(unit, future))
        if project not in self._tasks:
            self._tasks[project] = asyncio.create_task(self._work(project))
        return await asyncio.shield(future)

    async def close(self) -> None:
        """Everything that waits is still written."""
        self._closed = True
        while self._tasks:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _work(self, project: str) -> None:
        try:
            while waiting := self._waiting.get(project):
                batch, self._waiting[project] = waiting[:MAX_BATCH], waiting[MAX_BATCH:]
                await self._write(project, batch)
        finally:
            self._waiting.pop(project, None)
            self._tasks.pop(project, None)

    async def _write(self, project: str, batch: list[Job]) -> None:
        after: list[Callable[[], None]] = []
        answers: list[tuple[Job, Any, Exception | None]] = []
        for attempt in range(1, TRIES + 1):
            try:
                answers, after = await self._try(project, batch)
            except AGAIN as error:
                answers = [(job, None, error) for job in batch]
                if attempt < TRIES:
                    continue
            except Exception as error:  # noqa: BLE001 - nothing of the batch was kept: all must hear it
                answers = [(job, None, error) for job in batch]
            break
        for job, value, failure in answers:
            if job.future.done():
                continue
            if failure is None:
                job.future.set_result(value)
            else:
                job.future.set_exception(failure)
        for call in after:
            call()

    async def _try(
        self, project: str, batch: list[Job]
    ) -> tuple[list[tuple[Job, Any, Exception | None]], list[Callable[[], None]]]:
        counters = Counters()
        answers: list[tuple[Job, Any, Exception | None]] = []
        after: list[Callable[[], None]] = []
        async with self._pool.acquire() as connection, connection.transaction():
            first = PostgresWriteTx(connection, counters)
            if project:
                with contextlib.suppress(NoProjectError):
                    await counters.get(first, project)
            for job in batch:
                tx = PostgresWriteTx(connection, counters)
                marks = counters.marks()
                try:
                    async with connection.transaction():
                        value = await job.unit(tx)
                except AGAIN:
                    raise
                except Exception as error:  # noqa: BLE001 - the caller's own, handed back to it
                    counters.restore(marks)
                    answers.append((job, None, error))
                else:
                    after.extend(tx.after)
                    answers.append((job, value, None))
            reached("after_save_before_commit")
            await counters.save(first)
        return answers, after + self._listeners
