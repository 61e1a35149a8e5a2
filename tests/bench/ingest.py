"""`ingest`: phones that were away come back with 20 reports each; how fast does the server durably take them?

Each phone has synced before (it holds the areas), so that only the way in is measured. Floor: the very rows that the
server wrote, written again by bare sqlite3 (WAL, FULL) or asyncpg in transactions of 20 reports, one connection each
for 1, at most 8 for 8 and 32. A storm (BENCH_STORM phones, 10,000) comes through 500 sockets at once.
"""

import os
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import psutil

from tests.bench._floors import floor_rows_per_second
from tests.bench._phones import Line, Phone, Sent, enrol_phones, report, spread, sync_body
from tests.bench._places import Places, places
from tests.bench.registry import Figure, bench
from tests.conftest import ENGINES
from tests.postgres import apart
from tests.server_process import ServerProcess, start_server

REPORTS = 20
ROUNDS = ((1, 60), (8, 400), (32, 1200))
"""(concurrent phones, phones in all)."""
STORM = int(os.environ.get("BENCH_STORM", "10000"))
STORM_SOCKETS = 500


@bench("ingest")
def ingest() -> Iterator[Figure]:
    with places() as found:
        for engine in ENGINES:
            for lines, count in ROUNDS:
                yield from measure(found, engine, f"ingest.{lines}", lines, count)
            yield from measure(found, engine, "ingest.storm", STORM_SOCKETS, STORM)


def measure(found: Places, engine: str, name: str, lines: int, count: int) -> Iterator[Figure]:
    """One run on a fresh database."""
    place = found.fresh(engine)
    phones = apart(enrol_phones(place.url, place.data, count))
    server = start_server({"DATA": str(place.data), "DATABASE_URL": place.url, "DEMO": "none"})
    try:
        port = int(server.url.rsplit(":", 1)[1])
        cursors = apart(first_syncs(port, phones))
        before = cpu_seconds(server, found)
        sent, seconds = apart(arrive(port, lines, phones, cursors))
        spent = cpu_seconds(server, found) - before
        memory = peak_megabytes(server)
    finally:
        server.stop()
    reports = count * REPORTS
    floor = floor_rows_per_second(found, place, REPORTS, min(lines, 8))
    times = sorted(one.seconds * 1000 for one in sent)
    cuts = statistics.quantiles(times, n=100)
    yield Figure(name=name, engine=engine, n=reports, value=reports / seconds, unit="reports/s", floor=floor)
    for label, value in (("p50", cuts[49]), ("p95", cuts[94]), ("p99", cuts[98])):
        yield Figure(name=f"{name}.{label}", engine=engine, n=count, value=value, unit="ms a phone")
    yield Figure(name=f"{name}.cpu", engine=engine, n=reports, value=spent / reports * 1000, unit="CPU s per 1,000")
    yield Figure(name=f"{name}.memory", engine=engine, n=reports, value=memory, unit="MiB")


async def first_syncs(port: int, phones: Sequence[Phone]) -> dict[str, tuple[str, str]]:
    """What each phone holds before: replica -> (cursor, epoch)."""
    found: dict[str, tuple[str, str]] = {}

    async def each(line: Line, phone: Phone) -> None:
        cursor = epoch = ""
        more = True
        while more:
            answer = (await line.sync(phone, sync_body(phone, [], cursor, epoch))).answer
            cursor, epoch, more = answer.cursor, answer.epoch, answer.more
        found[phone.replica] = (cursor, epoch)

    await spread(port, 16, phones, each)
    return found


async def arrive(
    port: int, lines: int, phones: Sequence[Phone], cursors: dict[str, tuple[str, str]]
) -> tuple[list[Sent], float]:
    """All phones push; answers what each waited for, and the seconds from the first byte to the last answer."""
    random = Random(7)
    bodies = {
        phone.replica: sync_body(
            phone, [report(phone, sequence, random) for sequence in range(1, REPORTS + 1)], *cursors[phone.replica]
        )
        for phone in phones
    }
    sent: list[Sent] = []

    async def each(line: Line, phone: Phone) -> None:
        one = await line.sync(phone, bodies[phone.replica])
        results = [outcome.result for outcome in one.answer.outcomes]
        assert results == ["applied"] * REPORTS, one.answer.outcomes
        assert one.answer.receipt is not None
        assert one.answer.receipt.up_to == REPORTS
        sent.append(one)

    began = time.perf_counter()
    await spread(port, lines, phones, each)
    return sent, time.perf_counter() - began


def cpu_seconds(server: ServerProcess, found: Places) -> float:
    """CPU time of the server, and of PostgreSQL when it runs."""
    processes = [psutil.Process(server.pid)]
    if found.postgres is not None:
        postmaster = psutil.Process(found.postgres.pid)
        processes += [postmaster, *postmaster.children(recursive=True)]
    total = 0.0
    for process in processes:
        with_times = process.cpu_times()
        total += with_times.user + with_times.system
    return total


def peak_megabytes(server: ServerProcess) -> float:
    """Highest resident memory of the server so far."""
    for line in Path(f"/proc/{server.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return psutil.Process(server.pid).memory_info().rss / 2**20
