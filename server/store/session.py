"""A place where SQL runs: a unit of the writer, or one consistent read. The same statements on both engines.

SQL is written once with `$1` placeholders; SQLite reads them as `?1`. Rows can be read by index and by name on both.
On SQLite no method ever suspends: the writer's thread drives a unit's coroutine by hand.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, Protocol

from server.store.engine import Dialect, standing_in

Row = Any
"""sqlite3.Row or asyncpg.Record: row["name"], row[0], iteration over values."""

_PLACEHOLDER = re.compile(r"\$(\d+)")


@lru_cache(maxsize=2048)
def for_sqlite(sql: str) -> str:
    return _PLACEHOLDER.sub(r"?\1", sql)


class Tx(Protocol):
    """One transaction (or read snapshot). `engine` says which dialect, for the rare statement that differs."""

    engine: Dialect

    async def fetch(self, sql: str, *args: Any) -> list[Row]: ...

    async def fetch_one(self, sql: str, *args: Any) -> Row | None: ...

    async def execute(self, sql: str, *args: Any) -> int:
        """Answers how many rows were touched."""

    async def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None: ...

    async def run(self, query: Any) -> Any:
        """Run a Piccolo query inside this transaction."""

    def on_commit(self, call: Callable[[], None]) -> None:
        """Call after COMMIT, in the event loop; never when the unit or the commit fails."""


class SqliteTx:
    """Over one sqlite3 connection; used by one thread."""

    engine: Dialect = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.after: list[Callable[[], None]] = []

    async def fetch(self, sql: str, *args: Any) -> list[Row]:
        return self.connection.execute(for_sqlite(sql), args).fetchall()

    async def fetch_one(self, sql: str, *args: Any) -> Row | None:
        return self.connection.execute(for_sqlite(sql), args).fetchone()

    async def execute(self, sql: str, *args: Any) -> int:
        return self.connection.execute(for_sqlite(sql), args).rowcount

    async def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self.connection.executemany(for_sqlite(sql), rows)

    async def run(self, query: Any) -> Any:
        with standing_in(self):
            return await query

    async def fetch_dicts(self, sql: str, args: Sequence[Any]) -> list[dict[str, Any]]:
        return [dict(row) for row in self.connection.execute(sql, args).fetchall()]

    def on_commit(self, call: Callable[[], None]) -> None:
        self.after.append(call)


class PostgresTx:
    """Over one asyncpg connection (or its pool's proxy)."""

    engine: Dialect = "postgres"

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.after: list[Callable[[], None]] = []

    async def fetch(self, sql: str, *args: Any) -> list[Row]:
        return list(await self.connection.fetch(sql, *args))

    async def fetch_one(self, sql: str, *args: Any) -> Row | None:
        return await self.connection.fetchrow(sql, *args)

    async def execute(self, sql: str, *args: Any) -> int:
        last = str(await self.connection.execute(sql, *args)).rsplit(" ", 1)[-1]
        return int(last) if last.isdigit() else 0

    async def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        await self.connection.executemany(sql, rows)

    async def run(self, query: Any) -> Any:
        with standing_in(self):
            return await query

    async def fetch_dicts(self, sql: str, args: Sequence[Any]) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.connection.fetch(sql, *args)]

    def on_commit(self, call: Callable[[], None]) -> None:
        self.after.append(call)


async def insert_rows(tx: Tx, sql: str, rows: Sequence[Sequence[Any]], tail: str = "") -> None:
    """`sql` is an INSERT up to its VALUES, `tail` what follows them. Many rows go in one statement, in pieces of a
    power of two: SQLite lets go of the interpreter once instead of once a row, PostgreSQL gets one message.
    """
    start, width = 0, len(rows[0]) if rows else 0
    while start < len(rows):
        size = 1 << min(len(rows) - start, 64).bit_length() - 1
        piece = rows[start : start + size]
        await tx.execute(f"{sql} {in_values(width, size, 1)}{tail}", *chain.from_iterable(piece))
        start += size


@lru_cache(maxsize=1024)
def in_values(width: int, count: int, first: int) -> str:
    """`VALUES ($first, ...), ...` for `(a, b) IN (...)`: `count` keys of `width` columns. Same text on both engines."""
    numbers = iter(range(first, first + width * count))
    rows = ("(" + ", ".join(f"${next(numbers)}" for _ in range(width)) + ")" for _ in range(count))
    return "VALUES " + ", ".join(rows)


def chunks(keys: Sequence[tuple[str, ...]], size: int = 256) -> Iterator[list[tuple[str, ...]]]:
    """Keys in pieces of a power of two, the last padded with its own last key: few distinct statements to prepare."""
    for start in range(0, len(keys), size):
        piece = list(keys[start : start + size])
        wanted = 1 << (len(piece) - 1).bit_length()
        piece.extend([piece[-1]] * (wanted - len(piece)))
        yield piece
