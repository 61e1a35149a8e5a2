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

from piccolo.table import Table

from server.store import tables
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


async def insert_rows(
    tx: Tx, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], tail: str = ""
) -> None:
    """INSERT many rows with few statements; `tail` is what follows the values (ON CONFLICT …).

    SQLite: pieces of a power of two, so that it lets go of the interpreter once instead of once a row. PostgreSQL:
    COPY, or with a tail one array per column, so that the same plan serves any number of rows.
    """
    if not rows:
        return
    into = f"INSERT INTO {table} ({', '.join(columns)})"
    if isinstance(tx, PostgresTx) and not tail and len(rows) > 1:
        await tx.connection.copy_records_to_table(table, columns=columns, records=rows)
        return
    if tx.engine == "postgres":
        arrays = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(column_types(table, tuple(columns)), start=1))
        await tx.execute(f"{into} SELECT * FROM unnest({arrays}){tail}", *map(list, zip(*rows, strict=True)))
        return
    start = 0
    while start < len(rows):
        size = 1 << min(len(rows) - start, 64).bit_length() - 1
        piece = rows[start : start + size]
        await tx.execute(f"{into} {in_values(len(columns), size, 1)}{tail}", *chain.from_iterable(piece))
        start += size


@lru_cache(maxsize=64)
def column_types(table: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    """PostgreSQL's types of a table's columns."""
    classes = [one for one in vars(tables).values() if isinstance(one, type) and issubclass(one, Table)]
    (found,) = [one for one in classes if one._meta.tablename == table]  # noqa: SLF001 - Piccolo's way to ask
    kinds = {column._meta.name: column.column_type.lower() for column in found._meta.columns}  # noqa: SLF001
    return tuple(kinds[column] for column in columns)


async def fetch_wanted(
    tx: Tx, wanted: dict[str, str], keys: Sequence[Sequence[Any]], select: str, *args: Any
) -> list[Row]:
    """Rows for many keys at once, each by a walk along an index. `wanted` names the parts of a key and their types.

    `select` is `COLUMNS FROM TABLE ALIAS WHERE …`, optionally `ORDER BY …` on a new line; its condition speaks of the
    keys as `w`, `args` are its $1, $2, … On PostgreSQL the condition stands behind a fence, because a plan made while
    the table was small would read all of it for ever after.
    """
    if not keys:
        return []
    names, first = ", ".join(wanted), len(args) + 1
    shape = _SHAPE.fullmatch(select)
    if shape is None:
        raise ValueError(f"not of the known shape: {select}")
    columns, table, alias, where, order = shape.groups(default="")
    if tx.engine == "postgres":
        arrays = ", ".join(f"${first + n}::{kind}[]" for n, kind in enumerate(wanted.values()))
        sql = (
            f"WITH wanted({names}) AS (SELECT * FROM unnest({arrays})) SELECT {columns} FROM wanted w "
            f"CROSS JOIN LATERAL (SELECT * FROM {table} {alias} WHERE {where} OFFSET 0) {alias} {order}"
        )
        return await tx.fetch(sql, *args, *map(list, zip(*keys, strict=True)))
    rows: list[Row] = []
    for piece in chunks(keys):
        values = in_values(len(wanted), len(piece), first)
        sql = (
            f"WITH wanted({names}) AS ({values}) SELECT {columns} FROM wanted w "
            f"CROSS JOIN {table} {alias} WHERE {where} {order}"
        )
        rows += await tx.fetch(sql, *args, *chain.from_iterable(piece))
    return rows


_SHAPE = re.compile(r"(.+?) FROM (\w+) (\w+) WHERE (.+?)(?:\n(ORDER BY .+))?", re.DOTALL)


@lru_cache(maxsize=1024)
def in_values(width: int, count: int, first: int) -> str:
    """`VALUES ($first, ...), ...`: `count` keys of `width` columns."""
    numbers = iter(range(first, first + width * count))
    rows = ("(" + ", ".join(f"${next(numbers)}" for _ in range(width)) + ")" for _ in range(count))
    return "VALUES " + ", ".join(rows)


def chunks(keys: Sequence[Sequence[Any]], size: int = 256) -> Iterator[list[Sequence[Any]]]:
    """Keys in pieces of a power of two, the last padded with its own last key: few distinct statements to prepare."""
    for start in range(0, len(keys), size):
        piece = list(keys[start : start + size])
        wanted = 1 << (len(piece) - 1).bit_length()
        piece.extend([piece[-1]] * (wanted - len(piece)))
        yield piece
