"""The writer on SQLite: one thread, one connection, BEGIN IMMEDIATE, a savepoint per unit.

The thread drives each unit's coroutine with `send(None)`: nothing suspends, so a unit is a plain function call between
two statements. Waiting units are taken all at once; while their COMMIT syncs, the next ones gather.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context
from typing import Any, NamedTuple

from server.store.crash_points import reached
from server.store.writer import MAX_BATCH, Counters, SqliteWriteTx, T, Unit


class Job(NamedTuple):
    unit: Unit[Any]
    future: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop


class SqliteWriter:
    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._listeners: list[Callable[[], None]] = []
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    def listen(self, call: Callable[[], None]) -> None:
        self._listeners.append(call)

    async def run(self, unit: Unit[T], project: str = "") -> T:  # noqa: ARG002
        if self._closed:
            raise RuntimeError("the writer is closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put(Job(unit, future, loop))
        return await asyncio.shield(future)

    async def close(self) -> None:
        """Everything that waits is still written."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
            await asyncio.get_running_loop().run_in_executor(None, self._thread.join)

    def _work(self) -> None:
        connection = self._connect()
        try:
            while True:
                job = self._jobs.get()
                if job is None:
                    return
                batch, last = [job], False
                while len(batch) < MAX_BATCH and not last:
                    try:
                        following = self._jobs.get_nowait()
                    except queue.Empty:
                        break
                    if following is None:
                        last = True
                    else:
                        batch.append(following)
                Context().run(self._write, connection, batch)
                if last:
                    return
        finally:
            connection.close()

    def _write(self, connection: sqlite3.Connection, batch: list[Job]) -> None:
        """One transaction. Every job is answered: with its value, its own error, or the transaction's."""
        counters = Counters()
        answers: list[tuple[Job, Any, BaseException | None]] = []
        after: list[Callable[[], None]] = []
        try:
            connection.execute("BEGIN IMMEDIATE")
            for job in batch:
                tx = SqliteWriteTx(connection, counters)
                marks = counters.marks()
                connection.execute("SAVEPOINT unit")
                try:
                    value = drive(job.unit(tx))
                except Exception as error:  # noqa: BLE001 - the caller's own, handed back to it
                    connection.execute("ROLLBACK TO unit")
                    counters.restore(marks)
                    answers.append((job, None, error))
                else:
                    after.extend(tx.after)
                    answers.append((job, value, None))
                connection.execute("RELEASE unit")
            reached("after_save_before_commit")
            drive(counters.save(SqliteWriteTx(connection, counters)))
            connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - nothing of the batch was kept: all must hear it
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            answers, after = [(job, None, error) for job in batch], []
        else:
            after.extend(self._listeners)
        for loop in {job.loop for job in batch}:
            with contextlib.suppress(RuntimeError):  # the loop has ended; nobody waits
                loop.call_soon_threadsafe(_answer, [one for one in answers if one[0].loop is loop], after)


def drive(coroutine: Awaitable[T]) -> T:
    """Run a coroutine that never suspends. Raises RuntimeError when it does."""
    if not isinstance(coroutine, Coroutine):
        raise TypeError("a unit is an async function")
    try:
        coroutine.send(None)
    except StopIteration as stop:
        value: T = stop.value
        return value
    coroutine.close()
    raise RuntimeError("a unit waited for something other than its transaction")


def _answer(answers: list[tuple[Job, Any, BaseException | None]], after: list[Callable[[], None]]) -> None:
    for job, value, error in answers:
        if job.future.done():
            continue
        if error is None:
            job.future.set_result(value)
        else:
            job.future.set_exception(error)
    for call in after:
        call()
