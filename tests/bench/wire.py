"""What a sync costs on the wire: `idle` (nothing new), `report` (one new one), `first` (1,000 items on an empty phone).

Bytes are those of the bodies, both ways, as packed. Floors: for time, GET /health on the same connection (any request
at all) or the bare driver reading the same items; for bytes, the gzip of the report's own JSON; for the slow line,
what its bits and one round trip take at the very least.
"""

import gzip
import sqlite3
import statistics
import time
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

import asyncpg
import msgspec

from server.store.places import sqlite_path
from tests.bench._phones import Line, Phone, Sent, enrol_phones, report, sync_body
from tests.bench._places import places
from tests.bench._slow_line import BITS_PER_SECOND, ROUND_TRIP_S, slow_line
from tests.bench.registry import Figure, bench
from tests.conftest import ENGINES, Place
from tests.postgres import apart
from tests.server_process import start_server

IDLE_SYNCS = 200
FIRST_ITEMS = 1000
AREAS = 103


class Measured(NamedTuple):
    """Of one engine: syncs and probes in seconds, the new report, and two first syncs (loopback, slow line)."""

    idle: list[Sent]
    probes: list[float]
    one: Sent
    own_gzip: int
    first: list[Sent]
    first_slow: list[Sent]
    first_slow_s: float


@bench("idle")
def idle() -> Iterator[Figure]:
    for engine, found, _ in _each_engine(items=0):
        times = statistics.median(one.seconds for one in found.idle) * 1000
        floor = statistics.median(found.probes) * 1000
        yield Figure(name="idle", engine=engine, n=len(found.idle), value=times, unit="ms", floor=floor)
        yield Figure(name="idle.bytes", engine=engine, n=1, value=_bytes(found.idle[-1:]), unit="bytes")


@bench("report")
def one_report() -> Iterator[Figure]:
    for engine, found, _ in _each_engine(items=0):
        value = _bytes([found.one])
        yield Figure(name="report.bytes", engine=engine, n=1, value=value, unit="bytes", floor=found.own_gzip)
        yield Figure(
            name="report.up", engine=engine, n=1, value=found.one.sent_bytes, unit="bytes", floor=found.own_gzip
        )
        yield Figure(name="report.down", engine=engine, n=1, value=found.one.received_bytes, unit="bytes")
        yield Figure(name="report", engine=engine, n=1, value=found.one.seconds * 1000, unit="ms")


@bench("first")
def first() -> Iterator[Figure]:
    for engine, found, read_s in _each_engine(items=FIRST_ITEMS - AREAS - 1):
        taken = sum(one.seconds for one in found.first)
        items = [item for one in found.first for item in one.answer.items]
        assert len(items) == FIRST_ITEMS, len(items)
        own = len(gzip.compress(msgspec.json.encode([item.fields for item in items]), 6))
        line_s = _bytes(found.first_slow) * 8 / BITS_PER_SECOND + ROUND_TRIP_S
        yield Figure(name="first", engine=engine, n=FIRST_ITEMS, value=taken, unit="s", floor=read_s)
        yield Figure(
            name="first.bytes", engine=engine, n=FIRST_ITEMS, value=_bytes(found.first), unit="bytes", floor=own
        )
        yield Figure(name="first.requests", engine=engine, n=FIRST_ITEMS, value=len(found.first), unit="requests")
        yield Figure(name="first.2g", engine=engine, n=FIRST_ITEMS, value=found.first_slow_s, unit="s", floor=line_s)


def _bytes(syncs: list[Sent]) -> int:
    return sum(one.sent_bytes + one.received_bytes for one in syncs)


def _each_engine(items: int) -> Iterator[tuple[str, Measured, float]]:
    """(engine, what was measured, seconds in which the bare driver reads the same items)."""
    with places() as found:
        for engine in ENGINES:
            place = found.fresh(engine)
            phones = apart(enrol_phones(place.url, place.data, 1, devices=3))
            server = start_server({"DATA": str(place.data), "DATABASE_URL": place.url, "DEMO": "none"})
            try:
                measured = apart(_measure(int(server.url.rsplit(":", 1)[1]), phones, items))
            finally:
                server.stop()
            yield engine, measured, apart(_bare_read(place))


async def _measure(port: int, phones: list[Phone], items: int) -> Measured:
    old, fresh, slow = phones
    line, random = await Line.open(port), Random(3)
    state = (await first_sync(line, old))[-1].answer
    for start in range(1, items + 1, 20):
        changes = [report(old, sequence, random) for sequence in range(start, min(start + 20, items + 1))]
        state = (await line.sync(old, sync_body(old, changes, state.cursor, state.epoch, items))).answer
    new = report(old, items + 1, random)
    one = await line.sync(old, sync_body(old, [new], state.cursor, state.epoch, items + 1, received=items))
    body = sync_body(old, [], one.answer.cursor, state.epoch, items + 1, received=items + 1)
    idle = [await line.sync(old, body) for _ in range(IDLE_SYNCS)]
    probes = [await line.probe() for _ in range(IDLE_SYNCS)]
    quick = await first_sync(line, fresh) if items else []
    crawled: list[Sent] = []
    began = time.perf_counter()
    if items:
        async with slow_line(port) as slow_port:
            crawling = await Line.open(slow_port)
            crawled = await first_sync(crawling, slow)
            crawling.close()
    own = len(gzip.compress(msgspec.json.encode(new), 6))
    return Measured(idle, probes, one, own, quick, crawled, time.perf_counter() - began)


async def first_sync(line: Line, phone: Phone) -> list[Sent]:
    """Every request of an empty phone until there is no more."""
    found: list[Sent] = []
    cursor = epoch = ""
    while not found or found[-1].answer.more:
        found.append(await line.sync(phone, sync_body(phone, [], cursor, epoch)))
        cursor, epoch = found[-1].answer.cursor, found[-1].answer.epoch
    return found


async def _bare_read(place: Place) -> float:
    """Seconds to read every item's row by the bare driver, the median of nine."""
    times = []
    query = "SELECT * FROM items ORDER BY position"
    if place.engine == "sqlite":
        connection = sqlite3.connect(sqlite_path(place.url, place.data))
        for _ in range(9):
            began = time.perf_counter()
            connection.execute(query).fetchall()
            times.append(time.perf_counter() - began)
        connection.close()
    else:
        asking = await asyncpg.connect(place.url)
        for _ in range(9):
            began = time.perf_counter()
            await asking.fetch(query)
            times.append(time.perf_counter() - began)
        await asking.close()
    return statistics.median(times)
