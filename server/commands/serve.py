"""`run`: prepares what the server stands on, says where it is and how to enrol, serves until it is told to stop.

The port is taken before anything is promised. Ctrl-C ends open requests after at most two seconds and exits with 0.
"""

import asyncio
import contextlib
import gc
import secrets
import socket
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import uvicorn
from msgspec import Struct

from server.app import create_app
from server.commands import terminal
from server.commands.invitations import Invited, draw_invited, invite_person, list_invited
from server.demo.answers import answer_quick_report
from server.demo.facts import read_people
from server.demo.load import NAME, load_demo
from server.demo.months import load_months
from server.demo.publish import QUICK_REPORT, publish_demo_forms
from server.keys import load_keys
from server.settings import Settings
from server.store.crash_points import arm_from_environment
from server.store.database import Database, open_database
from server.store.enrolment import list_devices
from server.store.forms import get_form_version
from server.store.people import list_people

GRACE_SECONDS = 2


class Ready(Struct, frozen=True):
    """What `run` prepared. `invited`: people of the demo who have no device yet."""

    engine: str
    invited: Sequence[Invited]


class Server(uvicorn.Server):
    """uvicorn that says its welcome when it really listens, and ends live streams before it waits for requests."""

    def __init__(self, config: uvicorn.Config, welcome: Sequence[str], end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._welcome = welcome
        self._end_streams = end_streams

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print("\n".join(self._welcome), flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._end_streams()
        await super().shutdown(sockets)


def run(settings: Settings) -> int:
    """Serve until SIGINT or SIGTERM. Answers the exit code: 0 when it served."""
    arm_from_environment()
    listening = _listen(settings)
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        load_keys(settings.data)
        ready = asyncio.run(_prepare(settings))
        app = create_app(settings)
        gc.freeze()  # modules and routes stay; looking through them again costs a tenth of an ingest
        gc.set_threshold(20_000, 20, 20)
        server = Server(_config(settings, app), welcome(settings, ready), app.state.wakings.close)
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listening])
    except KeyboardInterrupt:
        return 130
    print(terminal.faint("Đã dừng · stopped"))
    return 0 if server.started else 1


def _config(settings: Settings, app: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http="httptools",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _listen(settings: Settings) -> socket.socket:
    """The socket the server will accept on. Errors: SystemExit with a sentence when the port is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as fault:
        listening.close()
        raise SystemExit(
            f"Không mở được cổng {settings.host}:{settings.port} ({fault.strerror}).\n"
            "Hãy chọn cổng khác · choose another port: PORT=8080 make run"
        ) from fault
    listening.set_inheritable(True)
    return listening


async def _prepare(settings: Settings) -> Ready:
    async with await open_database(settings.database_url, settings.data) as database:
        now_ms = int(time.time() * 1000)
        if settings.demo == "none":
            return Ready(database.engine, [])
        await load_everything(database, settings, now_ms)
        return Ready(database.engine, await _invite_newcomers(database, settings, now_ms))


async def load_everything(database: Database, settings: Settings, now_ms: int) -> None:
    """The demo project, its forms, and with DEMO=full its months; what is there already stays as it is."""
    project = settings.project
    is_new = await database.writer.run(
        lambda tx: load_demo(tx, project, epoch=secrets.token_hex(8), now_ms=now_ms), project
    )
    if is_new:
        print("  Lần chạy đầu: nạp dự án mẫu và biểu mẫu… · first start: loading the demo", flush=True)
    await publish_demo_forms(database, project, settings.data, now_ms=now_ms)
    if settings.demo == "full":
        form = await database.reader.read(lambda tx: get_form_version(tx, project, QUICK_REPORT))
        version = form.version if form is not None else ""
        await load_months(
            database, project, lambda report, at_ms: answer_quick_report(report, at_ms, version), now_ms=now_ms
        )


async def _invite_newcomers(database: Database, settings: Settings, now_ms: int) -> list[Invited]:
    """A fresh invitation for everybody of the demo who has no device that may still be used."""
    devices = await database.reader.read(lambda tx: list_devices(tx, settings.project, None))
    enrolled = {one.person for one in devices if one.revoked_at_ms is None}
    people = await database.reader.read(lambda tx: list_people(tx, settings.project))
    order = [one.person for one in read_people()]
    newcomers = [one for one in people if one.active and one.person in order and one.person not in enrolled]
    newcomers.sort(key=lambda one: order.index(one.person))
    return [await invite_person(database, settings, one, now_ms=now_ms) for one in newcomers]


def welcome(settings: Settings, ready: Ready) -> list[str]:
    """What a person reads after `make run`."""
    engine = {"sqlite": "SQLite", "postgres": "PostgreSQL"}[ready.engine]
    lines = [
        "",
        f"  {terminal.bold(NAME)} · {settings.public_url} · {engine}",
        f"  {terminal.faint(str(settings.data))}",
    ]
    lines.append("")
    if ready.invited:
        lines += [f"  {line}".rstrip(" ") for line in draw_invited(list(ready.invited), terminal.columns() - 2)]
        lines += [
            f"  {terminal.bold('Quét mã hoặc mở liên kết để đăng ký thiết bị')} (dùng một lần, trong 15 phút)",
            f"  {terminal.faint('Scan a code or open a link to enrol a device (single use, 15 minutes)')}",
            "",
            *list_invited(list(ready.invited)),
        ]
    lines += [
        "  Liên kết mới · another link:  .venv/bin/langnghe invite MÃ-NGƯỜI",
        "  Danh sách · everybody:        .venv/bin/langnghe people",
    ]
    if settings.public_url.startswith("http://localhost"):
        lines.append("  Điện thoại khác cần https · a phone elsewhere needs https:  HOST=0.0.0.0 PUBLIC_URL=https://…")
    return [*lines, "  Dừng · stop:                  Ctrl-C", ""]
