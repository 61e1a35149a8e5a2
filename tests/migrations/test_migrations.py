"""Migrations on both engines: from nothing, and from the first version's database with rows in it."""

import asyncio

import pytest
from piccolo.columns import BigInt, Bytea, DoublePrecision, Text

from server.store.database import open_database
from server.store.migrating import migrate, modules
from server.store.piccolo_app import APP_CONFIG
from server.store.places import connect_sqlite, is_postgres, sqlite_path
from server.store.session import Tx
from tests.conftest import Place

FIRST = "2026-11-26T11:30:00:000000"
KINDS = {
    Text: {"text"},
    BigInt: {"bigint"},
    Bytea: {"blob", "bytea"},
    DoublePrecision: {"double precision"},
}


async def columns(tx: Tx, table: str) -> dict[str, tuple[str, bool]]:
    """Name -> (type, may be null)."""
    if tx.engine == "postgres":
        rows = await tx.fetch(
            "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = $1", table
        )
        return {name: (kind, null == "YES") for name, kind, null in rows}
    rows = await tx.fetch(f"PRAGMA table_info({table})")
    return {row["name"]: (row["type"].lower(), not row["notnull"]) for row in rows}


@pytest.mark.parametrize("table", APP_CONFIG.table_classes, ids=lambda table: table._meta.tablename)
async def test_a_table_class_says_what_the_database_has(place: Place, table: type) -> None:
    async with await open_database(place.url, place.data, migrate=False) as database:
        actual = await database.reader.read(lambda tx: columns(tx, table._meta.tablename))  # type: ignore[attr-defined]
    said = {column._meta.name: column for column in table._meta.columns}  # type: ignore[attr-defined]
    assert actual.keys() == said.keys()
    for name, (kind, may_be_null) in actual.items():
        assert kind in KINDS[type(said[name])], name
        assert may_be_null == said[name]._meta.null, name


async def test_every_table_of_the_database_has_a_class(place: Place) -> None:
    async with await open_database(place.url, place.data, migrate=False) as database:
        listed = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            if database.engine == "sqlite"
            else "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        )
        tables = {row[0] for row in await database.reader.fetch(listed)}
    assert tables - {"migration"} == {table._meta.tablename for table in APP_CONFIG.table_classes}


async def test_every_primary_key_begins_with_the_project(place: Place) -> None:
    async with await open_database(place.url, place.data, migrate=False) as database:
        for table in APP_CONFIG.table_classes:
            name = table._meta.tablename
            if database.engine == "sqlite":
                rows = await database.reader.fetch(
                    f"SELECT name FROM pragma_table_info('{name}') WHERE pk > 0 ORDER BY pk"
                )
            else:
                rows = await database.reader.fetch(
                    "SELECT a.attname FROM pg_index x JOIN pg_attribute a ON a.attrelid = x.indrelid "
                    "AND a.attnum = x.indkey[0] WHERE x.indisprimary AND x.indrelid = $1::text::regclass",
                    name,
                )
            assert rows[0][0] == "project", name


async def test_an_old_database_with_rows_keeps_them_through_every_later_migration(empty_place: Place) -> None:
    assert await migrate(empty_place.url, empty_place.data, up_to=FIRST) == [FIRST]
    async with await open_database(empty_place.url, empty_place.data, migrate=False) as database:
        old = {}
        for number, table in enumerate(APP_CONFIG.table_classes):
            name = table._meta.tablename
            known = await database.reader.read(lambda tx, name=name: columns(tx, name))  # type: ignore[misc]
            if not known:
                continue
            row = {column: example(kind, number) for column, (kind, _) in known.items()}
            places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
            await database.writer.run(
                lambda tx, name=name, row=row, places=places: tx.execute(  # type: ignore[misc]
                    f"INSERT INTO {name} ({', '.join(row)}) VALUES ({places})", *row.values()
                )
            )
            old[name] = row
        assert len(old) > 20
    assert await migrate(empty_place.url, empty_place.data) == [module.ID for module in modules() if module.ID > FIRST]
    async with await open_database(empty_place.url, empty_place.data, migrate=False) as database:
        for name, row in old.items():
            (now,) = await database.reader.fetch(f"SELECT * FROM {name}")
            assert {column: now[column] for column in row} == row, name


def example(kind: str, number: int) -> object:
    if kind in {"blob", "bytea"}:
        return b"{}"
    if kind == "double precision":
        return number + 0.5
    return f"text-{number}" if kind == "text" else 2**40 + number


async def test_migrating_again_does_nothing(place: Place) -> None:
    assert await migrate(place.url, place.data) == []


async def test_two_processes_that_migrate_at_once_run_each_migration_once(empty_place: Place) -> None:
    each = [asyncio.to_thread(lambda: asyncio.run(migrate(empty_place.url, empty_place.data))) for _ in range(2)]
    ran = await asyncio.gather(*each)
    assert sorted(ran, key=len) == [[], [module.ID for module in modules()]]


async def test_a_migration_that_fails_leaves_nothing_behind(
    empty_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    import server.store.migrating as migrating

    class Broken:
        ID = "2026-01-01T00:00:00:000000"

        @staticmethod
        async def forwards() -> object:
            class Manager:
                async def run(self) -> None:
                    await migrating.ENGINE.run_ddl("CREATE TABLE half (project TEXT)")
                    raise RuntimeError("killed")

            return Manager()

    monkeypatch.setattr(migrating, "modules", lambda: [Broken])
    with pytest.raises(RuntimeError, match="killed"):
        await migrate(empty_place.url, empty_place.data)
    monkeypatch.undo()
    if not is_postgres(empty_place.url):
        connection = connect_sqlite(sqlite_path(empty_place.url, empty_place.data))
        assert connection.execute("SELECT COUNT(*) FROM sqlite_master WHERE name = 'half'").fetchone()[0] == 0
        connection.close()
    assert len(await migrate(empty_place.url, empty_place.data)) == len(modules())
