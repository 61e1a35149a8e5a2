"""`python -m tests.fault.network --rounds N --seed S`: phones work through a network of every fault (proxy.py), two of
them the phone's own TypeScript replica in Node, with photos, the others its Python twin. Then the network heals: every
queue must empty in time, nothing may be lost, every phone must hold what it should. The last line is JSON.
"""

import argparse
import asyncio
import secrets
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from msgspec import Struct

from server.keys import load_keys, public_jwk
from server.store.actor import hash_secret
from server.store.database import Database, open_database
from server.store.migrating import migrate
from server.store.scope import scoped
from tests.fault import invariants as check
from tests.fault.habits import Habits
from tests.fault.node_phones import NodePhones, build
from tests.fault.proxy import Proxy
from tests.fault.simulate import missing_from
from tests.fault.twin_sides import Ground, session_of
from tests.fault.wire import Rider, enrol
from tests.fault.world import PROJECT, START_MS, Member, actor_of, members, settle, verifier

PHONES = 10
IN_NODE = (1, 6)
"""Of the team of ten: phones that run TypeScript."""
HEAL_S = 120
PHOTO_BYTES = 700_000


class Outcome(Struct, frozen=True, kw_only=True):
    phones: int
    changes: int
    photos: int
    met: dict[str, int]
    """How many requests met which fault."""
    lost: int
    photos_missing: int
    stuck: int
    diverged: int
    duplicated_effects: int
    violations: int
    seconds: float


class NodeRider:
    """The phone's own TypeScript, in a Node process of its own."""

    def __init__(self, member: Member, token: str, node: NodePhones, dice: Random, *, photos: int) -> None:
        self.member, self.token, self.node, self.dice, self.photos = member, token, node, dice, photos
        self.state: dict[str, Any] = {}
        self.words: list[str] = []
        self.files: list[str] = []
        self.calm = False

    async def begin(self, port: int, jwk: dict[str, str]) -> None:
        await self.node.obey(
            do="enrol", phone=self.member.device, url=f"http://127.0.0.1:{port}", token=self.token, clock_ms=0,
            session=session_of(self.member, jwk), replica=f"{self.member.device}.0", through=True,
        )  # fmt: skip

    async def ride(self, rounds: int) -> None:
        for _ in range(rounds):
            for _ in range(self.dice.randint(0, 2)):
                await self._write()
            await self.sync()
            await asyncio.sleep(self.dice.uniform(0.01, 0.1))

    async def sync(self) -> None:
        answer = await self.node.obey(do="sync", phone=self.member.device, faults=[], patience_ms=3_000)
        self.state = answer["state"]
        unsent = any(entry["state"] == "unsent" for entry in self.state["entries"])
        self.calm = self.state["resting"] == "idle" and not unsent and not self.state["files_waiting"]

    async def _write(self) -> None:
        word = f"{self.member.device}/{len(self.words)}"
        known = [item["id"] for item in self.state.get("items", []) if item["kind"] == "submission"]
        making: dict[str, Any] = {"kind": "submission", "id": f"s-{word}", "intent": "create"}
        making["fields"] = {"form": "topic", "form_version": "1", "area": self.member.area, "/data/what": word}
        if known and self.dice.random() < 0.6:
            making |= {"id": self.dice.choice(known), "intent": "edit", "fields": {"/data/what": word}}
        photo = ""
        if len(self.files) < self.photos and making["intent"] == "create":
            photo = f"{word} " + self.dice.randbytes(PHOTO_BYTES // 2).hex()
        answer = await self.node.obey(do="make", phone=self.member.device, making=making, at_ms=START_MS, photo=photo)
        self.words.append(word)
        if photo:
            self.files.append(answer["sha256"])


class Ride:
    """One run over SQLite in `folder`."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.seed, self.dice = folder, seed, Random(seed)
        self.riders: list[Rider] = []
        self.node_riders: list[NodeRider] = []
        self.marks: set[str] = set()

    async def run(self, rounds: int, photos: int) -> tuple[Outcome, list[str]]:
        began = time.perf_counter()
        prepared = self.folder / "prepared"
        tokens = await self._found(prepared)
        ground = Ground(prepared, self.folder / "served")
        bundle = build(self.folder / "node")
        await asyncio.to_thread(ground.start)
        try:
            async with Proxy(ground.port, self.seed, hurry=20, stall_s=1.5) as proxy, Processes(bundle) as nodes:
                stuck = await self._ride(proxy, nodes, tokens, rounds, photos)
                met = dict(sorted(proxy.happened.items()))
        finally:
            await asyncio.to_thread(ground.stop)
        return await self._judge(ground, stuck, met, time.perf_counter() - began)

    async def _found(self, folder: Path) -> dict[str, str]:
        folder.mkdir()  # noqa: ASYNC240 - nothing runs yet
        url = f"sqlite:///{folder}/langnghe.sqlite"
        await migrate(url, folder)
        self.keys = load_keys(folder)
        self.everyone = members(PHONES)
        tokens = {member.device: secrets.token_hex(16) for member in self.everyone}
        async with await open_database(url, folder, migrate=False) as database:
            await database.writer.run(lambda tx: settle(tx, self.everyone))
            for member in self.everyone:
                await database.writer.run(lambda tx, one=member: enrol(tx, one, hash_secret(tokens[one.device])))  # type: ignore[misc]
        return tokens

    async def _ride(
        self, proxy: Proxy, nodes: Callable[[], Any], tokens: dict[str, str], rounds: int, photos: int
    ) -> list[str]:
        verify = verifier(self.keys.receipt.public_key())
        for number, member in enumerate(self.everyone):
            if number in IN_NODE:
                rider = NodeRider(
                    member, tokens[member.device], await nodes(), Random(self.dice.random()), photos=photos
                )
                await rider.begin(proxy.port, public_jwk(self.keys.receipt))
                self.node_riders.append(rider)
            else:
                self.riders.append(Rider(number, member, tokens[member.device], proxy.port, verify, patience_s=3))
        habits = Habits(self.dice, self.everyone)
        tasks = [asyncio.create_task(rider.ride(habits, self.dice, self.marks)) for rider in self.riders]
        await asyncio.gather(*(rider.ride(rounds) for rider in self.node_riders))
        proxy.heal()
        for rider in self.riders:
            rider.resting = True
        until = time.monotonic() + HEAL_S
        while not all(rider.calm for rider in self.node_riders) and time.monotonic() < until:
            await asyncio.gather(*(rider.sync() for rider in self.node_riders))
        _, late = await asyncio.wait(tasks, timeout=max(1, until - time.monotonic()))
        for task in late:
            task.cancel()
        stuck = [one.member.device for one in (*self.riders, *self.node_riders) if not one.calm]
        for one in self.riders:
            one.calm = False
        await asyncio.wait_for(
            asyncio.gather(*(one.ride(habits, self.dice, self.marks) for one in self.riders)), HEAL_S
        )
        await asyncio.gather(*(rider.sync() for rider in self.node_riders))
        return stuck

    async def _judge(
        self, ground: Ground, stuck: list[str], met: dict[str, int], seconds: float
    ) -> tuple[Outcome, list[str]]:
        held = [(one.member, one.phone.digest()) for one in self.riders]
        held += [(one.member, one.state["digest"]) for one in self.node_riders]
        receipted = {identity: text for one in self.riders for identity, text in one.phone.receipted.items()}
        async with await open_database(f"sqlite:///{ground.file}", ground.data, migrate=False) as database:
            violations = await database.reader.read(lambda tx: check.database_is_sound(tx, PROJECT))
            violations += await database.reader.read(lambda tx: check.receipted_is_stored(tx, PROJECT, receipted))
            lost = [*await missing_from(database, self.marks), *await self._unknown_words(database)]
            diverged = []
            for member, digest in held:
                scope = scoped(actor_of(member, member.area))
                if digest != await database.reader.read(lambda tx, scope=scope: check.should_hold(tx, scope)):  # type: ignore[misc]
                    diverged.append(f"diverged: {member.device}")
        photos = [file for rider in self.node_riders for file in rider.files]
        missing = [file for file in photos if not _is_whole(ground, file)]
        outcome = Outcome(
            phones=len(held),
            changes=len(self.marks) + sum(len(rider.words) for rider in self.node_riders),
            photos=len(photos),
            met=met,
            lost=len(lost),
            photos_missing=len(missing),
            stuck=len(stuck),
            diverged=len(diverged),
            duplicated_effects=sum(fault.startswith("I2") for fault in violations),
            violations=len(violations),
            seconds=round(seconds, 1),
        )
        words = [*violations, *diverged, *(f"lost: {mark}" for mark in lost), *(f"stuck: {name}" for name in stuck)]
        return outcome, [*words, *(f"photo missing: {file}" for file in missing)]

    async def _unknown_words(self, database: Database) -> list[str]:
        """What the TypeScript phones wrote and no change holds."""
        rows = await database.reader.fetch("SELECT body FROM changes WHERE project = $1", PROJECT)
        bodies = "\n".join(bytes(row["body"]).decode() for row in rows)
        return [word for rider in self.node_riders for word in rider.words if f'"{word}"' not in bodies]


def _is_whole(ground: Ground, sha256: str) -> bool:
    with sqlite3.connect(ground.file) as database:
        row = database.execute("SELECT size, received FROM attachments WHERE sha256 = ?", (sha256,)).fetchone()
    database.close()
    return row is not None and row[0] == row[1]


class Processes:
    """Starts Node processes on demand and ends them all."""

    def __init__(self, bundle: Path) -> None:
        self.bundle = bundle
        self.started: list[NodePhones] = []

    async def __aenter__(self) -> Callable[[], Any]:
        return self._start

    async def _start(self) -> NodePhones:
        node = await NodePhones(self.bundle).__aenter__()
        self.started.append(node)
        return node

    async def __aexit__(self, *_: object) -> None:
        for node in self.started:
            await node.__aexit__()


def ride_through(rounds: int, seed: int, photos: int) -> tuple[Outcome, list[str]]:
    """Run on a fresh database. Answers the outcome and what does not hold, in words."""
    with tempfile.TemporaryDirectory(prefix="network-") as folder:
        return asyncio.run(Ride(Path(folder), seed).run(rounds, photos))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fault.network", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="of each TypeScript phone")
    parser.add_argument("--photos", type=int, default=3, help="of each TypeScript phone")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    outcome, words = ride_through(asked.rounds, asked.seed, asked.photos)
    for word in words[:40]:
        print(word, file=sys.stderr)
    print(msgspec.json.encode(outcome).decode())
    return 1 if words else 0


if __name__ == "__main__":
    sys.exit(main())
