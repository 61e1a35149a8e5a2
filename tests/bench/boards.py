"""Every board's API with a million submissions, 10,000 devices and 102 communes, beside its one best SQL query alone.

ratio = p95 of the answer / p95 of that query, taken turn by turn in the same process on the same database. The query is
the one that gives all that the board shows, sent by the bare driver. BENCH_N: how many submissions.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, NamedTuple

import asyncpg
from httpx import ASGITransport, AsyncClient

from server.app import create_app
from server.http.limits import Buckets
from server.settings import Settings
from server.store.places import connect_sqlite, sqlite_path
from server.store.session import for_sqlite
from server.store.standings import AREAS, SILENT_MS, Wanted, find_standings
from server.store.tallies import week_of
from tests.bench._board_rows import NOW_MS, PROJECT, TOKEN, fill
from tests.bench._places import places
from tests.bench.registry import Figure, bench
from tests.conftest import Place

N = 1_000_000
ROUNDS = 40


class Board(NamedTuple):
    """One board: its API, and the one query that answers it."""

    name: str
    path: str
    sql: str
    args: tuple[Any, ...]


def boards() -> list[Board]:
    devices, values = find_standings(Wanted(areas=None, asker="p0"), PROJECT, NOW_MS)
    topics = (
        "SELECT i.id, i.fields, i.area, i.created_at_ms, i.updated_at_ms, t.submissions, a.answers, a.first_at_ms "
        "FROM items i LEFT JOIN (SELECT name, SUM(submissions) AS submissions FROM tallies WHERE project = $1 AND "
        "measure = 'topic' GROUP BY name) t ON t.name = i.id LEFT JOIN (SELECT topic, COUNT(*) AS answers, "
        "MIN(created_at_ms) AS first_at_ms FROM items WHERE project = $1 AND kind = 'answer' AND deleted = 0 "
        "GROUP BY topic) a ON a.topic = i.id WHERE i.project = $1 AND i.kind = 'topic' AND i.deleted = 0 "
    )
    return [
        Board("devices", "/boards/sync-status", devices, tuple(values)),
        Board("areas", "/boards/areas", f"{AREAS} GROUP BY pa.area", (PROJECT, NOW_MS - SILENT_MS)),
        Board(
            "topics",
            "/boards/topic-list",
            f"{topics} AND i.state <> 'closed' ORDER BY i.position DESC LIMIT 200",
            (PROJECT,),
        ),
        Board(
            "emerging",
            "/boards/emerging",
            "SELECT period, area, part, submissions FROM tallies WHERE project = $1 AND measure = 'subject' "
            "AND name = '' AND period >= $2 AND submissions > 0",
            (PROJECT, week_of(NOW_MS) - 21),
        ),
        Board("answers", "/boards/answers", f"{topics} ORDER BY i.position DESC", (PROJECT,)),
        Board(
            "submissions",
            "/boards/submissions?most=100",
            "SELECT i.* FROM (SELECT project, kind, item_id, position FROM feed WHERE project = $1 "
            "AND kind = 'submission' ORDER BY position DESC LIMIT 100) f CROSS JOIN items i "
            "WHERE i.project = f.project AND i.kind = f.kind AND i.id = f.item_id "
            "AND i.position = f.position ORDER BY f.position DESC",
            (PROJECT,),
        ),
    ]


Query = Callable[[str, tuple[Any, ...]], Awaitable[Any]]


async def measure(place: Place) -> list[tuple[str, float, float]]:
    """(board, p95 of its API, p95 of its query), in ms."""
    settings = Settings(data=place.data, database_url=place.url, project=PROJECT)
    app = create_app(
        settings,
        build=place.data / "no-build",
        clock=lambda: NOW_MS,
        limits=Buckets(per_minute=10**6, burst=10**6),
    )
    query, close = await _driver(place)
    found = []
    async with app.lifespan(), AsyncClient(transport=ASGITransport(app), base_url="https://bench.local") as client:  # type: ignore[arg-type]
        headers = {"Cookie": f"__Host-session={TOKEN}", "Accept-Encoding": "identity"}

        async def ask(path: str) -> None:
            answer = await client.get(path, headers=headers)
            if answer.status_code != 200 or not answer.content:
                raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:200]}")

        for board in boards():
            api: list[float] = []
            floor: list[float] = []
            for number in range(ROUNDS + 3):
                api_ms = await _timed(lambda board=board: ask(board.path))  # type: ignore[misc]
                floor_ms = await _timed(lambda board=board: query(board.sql, board.args))  # type: ignore[misc]
                if number >= 3:
                    api.append(api_ms)
                    floor.append(floor_ms)
            found.append((board.name, p95(api), p95(floor)))
    await close()
    return found


async def _timed(work: Callable[[], Awaitable[Any]]) -> float:
    began = time.perf_counter()
    await work()
    return (time.perf_counter() - began) * 1000


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95) - 1]


async def _driver(place: Place) -> tuple[Query, Callable[[], Awaitable[None]]]:
    if place.engine == "postgres":
        connection = await asyncpg.connect(place.url)
        return (lambda sql, args: connection.fetch(sql, *args)), connection.close
    opened = connect_sqlite(sqlite_path(place.url, place.data), read_only=True)

    async def fetch(sql: str, args: tuple[Any, ...]) -> Any:
        return opened.execute(for_sqlite(sql), args).fetchall()

    async def close() -> None:
        opened.close()

    return fetch, close


@bench("boards")
def board_rows() -> Iterator[Figure]:
    n = int(os.environ.get("BENCH_N", N))
    with places() as found:
        for engine in ("sqlite", "postgres"):
            place = found.fresh(engine)
            fill(place, n)
            for name, api_ms, floor_ms in asyncio.run(measure(place)):
                yield Figure(name=f"boards.{name}.p95", engine=engine, n=n, value=api_ms, unit="ms", floor=floor_ms)
