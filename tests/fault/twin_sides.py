"""The two sides of a twin run: the same orders obeyed by SimPhone in Python and by the phone's own TypeScript in Node.

Each side has a real server process of its own, begun from the same database, so that even positions and cursors must
agree. An answer is {said: requests with their answers, state: what rests on the phone}, times and signatures left out.
"""

import asyncio
import copy
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from sync.journal import park
from sync.protocol import RepairResponse, SyncResponse
from sync.replica import Effect, Event, Replica
from tests.fault.node_phones import NodePhones
from tests.fault.phone import SimPhone
from tests.fault.wire import NoAnswer, post
from tests.fault.world import PROJECT, Member
from tests.server_process import ServerProcess, free_port, start_server
from tests.sync.generate import pruned

Answer = dict[str, Any]
LEFT_OUT = {
    "health",
    "signature",
    "server_at_ms",
    "retry_after_ms",
    "created_at_ms",
    "updated_at_ms",
    "at_ms",
    "standing_at_ms",
    "arriving_at_ms",
}
_SYNCED = msgspec.json.Decoder(SyncResponse).decode
_REPAIRED = msgspec.json.Decoder(RepairResponse).decode


class DiedError(Exception):
    """The phone's process ended here."""


class Ground:
    """A server over its own copy of a prepared data folder; its database can be put back to an earlier moment."""

    def __init__(self, prepared: Path, folder: Path) -> None:
        self.data = folder
        shutil.copytree(prepared, folder)
        self.port = free_port()
        self.server: ServerProcess | None = None

    @property
    def file(self) -> Path:
        return self.data / "langnghe.sqlite"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environ = {
            "DATA": str(self.data), "DATABASE_URL": f"sqlite:///{self.file}", "PORT": str(self.port), "DEMO": "none",
            "PROJECT": PROJECT,
        }  # fmt: skip
        self.server = start_server(environ)

    def stop(self) -> None:
        if self.server is not None:
            self.server.stop()

    def write(self, sql: str, *values: str) -> None:
        """As an administrator at another process would."""
        with sqlite3.connect(self.file, timeout=30) as database:
            database.execute(sql, values)
        database.close()

    def back_up(self) -> None:
        with sqlite3.connect(self.file) as here, sqlite3.connect(self.data / "backup.sqlite") as there:
            here.backup(there)
        here.close()
        there.close()

    def put_back(self, epoch: str) -> None:
        self.stop()
        for rest in ("-wal", "-shm"):
            Path(f"{self.file}{rest}").unlink(missing_ok=True)
        shutil.copyfile(self.data / "backup.sqlite", self.file)
        self.write("UPDATE projects SET epoch = ?", epoch)
        self.start()


def session_of(member: Member, jwk: dict[str, str]) -> Answer:
    """What POST /enrol would answer. `jwk`: the public key of receipts."""
    return {
        "project": PROJECT, "project_name": "", "device": member.device, "person": member.person, "name": member.person,
        "role": member.role, "areas": [{"code": member.area, "name": ""}], "epoch": "", "receipt_key": jwk,
        "webpush_key": "",
    }  # fmt: skip


class NodeSide:
    def __init__(self, ground: Ground, node: NodePhones, jwk: dict[str, str]) -> None:
        self.ground, self.node, self.jwk = ground, node, jwk

    async def obey(self, order: Answer) -> Answer:
        if await serve(self.ground, order):
            return {}
        if order["do"] == "enrol":
            order = {**order, "url": self.ground.url, "session": session_of(order["member"], self.jwk), "member": None}
        return plain(await self.node.obey(**order))


class PythonSide:
    def __init__(self, ground: Ground, verify: Any) -> None:
        self.ground, self.verify = ground, verify
        self.phones: dict[str, SimPhone] = {}
        self.tokens: dict[str, str] = {}
        self.said: list[Answer] = []
        self.faults: list[str] = []

    async def obey(self, order: Answer) -> Answer:
        if await serve(self.ground, order):
            return {}
        name = order.get("phone", "")
        if order["do"] == "forget":
            self.phones.clear()
            return {}
        if order["do"] == "enrol":
            self.phones[name] = phone = SimPhone(order["member"].device, order["member"].person, self.verify)
            phone.label, phone.replica_id = name, order["replica"]
            self.tokens[name] = order["token"]
        phone = self.phones[name]
        if order["do"] == "make":
            made = order["making"]
            key = (made["kind"], made["id"])
            phone.make(
                made["intent"], key, made["fields"], at_ms=order["at_ms"], settles=tuple(made.get("settles", ()))
            )
        elif order["do"] == "damage":
            gone = (order["replica"], order["sequence"])
            phone.entries = [one for one in phone.entries if (one.replica, one.change.sequence) != gone]
            phone.hashes.pop(gone, None)
        elif order["do"] == "copy":
            twin = copy.deepcopy(phone)
            twin.label = order["to"]
            self.phones[order["to"]], self.tokens[order["to"]] = twin, self.tokens[name]
        elif order["do"] == "sync":
            return await self._sync(phone, self.tokens[name], order)
        return plain({"state": look(phone)})

    async def _sync(self, phone: SimPhone, token: str, order: Answer) -> Answer:
        self.said, self.faults = [], list(order["faults"])
        died = False
        batch, failures = phone.machine.batch, phone.machine.failures
        effects = phone.step("woken")
        try:
            while effects:
                event: Event | None = None
                for effect in effects:
                    event = await self._do(phone, token, effect) or event
                if event is None:
                    break
                effects = phone.step(event)
        except DiedError:
            died = True
            phone.start()
            phone.machine = Replica(batch=batch, failures=failures)
        return plain({"said": self.said, "died": died, "state": look(phone)})

    async def _do(self, phone: SimPhone, token: str, effect: Effect) -> Event | None:
        if effect == "send":
            request = phone.request()
            return await self._ask(phone, token, "/sync", request)
        if effect == "repair":
            return await self._ask(phone, token, "/sync/repair", phone.repair_request())
        if effect == "park" and phone.sent is not None:
            phone.entries = park(phone.entries, phone.replica_id, phone.sent.changes[0].sequence)
        if effect in {"save", "adopt", "split", "mend"}:
            return getattr(phone, effect)()  # type: ignore[no-any-return]
        return "uploaded" if effect == "upload" else None

    async def _ask(self, phone: SimPhone, token: str, path: str, asked: Any) -> Event:
        fault = self.faults.pop(0) if self.faults else "ok"
        note: Answer = {"path": path, "asked": msgspec.json.decode(msgspec.json.encode(asked)), "answer": fault}
        self.said.append(note)
        if fault == "died_before":
            raise DiedError
        if fault in {"lost", "html", "json", "busy"}:
            return "busy" if fault == "busy" else "failed"
        body = msgspec.json.encode(asked)
        if b'"id":"poison' in body:
            return "body_refused"
        try:
            answer = await post(self.ground.port, token, path, body)
        except NoAnswer as error:
            raise AssertionError(f"{path}: {error.code}") from error
        if fault == "died":
            raise DiedError
        if fault == "dropped":
            return "failed"
        note["answer"] = msgspec.json.decode(answer)
        if path == "/sync":
            return phone.hear(_SYNCED(answer))
        phone.mending = _REPAIRED(answer)
        return "repair_answered"


async def serve(ground: Ground, order: Answer) -> bool:
    """What concerns the server and no phone."""
    if order["do"] == "move":
        sql = "UPDATE person_areas SET area = ? WHERE person = ?"
        await asyncio.to_thread(ground.write, sql, order["area"], order["person"])
    elif order["do"] == "back_up":
        await asyncio.to_thread(ground.back_up)
    elif order["do"] == "put_back":
        await asyncio.to_thread(ground.put_back, order["epoch"])
    else:
        return False
    return True


def look(phone: SimPhone) -> Answer:
    """As `look` in pwa/twin/phones.ts."""
    return {
        "replica": phone.replica_id,
        "made_up_to": phone.made_up_to,
        "epoch": phone.epoch,
        "cursor": phone.cursor,
        "anchor": phone.anchor.up_to,
        "gaps": [list(gap) for gap in phone.gaps],
        "digest": phone.digest(),
        "resting": phone.machine.state,
        "entries": [msgspec.to_builtins(entry) for entry in phone.entries],
        "items": [msgspec.to_builtins(item) for item in phone.items.values()],
    }


def plain(answer: Answer) -> Answer:
    """Without times of the server, signatures and members at their default; entries and items in one order."""
    left = _left_out(answer)
    for said in left.get("said", []):
        for message in (said["asked"], said["answer"]):
            for name in ("held", "gone") if isinstance(message, dict) else ():
                message.get(name, []).sort(key=lambda one: (one["kind"], one["id"]))
    state = left.get("state", {})
    state.pop("armed", None)
    left.pop("sha256", None)
    if "said" not in left or left["died"]:
        state.pop("resting", None)
    state.get("entries", []).sort(key=lambda entry: (entry["replica"], entry["change"]["sequence"]))
    state.get("items", []).sort(key=lambda item: (item["kind"], item["id"]))
    return pruned(left)  # type: ignore[no-any-return]


def _left_out(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _left_out(member) for name, member in value.items() if name not in LEFT_OUT}
    return [_left_out(member) for member in value] if isinstance(value, list) else value


def workplace() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="twin-")
