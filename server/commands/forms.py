"""`form publish FILE.xlsx`: reads a form file, prints its faults one a line (`survey!C12: …`), or publishes it.

Exit code 0: published, or unchanged. 1: faults, nothing was published. 2: the file or the media cannot be read.
"""

import argparse
import secrets
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct

from server.demo.load import load_demo
from server.exchange.forms import Publisher, Standing
from server.forms.attachments import files_in_zip
from server.forms.faults import Fault
from server.forms.prepare import Prepared, Statement, prepare
from server.forms.publishing import Terms, publish_prepared, taken_fault, version_of
from server.problems import Language
from server.settings import Settings
from server.store.database import Database, open_database
from server.store.projects import create_project, get_project
from server.store.writer import WriteTx

_SAID: dict[Standing, tuple[str, str]] = {
    "new": ("Đã công bố", "published"),
    "unchanged": ("Không có gì thay đổi", "unchanged"),
    "terms": ("Đã đổi phạm vi hoặc thời hạn", "terms changed"),
    "taken": ("Phiên bản đã có", "taken"),
}


class Asked(Struct, frozen=True, kw_only=True):
    """What the command line says. `media`: a folder or a zip with the form's attachments."""

    file: Path
    statement: Statement = Statement()
    terms: Terms = Terms()
    media: Path | None = None
    language: Language = "vi"
    dry_run: bool = False


class Answered(Struct, frozen=True):
    """Lines to print and the exit code."""

    lines: list[str]
    code: int


def read_asked(words: argparse.Namespace) -> Asked:
    """The command line's words; a day is a day in Vietnam. Errors: SystemExit with a sentence."""
    try:
        terms = Terms(
            areas=tuple(words.area),
            roles=tuple(words.role),
            opens_at_ms=_day_ms(words.opens, 0),
            closes_at_ms=_day_ms(words.closes, 1),
        )
    except ValueError as error:
        raise SystemExit(f"Ngày phải có dạng 2026-12-01 · not a day: {error}") from error
    return Asked(
        file=Path(words.file),
        statement=Statement(words.purpose, words.consent, words.retention),
        terms=terms,
        media=Path(words.media) if words.media else None,
        language=words.language,
        dry_run=words.check,
    )


def _day_ms(day: str, after: int) -> int | None:
    """The first moment (ms) of a day in Vietnam, `after` days later; None for no day."""
    if not day:
        return None
    moment = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")) + timedelta(days=after)
    return int(moment.timestamp() * 1000)


async def publish(settings: Settings, asked: Asked) -> int:
    """Open the project, publish, print. Answers the exit code."""
    async with await open_database(settings.database_url, settings.data) as database:
        now_ms = int(time.time() * 1000)
        await _make_project(database, settings, now_ms)
        answered = await publish_file(database, settings, asked, now_ms=now_ms)
    for line in answered.lines:
        print(line, file=sys.stdout if answered.code == 0 else sys.stderr)
    return answered.code


async def _make_project(database: Database, settings: Settings, now_ms: int) -> None:
    """A form may be published before the server was ever started: the project is then made as `run` makes it."""

    async def make(tx: WriteTx) -> None:
        epoch = secrets.token_hex(8)
        if settings.demo != "none":
            await load_demo(tx, settings.project, epoch=epoch, now_ms=now_ms)
        elif await get_project(tx, settings.project) is None:
            await create_project(tx, settings.project, settings.project, epoch, now_ms)

    await database.writer.run(make)


async def publish_file(database: Database, settings: Settings, asked: Asked, *, now_ms: int) -> Answered:
    """The same in an open project."""
    try:
        content = asked.file.read_bytes()
        find_file = _finder(asked)
    except (OSError, ValueError) as error:
        return Answered([f"Không đọc được tệp · cannot read: {error}"], 2)
    prepared = await prepare(content, asked.file.name, asked.statement, find_file)
    version = version_of(prepared, settings.project, asked.terms, Publisher(), now_ms)
    faults = list(prepared.faults)
    if not faults and (taken := await taken_fault(database, prepared, version)):
        faults = [taken]
    if faults:
        return Answered([*_lines(faults, asked.language), _count(faults)], 1)
    told = [f"  {line}" for line in _lines(prepared.warnings, asked.language)]
    if asked.dry_run:
        return Answered([_summary("Không có lỗi · no faults", prepared), *told], 0)
    standing = await publish_prepared(database, settings.data, prepared, version, Publisher(), now_ms=now_ms)
    vi, en = _SAID[standing]
    return Answered([_summary(f"{vi} · {en}", prepared), *told], 0)


def _finder(asked: Asked) -> Callable[[str], bytes | None]:
    """Attachments from --media; else from `NAME-media/`, `media/` or beside the file itself."""
    if asked.media is not None and asked.media.is_file():
        return files_in_zip(asked.media.read_bytes())
    if asked.media is not None and not asked.media.is_dir():
        raise FileNotFoundError(asked.media)
    beside = asked.file.parent
    folders = [asked.media] if asked.media else [beside / f"{asked.file.stem}-media", beside / "media", beside]

    def find(name: str) -> bytes | None:
        if Path(name).name != name:
            return None
        return next((path.read_bytes() for folder in folders if (path := folder / name).is_file()), None)

    return find


def _lines(faults: list[Fault] | tuple[Fault, ...], language: Language) -> list[str]:
    return [one.line(language) for one in faults]


def _count(faults: list[Fault]) -> str:
    return f"Chưa công bố: {len(faults)} lỗi · not published: {len(faults)} faults"


def _summary(said: str, prepared: Prepared) -> str:
    reading = prepared.reading
    questions = f"{reading.questions} câu hỏi · questions"
    return f"{said}: {reading.title} ({reading.form}, {reading.version}) · {questions}"
