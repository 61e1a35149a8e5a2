"""Messages per CPU second of the sending process: the whole loop with its ledger, the sender alone, and their peers.

In one run: (a) plain `pywebpush.webpush` in sixteen threads, (b) the encryption alone as pywebpush does it, which is
the floor of every row (ratio = value / floor). The push service is another process: its own work is not counted.
"""

import asyncio
import os
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import uvloop
from cryptography.hazmat.primitives import serialization
from py_vapid import Vapid02
from pywebpush import WebPusher, webpush

from server.jobs import start_jobs
from server.keys import Keys, load_keys
from server.settings import AlertRules, Settings
from server.store.database import open_database
from server.webpush.egress import Egress
from server.webpush.payload import AlertPayload, encode
from server.webpush.sender import Message, Sender
from tests.bench._places import places
from tests.bench.registry import Figure, bench
from tests.webpush.kill import prepare
from tests.webpush.push_service import PushService, Subscription
from tests.webpush.quick_service import quick_service

T = TypeVar("T")
N = 4_000
THREADS = 16
PAYLOAD = encode(
    AlertPayload(
        alert="a-20261126-0123456789ab",
        root="a-20261126-0123456789ab",
        revision=1,
        headline="Cảnh báo lũ tại Phường Long Xuyên",
        instruction="Kê cao tài sản, đưa người già và trẻ em đến nơi an toàn. Không đi qua chỗ nước chảy xiết.",
        severity="severe",
        status="actual",
        message_type="alert",
        expires_at_ms=1_795_776_400_000,
    )
)


def subscriptions(address: str, n: int) -> tuple[PushService, list[Subscription]]:
    """Real keys, endpoints at `address`."""
    service = PushService()
    service.address = address
    return service, [service.subscription() for _ in range(n)]


def run(work: Coroutine[Any, Any, T]) -> T:
    """In the event loop that the server runs on."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def encryption_alone(phones: list[Subscription]) -> float:
    """(b) Messages per CPU second of WebPusher.encode."""
    began = time.process_time()
    for phone in phones:
        WebPusher(phone).encode(PAYLOAD)
    return len(phones) / (time.process_time() - began)


def plain(phones: list[Subscription], keys: Keys) -> float:
    """(a) Messages per CPU second of pywebpush.webpush in threads, with its own VAPID signature per message."""
    pem = keys.webpush.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    vapid = Vapid02.from_pem(pem)

    def send(phone: Subscription) -> None:
        claims: dict[str, str | int] = {"sub": "mailto:a@example.vn"}
        webpush(phone, PAYLOAD, vapid_private_key=vapid, vapid_claims=claims, ttl=600, timeout=20)

    began = time.process_time()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(send, phones))
    return len(phones) / (time.process_time() - began)


async def sender_alone(phones: list[Subscription], keys: Keys, address: str) -> float:
    """Messages per CPU second of our sender: guard, encryption, cached VAPID, one session."""
    sender = Sender(keys.webpush, Egress(address), subject="mailto:a@example.vn")
    todo = iter(phones)

    async def one_after_another() -> None:
        for phone in todo:
            keys_of = phone["keys"]
            message = Message(
                endpoint=phone["endpoint"], p256dh=keys_of["p256dh"], auth=keys_of["auth"], payload=PAYLOAD, ttl_s=600
            )
            answer = await sender.send(message)
            if answer.status != 201:
                raise RuntimeError(f"the push service said {answer}")

    began = time.process_time()
    await asyncio.gather(*(one_after_another() for _ in range(32)))
    rate = len(phones) / (time.process_time() - began)
    await sender.close()
    return rate


async def broadcast(url: str, place: Any, address: str, n: int) -> tuple[float, float]:
    """The whole: release, ledger, leases, sending, writing down. Messages per CPU second and per second."""
    rules = AlertRules(undo_seconds=0, quiet=(0, 0), digest_minutes=0)
    async with await open_database(url, place.data, migrate=False) as database:
        settings = Settings(data=place.data, database_url=url, alerts=rules)
        began, clock = time.process_time(), time.perf_counter()
        jobs = await start_jobs(
            database, settings, load_keys(place.data), environment={"WEBPUSH_TEST_SERVICE": address}
        )
        while True:
            row = await database.reader.fetch("SELECT COUNT(*) AS n FROM deliveries WHERE accepted_at_ms IS NOT NULL")
            if row[0]["n"] >= n:
                break
            await asyncio.sleep(0.05)
        rates = n / (time.process_time() - began), n / (time.perf_counter() - clock)
        await jobs.stop()
    return rates


@bench("webpush")
def webpush_rows() -> Iterator[Figure]:
    n = int(os.environ.get("BENCH_N", N))
    with places() as found, quick_service() as address:
        place = found.fresh("sqlite")
        keys = load_keys(place.data)
        service, phones = subscriptions(address, n)
        floor = encryption_alone(phones)
        unit = "messages/CPU s"
        yield Figure(name="webpush.encryption", n=n, value=floor, unit=unit, floor=floor)
        few = phones[: n // 4]
        yield Figure(name="webpush.pywebpush", n=len(few), value=plain(few, keys), unit=unit, floor=floor)
        value = run(sender_alone(phones, keys, address))
        yield Figure(name="webpush.sender", n=n, value=value, unit=unit, floor=floor)
        for engine in ("sqlite", "postgres"):
            where = place if engine == "sqlite" else found.fresh(engine)
            asyncio.run(prepare(where, service, n))
            per_cpu, per_second = run(broadcast(where.url, where, address, n))
            yield Figure(name="webpush.broadcast", engine=engine, n=n, value=per_cpu, unit=unit, floor=floor)
            yield Figure(name="webpush.broadcast.clock", engine=engine, n=n, value=per_second, unit="messages/s")
