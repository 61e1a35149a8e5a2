"""Many phones for benches: enrolled straight in the database, speaking real HTTP over few reusable sockets.

The client does as little as it can (prepared bytes out, header and body in), since it shares two cores with the server.
"""

import asyncio
import gzip
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec

from server.demo.facts import read_areas
from server.demo.load import load_demo
from server.settings import DEFAULT_PROJECT
from server.store.actor import hash_secret
from server.store.database import open_database
from server.store.enrolment import save_device
from server.store.forms import FormVersion, add_form_version
from server.store.people import Person, save_person
from server.store.writer import WriteTx
from sync.protocol import PROTOCOL_VERSION, Change, SyncRequest, SyncResponse

FORM = "bench"
TEXT = (
    "Bờ kênh sạt lở thêm sau mưa lớn, bà con mong xã sớm cắm biển báo và gia cố đoạn gần trường học; đường đi hẹp, "
    "xe hai bánh qua lại khó khăn vào buổi tối."
)


class Phone(NamedTuple):
    """An enrolled device: its session token, its replica, its commune."""

    token: str
    replica: str
    area: str


class Sent(NamedTuple):
    """One request: seconds until its whole answer was there, that answer, and the bytes of both bodies on the wire."""

    seconds: float
    answer: SyncResponse
    sent_bytes: int = 0
    received_bytes: int = 0


async def enrol_phones(url: str, data: Path, count: int, *, devices: int = 1) -> list[Phone]:
    """The demo project, one open form, and `count` collaborators with devices, in a migrated database."""
    communes = [area.code for area in read_areas()[1:]]
    phones = [
        Phone(secrets.token_hex(16), secrets.token_hex(8), communes[n // devices % len(communes)])
        for n in range(count * devices)
    ]
    form = FormVersion(
        project=DEFAULT_PROJECT,
        form=FORM,
        version="1",
        title=FORM,
        hash="0" * 64,
        xform=b"<h:html/>",
        published_at_ms=1,
    )

    async def begin(tx: WriteTx) -> None:
        await load_demo(tx, DEFAULT_PROJECT, epoch="bench", now_ms=1)
        await add_form_version(tx, form)

    async def enrol(tx: WriteTx, phone: Phone, number: int) -> None:
        holder = number // devices
        name = f"Người {holder}"
        person = Person(
            project=DEFAULT_PROJECT, person=f"p{holder}", name=name, role="collaborator", areas=(phone.area,)
        )
        await save_person(tx, person)
        session = hash_secret(phone.token)
        await save_device(
            tx,
            DEFAULT_PROJECT,
            f"d{number}",
            person=person.person,
            name="",
            public_key="",
            session_hash=session,
            now_ms=1,
        )

    async with await open_database(url, data, migrate=False) as database:
        await database.writer.run(begin)
        await asyncio.gather(
            *(database.writer.run(lambda tx, n=n, one=one: enrol(tx, one, n)) for n, one in enumerate(phones))  # type: ignore[misc]
        )
    return phones


def report(phone: Phone, sequence: int, random: Random) -> Change:
    """A new submission of about 600 bytes of JSON."""
    fields: dict[str, str | None] = {
        "form": FORM,
        "form_version": "1",
        "area": phone.area,
        "submitted_at_ms": str(1_790_000_000_000 + sequence),
        "/data/place": random.choice(("ap-1", "ap-2", "ap-3")),
        "/data/topic": random.choice(("sat-lo", "nuoc-sach", "gia-lua")),
        "/data/urgency": random.choice(("low", "medium", "high")),
        "/data/heard": str(random.randrange(3, 40)),
        "/data/text": f"{TEXT} {random.getrandbits(64):x}",
    }
    return Change(
        sequence=sequence, intent="create", kind="submission", id=f"uuid:{random.getrandbits(128):032x}", fields=fields
    )


def sync_body(
    phone: Phone, changes: Sequence[Change], cursor: str, epoch: str, made: int = 0, *, received: int = 0
) -> bytes:
    """A gzipped request, as phones send it. `made`: highest sequence ever made; `received`: up to the last receipt."""
    request = SyncRequest(
        protocol=PROTOCOL_VERSION,
        replica=phone.replica,
        made_up_to=made or len(changes),
        receipt_up_to=received,
        changes=list(changes),
        cursor=cursor,
        epoch=epoch,
        lean=True,
    )
    return gzip.compress(msgspec.json.encode(request), 6)


class Line:
    """One reusable connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._reader, self._writer, self._host = reader, writer, host
        self._decode = msgspec.json.Decoder(SyncResponse).decode

    @classmethod
    async def open(cls, port: int) -> "Line":
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=1 << 22), host=f"localhost:{port}")

    async def sync(self, phone: Phone, body: bytes) -> Sent:
        """POST /sync. Errors: AssertionError with what the server said when it is not 200."""
        head = (
            f"POST /sync HTTP/1.1\r\nHost: {self._host}\r\nCookie: __Host-session={phone.token}\r\n"
            f"Accept-Encoding: gzip\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        began = time.perf_counter()
        self._writer.write(head.encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        status = int(answer[9:12])
        fields = dict(line.lower().split(b": ", 1) for line in answer.split(b"\r\n")[1:] if b": " in line)
        content = await self._reader.readexactly(int(fields[b"content-length"]))
        seconds = time.perf_counter() - began
        assert status == 200, content
        received = len(content)
        if fields.get(b"content-encoding") == b"gzip":
            content = gzip.decompress(content)
        return Sent(seconds, self._decode(content), len(body), received)

    async def probe(self) -> float:
        """Seconds of GET /health on this connection: what any request costs."""
        began = time.perf_counter()
        self._writer.write(f"GET /health HTTP/1.1\r\nHost: {self._host}\r\n\r\n".encode())
        answer = await self._reader.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in answer.split(b"\r\n")[1:] if b": " in line)
        await self._reader.readexactly(int(fields[b"content-length"]))
        return time.perf_counter() - began

    def close(self) -> None:
        self._writer.close()


async def spread(
    port: int, lines: int, phones: Sequence[Phone], each: Callable[[Line, Phone], Awaitable[None]]
) -> None:
    """Let the phones through `lines` connections, each phone one after another as a line gets free."""
    waiting = iter(phones)

    async def serve() -> None:
        line = await Line.open(port)
        try:
            for phone in waiting:
                await each(line, phone)
        finally:
            line.close()

    await asyncio.gather(*(serve() for _ in range(lines)))
