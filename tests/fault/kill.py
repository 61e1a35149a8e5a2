"""`python -m tests.fault.kill --cycles N --engine sqlite|postgres`: the real server is killed N times, as a power cut
would, by a signal at any moment or at one of its named points; phones go on meanwhile over HTTP, and keep the ledger in
this process. On PostgreSQL the database is killed too. Then it heals, and the last line of JSON says what came of it.
"""

import argparse
import asyncio
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

import msgspec
import psutil
from msgspec import Struct

from server.keys import load_keys
from server.store.actor import hash_secret
from server.store.crash_points import POINTS
from server.store.database import open_database
from server.store.migrating import migrate
from server.store.scope import scoped
from tests.fault import invariants as check
from tests.fault.habits import Habits
from tests.fault.simulate import conflict_counts, missing_from
from tests.fault.wire import Rider, enrol
from tests.fault.world import PROJECT, actor_of, members, settle, verifier
from tests.postgres import Postgres, running_postgres
from tests.server_process import ServerProcess, free_port, start_server

PHONES = 10
HEAL_S = 60


class Outcome(Struct, frozen=True, kw_only=True):
    """The last line. `lost`, `duplicated_effects`, `diverged`, `stuck` and `violations` must be 0."""

    engine: str
    cycles: int
    phones: int
    changes: int
    resent_share: float
    conflicts_opened: int
    conflicts_closed: int
    conflicts_open: int
    lost: int
    duplicated_effects: int
    diverged: int
    stuck: int
    violations: int
    killed: dict[str, int]
    seconds: float


class Killing:
    """One run over a database at `url` with its data in `data`."""

    def __init__(self, url: str, data: Path, seed: int, postgres: Postgres | None) -> None:
        self.url, self.data, self.postgres = url, data, postgres
        self.random = Random(seed)
        self.port = free_port()
        self.killed: Counter[str] = Counter()
        self.marks: set[str] = set()
        self.riders: list[Rider] = []
        self.server: ServerProcess | None = None

    async def run(self, cycles: int) -> tuple[Outcome, list[str]]:
        began = time.perf_counter()
        await self._found()
        habits = Habits(self.random, [rider.member for rider in self.riders])
        tasks = [asyncio.create_task(rider.ride(habits, self.random, self.marks)) for rider in self.riders]
        for _ in range(cycles):
            await self._cycle()
        await self._start("")
        for rider in self.riders:
            rider.resting = True
        _, late = await asyncio.wait(tasks, timeout=HEAL_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        stuck = [rider.member.device for rider in self.riders if not rider.calm]
        for rider in self.riders:
            rider.calm = False
        again = asyncio.gather(*(rider.ride(habits, self.random, self.marks) for rider in self.riders))
        await asyncio.wait_for(again, HEAL_S)
        if self.server is not None:
            await asyncio.to_thread(self.server.stop)
        return await self._judge(cycles, stuck, time.perf_counter() - began)

    async def _found(self) -> None:
        everyone = members(PHONES)
        await migrate(self.url, self.data)
        verify = verifier(load_keys(self.data).receipt.public_key())
        async with await open_database(self.url, self.data, migrate=False) as database:
            await database.writer.run(lambda tx: settle(tx, everyone))
            for number, member in enumerate(everyone):
                token = secrets.token_hex(16)
                await database.writer.run(lambda tx, m=member, t=token: enrol(tx, m, hash_secret(t)))  # type: ignore[misc]
                self.riders.append(Rider(number, member, token, self.port, verify))

    async def _start(self, crash: str) -> None:
        environ = {
            "DATA": str(self.data), "DATABASE_URL": self.url, "PORT": str(self.port), "DEMO": "none",
            "PROJECT": PROJECT, "LANGNGHE_CRASH_AT": crash,
        }  # fmt: skip
        self.server = await asyncio.to_thread(start_server, environ)

    async def _cycle(self) -> None:
        """Start, let it work, kill it. A named point that is not reached in time gives way to the signal."""
        how = self.random.choice(["signal", "signal", *POINTS, *(["database"] if self.postgres else [])])
        crash = f"{how}:{self.random.randint(1, 30)}" if how in POINTS else ""
        try:
            await self._start(crash)
        except AssertionError:
            if not crash:
                raise
            self.killed[f"{how} at start"] += 1
            return
        server = self.server
        if server is None:
            raise AssertionError("no server")
        if crash:
            how = how if await asyncio.to_thread(_dies, server, 4) else "signal"
        elif how == "database":
            await asyncio.sleep(self.random.uniform(0.1, 0.8))
            await asyncio.to_thread(self._kill_database)
            await asyncio.sleep(self.random.uniform(0.1, 0.8))
        else:
            await asyncio.sleep(self.random.uniform(0, 1))
        await asyncio.to_thread(server.kill)
        self.killed[how] += 1

    def _kill_database(self) -> None:
        """The whole of PostgreSQL at once, then started again as after a power cut."""
        if self.postgres is None:
            return
        postmaster = psutil.Process(self.postgres.pid)
        everything = [postmaster, *postmaster.children(recursive=True)]
        for process in everything:
            try:
                os.kill(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        psutil.wait_procs(everything, timeout=10)
        self.postgres.start_again()

    async def _judge(self, cycles: int, stuck: list[str], seconds: float) -> tuple[Outcome, list[str]]:
        receipted = {identity: text for rider in self.riders for identity, text in rider.phone.receipted.items()}
        async with await open_database(self.url, self.data, migrate=False) as database:
            reader = database.reader
            violations = await reader.read(lambda tx: check.database_is_sound(tx, PROJECT))
            violations += await reader.read(lambda tx: check.receipted_is_stored(tx, PROJECT, receipted))
            lost = await missing_from(database, self.marks)
            opened, closed, _ = await reader.read(conflict_counts)
            diverged = []
            for rider in self.riders:
                scope = scoped(actor_of(rider.member, rider.member.area))
                should = await reader.read(lambda tx, scope=scope: check.should_hold(tx, scope))  # type: ignore[misc]
                if rider.phone.digest() != should:
                    diverged.append(f"diverged: {rider.member.device}")
        sent: Counter[tuple[str, int]] = Counter()
        for rider in self.riders:
            sent.update(rider.sent)
        outcome = Outcome(
            engine="postgres" if self.postgres else "sqlite",
            cycles=cycles,
            phones=len(self.riders),
            changes=len(self.marks),
            resent_share=round(sum(times > 1 for times in sent.values()) / max(1, len(sent)), 4),
            conflicts_opened=opened,
            conflicts_closed=closed,
            conflicts_open=opened - closed,
            lost=len(lost),
            duplicated_effects=sum(fault.startswith("I2") for fault in violations),
            diverged=len(diverged),
            stuck=len(stuck),
            violations=len(violations),
            killed=dict(sorted(self.killed.items())),
            seconds=round(seconds, 1),
        )
        words = [*violations, *(f"lost: {mark}" for mark in lost), *diverged, *(f"stuck: {device}" for device in stuck)]
        return outcome, words


def _dies(server: ServerProcess, within_s: float) -> bool:
    """Whether it reached its crash point."""
    try:
        server.process.wait(within_s)
    except subprocess.TimeoutExpired:
        return False
    return True


def kill_server(engine: str, cycles: int, seed: int) -> tuple[Outcome, list[str]]:
    """Run on a fresh database. Answers the outcome and what does not hold, in words."""
    with tempfile.TemporaryDirectory() as folder:
        if engine == "sqlite":
            file = f"sqlite:///{folder}/langnghe.sqlite"
            return asyncio.run(Killing(file, Path(folder), seed, None).run(cycles))
        with running_postgres(durable=True) as server:
            return asyncio.run(Killing(server.create("killed"), Path(folder), seed, server).run(cycles))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fault.kill", description=__doc__)
    parser.add_argument("--cycles", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    asked = parser.parse_args()
    outcome, words = kill_server(asked.engine, asked.cycles, asked.seed)
    for word in words[:40]:
        print(word, file=sys.stderr)
    print(msgspec.json.encode(outcome).decode())
    return 1 if words else 0


if __name__ == "__main__":
    sys.exit(main())
