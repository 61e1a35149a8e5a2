"""Workers killed in the middle of a broadcast: nothing is lost, nobody sees an alert twice.

    python -m tests.webpush.kill [--subscriptions 10000] [--cycles 100] [--engine sqlite|postgres] [--seed 1]

A worker runs relay, sending loop and schedule; it is killed with SIGKILL after some messages, after some milliseconds,
or at a named crash point, and the next one goes on. What a push service took and no database knows is sent again with
the same Topic; the phone (here: its rule, one notification per alert and revision) shows it once. Every phone must have
got the alert, every ledger row must be accepted, every consequence of an event must stand exactly once.
"""

import argparse
import asyncio
import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from server.exchange import alerts
from server.exchange.alert_draft import Compose
from server.jobs import sending, start_jobs
from server.keys import load_keys, public_point
from server.settings import AlertRules, Settings
from server.store.actor import load_person_actor
from server.store.areas import Area, save_areas
from server.store.crash_points import arm_from_environment
from server.store.database import Database, open_database
from server.store.people import Person, save_person
from server.store.projects import create_project
from server.store.sending import Sending, Tried, save_tried
from server.store.session import Tx
from server.store.writer import WriteTx
from tests.fault.invariants import database_is_sound
from tests.webpush.push_service import PushService, Subscription

if TYPE_CHECKING:
    from tests.conftest import Place

PROJECT, AREA = "an-giang", "30000"
RULES = AlertRules(undo_seconds=0, quiet=(0, 0), digest_minutes=0)
LEASE_MS = 1_500
CRASHES = ("before_save", "after_save_before_commit", "during_relay")


class Report(Struct, kw_only=True):
    """What a run found. `again`: messages sent once more because a worker died before it could write down the first."""

    engine: str
    subscriptions: int
    kills: int
    busy: int
    """Kills of a worker that had sent something, or had come to the crash point it was to die at."""
    lost: int
    doubled: int
    again: int
    faults: list[str]
    seconds: float

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.doubled or self.faults)

    def __str__(self) -> str:
        said = (
            f"webpush.kill {self.engine}: {self.kills} kills ({self.busy} at work), "
            f"{self.subscriptions:,} subscriptions: {self.lost} lost, "
            f"{self.doubled} doubled ({self.again:,} sent again in doubt, shown once), {self.seconds:.0f} s"
        )
        return "\n".join([said, *self.faults])


def write_before_sending() -> None:
    """The mutant that this run must catch: a delivery counts as accepted when it is claimed, so a kill loses it."""
    claim = sending.claim_sendings

    async def claim_and_write(tx: WriteTx, project: str, **more: int) -> list[Sending]:
        found = await claim(tx, project, **more)
        tried = [Tried(alert=one.alert, device=one.device, accepted_at_ms=more["at_ms"]) for one in found]
        await save_tried(tx, project, tried, at_ms=more["at_ms"])
        return found

    sending.claim_sendings = claim_and_write  # type: ignore[assignment]


def work(url: str, data: str, address: str, crash_at: str, is_broken: bool) -> None:
    """The worker's process: everything that runs beside requests, until it is killed."""
    os.environ["WEBPUSH_TEST_SERVICE"] = address
    if is_broken:
        write_before_sending()
    if crash_at:
        os.environ["LANGNGHE_CRASH_AT"] = crash_at
        arm_from_environment()

    async def run() -> None:
        database = await open_database(url, Path(data), migrate=False)
        settings = Settings(data=Path(data), database_url=url, alerts=RULES)
        await start_jobs(database, settings, load_keys(Path(data)), lease_ms=LEASE_MS)
        await asyncio.sleep(3_600)

    asyncio.run(run())


async def prepare(place: "Place", service: PushService, n: int) -> list[Subscription]:
    """A commune with `n` people, one phone each, and an alert that waits to be sent."""
    server_key = public_point(load_keys(place.data).webpush)
    phones = [service.subscription(server_key) for _ in range(n)]
    async with await open_database(place.url, place.data, migrate=False) as database:

        async def unit(tx: WriteTx) -> None:
            await create_project(tx, PROJECT, "An Giang", "e1", 1)
            await save_areas(tx, [Area(project=PROJECT, area=AREA, name="Phường Long Xuyên")])
            await save_person(tx, Person(project=PROJECT, person="stan", name="Stan", role="staff"))
            await tx.executemany(
                "INSERT INTO people (project, person, name, role, active) VALUES ($1, $2, $2, 'collaborator', 1)",
                [(PROJECT, f"p{number}") for number in range(n)],
            )
            await tx.executemany(
                "INSERT INTO person_areas (project, person, area) VALUES ($1, $2, $3)",
                [(PROJECT, f"p{number}", AREA) for number in range(n)],
            )
            await tx.executemany(
                "INSERT INTO devices (project, device, person) VALUES ($1, $2, $3)",
                [(PROJECT, f"d{number}", f"p{number}") for number in range(n)],
            )
            await tx.executemany(
                "INSERT INTO subscriptions (project, device, endpoint, p256dh, auth) VALUES ($1, $2, $3, $4, $5)",
                [
                    (PROJECT, f"d{number}", one["endpoint"], one["keys"]["p256dh"], one["keys"]["auth"])
                    for number, one in enumerate(phones)
                ],
            )

        await database.writer.run(unit, project=PROJECT)

        async def compose(tx: WriteTx) -> None:
            actor = await load_person_actor(tx, PROJECT, "stan")
            assert actor is not None
            draft = Compose(kind="flood", areas=[AREA], headline="Lũ trên sông Hậu")
            await alerts.compose(tx, actor, draft, new_id="a-1", rules=RULES, now_ms=time.time_ns() // 1_000_000)

        await database.writer.run(compose, project=PROJECT)
    return phones


def kill_workers(
    place: "Place", service: PushService, n: int, cycles: int, chance: random.Random, *, is_broken: bool
) -> tuple[int, bool]:
    """Start and kill `cycles` workers, then let one finish. Answers how many died at work, and if it finished."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    busy = 0
    for cycle in range(cycles):
        crash_at = f"{chance.choice(CRASHES)}:{chance.randint(1, 12)}" if cycle % 4 == 0 else ""
        worker = context.Process(target=work, args=(place.url, str(place.data), service.address, crash_at, is_broken))
        worker.start()
        goal = n * (cycle + 1) // (cycles + 1) - chance.randint(0, max(1, n // cycles))
        before = len(service.received)
        patience = time.monotonic() + (chance.uniform(0.05, 0.5) if cycle % 4 == 1 else 4 * LEASE_MS / 1000)
        while worker.is_alive() and time.monotonic() < patience and len(service.received) < goal:
            time.sleep(0.002)
        has_crashed = not worker.is_alive()
        worker.kill()
        worker.join()
        busy += has_crashed or len(service.received) > before
    worker = context.Process(target=work, args=(place.url, str(place.data), service.address, "", is_broken))
    worker.start()
    return busy, asyncio.run(finish(place, worker))


async def finish(place: "Place", worker: multiprocessing.process.BaseProcess) -> bool:
    """Wait until nothing is left to do; False after two minutes."""
    async with await open_database(place.url, place.data, migrate=False) as database:
        end = time.monotonic() + 120
        while time.monotonic() < end and worker.is_alive():
            row = await database.reader.fetch(
                "SELECT (SELECT COUNT(*) FROM outbox WHERE done_at_ms IS NULL) + "
                "(SELECT COUNT(*) FROM deliveries WHERE next_try_at_ms IS NOT NULL) + "
                "(SELECT COUNT(*) FROM alerts WHERE status <> 'sent') AS n"
            )
            if row[0]["n"] == 0 and len(await database.reader.fetch("SELECT alert FROM deliveries LIMIT 1")):
                break
            await asyncio.sleep(0.1)
        is_done = time.monotonic() < end and worker.is_alive()
    worker.kill()
    worker.join()
    return is_done


async def faults(database: Database, n: int) -> list[str]:
    """What stands in the database and must not, or does not and must."""
    wanted = {
        "SELECT COUNT(*) FROM deliveries": n,
        "SELECT COUNT(*) FROM deliveries WHERE accepted_at_ms IS NOT NULL AND problem = ''": n,
        "SELECT COUNT(*) FROM deliveries WHERE next_try_at_ms IS NOT NULL": 0,
        "SELECT COUNT(*) FROM items WHERE kind = 'alert' AND revision = 1": 1,
        "SELECT COUNT(*) FROM items WHERE kind = 'alert'": 1,
        "SELECT COUNT(*) FROM feed WHERE kind = 'alert'": 1,
        "SELECT COUNT(*) FROM changes WHERE kind = 'alert'": 1,
        "SELECT COUNT(*) FROM outbox WHERE event = 'AlertSent'": 1,
        "SELECT COUNT(*) FROM outbox WHERE done_at_ms IS NULL": 0,
        "SELECT COUNT(*) FROM subscriptions WHERE stale_at_ms IS NOT NULL": 0,
        "SELECT COUNT(*) FROM alarms": 0,
    }
    found = []
    for sql, count in wanted.items():
        stands = (await database.reader.fetch(sql))[0][0]
        if stands != count:
            found.append(f"{sql}: {stands}, not {count}")

    async def sound(tx: Tx) -> list[str]:
        return await database_is_sound(tx, PROJECT)

    return found + await database.reader.read(sound)


def run(place: "Place", *, subscriptions: int, cycles: int, seed: int, is_broken: bool = False) -> Report:
    """One whole run on a fresh migrated place; `is_broken` runs the mutant."""
    began = time.monotonic()
    service = PushService.start_in_thread()
    try:
        phones = asyncio.run(prepare(place, service, subscriptions))
        busy, is_done = kill_workers(place, service, subscriptions, cycles, random.Random(seed), is_broken=is_broken)
        problems = [] if is_done else ["the last worker did not finish"]

        async def check() -> list[str]:
            async with await open_database(place.url, place.data, migrate=False) as database:
                return await faults(database, subscriptions)

        problems += asyncio.run(check())
        arrived = Counter(message.subscription for message in service.received)
        return Report(
            engine=place.engine,
            subscriptions=subscriptions,
            kills=cycles,
            busy=busy,
            lost=sum(1 for one in phones if not arrived[one["endpoint"]]),
            doubled=sum(shown - 1 for shown in show(service).values()),
            again=sum(arrived.values()) - len(arrived),
            faults=problems
            + topics(service)
            + [f"refused: {reason} × {times}" for reason, times in service.refused.items()],
            seconds=time.monotonic() - began,
        )
    finally:
        service.stop_thread()


def show(service: PushService) -> Counter[str]:
    """How many notifications each phone shows, by its rule (pwa/src/webpush): one per alert and revision.

    A second id or revision for the same alert would pass the rule and be counted here.
    """
    names = {(one.subscription, one.json["alert"], one.json["revision"]) for one in service.received}
    return Counter(phone for phone, _, _ in names)


def topics(service: PushService) -> list[str]:
    """Everything of one alert has one Topic, so that a push service itself replaces what is not delivered yet."""
    found = {one.headers.get("topic") for one in service.received}
    return [] if len(found) == 1 else [f"{len(found)} topics for one alert"]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.webpush.kill")
    parser.add_argument("--subscriptions", type=int, default=10_000)
    parser.add_argument("--cycles", type=int, default=100)
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    # Late: every worker imports this module, and needs nothing of the fixtures.
    from tests.bench._places import places

    with places() as found:
        report = run(found.fresh(asked.engine), subscriptions=asked.subscriptions, cycles=asked.cycles, seed=asked.seed)
    print(report)
    return 0 if report.is_good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
