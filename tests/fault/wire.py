"""Phones over real HTTP, each in a task of its own, with the ledger in this process: the server may die any time."""

import asyncio
import gzip
from collections import Counter
from collections.abc import Callable
from random import Random

import msgspec

from server.store.enrolment import save_device
from server.store.writer import WriteTx
from sync.journal import park
from sync.protocol import RepairResponse, SyncResponse
from sync.replica import Effect, Event
from tests.fault.habits import Habits
from tests.fault.phone import SimPhone
from tests.fault.world import PROJECT, Member

_ANSWER = msgspec.json.Decoder(SyncResponse).decode
_REPAIRED = msgspec.json.Decoder(RepairResponse).decode
PATIENCE_S = 10


class NoAnswer(Exception):  # noqa: N818 - it is a fact of life here
    """Nothing came, or not the whole of it, or a problem; `code` of the problem."""

    def __init__(self, code: str = "") -> None:
        super().__init__(code)
        self.code = code


async def post(port: int, token: str, path: str, body: bytes, patience_s: float = PATIENCE_S) -> bytes:
    """One request on a connection of its own. Errors: NoAnswer."""
    try:
        async with asyncio.timeout(patience_s):
            return await _post(port, token, path, gzip.compress(body, 1))
    except (OSError, EOFError, TimeoutError, ValueError, KeyError, asyncio.LimitOverrunError) as error:
        raise NoAnswer from error


async def _post(port: int, token: str, path: str, body: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    try:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: __Host-session={token}\r\n"
            f"Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in answer.split(b"\r\n")[1:] if b": " in line)
        content = await reader.readexactly(int(fields[b"content-length"]))
    finally:
        writer.close()
    if fields.get(b"content-encoding") == b"gzip":
        content = gzip.decompress(content)
    if answer[9:12] != b"200":
        problem = msgspec.json.decode(content) if content.startswith(b"{") else {}
        raise NoAnswer(str(problem.get("code", answer[9:12].decode())))
    return content


class Rider:
    """A phone that keeps working and syncing until it is told to rest."""

    def __init__(
        self,
        number: int,
        member: Member,
        token: str,
        port: int,
        verify: Callable[..., bool],
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.number, self.member, self.token, self.port = number, member, token, port
        self.patience_s = patience_s
        self.phone = SimPhone(member.device, member.person, verify)
        self.resting = False
        self.calm = False
        self.sent: Counter[tuple[str, int]] = Counter()
        self.codes: Counter[str] = Counter()

    async def ride(self, habits: Habits, random: Random, marks: set[str]) -> None:
        while not (self.resting and self.calm):
            if not self.resting and len(self.phone.waiting()) < 30:
                for _ in range(random.randint(0, 3)):
                    entry = habits.act(self.number, self.phone, self.member.area, 0, 0)
                    marks.add(str(entry.change.before["mark"]))
            await self._round()
            await asyncio.sleep(random.uniform(0.01, 0.15))

    async def _round(self) -> None:
        """From `woken` until nothing is in hand."""
        effects = self.phone.step("woken")
        while effects:
            event: Event | None = None
            for effect in effects:
                event = await self._do(effect) or event
            if event is None:
                break
            effects = self.phone.step(event)
        self.calm = self.phone.machine.state == "idle" and not self.phone.waiting()

    async def _do(self, effect: Effect) -> Event | None:
        phone = self.phone
        if effect in {"send", "repair"}:
            return await self._ask(effect)
        if effect == "park" and phone.sent is not None and phone.sent.changes:
            phone.entries = park(phone.entries, phone.replica_id, phone.sent.changes[0].sequence)
        if effect == "count_repair":
            phone.repairs += 1
        steps: dict[str, Callable[[], Event]] = {
            "save": phone.save,
            "adopt": phone.adopt,
            "split": phone.split,
            "mend": phone.mend,
            "upload": lambda: "uploaded",
        }
        return steps[effect]() if effect in steps else None

    async def _ask(self, effect: Effect) -> Event:
        phone = self.phone
        try:
            if effect == "repair":
                asked = msgspec.json.encode(phone.repair_request())
                phone.mending = _REPAIRED(await self._post("/sync/repair", asked))
                return "repair_answered"
            request = phone.request()
            self.sent.update((request.replica, change.sequence) for change in request.changes)
            return phone.hear(_ANSWER(await self._post("/sync", msgspec.json.encode(request))))
        except (NoAnswer, msgspec.MsgspecError) as error:
            code = error.code if isinstance(error, NoAnswer) else "malformed"
            self.codes[code] += 1
            return "busy" if code in {"429", "503", "too_many_requests"} else "failed"

    async def _post(self, path: str, body: bytes) -> bytes:
        return await post(self.port, self.token, path, body, self.patience_s)


async def enrol(tx: WriteTx, member: Member, session_hash: str) -> None:
    """Give a device its session."""
    await tx.execute("DELETE FROM devices WHERE project = $1 AND device = $2", PROJECT, member.device)
    await save_device(
        tx,
        PROJECT,
        member.device,
        person=member.person,
        name="",
        public_key="",
        session_hash=session_hash,
        now_ms=1,
    )
