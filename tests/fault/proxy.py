"""A seeded network between phones and the real server: each request meets a fault or none, as the dice say.

cut_request and cut_answer end the line at byte k; drop_answer lets the server commit and keeps all of its answer;
portal answers 200 with HTML, redirect sends to a portal's page; truncated is a shorter answer that looks whole; stall
holds the line until the phone gives up; one_way lets several requests through and nothing back; slow is 2G: 50 kbit/s
and 2 s. The server itself is never touched. `python -m tests.fault.network` rides phones through it.
"""

import asyncio
import contextlib
from collections import Counter
from random import Random

from msgspec import Struct

BITS_PER_S = 50_000
LATENCY_S = 2.0
ONE_WAY_REQUESTS = 4
PORTAL = "<html><body>Đăng nhập để dùng Wi-Fi</body></html>".encode()
FAULTS = (
    "cut_request", "cut_answer", "drop_answer", "portal", "redirect", "truncated", "stall", "one_way", "slow",
)  # fmt: skip


class Message(Struct):
    """One HTTP message as it came: head with its blank line, and a body of Content-Length bytes."""

    head: bytes
    body: bytes

    def whole(self) -> bytes:
        return self.head + self.body


class Proxy:
    """Listens on `port` of loopback once started; `share` of requests meet a fault. `hurry` divides the times of 2G."""

    def __init__(
        self, server_port: int, seed: int, *, share: float = 0.4, hurry: float = 1, stall_s: float = 30
    ) -> None:
        self.server_port, self.dice = server_port, Random(seed)
        self.share, self.hurry, self.stall_s = share, hurry, stall_s
        self.faults: tuple[str, ...] = FAULTS
        self.happened: Counter[str] = Counter()
        self.port = 0
        self._silent = 0
        self._lines: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Proxy":
        self._listening = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=1 << 22)
        self.port = int(self._listening.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.close()
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    def heal(self) -> None:
        self.share, self._silent = 0, 0

    def _choose(self) -> str:
        if self._silent:
            self._silent -= 1
            return "drop_answer"
        fault = self.dice.choice(self.faults) if self.dice.random() < self.share else "none"
        if fault == "one_way":
            self._silent = ONE_WAY_REQUESTS
            return "drop_answer"
        return fault

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.current_task()
        if line is not None:
            self._lines.add(line)
            line.add_done_callback(self._lines.discard)
        with contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError):
            while await self._carry(await _read(reader), writer):
                pass
        writer.close()

    async def _carry(self, request: Message, phone: asyncio.StreamWriter) -> bool:
        """One request and its answer. False: the line is cut."""
        fault = self._choose()
        self.happened[fault] += 1
        if fault == "portal":
            return await _say(phone, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", PORTAL)
        if fault == "redirect":
            return await _say(phone, b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/login\r\n", b"")
        if fault == "slow":
            await asyncio.sleep(self._airtime(request))
        server_reader, server = await asyncio.open_connection("127.0.0.1", self.server_port, limit=1 << 22)
        try:
            if fault == "cut_request":
                server.write(request.whole()[: self._byte(request)])
                await server.drain()
                return False
            server.write(request.whole())
            answer = await _read(server_reader, bodiless=request.head.startswith(b"HEAD "))
        finally:
            server.close()
        if fault == "stall":
            await asyncio.sleep(self.stall_s)
        if fault in {"drop_answer", "stall"}:
            return False
        if fault == "slow":
            await asyncio.sleep(self._airtime(answer))
        if fault == "truncated" and answer.body:
            answer = _shorter(answer, self.dice.randrange(len(answer.body)))
        phone.write(answer.whole()[: self._byte(answer)] if fault == "cut_answer" else answer.whole())
        await phone.drain()
        return fault != "cut_answer"

    def _byte(self, message: Message) -> int:
        return self.dice.randrange(len(message.whole()))

    def _airtime(self, message: Message) -> float:
        return (LATENCY_S / 2 + len(message.whole()) * 8 / BITS_PER_S) / self.hurry


async def _read(reader: asyncio.StreamReader, *, bodiless: bool = False) -> Message:
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    if fields.get(b"transfer-encoding") == b"chunked":
        return await _read_chunks(head, reader)
    length = 0 if bodiless else int(fields.get(b"content-length", b"0"))
    return Message(head, await reader.readexactly(length))


async def _read_chunks(head: bytes, reader: asyncio.StreamReader) -> Message:
    body = b""
    while True:
        size = await reader.readuntil(b"\r\n")
        body += size + await reader.readexactly(int(size, 16) + 2)
        if int(size, 16) == 0:
            return Message(head, body)


def _shorter(answer: Message, length: int) -> Message:
    lines = [
        b"content-length: %d" % length if line.lower().startswith(b"content-length:") else line
        for line in answer.head.split(b"\r\n")
    ]
    return Message(b"\r\n".join(lines), answer.body[:length])


async def _say(phone: asyncio.StreamWriter, head: bytes, body: bytes) -> bool:
    phone.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    await phone.drain()
    return True
