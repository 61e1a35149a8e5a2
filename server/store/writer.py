"""The one writer: units that wait together share a transaction and one fsync; everybody is answered after COMMIT.

A unit is `async def unit(tx) -> T`. It runs under a savepoint: when it raises, only its own work is undone and only its
caller hears of it. A caller that goes away (a cancelled request) never tears a transaction. A unit must not wait for
anything but `tx`: no network, no clock, no other task.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from server.store.counter import Counter, load_counter, save_counter
from server.store.session import PostgresTx, SqliteTx, Tx

T = TypeVar("T")

MAX_BATCH = 128
"""The most units in one transaction: keeps the wait of the first one short."""


class NoProjectError(LookupError):
    """The unit asked for a project that does not exist."""


class WriteTx(Tx, Protocol):
    """A unit's transaction."""

    async def counter(self, project: str) -> Counter:
        """The project's counter, locked until COMMIT. Raises NoProjectError."""


Unit = Callable[[WriteTx], Awaitable[T]]


class Writer(Protocol):
    async def run(self, unit: Unit[T], project: str = "") -> T:
        """Run in the next batch, answer after its COMMIT. Units of one project share a batch: name it where known."""

    async def close(self) -> None: ...

    def listen(self, call: Callable[[], None]) -> None:
        """Call (in the event loop) after every COMMIT that wrote: wakes the relay and live updates."""


class Counters:
    """Counters of one batch, given back to where they were when a unit is undone."""

    def __init__(self) -> None:
        self.held: dict[str, Counter] = {}

    def marks(self) -> dict[str, int]:
        return {project: counter.position for project, counter in self.held.items()}

    def restore(self, marks: dict[str, int]) -> None:
        """Counters first seen since are let go: undoing the savepoint gave their row's lock back."""
        self.held = {project: self.held[project] for project in marks}
        for project, position in marks.items():
            self.held[project].position = position

    async def get(self, tx: Tx, project: str) -> Counter:
        counter = self.held.get(project)
        if counter is None:
            counter = await load_counter(tx, project)
            if counter is None:
                raise NoProjectError(project)
            self.held[project] = counter
        return counter

    async def save(self, tx: Tx) -> None:
        for project in sorted(self.held):
            await save_counter(tx, self.held[project])


class SqliteWriteTx(SqliteTx):
    def __init__(self, connection: Any, counters: Counters) -> None:
        super().__init__(connection)
        self.counters = counters

    async def counter(self, project: str) -> Counter:
        return await self.counters.get(self, project)


class PostgresWriteTx(PostgresTx):
    def __init__(self, connection: Any, counters: Counters) -> None:
        super().__init__(connection)
        self.counters = counters

    async def counter(self, project: str) -> Counter:
        return await self.counters.get(self, project)
