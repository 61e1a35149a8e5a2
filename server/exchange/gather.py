"""Pushes that wait for the writer together become one unit of it: loaded, judged and saved with the same statements.

When that unit fails as a whole (not by a refusal, which is an answer), each push is tried alone, so that a poisoned one
harms nobody else.
"""

import asyncio
from collections import deque
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from server.exchange.incoming import Push
from server.exchange.push import Answer, Received, judge
from server.store.database import Database
from server.store.writer import WriteTx

MOST_PUSHES = 64
MOST_CHANGES = 3_000


class Waiting(NamedTuple):
    push: Push
    future: "asyncio.Future[Received | None]"


class Gather:
    """One per database. Its unit takes what waits only when its turn comes, so that a busy writer gets full units."""

    def __init__(self, database: Database) -> None:
        self._writer = database.writer
        self._queues: dict[str, deque[Waiting]] = {}
        self._called: dict[str, bool] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    async def push(self, push: Push) -> Received | None:
        """Judge and commit. None: the push speaks of another epoch. Problems: replica_taken, body_malformed."""
        waiting = Waiting(push, asyncio.get_running_loop().create_future())
        self._queues.setdefault(push.project, deque()).append(waiting)
        if not self._called.get(push.project):
            self._call(push.project)
        return await waiting.future

    def _call(self, project: str) -> None:
        self._called[project] = True
        task = asyncio.create_task(self._run(project))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, project: str) -> None:
        taken: list[Waiting] = []

        async def unit(tx: WriteTx) -> list[Answer]:
            if not taken:
                self._called[project] = False
                taken.extend(self._take(project))
            return await judge(tx, project, [one.push for one in taken])

        try:
            answers: list[Any] = await self._writer.run(unit, project)
        except Exception as error:  # noqa: BLE001 - each hears it, or is tried alone
            if not taken:
                self._called[project] = False
                taken.extend(self._take(project))
            if len(taken) < 2:
                answers = [error for _ in taken]
            else:
                answers = [await self._alone(project, one.push) for one in taken]
        for one, answer in zip(taken, answers, strict=True):
            if one.future.done():
                continue
            if isinstance(answer, Exception):
                one.future.set_exception(answer)
            else:
                one.future.set_result(answer)
        if self._queues[project] and not self._called[project]:
            self._call(project)

    def _take(self, project: str) -> list[Waiting]:
        """Also called in the writer's thread: `popleft` is all that both threads do."""
        queue, changes = self._queues[project], 0
        taken: list[Waiting] = []
        while queue and len(taken) < MOST_PUSHES and changes < MOST_CHANGES:
            taken.append(queue.popleft())
            changes += len(taken[-1].push.changes)
        return taken

    async def _alone(self, project: str, push: Push) -> Answer | Exception:
        async def unit(tx: WriteTx) -> list[Answer]:
            return await judge(tx, project, [push])

        try:
            return (await self._writer.run(unit, project))[0]
        except Exception as error:  # noqa: BLE001 - its own fault, its own answer
            return error


_gathers: WeakKeyDictionary[Database, Gather] = WeakKeyDictionary()


def gather_of(database: Database) -> Gather:
    found = _gathers.get(database)
    if found is None:
        found = _gathers[database] = Gather(database)
    return found
