"""Reads beside the writer: each is one consistent snapshot, on connections that cannot write.

SQLite: a few threads, each with its own query-only connection. PostgreSQL: the pool, repeatable read, read only.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from typing import Any, Protocol, TypeVar

from server.store.engine import Dialect
from server.store.session import PostgresTx, Row, SqliteTx, Tx
from server.store.sqlite_writer import drive

T = TypeVar("T")
Read = Callable[[Tx], Awaitable[T]]


class Reader(Protocol):
    engine: Dialect

    async def read(self, unit: Read[T]) -> T:
        """Run `unit(tx)` in one snapshot. On SQLite it must wait for nothing but `tx`."""

    async def glance(self, unit: Read[T]) -> T:
        """Like `read`, for a look of microseconds: on SQLite it runs in the caller's thread, without the way to another
        one and back, which would cost several times the look itself."""

    async def fetch(self, sql: str, *args: Any) -> list[Row]: ...

    async def run(self, query: Any) -> Any:
        """Run a Piccolo query."""

    async def fetch_dicts(self, sql: str, args: Sequence[Any]) -> list[dict[str, Any]]: ...

    async def close(self) -> None: ...


class SqliteReader:
    engine: Dialect = "sqlite"

    def __init__(self, connect: Callable[[], sqlite3.Connection], threads: int = 2) -> None:
        self._connect = connect
        self._mine = threading.local()
        self._glancing: sqlite3.Connection | None = None
        self._connections: list[sqlite3.Connection] = []
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="store-reader")

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._mine, "connection", None)
        if connection is None:
            connection = self._mine.connection = self._connect()
            self._connections.append(connection)
        return connection

    def _read(self, unit: Read[T], connection: sqlite3.Connection | None = None) -> T:
        connection = connection or self._connection()
        connection.execute("BEGIN")
        try:
            return Context().run(lambda: drive(unit(SqliteTx(connection))))
        finally:
            connection.execute("COMMIT")

    async def read(self, unit: Read[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, unit)

    async def glance(self, unit: Read[T]) -> T:
        if self._glancing is None:
            self._glancing = self._connect()
            self._connections.append(self._glancing)
        return self._read(unit, self._glancing)

    async def fetch(self, sql: str, *args: Any) -> list[Row]:
        return await self.read(lambda tx: tx.fetch(sql, *args))

    async def run(self, query: Any) -> Any:
        return await self.read(lambda tx: tx.run(query))

    async def fetch_dicts(self, sql: str, args: Sequence[Any]) -> list[dict[str, Any]]:
        return await self.read(lambda tx: SqliteTx.fetch_dicts(tx, sql, args))  # type: ignore[arg-type]

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self._pool.shutdown)
        for connection in self._connections:
            connection.close()


class PostgresReader:
    engine: Dialect = "postgres"

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def read(self, unit: Read[T]) -> T:
        snapshot = {"isolation": "repeatable_read", "readonly": True}
        async with self._pool.acquire() as connection, connection.transaction(**snapshot):
            return await unit(PostgresTx(connection))

    async def glance(self, unit: Read[T]) -> T:
        async with self._pool.acquire() as connection:
            return await unit(PostgresTx(connection))

    async def fetch(self, sql: str, *args: Any) -> list[Row]:
        async with self._pool.acquire() as connection:
            return list(await connection.fetch(sql, *args))

    async def run(self, query: Any) -> Any:
        return await self.read(lambda tx: tx.run(query))

    async def fetch_dicts(self, sql: str, args: Sequence[Any]) -> list[dict[str, Any]]:
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            return [dict(row) for row in await connection.fetch(sql, *args)]

    async def close(self) -> None:
        return None
