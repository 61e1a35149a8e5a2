"""`pull`: 100 new topics of one's commune, with 10,000, 100,000 and 1,000,000 items of history in the project.

History is made by copying rows in SQL, spread over all communes as topics are. `pull.growth` is the last time by the
first: what a hundredfold history costs. Floor: the bare driver reading the same 100 rows by their keys.
"""

import sqlite3
import statistics
import time
from collections.abc import Iterator
from typing import Any

import asyncpg

from server.demo.facts import read_areas
from server.exchange.push import apply_server_changes
from server.settings import DEFAULT_PROJECT
from server.store.database import open_database
from server.store.places import sqlite_path
from server.store.session import Tx
from sync.protocol import Change
from tests.bench._phones import Line, Phone, enrol_phones, sync_body
from tests.bench._places import Places, places
from tests.bench.registry import Figure, bench
from tests.bench.wire import first_sync
from tests.conftest import ENGINES, Place
from tests.postgres import apart
from tests.server_process import start_server

HISTORIES = (10_000, 100_000, 1_000_000)
NEW = 100
ROUNDS = 25


@bench("pull")
def pull() -> Iterator[Figure]:
    with places() as found:
        for engine in ENGINES:
            times = []
            for history in HISTORIES:
                figure = measure(found, engine, history)
                times.append(figure.value)
                yield figure
            yield Figure(name="pull.growth", engine=engine, n=HISTORIES[-1], value=times[-1] / times[0], unit="times")


def measure(found: Places, engine: str, history: int) -> Figure:
    """The median pull of NEW topics beside so many items."""
    place = found.fresh(engine)
    phones = apart(enrol_phones(place.url, place.data, 1))
    apart(_make_history(place, history))
    server = start_server({"DATA": str(place.data), "DATABASE_URL": place.url, "DEMO": "none"})
    try:
        milliseconds = apart(_pulls(place, int(server.url.rsplit(":", 1)[1]), phones[0]))
    finally:
        server.stop()
    floor = apart(_bare(place, phones[0].area))
    return Figure(name=f"pull.{history}", engine=engine, n=NEW, value=milliseconds, unit="ms", floor=floor)


async def _pulls(place: Place, port: int, phone: Phone) -> float:
    line = await Line.open(port)
    before = (await first_sync(line, phone))[-1].answer
    async with await open_database(place.url, place.data, migrate=False) as database:
        changes = [topic(phone.area, f"new-{n}") for n in range(NEW)]
        await database.writer.run(
            lambda tx: apply_server_changes(tx, DEFAULT_PROJECT, changes, now_ms=2), DEFAULT_PROJECT
        )
    times = []
    for _ in range(ROUNDS):
        seconds, cursor, heard, more = 0.0, before.cursor, 0, True
        while more:
            sent = await line.sync(phone, sync_body(phone, [], cursor, before.epoch))
            seconds += sent.seconds
            cursor, more = sent.answer.cursor, sent.answer.more
            heard += len(sent.answer.items)
        assert heard == NEW, heard
        times.append(seconds * 1000)
    return statistics.median(times)


def topic(area: str, name: str) -> Change:
    fields = {
        "title": "Thiếu nước sạch sinh hoạt",
        "area": area,
        "state": "watching",
        "urgency": "medium",
        "summary": name,
    }
    return Change(sequence=0, intent="create", kind="topic", id=f"topic:{area}-{name}", fields={**fields})


async def _make_history(place: Place, history: int) -> None:
    """One topic for each commune through the exchange, then copies of their rows."""
    communes = [area.code for area in read_areas()[1:]]
    changes = [topic(code, "first") for code in communes]
    async with await open_database(place.url, place.data, migrate=False) as database:
        await database.writer.run(
            lambda tx: apply_server_changes(tx, DEFAULT_PROJECT, changes, now_ms=1), DEFAULT_PROJECT
        )
        await database.writer.run(lambda tx: _copy(tx, history // len(communes)), DEFAULT_PROJECT)
        if place.engine == "postgres":
            await database.writer.run(lambda tx: tx.execute("ANALYZE"))


async def _copy(tx: Tx, copies: int) -> None:
    head = (await tx.fetch("SELECT position FROM projects WHERE project = $1", DEFAULT_PROJECT))[0]["position"]
    place = f"position + n * {head}"
    for table, kept in (("items", {"id": "id || '-' || n"}), ("feed", {"item_id": "item_id || '-' || n"})):
        expressions: dict[str, str] = {**kept, "position": place}
        columns = await _columns(tx, table)
        chosen = ", ".join(expressions.get(column, column) for column in columns)
        await tx.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) WITH RECURSIVE series(n) AS "
            f"(SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {copies}) "
            f"SELECT {chosen} FROM {table}, series WHERE kind = 'topic'"
        )
    await tx.execute(f"UPDATE projects SET position = {head} * {copies + 1} WHERE project = $1", DEFAULT_PROJECT)


async def _columns(tx: Tx, table: str) -> list[str]:
    return list((await tx.fetch(f"SELECT * FROM {table} LIMIT 1"))[0].keys())


async def _bare(place: Place, area: str) -> float:
    """Milliseconds of the bare driver for the same rows by key, the median."""
    names = ", ".join(f"'topic:{area}-new-{n}'" for n in range(NEW))
    query = f"SELECT * FROM items WHERE project = '{DEFAULT_PROJECT}' AND kind = 'topic' AND id IN ({names})"
    asking: Any
    if place.engine == "sqlite":
        asking = sqlite3.connect(sqlite_path(place.url, place.data))
    else:
        asking = await asyncpg.connect(place.url)
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        rows = asking.execute(query).fetchall() if place.engine == "sqlite" else await asking.fetch(query)
        times.append((time.perf_counter() - began) * 1000)
        assert len(rows) == NEW
    closing = asking.close()
    if closing is not None:
        await closing
    return statistics.median(times)
