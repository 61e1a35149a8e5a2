"""A province after years: submissions, topics, answers, devices and their tallies, written straight into the tables."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import asyncpg
import msgspec

from server.store.actor import hash_secret
from server.store.places import connect_sqlite, sqlite_path
from server.store.tallies import day_of, week_of
from tests.conftest import Place
from tests.postgres import apart

PROJECT, TOKEN = "p", "t" * 40
NOW_MS, DAY_MS = 1_800_000_000_000, 86_400_000
DEVICES, COMMUNES, TOPICS, ANSWERS = 10_000, 102, 2_000, 500
SUBJECTS = ("ngap_lut", "gia_ca", "dien", "duong_sa", "nuoc_sach", "y_te")

_ITEM = (
    "project",
    "kind",
    "id",
    "revision",
    "position",
    "audience",
    "area",
    "author",
    "form",
    "topic",
    "state",
    "created_at_ms",
    "updated_at_ms",
    "fields",
    "stamps",
)
_encode = msgspec.json.Encoder().encode
_STAMPS = b'[1,["r",1,1800000000000]]'


class Filled(NamedTuple):
    """Rows of one table."""

    table: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]


def area_of(number: int) -> str:
    return str(30_000 + number % COMMUNES)


def born_ms(number: int) -> int:
    return NOW_MS - (number * 7919 % 300) * DAY_MS


def topic_of(number: int) -> str:
    return f"t{number % TOPICS}" if number % 4 == 0 else ""


def everything(n: int) -> Iterator[Filled]:
    yield Filled("projects", ("project", "name", "epoch", "position"), [(PROJECT, "P", "e", n + TOPICS + ANSWERS)])
    yield Filled(
        "areas",
        ("project", "area", "name", "kind", "parent", "region"),
        [(PROJECT, "91", "Tỉnh", "province", "", "")]
        + [(PROJECT, area_of(i), f"Xã {i}", "commune", "91", f"Huyện {i % 20}") for i in range(COMMUNES)],
    )
    people = range(DEVICES)
    roles = ("staff", *["collaborator"] * (DEVICES - 1))
    yield Filled(
        "people",
        ("project", "person", "name", "role", "active"),
        ((PROJECT, f"p{i}", f"Người {i}", roles[i], 1) for i in people),
    )
    yield Filled("person_areas", ("project", "person", "area"), ((PROJECT, f"p{i}", area_of(i)) for i in people))
    yield Filled(
        "devices",
        ("project", "device", "person", "name", "session_hash", "enrolled_at_ms"),
        ((PROJECT, f"d{i}", f"p{i}", "Máy", "" if i else hash_secret(TOKEN), 1) for i in people),
    )
    yield Filled(
        "replicas",
        (
            *("project", "replica", "device", "person", "made_up_to", "received_up_to", "missing"),
            *("last_contact_at_ms", "oldest_unsent_at_ms", "webpush", "app", "storage_used"),
        ),
        (
            (
                PROJECT,
                f"r{i}",
                f"d{i}",
                f"p{i}",
                100 + i % 3,
                100,
                i % 3,
                NOW_MS - i % 20 * DAY_MS,
                NOW_MS - i % 7 * DAY_MS if i % 3 else 0,
                "proven",
                "0.1.0",
                1000,
            )
            for i in people
        ),
    )
    yield Filled("items", _ITEM, items(n))
    yield Filled(
        "feed",
        ("project", "position", "kind", "item_id", "audience", "area", "author"),
        ((PROJECT, i + 1, "submission", f"s{i}", "team", area_of(i), f"p{i % DEVICES}") for i in range(n)),
    )
    yield Filled("tallies", ("project", "measure", "name", "period", "area", "part", "submissions"), tallies(n))


def items(n: int) -> Iterator[Sequence[Any]]:
    for i in range(n):
        fields = {
            "form": "quick",
            "area": area_of(i),
            "topic": topic_of(i),
            "/data/viec/chu_de": SUBJECTS[i % 6],
            "/data/viec/noi_dung": "Nước ngập đường vào ấp, bà con lo không đi chợ được.",
        }
        yield _item("submission", f"s{i}", i + 1, i, "", fields, author=f"p{i % DEVICES}", topic=topic_of(i))
    for i in range(TOPICS):
        fields = {"title": f"Ngập đường vào ấp {i}", "area": area_of(i), "state": "watching", "summary": "Bà con lo."}
        yield _item("topic", f"t{i}", n + i + 1, i, "watching", fields)
    for i in range(ANSWERS):
        fields = {"topic": f"t{i}", "area": area_of(i), "text": "Đã chuyển đơn vị phụ trách.", "answered_by": "P"}
        yield _item("answer", f"a{i}", n + TOPICS + i + 1, i, "", fields, topic=f"t{i}")


def _item(
    kind: str,
    name: str,
    position: int,
    number: int,
    state: str,
    fields: dict[str, str],
    *,
    author: str = "p0",
    topic: str = "",
) -> Sequence[Any]:
    audience, form = ("team", "quick") if kind == "submission" else ("area", "")
    born = born_ms(number)
    head = (PROJECT, kind, name, 1, position, audience, area_of(number), author, form, topic, state, born, born)
    return (*head, _encode(fields), _STAMPS)


def tallies(n: int) -> Iterator[Sequence[Any]]:
    counts: Counter[tuple[str, str, int, str, str]] = Counter()
    for i in range(n):
        area, week = area_of(i), week_of(born_ms(i))
        counts["day", "", day_of(born_ms(i)), area, ""] += 1
        counts["subject", "", week, area, SUBJECTS[i % 6]] += 1
        if topic := topic_of(i):
            counts["topic", topic, 0, area, ""] += 1
            counts["topic_week", topic, week, area, ""] += 1
    for cell, count in counts.items():
        yield PROJECT, *cell, count


def fill(place: Place, n: int) -> None:
    """Write everything, then let the planner look at it."""
    if place.engine == "postgres":
        apart(_fill_postgres(place.url, n))
        return
    connection = connect_sqlite(sqlite_path(place.url, place.data))
    connection.execute("PRAGMA synchronous = OFF")
    for one in everything(n):
        _insert(connection, one)
    connection.execute("ANALYZE")
    connection.close()


def _insert(connection: sqlite3.Connection, one: Filled) -> None:
    marks = ", ".join("?" * len(one.columns))
    connection.execute("BEGIN")
    connection.executemany(f"INSERT INTO {one.table} ({', '.join(one.columns)}) VALUES ({marks})", one.rows)
    connection.execute("COMMIT")


async def _fill_postgres(url: str, n: int) -> None:
    connection = await asyncpg.connect(url)
    for one in everything(n):
        await connection.copy_records_to_table(one.table, columns=one.columns, records=one.rows)
    await connection.execute("ANALYZE")
    await connection.close()
