"""Opening and closing the database: `open_database(url, data)` gives the writer, the reader and the migrations.

`url` empty: SQLite in `DATA/langnghe.sqlite`. `sqlite:///PATH` or `postgres(ql)://…` name another place.
"""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import asyncpg

from server.store import engine, migrating
from server.store.engine import ENGINE, Dialect
from server.store.places import connect_sqlite, is_postgres, sqlite_path
from server.store.postgres_writer import PostgresWriter
from server.store.reader import PostgresReader, Reader, SqliteReader
from server.store.sqlite_writer import SqliteWriter
from server.store.writer import Writer

POOL_CONNECTIONS = 8
TUNED: dict[str, Any] = {
    "command_timeout": 60,
    "statement_cache_size": 1024,
    "max_cacheable_statement_size": 64 * 1024,
    "server_settings": {"application_name": "lang-nghe", "jit": "off"},
}
"""Statements stay prepared; each walks an index, so compiling one would cost more than it saves."""


class Database:
    """An open database. `close()` writes what still waits and lets every thread and connection go."""

    def __init__(
        self, dialect: Dialect, url: str, data: Path, *, writer: Writer, reader: Reader, pool: Any = None
    ) -> None:
        self.engine = dialect
        self.url = url
        self.data = data
        self.writer = writer
        self.reader = reader
        self.pool = pool
        self.piccolo = ENGINE
        engine.add_default(reader)

    async def close(self) -> None:
        engine.remove_default(self.reader)
        await self.writer.close()
        await self.reader.close()
        if self.pool is not None:
            try:
                await asyncio.wait_for(self.pool.close(), 5)
            except TimeoutError:
                self.pool.terminate()

    async def migrate(self) -> list[str]:
        """Run the migrations that have not been run; answers their ids. Safe when several processes start at once."""
        return await migrating.migrate(self.url, self.data)

    async def __aenter__(self) -> "Database":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _with_statistics(connection: sqlite3.Connection) -> sqlite3.Connection:
    """A glance at every index (milliseconds, also on a big database), so that SQLite walks the selective one."""
    connection.execute("PRAGMA analysis_limit = 400")
    connection.execute("ANALYZE")
    return connection


async def _nothing_to_reset(_: Any) -> None:
    """Units leave no state in a connection; asking it to forget would be a round trip for each."""


async def open_database(url: str, data: Path, *, migrate: bool = True, readers: int = 2) -> Database:
    """Open and (by default) migrate. Errors: what the driver raises when it cannot reach the database."""
    if is_postgres(url):
        if migrate:
            await migrating.migrate(url, data)
        pool = await asyncpg.create_pool(url, min_size=2, max_size=POOL_CONNECTIONS, reset=_nothing_to_reset, **TUNED)
        return Database("postgres", url, data, writer=PostgresWriter(pool), reader=PostgresReader(pool), pool=pool)
    path = sqlite_path(url, data)
    path.parent.mkdir(parents=True, exist_ok=True)
    if migrate:
        await migrating.migrate(url, data)
    writer = SqliteWriter(lambda: _with_statistics(connect_sqlite(path)))
    reader = SqliteReader(lambda: connect_sqlite(path, read_only=True), readers)
    return Database("sqlite", url, data, writer=writer, reader=reader)
