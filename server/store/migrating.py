"""Runs Piccolo's migration files under a lock of its own (Piccolo takes none), each in one transaction.

Each migration and the note that it ran are one transaction, so a process killed half-way leaves nothing half-done.
"""

import fcntl
import importlib.util
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

import asyncpg
from piccolo.apps.migrations.tables import Migration

import migrations
from server.store import places
from server.store.engine import ENGINE, Session, standing_in
from server.store.session import PostgresTx, SqliteTx

APP = "langnghe"
LOCK = 0x1A46


def modules(folder: Path | None = None) -> list[ModuleType]:
    """The migration files in order of their ids."""
    found = []
    for path in sorted((folder or Path(migrations.__path__[0])).glob("langnghe_*.py")):
        spec = importlib.util.spec_from_file_location(f"migrations.{path.stem}", path)
        if spec is None or spec.loader is None:
            raise ImportError(str(path))
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found.append(module)
    return sorted(found, key=lambda module: str(module.ID))


async def migrate(url: str, data: Path, *, up_to: str = "") -> list[str]:
    """Run what has not run (up to and including the id `up_to`); answers the ids that ran."""
    Migration._meta.db = ENGINE  # noqa: SLF001 - Piccolo's own table; it would look for piccolo_conf
    async with _alone(url, data) as (session, transaction):
        with standing_in(session):
            async with transaction():
                if not await Migration.table_exists():
                    await Migration.create_table()
            ran = set(await Migration.get_migrations_which_ran(app_name=APP))
            done = []
            for module in modules():
                if module.ID in ran or (up_to and up_to < module.ID):
                    continue
                async with transaction():
                    manager = await module.forwards()
                    with redirect_stdout(StringIO()):
                        await manager.run()
                    await Migration.insert(Migration(name=module.ID, app_name=APP))
                done.append(str(module.ID))
            return done


@asynccontextmanager
async def _alone(url: str, data: Path) -> AsyncGenerator[tuple[Session, Any]]:
    """A session and its transaction() while no other process migrates the same database."""
    if places.is_postgres(url):
        connection = await asyncpg.connect(url)
        try:
            await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
            yield PostgresTx(connection), connection.transaction
        finally:
            await connection.close()
        return
    path = places.sqlite_path(url, data)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        connection = places.connect_sqlite(path)
        try:
            yield SqliteTx(connection), lambda: _immediate(connection)
        finally:
            connection.close()


@asynccontextmanager
async def _immediate(connection: sqlite3.Connection) -> AsyncGenerator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
