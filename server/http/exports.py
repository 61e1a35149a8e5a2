"""Exports over HTTP, streamed: GET /exports/submissions.csv|xlsx|geojson, topics and sync-status .csv|xlsx, files.zip.

Each export is written into the audit before its first byte leaves.
"""

import asyncio
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
from litestar import get
from litestar.response import Stream

from server.exchange.attachment_files import file_path
from server.http.boards import LEADERS
from server.problems import Problem
from server.reports import exports
from server.reports.exports import Asked
from server.reports.tables import BOM, Cell, Sheet, csv_rows, pieces
from server.settings import Settings
from server.store.actor import Actor
from server.store.audit import append_audit
from server.store.database import Database

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {"csv": CSV, "xlsx": XLSX, "geojson": "application/geo+json", "zip": "application/zip"}
NAMES = frozenset(
    {
        "submissions.csv", "submissions.xlsx", "submissions.geojson", "topics.csv", "topics.xlsx", "sync-status.csv",
        "sync-status.xlsx", "files.zip",
    }
)  # fmt: skip

_encode = msgspec.json.Encoder().encode


@get("/exports/{name:str}", opt=LEADERS)
async def export(
    name: str,
    actor: Actor,
    database: Database,
    settings: Settings,
    now_ms: int,
    *,
    form: str = "",
    area: str = "",
    since: int = 0,
) -> Stream:
    """A file of what the asker may see. `since` in ms, by arrival."""
    if name not in NAMES or not 0 <= since < 2**53:
        raise Problem("query_malformed", fault="name, since")
    asked = Asked(form=form, area=area, since_ms=since)
    what, _, kind = name.partition(".")
    questions = await database.reader.read(lambda tx: exports.questions_of(tx, actor.project, form)) if form else None
    await database.writer.run(
        lambda tx: append_audit(
            tx, actor.project, at_ms=now_ms, actor=actor.person, verb="exported", subject=name,
            particulars={"form": form, "area": area, "since_ms": since},
        ),
        project=actor.project,
    )  # fmt: skip
    if what == "files":
        content = zipped(database, actor, asked, settings.data)
    elif kind == "geojson":
        content = geojson(database, actor, asked)
    else:
        rows = table(what, database, actor, asked, questions, now_ms=now_ms)
        content = as_csv(rows) if kind == "csv" else as_xlsx(rows, what)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Stream(content, media_type=TYPES[kind], headers=headers)


async def table(
    what: str, database: Database, actor: Actor, asked: Asked, questions: list[str] | None, *, now_ms: int
) -> AsyncIterator[list[list[Cell]]]:
    """Rows of a table in pages, the names of its columns first."""
    if what == "topics":
        yield await database.reader.read(lambda tx: exports.topic_rows(tx, actor))
    elif what == "sync-status":
        yield await database.reader.read(lambda tx: exports.standing_rows(tx, actor, now_ms))
    else:
        yield [exports.header(questions)]
        async for page in exports.submissions(database, actor, asked):
            yield [exports.row_of(one, questions) for one in page]


async def as_csv(rows: AsyncIterator[list[list[Cell]]]) -> AsyncIterator[bytes]:
    yield BOM.encode()
    async for page in rows:
        yield csv_rows(page).encode()


async def as_xlsx(rows: AsyncIterator[list[list[Cell]]], title: str) -> AsyncIterator[bytes]:
    """An XLSX is a zip with its directory at the end: it is written to disk first, beside the event loop."""
    sheet = Sheet(title)
    async for page in rows:
        await asyncio.to_thread(sheet.add, page)
    with await asyncio.to_thread(sheet.finish) as file:
        for piece in pieces(file):
            yield piece


async def geojson(database: Database, actor: Actor, asked: Asked) -> AsyncIterator[bytes]:
    yield b'{"type":"FeatureCollection","features":['
    comma = b""
    async for page in exports.submissions(database, actor, asked):
        yield comma + b",\n".join(_encode(exports.feature_of(one)) for one in page)
        comma = b",\n"
    yield b"]}\n"


class _Outlet:
    """Where zipfile writes: what came out since the last look."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def write(self, piece: bytes) -> int:
        self.waiting += piece
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        piece = bytes(self.waiting)
        self.waiting.clear()
        return piece


async def zipped(database: Database, actor: Actor, asked: Asked, data: Path) -> AsyncIterator[bytes]:
    """Files that have fully arrived, stored as they are: photos do not shrink."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
        async for name, attachment in exports.files(database, actor, asked):
            path = file_path(data, attachment.sha256)
            if not await asyncio.to_thread(path.is_file):
                continue
            with path.open("rb") as file, archive.open(name, "w", force_zip64=True) as entry:
                while piece := await asyncio.to_thread(file.read, 256 * 1024):
                    entry.write(piece)
                    yield outlet.take()
            yield outlet.take()
    yield outlet.take()


ROUTES = [export]
