"""`python -m tests.fault.simulate --phones N --changes M --seed S --engine sqlite|postgres`: run a simulation, check
every invariant, and say in a last line of JSON what came of it. The same seed gives the same trace_hash.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

import msgspec
from msgspec import Struct

from server.exchange.budget import Floors
from server.exchange.receipts import signer
from server.exchange.sync import Exchange
from server.keys import load_keys
from server.store.changes import Body
from server.store.database import Database, open_database
from server.store.scope import AUDIENCES, scoped
from server.store.session import Tx
from sync import journal
from tests.fault import invariants as check
from tests.fault.simulation import Faults, Simulation
from tests.fault.world import PROJECT, members, settle, verifier
from tests.postgres import running_postgres

KEPT_AFTER_RECEIPT = 20
"""Phones of a simulation forget sooner, so that ten thousand of them fit into memory."""


class Outcome(Struct, frozen=True, kw_only=True):
    """The last line. `lost`, `duplicated_effects`, `diverged`, `stuck` and `violations` must be 0."""

    phones: int
    changes: int
    resent_share: float
    conflicting_share: float
    conflicts_opened: int
    conflicts_closed: int
    conflicts_open: int
    lost: int
    duplicated_effects: int
    diverged: int
    stuck: int
    violations: int
    repairs: int
    happened: dict[str, int]
    trace_hash: str
    seconds: float


async def simulate(
    database: Database,
    *,
    phones: int,
    changes: int,
    seed: int,
    faults: Faults | None = None,
    right_clocks: bool = False,
) -> tuple[Outcome, list[str]]:
    """Run on an open, migrated, empty database. Answers the outcome and the violations in words. `right_clocks`: no
    phone's clock is off; nothing may come out differently (I10)."""
    began = time.perf_counter()
    everyone = members(phones)
    await database.writer.run(lambda tx: settle(tx, everyone))
    key = load_keys(database.data).receipt
    exchange = Exchange(database, signer(key), Floors(10**9))
    world = Simulation(exchange, everyone, verifier(key.public_key()), changes=changes, seed=seed, faults=faults)
    if right_clocks:
        world.clocks = [0] * len(world.clocks)
    kept, journal.KEPT_AFTER_RECEIPT = journal.KEPT_AFTER_RECEIPT, KEPT_AFTER_RECEIPT
    try:
        await world.run()
    finally:
        journal.KEPT_AFTER_RECEIPT = kept
    violations = list(world.violations)
    violations += await database.reader.read(lambda tx: check.database_is_sound(tx, PROJECT))
    receipted = {identity: text for phone in world.phones for identity, text in phone.receipted.items()}
    violations += await database.reader.read(lambda tx: check.receipted_is_stored(tx, PROJECT, receipted))
    lost = await missing_from(database, world.marks - world.destroyed)
    diverged = await differing(database, world)
    opened, closed, conflicting = await database.reader.read(conflict_counts)
    sent_twice = sum(times > 1 for times in world.sent.values())
    duplicated = sum(fault.startswith("I2") for fault in violations)
    outcome = Outcome(
        phones=len(world.phones),
        changes=world.habits.made,
        resent_share=round(sent_twice / max(1, len(world.sent)), 4),
        conflicting_share=round(conflicting / max(1, world.habits.made), 4),
        conflicts_opened=opened,
        conflicts_closed=closed,
        conflicts_open=opened - closed,
        lost=len(lost),
        duplicated_effects=duplicated,
        diverged=len(diverged),
        stuck=len(world.stuck),
        violations=len(violations),
        repairs=sum(phone.repairs for phone in world.phones),
        happened=dict(sorted(world.happened.items())),
        trace_hash=world.trace.hexdigest(),
        seconds=round(time.perf_counter() - began, 1),
    )
    words = [*violations, *(f"lost: {mark}" for mark in lost), *diverged]
    words += [f"stuck: {world.phones[number].device}" for number in world.stuck]
    return outcome, words


async def missing_from(database: Database, made: set[str]) -> list[str]:
    """Marks of changes that the server judged nowhere."""
    body = msgspec.json.Decoder(Body)
    found: set[str] = set()
    after = ("", 0)
    while True:
        rows = await database.reader.fetch(
            "SELECT replica, sequence, body FROM changes WHERE project = $1 AND status = 'judged' "
            "AND (replica, sequence) > ($2, $3) ORDER BY replica, sequence LIMIT 20000",
            PROJECT,
            *after,
        )
        if not rows:
            break
        found.update(str(body.decode(row["body"]).change.before.get("mark")) for row in rows)
        after = (rows[-1]["replica"], rows[-1]["sequence"])
    return sorted(made - found)


async def differing(database: Database, world: Simulation) -> list[str]:
    """Phones that hold something else than they should, or something outside their scope."""
    found: list[str] = []
    for number, phone in enumerate(world.phones):
        if number in world.revoked:
            continue
        scope = scoped(world.actor(number))
        should = await database.reader.read(lambda tx, scope=scope: check.should_hold(tx, scope))  # type: ignore[misc]
        if phone.digest() != should:
            found.append(f"diverged: {phone.device} holds {phone.digest()}, should hold {should}")
        held = [
            (AUDIENCES[kind], "" if AUDIENCES[kind] == "all" else item.fields.get("area", ""), item.author)
            for (kind, _), item in phone.items.items()
        ]
        found += check.outside_scope(scope, held)
    return found


async def conflict_counts(tx: Tx) -> tuple[int, int, int]:
    """Opened, closed, and how many changes opened at least one."""
    (row,) = await tx.fetch(
        "SELECT COUNT(*) AS opened, COUNT(closed_position) AS closed, COUNT(DISTINCT opened_position) AS changes "
        "FROM conflicts WHERE project = $1",
        PROJECT,
    )
    return row["opened"], row["closed"], row["changes"]


async def on_sqlite(asked: argparse.Namespace, folder: Path) -> tuple[Outcome, list[str]]:
    async with await open_database("", folder) as database:
        return await simulate(database, phones=asked.phones, changes=asked.changes, seed=asked.seed)


async def on_postgres(asked: argparse.Namespace, folder: Path, url: str) -> tuple[Outcome, list[str]]:
    async with await open_database(url, folder) as database:
        return await simulate(database, phones=asked.phones, changes=asked.changes, seed=asked.seed)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fault.simulate", description=__doc__)
    parser.add_argument("--phones", type=int, default=100)
    parser.add_argument("--changes", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.engine == "sqlite":
            outcome, words = asyncio.run(on_sqlite(asked, Path(folder)))
        else:
            with running_postgres(durable=False) as server:
                outcome, words = asyncio.run(on_postgres(asked, Path(folder), server.create("simulated")))
    for word in words[:40]:
        print(word, file=sys.stderr)
    print(msgspec.json.encode(outcome).decode())
    return 1 if words else 0


if __name__ == "__main__":
    sys.exit(main())
