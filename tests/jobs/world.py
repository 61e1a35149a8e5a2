"""A small project for tests of alerts: a province, three communes, people with phones that have real subscriptions."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from server.exchange import alerts
from server.exchange.alert_draft import Compose
from server.exchange.alert_ledger import Ledger, ledger
from server.jobs import Jobs, start_jobs
from server.jobs.schedule import TABLE
from server.keys import Keys
from server.settings import AlertRules, Settings
from server.store.actor import Actor, load_person_actor
from server.store.alerts import Alert, get_alert
from server.store.areas import Area, save_areas
from server.store.database import Database
from server.store.enrolment import save_device
from server.store.people import Person, save_person
from server.store.projects import create_project
from server.store.subscriptions import Subscription as StoredSubscription
from server.store.subscriptions import save_subscription
from server.store.writer import WriteTx
from tests.webpush.push_service import PushService, Subscription

PROJECT = "an-giang"
PROVINCE, LONG, CHAU, TINH = "91", "30000", "30003", "30006"
NAMES = {PROVINCE: "Tỉnh An Giang", LONG: "Phường Long Xuyên", CHAU: "Phường Châu Đốc", TINH: "Xã Tịnh Biên"}
PEOPLE = {
    "an": ("collaborator", LONG),
    "binh": ("collaborator", LONG),
    "chi": ("collaborator", CHAU),
    "dung": ("collaborator", TINH),
    "cora": ("coordinator", LONG),
    "cuong": ("coordinator", PROVINCE),
    "stan": ("staff", PROVINCE),
}
RULES = AlertRules(undo_seconds=0, quiet=(0, 0), digest_minutes=0)
KEYS = Keys(**{name: ec.generate_private_key(ec.SECP256R1()) for name in ("webpush", "receipt", "seal")})


class Clock:
    """The real clock, and how far a test has put it ahead (ms)."""

    def __init__(self) -> None:
        self.ahead_ms = 0

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead_ms


class World:
    """The project with its database, push service and clock; `phones` are the subscriptions by device."""

    def __init__(self, database: Database, service: PushService, clock: Clock) -> None:
        self.database = database
        self.service = service
        self.clock = clock
        self.phones: dict[str, Subscription] = {}
        self._numbers = 0

    async def people(self, people: dict[str, tuple[str, str]] = PEOPLE) -> None:
        """Create the project, its areas and people (without phones)."""

        async def unit(tx: WriteTx) -> None:
            await create_project(tx, PROJECT, "An Giang", "e1", 1)
            areas = [Area(project=PROJECT, area=PROVINCE, name=NAMES[PROVINCE], kind="province")]
            areas += [Area(project=PROJECT, area=a, name=NAMES[a], parent=PROVINCE) for a in (LONG, CHAU, TINH)]
            await save_areas(tx, areas)
            for person, (role, area) in people.items():
                await save_person(
                    tx,
                    Person(
                        project=PROJECT,
                        person=person,
                        name=person.title(),
                        role=role,  # type: ignore[arg-type]
                        areas=(area,),
                        contact=f"0900 {person}",
                    ),
                )

        await self.database.writer.run(unit, project=PROJECT)

    async def phone(self, person: str, *, subscribed: bool = True) -> str:
        """Enrol a device of a person; its name is `PERSON-phone`."""
        device = f"{person}-phone"

        async def unit(tx: WriteTx) -> None:
            await save_device(
                tx, PROJECT, device, person=person, name="", public_key="", session_hash=device, now_ms=self.clock()
            )

        await self.database.writer.run(unit, project=PROJECT)
        if subscribed:
            await self.subscribe(device)
        return device

    async def subscribe(self, device: str) -> Subscription:
        """Give a device a (new) subscription."""
        one = self.phones[device] = self.service.subscription()
        stored = StoredSubscription(
            project=PROJECT, device=device, endpoint=one["endpoint"], created_at_ms=self.clock(), **one["keys"]
        )

        async def unit(tx: WriteTx) -> None:
            await save_subscription(tx, stored)

        await self.database.writer.run(unit, project=PROJECT)
        return one

    async def actor(self, person: str) -> Actor:
        actor = await self.database.reader.read(lambda tx: load_person_actor(tx, PROJECT, person))
        assert actor is not None
        return actor

    async def compose(self, person: str = "cora", rules: AlertRules = RULES, **fields: Any) -> Alert:
        """Compose an alert, to Long Xuyên unless `areas` says otherwise; its id is a-1, a-2, …"""
        actor = await self.actor(person)
        draft = Compose(**{"kind": "flood", "areas": [LONG]} | fields)
        self._numbers += 1
        name = f"a-{self._numbers}"
        return await self.write(
            lambda tx: alerts.compose(tx, actor, draft, new_id=name, rules=rules, now_ms=self.clock())
        )

    async def write(self, use: Any) -> Any:
        """Run a use case in a transaction."""

        async def unit(tx: WriteTx) -> Any:
            return await use(tx)

        return await self.database.writer.run(unit, project=PROJECT)

    async def alert(self, name: str) -> Alert:
        found = await self.database.reader.read(lambda tx: get_alert(tx, PROJECT, name))
        assert found is not None
        return found

    async def ledger(self, name: str, person: str = "stan") -> Ledger:
        alert, actor = await self.alert(name), await self.actor(person)
        return await self.database.reader.read(lambda tx: ledger(tx, alert, actor))

    async def pass_time(self, jobs: Jobs, ms: int) -> None:
        """Put the clock ahead and let everything look at it now."""
        self.clock.ahead_ms += ms
        await jobs.schedule.elect()
        for line in TABLE:
            await jobs.schedule.run(line)
        jobs.wake()

    async def count(self, sql: str) -> int:
        return int((await self.database.reader.fetch(sql))[0][0])

    @asynccontextmanager
    async def jobs(self, rules: AlertRules = RULES, lease_ms: int = 0) -> AsyncIterator[Jobs]:
        """Relay, sending and schedule, running."""
        settings = Settings(data=self.database.data, database_url="", alerts=rules)
        running = await start_jobs(
            self.database,
            settings,
            KEYS,
            clock=self.clock,
            environment={"WEBPUSH_TEST_SERVICE": self.service.address},
            lease_ms=lease_ms,
        )
        try:
            yield running
        finally:
            await running.stop()


async def until(holds: Any, seconds: float = 10.0) -> None:
    """Wait until an async condition holds. Raises TimeoutError."""

    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110  # what it waits for lies in the database
            await asyncio.sleep(0.02)
