"""Floors: the rows that a run left behind, written again by the bare driver into a fresh database."""

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import asyncpg

from server.store.places import connect_sqlite, sqlite_path
from tests.bench._places import Places
from tests.conftest import Place
from tests.postgres import apart

TABLES = ("changes", "items", "feed")
"""What one report leaves: the change, the item, the place in the feed."""
ORDER = {"changes": "received_at_ms, replica, sequence", "items": "position", "feed": "position"}


class Statement(NamedTuple):
    """An INSERT and its rows, in the order in which they were written."""

    sql: str
    rows: Sequence[Sequence[Any]]


def floor_rows_per_second(found: Places, place: Place, reports: int, connections: int) -> float:
    """Reports per second of the bare driver, in transactions of `reports` reports."""
    fresh = found.fresh(place.engine)
    if place.engine == "sqlite":
        source, target = (connect_sqlite(sqlite_path(one.url, one.data)) for one in (place, fresh))
        return _sqlite(source, target, reports)
    return apart(_postgres(place.url, fresh.url, reports, connections))


def _sqlite(source: sqlite3.Connection, target: sqlite3.Connection, reports: int) -> float:
    source.row_factory = None
    statements = []
    for table in TABLES:
        columns = [column[1] for column in source.execute(f"PRAGMA table_info({table})")]
        statements.append(_statement(table, columns, source.execute(_select(table)).fetchall(), "?"))
    count = len(statements[0].rows)
    began = time.perf_counter()
    for start in range(0, count, reports):
        target.execute("BEGIN IMMEDIATE")
        for statement in statements:
            target.executemany(statement.sql, statement.rows[start : start + reports])
        target.execute("COMMIT")
    seconds = time.perf_counter() - began
    source.close()
    target.close()
    return count / seconds


async def _postgres(source: str, target: str, reports: int, connections: int) -> float:
    reading = await asyncpg.connect(source)
    statements = []
    for table in TABLES:
        rows = await reading.fetch(_select(table))
        statements.append(_statement(table, list(rows[0].keys()), [tuple(row) for row in rows], "$"))
    await reading.close()
    pool = await asyncpg.create_pool(target, min_size=connections, max_size=connections)
    count = len(statements[0].rows)
    starts = iter(range(0, count, reports))

    async def write() -> None:
        async with pool.acquire() as connection:
            for start in starts:
                async with connection.transaction():
                    for statement in statements:
                        await connection.executemany(statement.sql, statement.rows[start : start + reports])

    began = time.perf_counter()
    await asyncio.gather(*(write() for _ in range(connections)))
    seconds = time.perf_counter() - began
    await pool.close()
    return count / seconds


def _select(table: str) -> str:
    return f"SELECT * FROM {table} WHERE kind = 'submission' ORDER BY {ORDER[table]}"


def _statement(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], mark: str) -> Statement:
    marks = ", ".join(f"${n}" for n in range(1, len(columns) + 1)) if mark == "$" else ", ".join("?" * len(columns))
    return Statement(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
